/*
 * The first step at which two machines differ: found by going back to where
 * they were equal, and by halves. First in machines that are restored there,
 * which is fast; where those agree, since the mistake needs what an engine had
 * kept, in machines that have come all the way in the same slices.
 */
#include <inttypes.h>
#include <string.h>

#include "tests/lockstep.h"

/* Instructions that are shown before a difference. */
#define MOST_STEPS 12

struct search {
    struct pair *there; /* both stand where they were last equal */
    struct pair try;
    const struct slices *first;
    uint64_t n;
    bool is_warm;
};

static void replay(struct pair *p, const struct slices *first, uint64_t n)
{
    struct slices s = *first;

    pair_create(p);
    for (uint64_t i = 0; i < n; i++)
        (void)pair_run(p, slices_next(&s));
}

/* Both stand where they were last equal. */
static void start_again(struct search *s)
{
    if (s->is_warm) {
        replay(&s->try, s->first, s->n);
    } else {
        pair_create(&s->try);
        pair_restore(&s->try, s->there);
    }
}

/* Whether the machines are equal `steps` after they last were, in one slice. */
static bool agree_after(struct search *s, uint64_t steps)
{
    start_again(s);
    (void)pair_run(&s->try, steps);
    return pair_is_equal(&s->try);
}

/* The least number of steps that differs, where fewer by one do not, and
 * `most` do. */
static uint64_t halve(struct search *s, uint64_t most)
{
    uint64_t equal = 0, differs = most;

    while (differs - equal > 1) {
        uint64_t middle = equal + (differs - equal) / 2;

        if (agree_after(s, middle))
            equal = middle;
        else
            differs = middle;
    }
    return differs;
}

/* Whose turn it is, or the first's at the end of a round. */
static unsigned next_hart(const struct machine *m)
{
    return m->turn < m->n_harts ? m->turn : 0;
}

static void print_instruction(const struct machine *m, unsigned hart)
{
    const struct hart *h = &m->harts[hart];
    uint8_t bytes[4] = {0};
    char text[64] = "?";
    uint64_t pa;
    uint32_t bits;

    for (unsigned i = 0; i < sizeof bytes; i += 2) {
        if (!mmu_peek_translate(&h->mmu, h->pc + i, ACCESS_FETCH, h->priv,
                                &pa) ||
            !machine_peek(m, pa, bytes + i, 2))
            break;
    }
    bits = (uint32_t)load_le(bytes, sizeof bytes);
    isa_disassemble(h->isa, text, sizeof text, bits, h->pc);
    for (char *c = text; *c; c++)
        *c = *c == '\t' ? ' ' : *c;
    printf("  hart %u, privilege %d, pc 0x%08" PRIx64 ": %0*" PRIx32 "  %s\n",
           hart, (int)h->priv, h->pc, (int)isa_length(bits) * 2,
           isa_length(bits) == 2 ? bits & 0xffff : bits, text);
}

/* The instructions that end with this step, as the first engine does them one
 * at a time: an engine may show its mistake only where a stretch of translated
 * code is left, some steps later. */
static void print_steps(struct search *s, uint64_t steps)
{
    uint64_t from = steps > MOST_STEPS ? steps - MOST_STEPS : 0;
    const struct side *a = &s->try.side[SIDE_A];

    if (from)
        (void)agree_after(s, from);
    else
        start_again(s);
    printf(
        "lockstep: %s and %s differ after step %" PRIu64 ", the last here%s\n",
        a->name, s->try.side[SIDE_B].name, machine_steps(a->m) + steps - from,
        s->is_warm ? " (only with what was run before)" : "");
    for (; from < steps; from++) {
        print_instruction(a->m, next_hart(a->m));
        (void)machine_run(a->m, 1);
    }
}

void find_difference(struct pair *p, const struct slices *first, uint64_t n,
                     uint64_t length)
{
    struct search s = {.there = p, .try = *p, .first = first, .n = n};
    uint64_t steps;

    printf("lockstep: a difference in a slice of %" PRIu64
           " steps, number %" PRIu64 ", from step %" PRIu64 "\n",
           length, n, machine_steps(p->side[SIDE_A].m) - length);
    fflush(stdout);
    for (unsigned i = 0; i < SIDES; i++) {
        p->side[i].show = s.try.side[i].show = NULL;
        s.try.side[i].m = NULL;
    }
    replay(p, first, n);
    if (agree_after(&s, length)) {
        printf("lockstep: not from a restored state; searching from the "
               "start\n");
        fflush(stdout);
        s.is_warm = true;
        if (agree_after(&s, length)) {
            printf("lockstep: nor from the start: a run is not repeatable\n");
            return;
        }
    }
    steps = halve(&s, length);
    print_steps(&s, steps);
    (void)agree_after(&s, steps);
    printf("lockstep: %u fields differ\n", print_differing_fields(&s.try));
    pair_free(&s.try);
}
