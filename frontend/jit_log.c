/*
 * Writes superblocks for readers. The host's code is disassembled by capstone
 * in Intel's syntax; what it says of places in the hart and of code that all
 * superblocks share stands behind it.
 */
#include "frontend/jit_log.h"

#include <capstone.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/compiler.h"
#include "base/log.h"
#include "frontend/code_names.h"
#include "frontend/jit_count.h"
#include "machine/machine.h"
#include "mmu/mmu.h"

struct totals {
    uint64_t superblocks, bytes, drops, writes;
    bool has_code; /* since it was dropped last */
};

struct jit_log {
    FILE *out;
    struct symbols *symbols;
    struct isa *isa;
    csh capstone;
    cs_insn *insn;
    struct jit_counts counts;
    struct totals totals[MACHINE_MAX_HARTS];
};

struct jit_log *jit_log_open(FILE *out, struct symbols *symbols)
{
    struct jit_log *log = alloc_zeroed(1, sizeof *log);
    cs_err error;

    log->out = out;
    log->symbols = symbols;
    log->isa = isa_new(32);
    error = cs_open(CS_ARCH_X86, CS_MODE_64, &log->capstone);
    if (error)
        die(EXIT_USAGE, "-d jit: libcapstone: %s", cs_strerror(error));
    cs_option(log->capstone, CS_OPT_DETAIL, CS_OPT_ON);
    log->insn = cs_malloc(log->capstone);
    return log;
}

/* ---- the host's code ---- */

static const char *explanation(csh capstone, const struct hart *h,
                               const cs_insn *insn)
{
    const cs_x86 *x86 = &insn->detail->x86;

    for (uint8_t i = 0; i < x86->op_count; i++) {
        const cs_x86_op *o = &x86->operands[i];
        bool is_target =
            o->type == X86_OP_IMM && (insn->id == X86_INS_CALL ||
                                      cs_insn_group(capstone, insn, CS_GRP_JUMP));

        if (o->type == X86_OP_MEM && o->mem.base == X86_REG_RBP &&
            o->mem.index == X86_REG_INVALID)
            return jit_field_name(o->mem.disp);
        if (is_target)
            return jit_stub_name(h, (const uint8_t *)(uintptr_t)o->imm);
    }
    return NULL;
}

static void put_data(struct jit_log *log, const uint8_t *bytes,
                     const uint8_t *code, size_t size, const char *what)
{
    fprintf(log->out, "    %" PRIxPTR "  .byte", (uintptr_t)code);
    for (size_t i = 0; i < size; i++)
        fprintf(log->out, " %02x", bytes[i]);
    fprintf(log->out, "%s\n", what);
}

/* What capstone does not know is shown as data, which is said. */
static void put_code(struct jit_log *log, const struct hart *h,
                     const uint8_t *bytes, const uint8_t *code, size_t size)
{
    uint64_t address = (uint64_t)(uintptr_t)code;

    while (size &&
           cs_disasm_iter(log->capstone, &bytes, &size, &address, log->insn)) {
        const char *what = explanation(log->capstone, h, log->insn);

        fprintf(log->out, "    %" PRIx64 "  %s%s%s%s%s\n", log->insn->address,
                log->insn->mnemonic, log->insn->op_str[0] ? " " : "",
                log->insn->op_str, what ? "  ; " : "", what ? what : "");
    }
    if (size)
        put_data(log, bytes, (const uint8_t *)(uintptr_t)address, size,
                 "  ; unknown");
}

/* ---- superblocks ---- */

static uint64_t va_of(const struct jit_translation *t, unsigned step)
{
    return (t->va & ~MMU_PAGE_MASK) + t->insns[step].offset;
}

static void put_instruction(struct jit_log *log,
                            const struct jit_translation *t, unsigned step)
{
    const struct insn *d = &t->insns[step];
    char text[64], *tab;

    isa_disassemble(log->isa, text, sizeof text, d->bits, va_of(t, step));
    tab = strchr(text, '\t');
    if (tab)
        *tab = ' ';
    fprintf(log->out, "  %08" PRIx64 ": %0*" PRIx32 "  %s\n", va_of(t, step),
            d->size * 2, d->bits, text);
}

static void put_title(struct jit_log *log, const struct jit_translation *t,
                      const struct jit_piece *p)
{
    switch (p->part) {
    case JIT_ENTRY:
        fputs("  entry\n", log->out);
        break;
    case JIT_STEP:
        put_instruction(log, t, p->step);
        break;
    case JIT_END:
        fputs("  end\n", log->out);
        break;
    case JIT_SLOW:
        fprintf(log->out, "  rare: slow path of %08" PRIx64 "\n",
                va_of(t, p->step));
        break;
    case JIT_EXIT:
        fprintf(log->out, "  rare: exit of %08" PRIx64 "\n", va_of(t, p->step));
        break;
    case JIT_BUDGET:
        fputs("  rare: fewer steps are left\n", log->out);
        break;
    case JIT_DATA:
        break;
    }
}

/* What has no code is shown only where it is an instruction. */
static void put_piece(struct jit_log *log, const struct hart *h,
                      const struct jit_translation *t, size_t i)
{
    const struct jit_piece *p = &t->pieces[i];
    size_t end = i + 1 < t->n_pieces ? p[1].offset : t->size;
    size_t size = end - p->offset;

    if (size || p->part == JIT_STEP)
        put_title(log, t, p);
    if (size && p->part == JIT_DATA)
        put_data(log, t->bytes + p->offset, t->code + p->offset, size, "");
    else
        put_code(log, h, t->bytes + p->offset, t->code + p->offset, size);
}

static const char *const host_registers[] = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
};

static void put_pinned(struct jit_log *log, const struct hart *h)
{
    fprintf(log->out, "jit %u: guest registers", h->id);
    for (unsigned i = 0; i < ARRAY_SIZE(host_registers); i++) {
        unsigned reg = jit_pinned_register(h, i);

        if (reg)
            fprintf(log->out, " %s=%s", host_registers[i],
                    isa_register_name(reg));
    }
    fputc('\n', log->out);
}

/* Those that are elsewhere than in other superblocks. */
static void put_lent(struct jit_log *log, const struct hart *h,
                     const struct jit_translation *t)
{
    const char *before = "  its loop has";

    for (unsigned reg = 1; reg < 32; reg++) {
        unsigned host = t->pins[reg];

        if (host >= ARRAY_SIZE(host_registers) ||
            jit_pinned_register(h, host) == reg)
            continue;
        fprintf(log->out, "%s %s=%s", before, host_registers[host],
                isa_register_name(reg));
        before = "";
    }
    if (!*before)
        fputc('\n', log->out);
}

void jit_log_translated(struct jit_log *log, const struct hart *h,
                        const struct jit_translation *t)
{
    struct totals *totals = &log->totals[h->id];
    struct jit_place *place =
        jit_counts_at(&log->counts, h->id, t->priv, t->pa);

    if (!totals->has_code)
        put_pinned(log, h);
    totals->has_code = true;
    totals->superblocks++;
    totals->bytes += t->size;
    place->va = t->va;
    place->steps = t->n_insns;
    place->size = t->size;
    place->made++;
    fprintf(log->out,
            "jit %u %c %08" PRIx64 ": %u steps at %08" PRIx64
            ", %zu bytes at %" PRIxPTR "\n",
            h->id, "USHM"[t->priv], t -> va, t -> n_insns, t -> pa, t -> size,
            (uintptr_t)t -> code);
    put_lent(log, h, t);
    for (size_t i = 0; i < t->n_pieces; i++)
        put_piece(log, h, t, i);
}

void jit_log_written(struct jit_log *log, const struct hart *h, uint64_t pa)
{
    log->totals[h->id].writes++;
    fprintf(log->out, "jit %u: page %08" PRIx64 " was written\n", h->id, pa);
}

void jit_log_dropped(struct jit_log *log, const struct hart *h)
{
    struct totals *totals = &log->totals[h->id];

    if (!totals->has_code)
        return;
    totals->has_code = false;
    totals->drops++;
    fprintf(log->out, "jit %u: all superblocks are dropped\n", h->id);
}

uint64_t *jit_log_counter(struct jit_log *log, const struct hart *h,
                          uint64_t pa)
{
    return &jit_counts_at(&log->counts, h->id, h->priv, pa)->entries;
}

/* ---- the end ---- */

static void put_totals(struct jit_log *log)
{
    for (unsigned i = 0; i < MACHINE_MAX_HARTS; i++) {
        const struct totals *t = &log->totals[i];

        if (t->superblocks)
            fprintf(log->out,
                    "jit %u: %" PRIu64 " superblocks of %" PRIu64
                    " bytes, all dropped %" PRIu64 " times, %" PRIu64
                    " pages written\n",
                    i, t->superblocks, t->bytes, t->drops, t->writes);
    }
}

static void put_counts(struct jit_log *log)
{
    struct jit_place **places = jit_counts_sorted(&log->counts);
    char name[CODE_NAME_MAX];

    fprintf(log->out, "jit: %12s %5s %6s %5s %4s  %-8s  %s\n", "entries",
            "steps", "bytes", "made", "hart", "physical", "where");
    for (size_t i = 0; i < log->counts.n; i++) {
        const struct jit_place *p = places[i];

        if (!p->made)
            continue;
        code_name(log->symbols, p->priv, p->va, name);
        fprintf(log->out,
                "jit: %12" PRIu64 " %5u %6zu %5" PRIu64 " %4u  %08" PRIx64
                "  %s\n",
                p->entries, p->steps, p->size, p->made, p->hart, p->pa, name);
    }
    free(places);
}

void jit_log_close(struct jit_log *log)
{
    if (!log)
        return;
    put_totals(log);
    if (log->counts.n)
        put_counts(log);
    jit_counts_free(&log->counts);
    cs_free(log->insn, 1);
    cs_close(&log->capstone);
    isa_free(log->isa);
    free(log);
}
