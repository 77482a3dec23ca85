/*
 * Two machines in lock-step: the same steps, the same input, and how they
 * compare.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lockstep.h"

/* One slice in so many is of less than SHORT steps. */
#define SHORT_ONE_IN 16
#define SHORT 12

uint64_t slices_next(struct slices *s)
{
    if (!random_below(&s->random, SHORT_ONE_IN))
        return 1 + random_below(&s->random, SHORT);
    return s->every / 2 + 1 + random_below(&s->random, s->every);
}

static void put(void *ctx, uint8_t byte)
{
    struct side *s = ctx;

    s->console = (s->console ^ byte) * UINT64_C(0x100000001b3);
    if (s->show)
        fputc(byte, s->show);
}

/* Time may jump, but with input left nobody dies of waiting for it. */
static enum idle_answer idle_with_input(void *ctx, uint64_t cycles)
{
    (void)ctx;
    return cycles == CLOCK_NEVER ? IDLE_STOP : IDLE_OVER;
}

static void set_hooks(struct side *s, bool has_input)
{
    const struct machine_hooks hooks = {.console_put = put,
                                        .idle =
                                            has_input ? idle_with_input : NULL,
                                        .ctx = s};

    machine_set_hooks(s->m, &hooks);
}

void pair_free(struct pair *p)
{
    for (unsigned i = 0; i < SIDES; i++) {
        machine_free(p->side[i].m);
        p->side[i].m = NULL;
    }
}

static void place_image(const struct pair *p, struct bus *bus)
{
    if (bus_dma_write(bus, p->image_pa, p->image, p->image_size))
        return;
    printf("lockstep: -image: %zu bytes at 0x%" PRIx64 " are not DRAM\n",
           p->image_size, p->image_pa);
    exit(2);
}

void pair_create(struct pair *p)
{
    pair_free(p);
    p->typed = 0;
    for (unsigned i = 0; i < SIDES; i++) {
        struct side *s = &p->side[i];

        s->m = machine_create(&s->config);
        s->stop = STOP_STEPS;
        s->console = 0;
        set_hooks(s, *p->input);
        if (p->image)
            place_image(p, &s->m->bus);
    }
}

/* As many bytes as both take; false where a machine waits for what does not
 * come. */
static bool type(struct pair *p)
{
    struct machine *a = p->side[SIDE_A].m, *b = p->side[SIDE_B].m;
    size_t left = strlen(p->input + p->typed), room = machine_console_room(a);

    if (machine_console_room(b) < room)
        room = machine_console_room(b);
    room = room < left ? room : left;
    if (!room)
        return false;
    for (unsigned i = 0; i < SIDES; i++)
        (void)machine_console_input(p->side[i].m,
                                    (const uint8_t *)p->input + p->typed, room);
    p->typed += room;
    return true;
}

bool pair_run(struct pair *p, uint64_t steps)
{
    bool is_waiting = false, is_over = false, has_typed;

    for (unsigned i = 0; i < SIDES; i++) {
        struct side *s = &p->side[i];

        s->stop = machine_run(s->m, steps);
        is_waiting |= s->stop == STOP_REQUESTED;
        is_over |= s->m->has_finished;
    }
    has_typed = p->input[p->typed] && type(p);
    if (!p->input[p->typed])
        for (unsigned i = 0; i < SIDES; i++)
            set_hooks(&p->side[i], false);
    return !is_over && (!is_waiting || has_typed || !p->input[p->typed]);
}

static void look_at(const struct side *s, struct look *l)
{
    struct machine *m = s->m;

    memset(l, 0, sizeof *l);
    l->hash = machine_hash(m);
    l->steps = machine_steps(m);
    l->retired = machine_retired(m);
    l->resets = m->resets;
    l->idle_cycles = m->idle_cycles;
    l->stop = s->stop;
    l->console = s->console;
    for (unsigned i = 0; i < m->n_harts; i++) {
        mmu_count(&m->harts[i].mmu, &l->counts[i]);
        l->traps[i] = m->harts[i].stats;
    }
}

bool pair_is_equal(struct pair *p)
{
    struct look look[SIDES];

    for (unsigned i = 0; i < SIDES; i++) {
        look_at(&p->side[i], &look[i]);
        if (p->checks && !machine_hash_check(p->side[i].m)) {
            printf("lockstep: %s: after %" PRIu64
                   " steps the hash does not know what was written\n",
                   p->side[i].name, look[i].steps);
            exit(1);
        }
    }
    return !memcmp(&look[SIDE_A], &look[SIDE_B], sizeof look[SIDE_A]);
}

static void restore(struct machine *m, const void *data, size_t size)
{
    struct archive *a = archive_new_load(data, size);

    machine_archive(m, a);
    if (archive_error(a)) {
        printf("lockstep: a restore failed: %s\n", archive_error(a));
        exit(1);
    }
    archive_free(a);
}

void pair_restore(struct pair *to, struct pair *from)
{
    struct archive *a = archive_new_save();
    const void *data;
    size_t size;

    machine_archive(from->side[SIDE_A].m, a);
    data = archive_data(a, &size);
    for (unsigned i = 0; i < SIDES; i++) {
        restore(to->side[i].m, data, size);
        to->side[i].console = from->side[SIDE_A].console;
    }
    archive_free(a);
    to->typed = from->typed;
}
