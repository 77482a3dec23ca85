/*
 * What two machines made of a program, compared: all memory, and by field
 * where it differs. Differences from QEMU that quirks.tsv explains are masked
 * and counted.
 */
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "tests/torture/generate.h"
#include "tests/torture/torture.h"

/* Where a field is, as the predicate of a quirk names it. */
static const char *const csr_fields[N_CSRS] = {
    "mstatus", "medeleg",  "mideleg",  "mie",      "mip",        "satp",
    "stvec",   "sscratch", "sepc",     "scause",   "mcounteren", "scounteren",
    "mtvec",   "pmpcfg0",  "pmpaddr0", "pmpaddr5", "pmpaddr15",  "mhartid"};

struct comparison {
    struct program a, b;
    bool against_qemu;
    struct totals *t;
    char *why;
    size_t why_size;
    bool is_equal;
};

static void field(struct comparison *c, const char *name, unsigned index,
                  uint32_t offset, const uint8_t *trap)
{
    uint32_t a = (uint32_t)load_le(c->a.control + offset, 4);
    uint32_t b = (uint32_t)load_le(c->b.control + offset, 4);
    uint32_t mask = 0;

    c->t->compared++;
    if (a != b && c->against_qemu) {
        mask = quirks_mask(name, trap);
        quirks_count(&c->t->quirks, name, trap, (a ^ b) & mask);
    }
    if (!((a ^ b) & ~mask))
        return;
    if (c->is_equal && trap)
        snprintf(c->why, c->why_size,
                 "%s of trap %u (mcause %x, mepc %08x, mtval %08x): %08x, "
                 "expected %08x",
                 name, index, (unsigned)load_le(trap, 4),
                 (unsigned)load_le(trap + 4, 4), (unsigned)load_le(trap + 8, 4),
                 b, a);
    else if (c->is_equal)
        snprintf(c->why, c->why_size, "%s %u: %08x, expected %08x", name, index,
                 b, a);
    c->is_equal = false;
}

static unsigned traps_of(const struct program *p)
{
    return ((uint32_t)load_le(p->control + C_LOG, 4) - p->control_pa -
            C_TRAPS) /
           LOG_SIZE;
}

static void compare_log(struct comparison *c)
{
    unsigned n = traps_of(&c->a);

    if (n != traps_of(&c->b)) {
        snprintf(c->why, c->why_size, "%u traps, expected %u", traps_of(&c->b),
                 n);
        c->is_equal = false;
    }
    c->t->traps += n;
    for (unsigned i = 0; i < n && i <= MAX_LANDINGS; i++)
        for (unsigned f = 0; f < LOG_SIZE / 4; f++)
            field(c, log_fields[f], i, C_TRAPS + i * LOG_SIZE + 4 * f,
                  c->a.control + C_TRAPS + i * LOG_SIZE);
}

/* QEMU has set bits that quirks.tsv lets it set. */
static bool is_masked(const struct program *p, uint32_t offset, uint32_t ours,
                      uint32_t qemus)
{
    return !((ours ^ qemus) & ~window_mask(p, offset)) && !(ours & ~qemus);
}

static void compare_memory(struct comparison *c)
{
    for (unsigned i = 0; c->is_equal && i < WINDOW_SIZE; i += 4) {
        uint32_t a = (uint32_t)load_le(c->a.window + i, 4);
        uint32_t b = (uint32_t)load_le(c->b.window + i, 4);

        if (a == b)
            continue;
        if (c->against_qemu && is_masked(&c->a, i, a, b)) {
            quirks_count(&c->t->quirks, "pte", NULL, a ^ b);
            c->t->compared++;
            continue;
        }
        snprintf(c->why, c->why_size, "memory at %08x: %08x, expected %08x",
                 c->a.window_pa + i, b, a);
        c->is_equal = false;
    }
    if (c->is_equal && memcmp(c->a.control + C_CODE, c->b.control + C_CODE,
                              CONTROL_SIZE - C_CODE)) {
        snprintf(c->why, c->why_size, "the code of M-mode");
        c->is_equal = false;
    }
}

bool compare(const uint8_t *a, const uint8_t *b, unsigned slot,
             bool against_qemu, struct totals *t, char *why, size_t why_size)
{
    struct comparison c = {.against_qemu = against_qemu,
                           .t = t,
                           .why = why,
                           .why_size = why_size,
                           .is_equal = true};

    c.a = program_at((uint8_t *)(uintptr_t)a, slot);
    c.b = program_at((uint8_t *)(uintptr_t)b, slot);
    if (!against_qemu && !memcmp(c.a.window, c.b.window, WINDOW_SIZE) &&
        !memcmp(c.a.control, c.b.control, CONTROL_SIZE))
        return true;
    compare_log(&c);
    for (unsigned i = 0; i < 32; i++)
        field(&c, "x", i, C_REGS + 4 * i, NULL);
    for (unsigned i = 0; i < N_CSRS; i++)
        field(&c, csr_fields[i], i, C_CSRS + 4 * i, NULL);
    compare_memory(&c);
    return c.is_equal;
}
