/*
 * Lines of -d. Hexadecimal without 0x, as disassemblers print:
 *
 *     exec HART PC: BITS  INSTRUCTION
 *     int HART PC: exception|interrupt CAUSE (NAME), tval TVAL, to PC in MODE
 */
#include "frontend/debug.h"

#include <inttypes.h>

#include "base/compiler.h"
#include "cpu/isa.h"
#include "frontend/options.h"

static const char *const exceptions[] = {
    [CAUSE_FETCH_MISALIGNED] = "instruction address misaligned",
    [CAUSE_FETCH_ACCESS] = "instruction access fault",
    [CAUSE_ILLEGAL] = "illegal instruction",
    [CAUSE_BREAKPOINT] = "breakpoint",
    [CAUSE_LOAD_MISALIGNED] = "load address misaligned",
    [CAUSE_LOAD_ACCESS] = "load access fault",
    [CAUSE_STORE_MISALIGNED] = "store address misaligned",
    [CAUSE_STORE_ACCESS] = "store access fault",
    [CAUSE_ECALL_U] = "call from U-mode",
    [CAUSE_ECALL_S] = "call from S-mode",
    [CAUSE_ECALL_M] = "call from M-mode",
    [CAUSE_FETCH_PAGE] = "instruction page fault",
    [CAUSE_LOAD_PAGE] = "load page fault",
    [CAUSE_STORE_PAGE] = "store page fault",
};

static const char *const interrupts[] = {
    [IRQ_SSI] = "supervisor software", [IRQ_MSI] = "machine software",
    [IRQ_STI] = "supervisor timer",    [IRQ_MTI] = "machine timer",
    [IRQ_SEI] = "supervisor external", [IRQ_MEI] = "machine external",
};

static const char *name_of(bool is_interrupt, unsigned cause)
{
    const char *const *names = is_interrupt ? interrupts : exceptions;
    size_t n = is_interrupt ? ARRAY_SIZE(interrupts) : ARRAY_SIZE(exceptions);

    return cause < n && names[cause] ? names[cause] : "unknown";
}

static void log_exec(void *ctx, const struct hart *h, uint32_t bits)
{
    const struct debug *d = ctx;
    char text[64];

    isa_disassemble(d->isa, text, sizeof text, bits, h->pc);
    for (char *c = text; *c; c++)
        if (*c == '\t')
            *c = ' ';
    fprintf(d->out, "exec %u %08" PRIx64 ": %0*" PRIx32 "  %s\n", h->id, h->pc,
            isa_length(bits) * 2, bits, text);
}

static void log_trap(void *ctx, const struct hart *h, bool is_interrupt,
                     unsigned cause, uint64_t epc, uint64_t tval)
{
    const struct debug *d = ctx;

    fprintf(d->out,
            "int %u %08" PRIx64 ": %s %u (%s), tval %08" PRIx64
            ", to %08" PRIx64 " in %c-mode\n",
            h->id, epc, is_interrupt ? "interrupt" : "exception", cause,
            name_of(is_interrupt, cause), tval, h->pc, "USHM"[h->priv]);
}

void debug_open(struct debug *d, struct machine *m, unsigned items, FILE *out)
{
    const struct hart_watch watch = {
        .exec = items & DEBUG_EXEC ? log_exec : NULL,
        .trap = items & DEBUG_INT ? log_trap : NULL,
        .ctx = d,
    };

    *d = (struct debug){.out = out};
    if (!items)
        return;
    d->isa = isa_new(m->config.hart.xlen);
    for (unsigned i = 0; i < m->n_harts; i++)
        hart_set_watch(&m->harts[i], &watch);
}

void debug_close(struct debug *d)
{
    isa_free(d->isa);
}
