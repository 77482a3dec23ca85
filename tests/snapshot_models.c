/*
 * Scenes of the modelled TLBs and caches, and of translations without them.
 */
#include "mmu/tlb.h"
#include "tests/snapshot_programs.h"

/* s1 += each of `n` words from `va` on, `stride` bytes apart; each second one
 * is written too. */
static void op_walk(struct program *p, uint32_t va, int32_t stride, uint32_t n)
{
    uint64_t loop;

    op_li(p, S0, va);
    op_li(p, A2, n / 2);
    op_li(p, A3, (uint32_t)stride);
    loop = p->at;
    op(p, "lw", T1, S0, 0, 0);
    op(p, "add", S1, S1, T1, 0);
    op(p, "add", S0, S0, A3, 0);
    op(p, "lw", T1, S0, 0, 0);
    op(p, "add", S1, S1, T1, 0);
    op(p, "sw", 0, S0, S1, 0);
    op(p, "add", S0, S0, A3, 0);
    op(p, "addi", A2, A2, 0, -1);
    op_to(p, "bne", A2, ZERO, loop);
}

static uint64_t write_window(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    for (unsigned i = 0; i < 4096; i += 4)
        poke(m, BUFFER + i, 4, i * 2654435761u);
    op_walk(&p, BUFFER, 68, 60);
    stop = p.at;
    op_walk(&p, BUFFER + 4076, -68, 60);
    op_walk(&p, BUFFER, 132, 30);
    op_save(&p, SEEN, S1);
    op_pass(&p);
    return stop;
}

static void check_window(struct machine *m)
{
    struct mmu_counts c;

    mmu_count(&m->harts[0].mmu, &c);
    ck_assert(m->is_modelling);
    ck_assert_uint_gt(machine_steps(m), m->config.models_from + 100);
    ck_assert_uint_lt(machine_steps(m), m->config.models_to - 100);
    ck_assert_uint_gt(c.l1d.misses, 0);
    ck_assert_uint_gt(m->harts[0].mmu.stalls, 0);
}

static void check_window_end(struct machine *m)
{
    struct mmu_counts c;

    mmu_count(&m->harts[0].mmu, &c);
    ck_assert(!m->is_modelling);
    ck_assert_uint_gt(machine_steps(m), m->config.models_to);
    ck_assert_uint_lt(c.l1i.accesses, 550);
    ck_assert_uint_ne(peek(m, SEEN, 4), 0);
}

static void map_pages(struct machine *m)
{
    const uint32_t leaf = 0x0f; /* V R W X; A and D come by themselves */

    poke(m, TABLES, 4, leaf); /* devices */
    poke(m, TABLES + 4 * (DRAM_BASE >> 22), 4, DRAM_BASE >> 2 | leaf);
    poke(m, TABLES + 4 * (PAGES_VA >> 22), 4, (TABLES + 4096) >> 2 | 1);
    for (uint32_t i = 0; i < PAGES; i++)
        poke(m, TABLES + 4096 + 4 * i, 4, (BUFFER + 4096 * i) >> 2 | leaf);
}

/* To S-mode with translation. */
static void op_supervisor(struct program *p)
{
    op_csrw(p, PMPADDR0, 0xffffffff);
    op_csrw(p, PMPCFG0, 0x1f);
    op_csrw(p, SATP, 0x80000000 | TABLES >> 12);
    op_csrw(p, MSTATUS, PRIV_S << MSTATUS_MPP_SHIFT);
    op_csrw(p, MEPC, (uint32_t)p->at + 4 * 4);
    op(p, "mret", 0, 0, 0, 0);
}

static uint64_t write_pages(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    map_pages(m);
    op_supervisor(&p);
    op_walk(&p, PAGES_VA, 4096 + 64, 24);
    stop = p.at;
    op_walk(&p, PAGES_VA + 31 * 4096, -4096 - 128, 16);
    op_walk(&p, PAGES_VA, 4096 + 64, 24);
    op_save(&p, SEEN, S1);
    op_pass(&p);
    return stop;
}

/* One page, whose table is changed after the snapshot. */
static uint64_t write_remap(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    map_pages(m);
    poke(m, BUFFER, 4, 5);
    poke(m, BUFFER + 4096, 4, 6);
    op_supervisor(&p);
    op_read(&p, A1, PAGES_VA);
    stop = p.at;
    op_read(&p, A1, PAGES_VA);
    op_save(&p, SEEN, A1);
    op_write(&p, TABLES + 4096, (BUFFER + 4096) >> 2 | 0xcf);
    op(&p, "sfence.vma", 0, ZERO, ZERO, 0);
    op_read(&p, A1, PAGES_VA);
    op_save(&p, SEEN + 4, A1);
    op_walk(&p, PAGES_VA, 4, 16);
    op_pass(&p);
    return stop;
}

static void check_mapped(struct machine *m)
{
    ck_assert_int_eq(m->harts[0].priv, PRIV_S);
    ck_assert_ptr_null(m->harts[0].mmu.models);
    ck_assert_uint_eq(peek(m, TABLES + 4096, 4) >> 10, BUFFER >> 12);
}

static void check_remapped(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 5);
    ck_assert_uint_eq(peek(m, SEEN + 4, 4), 6);
}

static unsigned valid_entries(const struct mmu *mmu, enum mmu_tlb which)
{
    unsigned ways, n = 0;
    struct tlb_view v;

    for (unsigned i = 0; i < mmu_tlb_entries(mmu, which, &ways); i++) {
        mmu_tlb_look(mmu, which, i, &v);
        n += v.is_valid;
    }
    return n;
}

static void check_full(struct machine *m)
{
    const struct mmu *mmu = &m->harts[0].mmu;
    unsigned ways, bytes, dirty = 0;
    struct cache_view v;

    ck_assert_int_eq(m->harts[0].priv, PRIV_S);
    ck_assert_uint_eq(valid_entries(mmu, MMU_DTLB), 8);
    ck_assert_uint_eq(valid_entries(mmu, MMU_L2TLB), 16);
    for (unsigned i = 0; i < mmu_cache_lines(mmu, MMU_L1D, &ways, &bytes);
         i++) {
        mmu_cache_look(mmu, MMU_L1D, i, &v);
        dirty += v.is_dirty;
    }
    ck_assert_uint_ge(dirty, 4);
}

static void check_pages_end(struct machine *m)
{
    struct mmu_counts c;

    mmu_count(&m->harts[0].mmu, &c);
    ck_assert_uint_gt(c.dtlb.misses, 24);
    ck_assert_uint_gt(c.walks.updates, 24);
    ck_assert_uint_gt(c.l1d.writebacks, 8);
    ck_assert_int_eq(peek(m, TABLES + 4096 + 4, 1) & 0xc0, 0xc0);
}

/* clang-format off */
static const struct scene scenes[] = {
    { "before a page table is changed, nothing modelled", 1, NO_DRIVE,
      false, OFF, OFF, write_remap, check_mapped, NULL, check_remapped },
    { "half through the window of the models", 1, NO_DRIVE, true, 100, 500,
      write_window, check_window, NULL, check_window_end },
    { "with full TLBs and dirty lines", 1, NO_DRIVE, true, 0, 0,
      write_pages, check_full, NULL, check_pages_end },
};
/* clang-format on */

const struct scene_list model_scenes = {scenes, ARRAY_SIZE(scenes)};
