/*
 * The rows of quirks.tsv: read, looked up, and counted, so that one that
 * nothing needs is seen.
 */
#include "tests/torture/quirks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"

const char *const log_fields[] = {"mcause", "mepc", "mtval", "mstatus",
                                  "scause", "sepc", "stval", "mip"};

/* field=F mask=M [cause=C]: in a trap with that mcause or scause, or (without
 * cause) anywhere, the bits M of F say nothing. landing=L: landings that
 * provoke the corner L are left out. */
struct quirk {
    char id[32];
    char field[16]; /* empty: landing=L */
    char landing[16];
    uint32_t mask;
    int64_t cause; /* -1: any */
};

static struct quirk quirks[MAX_QUIRKS];
static unsigned n_quirks;

static bool parse_predicate(const char *predicate, struct quirk *q)
{
    unsigned cause;
    int n;

    if (sscanf(predicate, "landing=%15s", q->landing) == 1)
        return true;
    n = sscanf(predicate, "field=%15s mask=%x cause=%u", q->field, &q->mask,
               &cause);
    q->cause = n == 3 ? (int64_t)cause : -1;
    return n >= 2;
}

static bool parse(const char *line)
{
    struct quirk *q = &quirks[n_quirks];
    char predicate[128];

    if (n_quirks == MAX_QUIRKS ||
        sscanf(line, "%31[^\t]\t%127[^\t]", q->id, predicate) != 2)
        return false;
    n_quirks++;
    return parse_predicate(predicate, q);
}

bool quirks_read(const char *path)
{
    char line[1024];
    FILE *f = fopen(path, "r");
    bool ok = f;

    while (f && ok && fgets(line, sizeof line, f))
        ok = line[0] == '#' || line[0] == '\n' || parse(line);
    if (f)
        fclose(f);
    if (!ok)
        fprintf(stderr, "torture: %s: not a list of at most %u quirks\n", path,
                MAX_QUIRKS);
    return ok;
}

/* The bits that row `q` takes from a field. */
static uint32_t mask_of(const struct quirk *q, const char *field,
                        const uint8_t *trap)
{
    unsigned at = field[0] == 's' ? 16 : 0; /* scause, mcause */

    if (strcmp(q->field, field))
        return 0;
    if (q->cause < 0 || (trap && load_le(trap + at, 4) == (uint64_t)q->cause))
        return q->mask;
    return 0;
}

uint32_t quirks_mask(const char *field, const uint8_t *trap)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < n_quirks; i++)
        mask |= mask_of(&quirks[i], field, trap);
    return mask;
}

uint32_t log_mask(unsigned i, const uint8_t *trap)
{
    return quirks_mask(log_fields[i], trap);
}

/* Of an entry that maps none of the program's own pages: what `field=pte`
 * masks. */
uint32_t window_mask(const struct program *p, uint32_t offset)
{
    uint32_t ppn = (uint32_t)load_le(p->window + offset, 4) >> 10;
    uint32_t own = p->window_pa >> 12;

    if (offset >= PAGE_CODE * 4096)
        return 0;
    if (offset < PAGE_LEAF0 * 4096 ? ppn >> 10 == own >> 10
                                   : ppn - own < WINDOW_PAGES)
        return 0;
    return quirks_mask("pte", NULL);
}

int quirks_landing(const char *corner)
{
    for (unsigned i = 0; i < n_quirks; i++)
        if (!strcmp(quirks[i].landing, corner))
            return (int)i;
    return -1;
}

void quirks_count(struct quirk_counts *counts, const char *field,
                  const uint8_t *trap, uint32_t differing)
{
    for (unsigned i = 0; i < n_quirks; i++)
        counts->masked[i] += (mask_of(&quirks[i], field, trap) & differing) > 0;
}

void quirks_add(struct quirk_counts *sum, const struct quirk_counts *more)
{
    for (unsigned i = 0; i < MAX_QUIRKS; i++)
        sum->masked[i] += more->masked[i];
}

uint64_t quirks_masked(const struct quirk_counts *counts)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < n_quirks; i++)
        sum += counts->masked[i];
    return sum;
}

void quirks_report(const struct quirk_counts *counts)
{
    for (unsigned i = 0; i < n_quirks; i++)
        printf("  quirk %s: %" PRIu64 " fields%s\n", quirks[i].id,
               counts->masked[i],
               counts->masked[i] ? "" : ", nothing needs it");
}
