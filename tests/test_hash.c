/*
 * The hash of a machine, kept up by frame: it depends on the state alone, not
 * on when it was asked for before, and no way of writing DRAM escapes it.
 */
#include "machine/machine.h"

#include <string.h>

#include "base/random.h"
#include "tests/machine_rig.h"

#define ROOT UINT64_C(0x80030000)
#define LEAVES UINT64_C(0x80031000)
#define FRAMES UINT64_C(0x80040000)
#define PAGES 16
#define VA UINT64_C(0x40000000)
#define HARTS 2
#define OPERATIONS 6000

static struct machine *m;
static struct mmu *mmu; /* of the hart whose turn it is */
static struct random r;
static uint64_t ram_field;

static uint64_t pick(uint64_t bound)
{
    return random_below(&r, bound);
}

/* A virtual address, and one of DRAM. */
static uint64_t pick_va(void)
{
    return VA + pick(PAGES - 1) * MMU_PAGE_SIZE +
           (pick(8) ? pick(MMU_PAGE_SIZE) : MMU_PAGE_SIZE - 1 - pick(4));
}

static uint64_t pick_pa(void)
{
    return FRAMES + pick((PAGES - 2) * MMU_PAGE_SIZE);
}

static uint64_t leaf_pa(uint64_t va)
{
    return LEAVES + 4 * (va >> MMU_PAGE_SHIFT & 1023);
}

/* A reset has put the harts where they start. */
static void enter_s_mode(void)
{
    for (unsigned i = 0; i < HARTS; i++) {
        mmu_set_satp(&m->harts[i].mmu, UINT64_C(1) << 31 | ROOT >> 12);
        mmu_set_mode(&m->harts[i].mmu, PRIV_S, false, PRIV_S, false, false);
    }
}

static void map_page(uint64_t va, uint64_t pa, unsigned bits)
{
    poke(m, leaf_pa(va), 4, pa >> 12 << PTE_PPN_SHIFT | bits);
}

static void make(bool has_tlbs, bool has_caches)
{
    struct machine_config config = small_config(REPLACE_LRU);
    struct mmu_config *models = &config.hart.mmu;

    config.n_harts = HARTS;
    models->has_pmp = false;
    if (!has_tlbs)
        models->itlb = models->dtlb = models->l2tlb = (struct tlb_geometry){0};
    if (!has_caches)
        models->l1i = models->l1d = config.l2 = (struct cache_geometry){0};
    m = machine_create(&config);
    mmu = &m->harts[0].mmu;
    poke(m, ROOT + 4 * (VA >> 22), 4, LEAVES >> 12 << PTE_PPN_SHIFT | PTE_V);
    for (unsigned i = 0; i < PAGES; i++)
        map_page(VA + i * MMU_PAGE_SIZE, FRAMES + i * MMU_PAGE_SIZE,
                 PTE_V | PTE_R | PTE_W | PTE_X);
    enter_s_mode();
}

/* ---- ways to write, or to be given leave to ---- */

static void do_store(void)
{
    struct fault f;

    (void)!mmu_store(mmu, pick_va(), 1u << pick(4), random_next(&r), &f);
}

static void do_load(void) /* may set A */
{
    struct fault f;
    uint64_t value;

    (void)!mmu_load(mmu, pick_va(), 1u << pick(4), &value, &f);
}

static void do_fetch(void) /* may set A */
{
    struct fetch out;
    struct fault f;

    (void)!mmu_fetch(mmu, pick_va() & ~UINT64_C(1), &out, &f);
}

static uint64_t add(uint64_t old, uint64_t arg)
{
    return old + arg;
}

static void do_amo(void)
{
    struct fault f;
    uint64_t old;

    (void)!mmu_amo(mmu, pick_va() & ~UINT64_C(3), 4, add, random_next(&r), &old,
                   &f);
}

static void do_reserve(void)
{
    uint64_t va = pick_va() & ~UINT64_C(3), value;
    struct fault f;
    bool stored;

    (void)!mmu_load_reserved(mmu, va, 4, &value, &f);
    (void)!mmu_store_conditional(mmu, va, 4, value + 1, &stored, &f);
}

static void do_zero_block(void)
{
    struct fault f;

    (void)!mmu_cbo_zero(mmu, pick_va(), &f);
}

static void do_dma_write(void)
{
    uint64_t value[9] = {random_next(&r)};

    ck_assert(bus_dma_write(&m->bus, pick_pa(), value, 1 + pick(72)));
}

static void do_dma_fill(void)
{
    ck_assert(bus_dma_fill(&m->bus, pick_pa(), (uint8_t)pick(4), pick(5000)));
}

static void do_dma_copy(void)
{
    ck_assert(bus_dma_copy(&m->bus, pick_pa(), pick_pa(), pick(5000)));
}

static void do_host_write(void)
{
    poke(m, pick_pa(), 1, random_next(&r));
}

static void do_remap(void)
{
    uint64_t va = pick_va();

    map_page(va, pick_pa(), PTE_V | PTE_R | PTE_W | PTE_X);
    mmu_sfence(mmu, true, va, false, 0);
}

static void do_code(void) /* takes leave away, and gives it again */
{
    uint64_t pa = pick_pa();

    mmu_mark_code(mmu, pa, 64);
    if (pick(2))
        mmu_unmark_code(mmu, pa);
}

static void do_reset(void)
{
    m->is_reset_asked = true;
    ck_assert_int_eq(machine_run(m, 0), STOP_STEPS);
    enter_s_mode();
}

static void do_restore(void)
{
    const char *why = transfer(m, m);

    ck_assert_msg(!why, "%s", why);
    enter_s_mode();
}

/* The number of the field that is DRAM; its machine is not used further. */
static uint64_t find_ram_field(void)
{
    const struct machine_config config = small_config(REPLACE_LRU);
    struct machine *victim = machine_create(&config);
    bool is_ram = false;
    uint64_t field = 0;

    for (; !is_ram; field++) {
        struct archive *a = archive_new_flip(field, 0);

        machine_archive(victim, a);
        ck_assert_ptr_nonnull(archive_flipped(a));
        is_ram = !strcmp(archive_flipped(a), "memory.ram");
        archive_free(a);
    }
    machine_free(victim);
    return field - 1;
}

static void do_flip(void)
{
    struct archive *a = archive_new_flip(ram_field, (unsigned)pick(1 << 23));

    machine_archive(m, a);
    ck_assert_str_eq(archive_flipped(a), "memory.ram");
    archive_free(a);
}

static void do_other_hart(void)
{
    mmu = &m->harts[pick(HARTS)].mmu;
}

static void do_hash(void)
{
    machine_hash(m);
}

// clang-format off
static const struct operation {
    const char *name;
    void (*perform)(void);
    unsigned weight;
} operations[] = {
    { "store",      do_store,      200 },
    { "load",       do_load,       60 },
    { "fetch",      do_fetch,      20 },
    { "amo",        do_amo,        30 },
    { "lr, sc",     do_reserve,    30 },
    { "cbo.zero",   do_zero_block, 20 },
    { "DMA write",  do_dma_write,  10 },
    { "DMA fill",   do_dma_fill,   5 },
    { "DMA copy",   do_dma_copy,   10 },
    { "host write", do_host_write, 10 },
    { "remap",      do_remap,      20 },
    { "code",       do_code,       10 },
    { "reset",      do_reset,      1 },
    { "restore",    do_restore,    1 },
    { "flip",       do_flip,       1 },
    { "other hart", do_other_hart, 30 },
    { "hash",       do_hash,       60 },
};
// clang-format on

static const struct operation *pick_operation(void)
{
    uint64_t sum = 0, at;
    unsigned i = 0;

    for (unsigned j = 0; j < ARRAY_SIZE(operations); j++)
        sum += operations[j].weight;
    for (at = pick(sum); at >= operations[i].weight; i++)
        at -= operations[i].weight;
    return &operations[i];
}

START_TEST(no_way_of_writing_escapes_it)
{
    const char *seed = getenv("QUIRE_SEED");

    printf("# QUIRE_SEED=%s\n", seed ? seed : "1");
    random_seed(&r, seed ? strtoull(seed, NULL, 0) : 1);
    ram_field = find_ram_field();
    make(_i & 1, _i & 2);
    for (unsigned n = 0; n < OPERATIONS; n++) {
        const struct operation *o = pick_operation();

        o->perform();
        ck_assert_msg(machine_hash_check(m), "operation %u: %s", n, o->name);
    }
    machine_free(m);
}
END_TEST

static uint64_t hash_of_copy(bool has_tlbs, bool has_caches)
{
    struct machine *original = m;
    struct mmu *turn = mmu;
    uint64_t hash;
    const char *why;

    make(has_tlbs, has_caches);
    why = transfer(original, m);
    ck_assert_msg(!why, "%s", why);
    hash = machine_hash(m);
    machine_free(m);
    m = original;
    mmu = turn;
    return hash;
}

/* Each operation by itself, seen by one who asks for the first time. */
START_TEST(who_asks_often_and_who_asks_once_agree)
{
    const struct operation *o = &operations[_i];

    random_seed(&r, 7);
    ram_field = find_ram_field();
    for (unsigned models = 0; models < 4; models++) {
        make(models & 1, models & 2);
        for (unsigned n = 0; n < 40; n++) {
            o->perform();
            if (n % 3 == 0)
                do_hash();
            if (n % 20 == 19)
                ck_assert_uint_eq(machine_hash(m),
                                  hash_of_copy(models & 1, models & 2));
        }
        machine_free(m);
    }
}
END_TEST

/* Leave to store without asking is taken back when the digest is taken. */
START_TEST(a_store_after_the_hash_is_another_state)
{
    uint64_t hash, value = 0;
    struct fault f;

    make(_i & 1, _i & 2);
    for (unsigned n = 0; n < 100; n++) {
        hash = machine_hash(m);
        ck_assert(mmu_store(mmu, VA + 64, 4, ++value, &f));
        ck_assert(mmu_store(mmu, VA + 64, 4, ++value, &f));
        ck_assert_uint_ne(machine_hash(m), hash);
        ck_assert(machine_hash_check(m));
    }
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hash");
    TCase *tc = tcase_create("hash");

    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, no_way_of_writing_escapes_it, 0, 4);
    tcase_add_loop_test(tc, who_asks_often_and_who_asks_once_agree, 0,
                        ARRAY_SIZE(operations));
    tcase_add_loop_test(tc, a_store_after_the_hash_is_another_state, 0, 4);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
