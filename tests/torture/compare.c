/*
 * What two machines made of a program, compared: all memory, and by field
 * where it differs. Differences from QEMU that quirks.tsv explains are masked
 * and counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "tests/torture/generate.h"
#include "tests/torture/torture.h"

#define MAX_QUIRKS 25

/* Where a field is, as the predicate of a quirk names it. */
static const char *const log_fields[] = {"mcause", "mepc", "mtval", "mstatus",
                                         "scause", "sepc", "stval", "mip"};
static const char *const csr_fields[N_CSRS] = {
    "mstatus", "medeleg",  "mideleg",  "mie",      "mip",        "satp",
    "stvec",   "sscratch", "sepc",     "scause",   "mcounteren", "scounteren",
    "mtvec",   "pmpcfg0",  "pmpaddr0", "pmpaddr5", "pmpaddr15",  "mhartid"};

/* field=F mask=M [cause=C]: in a trap with that mcause or scause, or (without
 * cause) anywhere, the bits M of F say nothing. */
struct quirk {
    char field[16];
    uint32_t mask;
    int64_t cause; /* -1: any */
};

static struct quirk quirks[MAX_QUIRKS];
static unsigned n_quirks;

static bool parse_quirk(const char *predicate, struct quirk *q)
{
    unsigned cause;
    int n = sscanf(predicate, "field=%15s mask=%x cause=%u", q->field, &q->mask,
                   &cause);

    q->cause = n == 3 ? (int64_t)cause : -1;
    return n >= 2;
}

bool quirks_read(const char *path)
{
    char line[1024], id[64], predicate[128];
    FILE *f = fopen(path, "r");
    bool ok = f;

    while (f && ok && fgets(line, sizeof line, f)) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        ok = n_quirks < MAX_QUIRKS &&
             sscanf(line, "%63[^\t]\t%127[^\t]", id, predicate) == 2 &&
             parse_quirk(predicate, &quirks[n_quirks++]);
    }
    if (f)
        fclose(f);
    if (!ok)
        fprintf(stderr, "torture: %s: not a list of at most %u quirks\n", path,
                MAX_QUIRKS);
    return ok;
}

static uint32_t mask_of(const char *field, const uint8_t *trap)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < n_quirks; i++) {
        const struct quirk *q = &quirks[i];
        unsigned at = field[0] == 's' ? 16 : 0; /* scause, mcause */

        if (strcmp(q->field, field))
            continue;
        if (q->cause < 0 ||
            (trap && load_le(trap + at, 4) == (uint64_t)q->cause))
            mask |= q->mask;
    }
    return mask;
}

uint32_t log_mask(unsigned i, const uint8_t *trap)
{
    return mask_of(log_fields[i], trap);
}

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
    uint32_t mask = c->against_qemu ? mask_of(name, trap) : 0;

    c->t->compared++;
    if (mask && a != b)
        c->t->masked++;
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
        for (unsigned f = 0; f < ARRAY_SIZE(log_fields); f++)
            field(c, log_fields[f], i, C_TRAPS + i * LOG_SIZE + 4 * f,
                  c->a.control + C_TRAPS + i * LOG_SIZE);
}

/* Of a page-table entry whose page PMP refuses at least in part: what
 * `field=pte` masks. */
uint32_t window_mask(const struct program *p, uint32_t offset)
{
    uint32_t ppn = (uint32_t)load_le(p->window + offset, 4) >> 10;
    uint32_t own = ppn - (p->window_pa >> 12);

    if (offset >= PAGE_CODE * 4096 || (own < WINDOW_PAGES && ppn & 0x3ff))
        return 0;
    return mask_of("pte", NULL);
}

static void compare_memory(struct comparison *c)
{
    for (unsigned i = 0; c->is_equal && i < WINDOW_SIZE; i += 4) {
        uint32_t a = (uint32_t)load_le(c->a.window + i, 4);
        uint32_t b = (uint32_t)load_le(c->b.window + i, 4);

        if (a == b)
            continue;
        if (!((a ^ b) & ~(c->against_qemu ? window_mask(&c->a, i) : 0))) {
            c->t->masked++;
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
