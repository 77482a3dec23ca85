/*
 * Lines of -d. Hexadecimal without 0x, as disassemblers print:
 *
 *     exec HART PC: BITS  INSTRUCTION
 *     int HART PC: exception|interrupt CAUSE (NAME), tval TVAL, to PC in MODE
 *     tlb-stale HART PC: ACCESS VA, entry PA RIGHTS, walk PA RIGHTS|
 *         page fault|access fault
 *     dma-stale HART PC: USE of LINE in CACHE, and the mend
 */
#include "frontend/debug.h"

#include <inttypes.h>

#include "base/compiler.h"
#include "cpu/isa.h"
#include "frontend/options.h"
#include "mmu/pte.h"

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

static const char *rights(unsigned bits, char text[5])
{
    static const unsigned bit_of[] = {PTE_R, PTE_W, PTE_X, PTE_U};

    for (unsigned i = 0; i < ARRAY_SIZE(bit_of); i++)
        text[i] = bits & bit_of[i] ? "rwxu"[i] : '-';
    text[4] = 0;
    return text;
}

static void log_stale(void *ctx, const struct mmu_stale_use *use)
{
    static const char *const kinds[] = {[ACCESS_FETCH] = "fetch",
                                        [ACCESS_LOAD] = "load",
                                        [ACCESS_STORE] = "store"};
    const struct debug_hart *dh = ctx;
    FILE *out = dh->debug->out;
    uint64_t pc = use->access == ACCESS_FETCH ? use->va : hart_pc_now(dh->hart);
    char text[5];

    fprintf(out,
            "tlb-stale %u %08" PRIx64 ": %s %08" PRIx64 ", entry %08" PRIx64
            " %s, walk ",
            dh->hart->id, pc, kinds[use->access], use->va, use->entry_pa,
            rights(use->entry_bits, text));
    if (use->walk == WALK_OK)
        fprintf(out, "%08" PRIx64 " %s\n", use->walk_pa,
                rights(use->walk_bits, text));
    else
        fprintf(out, "%s fault\n",
                use->walk == WALK_PAGE_FAULT ? "page" : "access");
}

static void print_cache(FILE *out, const struct machine *m,
                        const struct cache *c)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        const char *name = mmu_cache_name(&m->harts[i].mmu, c);

        if (!name)
            continue;
        fputs(name, out);
        if (m->n_harts > 1 && c != m->l2)
            fprintf(out, " of hart %u", i);
        return;
    }
}

void debug_stale_line(FILE *out, const struct machine *m,
                      const struct machine_stale *s)
{
    static const struct {
        const char *use, *why;
    } words[] = {
        [CACHE_READ] = {"load from", "which DMA has written since: cbo.inval "
                                     "or cbo.flush it"},
        [CACHE_FETCH] = {"fetch from", "which DMA has written since: fence.i"},
        [CACHE_FILL] = {"fill from", "which DMA has written since: cbo.inval "
                                     "or cbo.flush it"},
        [CACHE_WRITE_BACK] = {"write-back of",
                              "over what DMA has written: cbo.inval or "
                              "cbo.flush it before the DMA"},
        [CACHE_DMA_READ] = {"DMA reads", "where it is dirty: cbo.clean or "
                                         "cbo.flush it before"},
    };
    const struct hart *h = &m->harts[s->hart];

    if (s->use == CACHE_DMA_READ)
        fputs("dma-stale - -: ", out);
    else
        fprintf(out, "dma-stale %u %08" PRIx64 ": ", h->id, hart_pc_now(h));
    fprintf(out, "%s %08" PRIx64 " in ", words[s->use].use, s->pa);
    print_cache(out, m, s->cache);
    fprintf(out, ", %s\n", words[s->use].why);
}

static void watch_hart(struct debug *d, struct hart *h, unsigned items,
                       const struct hart_watch *watch)
{
    struct debug_hart *dh = &d->harts[h->id];

    *dh = (struct debug_hart){d, h};
    if (items & (DEBUG_EXEC | DEBUG_INT))
        hart_set_watch(h, watch);
    if (items & DEBUG_TLB_STALE)
        hart_watch_stale(h, log_stale, dh);
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
        watch_hart(d, &m->harts[i], items, &watch);
}

void debug_close(struct debug *d)
{
    isa_free(d->isa);
}
