/*
 * The machine as a stream of fields: saved, restored, hashed, or flipped.
 */
#include <stdio.h>

#include "machine/board.h"
#include "machine/machine.h"
#include "machine/shape.h"
#include "mmu/cache.h"

/* For -stats alone. */
static void archive_sums(struct machine *m, struct archive *a)
{
    archive_u64(a, "resets", &m->resets);
    archive_u64(a, "idle_cycles", &m->idle_cycles);
}

static void archive_verdict(struct machine *m, struct archive *a)
{
    uint8_t verdict = (uint8_t)m->verdict;
    uint32_t code = m->fail_code;

    archive_bool(a, "finished", &m->has_finished);
    archive_u8(a, "verdict", &verdict);
    archive_check(a, verdict <= STOP_REQUESTED, "verdict");
    archive_u32(a, "code", &code);
    m->verdict = (enum machine_stop)verdict;
    m->fail_code = code;
}

static void archive_modelling(struct machine *m, struct archive *a)
{
    bool on = m->is_modelling;

    archive_bool(a, "is_modelling", &on);
    machine_switch_models(m, on);
}

/* For the hash, a digest that is kept up stands for the bytes. */
static void archive_memory(struct archive *a, const char *name, uint8_t *bytes,
                           struct page_sum *s)
{
    uint64_t sum;

    if (archive_is_hashing(a)) {
        sum = page_sum(s);
        archive_u64(a, name, &sum);
        return;
    }
    archive_pages(a, name, bytes, s->size);
    if (archive_may_change(a))
        page_sum_mark(s, 0, s->size);
}

void machine_archive(struct machine *m, struct archive *a)
{
    archive_section(a, "machine");
    if (archive_is_stored(a)) {
        shape_archive(m, a);
        archive_sums(m, a);
    }
    archive_u64(a, "now", &m->clock.now);
    archive_u64(a, "deadline", &m->clock.deadline);
    archive_u64(a, "round_start", &m->round_start);
    archive_u64(a, "round_longest", &m->round_longest);
    archive_u64(a, "turn_steps", &m->turn_steps);
    archive_check(a, m->turn_steps <= machine_quantum(m), "turn_steps");
    archive_u64(a, "turn_cycles", &m->turn_cycles);
    archive_modelling(m, a);
    archive_u32(a, "turn", &m->turn);
    archive_check(a, m->turn <= m->n_harts, "turn");
    archive_bool(a, "reset_asked", &m->is_reset_asked);
    archive_verdict(m, a);
    archive_section(a, "memory");
    archive_memory(a, "bootrom", m->bus.rom, &m->bus.rom_sum);
    archive_memory(a, "ram", m->bus.ram, &m->bus.ram_sum);
    for (unsigned i = 0; i < m->n_harts; i++) {
        char name[16];

        snprintf(name, sizeof name, "hart%u", i);
        archive_section(a, name);
        hart_archive(&m->harts[i], a);
        if (m->n_harts > 1) /* how its turn of this round ended */
            archive_bool(a, "stuck", &m->harts[i].is_stuck);
    }
    if (m->l2) {
        archive_section(a, "l2");
        cache_archive(m->l2, a);
    }
    board_archive(m->board, a);
}

uint64_t machine_hash(struct machine *m)
{
    struct archive *a = archive_new_hash();
    uint64_t digest;

    for (unsigned i = 0; i < m->n_harts; i++)
        mmu_forget_stores(&m->harts[i].mmu);
    machine_archive(m, a);
    digest = archive_digest(a);
    archive_free(a);
    return digest;
}

bool machine_hash_check(const struct machine *m)
{
    return page_sum_check(&m->bus.ram_sum) && page_sum_check(&m->bus.rom_sum);
}
