/*
 * The modelled hierarchy against its reference: the same stream of accesses
 * goes to the mmu, filters and all, and to tests/ref_hierarchy.c; each result,
 * every count and the whole state of TLBs and caches must be equal.
 */
#include "mmu/cache.h"
#include "mmu/heat.h"
#include "mmu/mmu.h"
#include "mmu/tlb.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "tests/ref_hierarchy.h"
#include "tests/unit.h"

#define RAM UINT64_C(0x80000000)
#define RAM_SIZE (UINT64_C(1) << 21)
#define FRAMES (RAM_SIZE >> 12)
#define SPACES 3
#define TABLES 16 /* frames from the second on that hold page tables */

struct tlb_shape {
    unsigned entries, ways;
};

struct cache_shape {
    unsigned size_bytes, ways, line_bytes;
};

struct shape {
    const char *name;
    struct tlb_shape itlb, dtlb, l2tlb;
    struct cache_shape l1i, l1d, l2;
    unsigned n_harts;
    bool is_svade, has_heat;
    /* Replacement of the six in the order above: lru, plru, fifo, random. */
    const char *policies;
    /* Of l1d and l2: b write-back, t write-through, n write-back without
     * allocation, x write-through without it. */
    const char *writes;
};

// clang-format off
static const struct shape shapes[] = {
    { "as by default",
      {32, 32}, {32, 32}, {512, 4},
      {32768, 8, 64}, {32768, 8, 64}, {524288, 8, 64}, 1, false, false,
      "llllll", "bb" },
    { "tiny, with heat",
      {4, 4}, {3, 3}, {16, 2},
      {512, 2, 32}, {256, 1, 32}, {2048, 4, 32}, 1, false, true,
      "llllll", "bb" },
    { "one entry each",
      {1, 1}, {1, 1}, {1, 1},
      {64, 1, 64}, {64, 1, 64}, {64, 1, 64}, 1, true, false,
      "llllll", "bb" },
    { "set-associative first levels",
      {16, 2}, {16, 4}, {64, 64},
      {1024, 4, 16}, {2048, 8, 16}, {8192, 2, 64}, 1, false, false,
      "llllll", "bb" },
    { "no second levels",
      {8, 8}, {8, 8}, {0, 0},
      {1024, 2, 64}, {1024, 2, 64}, {0, 0, 0}, 1, true, false,
      "llllll", "bb" },
    { "long lines over short ones",
      {8, 8}, {8, 4}, {32, 4},
      {8192, 2, 256}, {4096, 2, 128}, {8192, 4, 32}, 1, false, false,
      "llllll", "bb" },
    { "TLBs alone",
      {8, 8}, {8, 8}, {32, 4},
      {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, 1, false, true,
      "llllll", "bb" },
    { "caches alone",
      {0, 0}, {0, 0}, {0, 0},
      {1024, 2, 64}, {2048, 4, 64}, {8192, 8, 64}, 1, false, false,
      "llllll", "bb" },
    { "two harts",
      {8, 8}, {8, 8}, {32, 4},
      {1024, 2, 64}, {2048, 4, 64}, {8192, 8, 64}, 2, false, false,
      "llllll", "bb" },
    { "lines of 8 and of 4096 bytes",
      {4, 4}, {4, 4}, {16, 1},
      {8192, 2, 4096}, {512, 4, 8}, {65536, 4, 4096}, 2, false, false,
      "llllll", "bb" },
    { "two harts, TLBs alone",
      {8, 8}, {8, 8}, {32, 4},
      {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, 2, false, false,
      "llllll", "bb" },
    { "two harts, nothing modelled",
      {0, 0}, {0, 0}, {0, 0},
      {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, 2, false, true,
      "llllll", "bb" },
    { "plru throughout",
      {8, 8}, {8, 4}, {32, 4},
      {1024, 2, 64}, {2048, 8, 64}, {8192, 8, 64}, 1, false, false,
      "pppppp", "bb" },
    { "fifo and write-through",
      {8, 8}, {8, 8}, {32, 4},
      {1024, 2, 64}, {2048, 8, 64}, {8192, 8, 64}, 2, false, false,
      "ffffff", "tb" },
    { "random, nothing allocated",
      {8, 8}, {6, 6}, {36, 9},
      {1024, 2, 64}, {2048, 8, 32}, {8192, 8, 64}, 2, false, false,
      "rrrrrr", "nx" },
};
// clang-format on

static const struct shape *shape;
static uint64_t random_seed_of_policies;
static struct bus bus;
static struct mmu mmu[REF_HARTS];
static struct cache *l2;
static struct heat heat;
static struct ref ref;
static struct random rng;
static uint64_t marks[REF_HARTS][FRAMES], calls[REF_HARTS], due[REF_HARTS];
static uint64_t noted[HEAT_KINDS][FRAMES];
#define RECENT 6
static uint64_t recent_pa[RECENT];
static unsigned at; /* the hart whose turn it is */

static uint64_t below(uint64_t n)
{
    return random_below(&rng, n);
}

static bool one_in(uint64_t n)
{
    return !below(n);
}

/* Set-up. */

static void code_written(void *ctx, uint64_t pa, uint64_t len)
{
    (void)pa;
    ck_assert_uint_gt(len, 0);
    ++*(uint64_t *)ctx;
}

static void on_dma_read(void *ctx, uint64_t pa, uint64_t len)
{
    mmu_snoop_dma_read(ctx, pa, len);
}

static void on_dma_write(void *ctx, uint64_t pa, uint64_t len)
{
    mmu_snoop_dma_write(ctx, pa, len);
}

/* The first number of structure k's random sequence (docs/machine.md). */
static uint32_t first_random(unsigned k)
{
    uint32_t x = (uint32_t)((random_seed_of_policies + 1) * 2654435769u +
                            (uint64_t)k * 40503);

    return x ? x : 1;
}

static void make_ref_tlb(struct ref_tlb *t, const struct tlb_shape *s,
                         unsigned which, unsigned k)
{
    ref_make_tlb(t, s->entries, s->ways, shape->policies[which],
                 first_random(k));
}

static void make_ref_cache(struct ref_cache *c, const struct cache_shape *s,
                           unsigned which, char write, unsigned k)
{
    ref_make_cache(c, s->size_bytes, s->ways, s->line_bytes,
                   shape->policies[which], first_random(k));
    c->is_through = write == 't' || write == 'x';
    c->is_no_allocate = write == 'n' || write == 'x';
}

static void make_ref_hart(struct ref_hart *h, unsigned i)
{
    memset(h, 0, sizeof *h);
    make_ref_tlb(&h->itlb, &shape->itlb, 0, 8 * i + 3);
    make_ref_tlb(&h->dtlb, &shape->dtlb, 1, 8 * i + 4);
    make_ref_tlb(&h->l2tlb, &shape->l2tlb, 2, 8 * i + 5);
    make_ref_cache(&h->l1i, &shape->l1i, 3, shape->writes[0], 8 * i);
    make_ref_cache(&h->l1d, &shape->l1d, 4, shape->writes[0], 8 * i + 1);
}

static void make_ref(void)
{
    memset(&ref, 0, sizeof ref);
    ref.ram = calloc(1, RAM_SIZE);
    ref.base_pa = RAM;
    ref.size = RAM_SIZE;
    ref.is_svade = shape->is_svade;
    ref.has_tlbs = shape->dtlb.entries;
    ref.has_caches = shape->l1d.size_bytes;
    ref.n_harts = shape->n_harts;
    for (unsigned i = 0; i < ref.n_harts; i++)
        make_ref_hart(&ref.hart[i], i);
    make_ref_cache(&ref.l2, &shape->l2, 5, shape->writes[1], 2);
}

static enum replacement policy_of(unsigned which)
{
    static const char letters[] = {[REPLACE_LRU] = 'l',
                                   [REPLACE_PLRU] = 'p',
                                   [REPLACE_FIFO] = 'f',
                                   [REPLACE_RANDOM] = 'r'};
    unsigned i = 0;

    while (letters[i] != shape->policies[which])
        i++;
    return (enum replacement)i;
}

static struct tlb_geometry tlb_geometry(const struct tlb_shape *s,
                                        unsigned which)
{
    struct tlb_geometry g = {s->entries, s->ways, policy_of(which)};

    ck_assert_ptr_null(tlb_geometry_check(&g));
    return g;
}

static struct cache_geometry cache_geometry(const struct cache_shape *s,
                                            unsigned which, char write)
{
    struct cache_geometry g = {
        .size_bytes = s->size_bytes,
        .ways = s->ways,
        .line_bytes = s->line_bytes,
        .replacement = policy_of(which),
        .is_write_through = write == 't' || write == 'x',
        .is_no_allocate = write == 'n' || write == 'x',
    };

    ck_assert_ptr_null(cache_geometry_check(&g));
    return g;
}

static void make(void)
{
    struct mmu_config config = {
        .itlb = tlb_geometry(&shape->itlb, 0),
        .dtlb = tlb_geometry(&shape->dtlb, 1),
        .l2tlb = tlb_geometry(&shape->l2tlb, 2),
        .l1i = cache_geometry(&shape->l1i, 3, shape->writes[0]),
        .l1d = cache_geometry(&shape->l1d, 4, shape->writes[0]),
        .seed = random_seed_of_policies,
        .is_timed = true,
        .is_svade = shape->is_svade};
    struct cache_geometry shared =
        cache_geometry(&shape->l2, 5, shape->writes[1]);
    struct mmu *harts[REF_HARTS] = {&mmu[0], &mmu[1]};

    bus_init(&bus, RAM, RAM_SIZE, 0, 0);
    bus.snoop.dma_read = on_dma_read;
    bus.snoop.dma_write = on_dma_write;
    bus.snoop.ctx = &mmu[0];
    l2 = cache_new(&shared,
                   replace_seed(random_seed_of_policies, 0, REPLACE_L2));
    for (unsigned i = 0; i < shape->n_harts; i++) {
        struct mmu_port port = {.code_written = code_written, .ctx = &calls[i]};

        config.hart = i;
        mmu_init(&mmu[i], &config, &bus, l2);
        mmu_set_port(&mmu[i], &port);
    }
    mmu_join(harts, shape->n_harts);
    heat_init(&heat, &bus);
    for (unsigned i = 0; i < shape->n_harts && shape->has_heat; i++)
        mmu_set_heat(&mmu[i], &heat);
    memset(marks, 0, sizeof marks);
    memset(calls, 0, sizeof calls);
    memset(due, 0, sizeof due);
    memset(noted, 0, sizeof noted);
    at = 0;
    make_ref();
}

static void destroy(void)
{
    for (unsigned i = 0; i < shape->n_harts; i++)
        mmu_free(&mmu[i]);
    cache_delete(l2);
    heat_free(&heat);
    bus_free(&bus);
    ref_free(&ref);
}

static void write_both(uint64_t pa, unsigned size, uint64_t v)
{
    memcpy(bus_ram(&bus, pa, size), &v, size);
    memcpy(ref.ram + (pa - RAM), &v, size);
}

/* Page tables: each space has a root and two tables of leaves; the second of
 * them is shared. Root entry 1 is a megapage, 3 changes. */

static uint64_t root_of(unsigned space)
{
    return RAM + 0x1000 * (1 + 2 * (uint64_t)space);
}

static uint64_t leaves_of(unsigned space, unsigned which)
{
    return which ? RAM + 0x1000 * (1 + 2 * SPACES)
                 : RAM + 0x1000 * (2 + 2 * (uint64_t)space);
}

/* Mostly pages that work; all kinds of others. */
static uint64_t any_pte(void)
{
    static const uint8_t usual[] = {0xcf, 0xc7, 0xdf, 0xd7, 0x0f, 0x4f,
                                    0x5f, 0x47, 0xef, 0xff, 0x4b, 0x53};
    uint64_t flags = one_in(12) ? below(256) : usual[below(sizeof usual)];
    uint64_t frame = one_in(40) ? below(1 << 22)
                                : (RAM >> 12) + TABLES + below(FRAMES - TABLES);

    if (shape->dtlb.entries && one_in(60))
        frame = (RAM >> 12) + 1 + below(TABLES - 1);
    return (frame & 0x3fffff) << 10 | flags;
}

static uint64_t mega_pte(void)
{
    uint64_t pte = any_pte() & 0xff;

    return (RAM >> 22 << 20) | pte | (one_in(20) ? below(1024) << 10 : 0);
}

static void remap(void)
{
    unsigned space = (unsigned)below(SPACES), which = (unsigned)below(2);
    uint64_t index = below(48);

    if (one_in(30)) {
        write_both(root_of(space) + 4 * 3, 4,
                   one_in(2) ? mega_pte() : leaves_of(space, 1) >> 2 | 1);
        return;
    }
    write_both(leaves_of(space, which) + 4 * index, 4, any_pte());
}

static void fill_tables(void)
{
    for (unsigned space = 0; space < SPACES; space++) {
        write_both(root_of(space), 4, leaves_of(space, 0) >> 2 | 1);
        write_both(root_of(space) + 4, 4, mega_pte());
        write_both(root_of(space) + 8, 4, leaves_of(space, 1) >> 2 | 1);
        write_both(root_of(space) + 12, 4,
                   leaves_of(space, 1) >> 2 | (space == 1 ? 0x21 : 1));
        for (unsigned i = 0; i < 48; i++) {
            write_both(leaves_of(space, 0) + 4 * i, 4, any_pte());
            write_both(leaves_of(space, 1) + 4 * i, 4, any_pte());
        }
    }
}

/* Comparison. */

static void compare_tlb(struct mmu *m, enum mmu_tlb which,
                        const struct ref_tlb *t)
{
    unsigned ways, n = mmu_tlb_entries(m, which, &ways);

    for (unsigned i = 0; i < n; i++) {
        const struct ref_entry *e = &t->entries[i];
        unsigned valid = 0;
        struct tlb_view v;

        mmu_tlb_look(m, which, i, &v);
        ck_assert_int_eq(v.is_valid, e->is_valid);
        for (unsigned j = i / ways * ways; j < i / ways * ways + ways; j++)
            valid += t->entries[j].is_valid;
        if (v.is_valid || t->choice.policy == 'p')
            ck_assert_uint_eq(v.rank, ref_rank(&t->choice, i / ways, i % ways,
                                               e->age, valid));
        if (!v.is_valid)
            continue;
        ck_assert_uint_eq(v.va, e->vpn << 12);
        ck_assert_uint_eq(v.pa, e->frame << 12);
        ck_assert_uint_eq(v.level, e->level);
        ck_assert_int_eq(v.is_whole, e->is_whole);
        ck_assert_int_eq(v.is_global, e->is_global);
        ck_assert_uint_eq(v.flags, e->flags);
        if (!v.is_global)
            ck_assert_uint_eq(v.asid, e->asid);
    }
}

static void compare_lines(struct mmu *m, enum mmu_cache which,
                          const struct ref_cache *c)
{
    unsigned ways, bytes, n = mmu_cache_lines(m, which, &ways, &bytes);

    for (unsigned i = 0; i < n; i++) {
        const struct ref_line *l = &c->lines[i];
        unsigned valid = 0;
        struct cache_view v;

        mmu_cache_look(m, which, i, &v);
        ck_assert_int_eq(v.is_valid, l->is_valid);
        for (unsigned j = i / ways * ways; j < i / ways * ways + ways; j++)
            valid += c->lines[j].is_valid;
        if (v.is_valid || c->choice.policy == 'p')
            ck_assert_uint_eq(v.rank, ref_rank(&c->choice, i / ways, i % ways,
                                               l->age, valid));
        if (!v.is_valid)
            continue;
        ck_assert_uint_eq(v.pa, l->number * bytes);
        ck_assert_int_eq(v.is_dirty, l->is_dirty);
    }
}

static void compare_counts(const struct mmu_counts *c, const struct ref_hart *h)
{
    ck_assert_uint_eq(c->itlb.accesses, h->itlb.accesses);
    ck_assert_uint_eq(c->itlb.misses, h->itlb.misses);
    ck_assert_uint_eq(c->dtlb.accesses, h->dtlb.accesses);
    ck_assert_uint_eq(c->dtlb.misses, h->dtlb.misses);
    ck_assert_uint_eq(c->l2tlb.accesses, h->l2tlb.accesses);
    ck_assert_uint_eq(c->l2tlb.misses, h->l2tlb.misses);
    ck_assert_uint_eq(c->l1i.accesses, h->l1i.accesses);
    ck_assert_uint_eq(c->l1i.misses, h->l1i.misses);
    ck_assert_uint_eq(c->l1d.accesses, h->l1d.accesses);
    ck_assert_uint_eq(c->l1d.misses, h->l1d.misses);
    ck_assert_uint_eq(c->l1d.writebacks, h->l1d.writebacks);
    ck_assert_uint_eq(c->l1d.writethroughs, h->l1d.writethroughs);
}

static void compare_all(void)
{
    for (unsigned i = 0; i < shape->n_harts; i++) {
        struct ref_hart *h = &ref.hart[i];
        struct mmu_counts counts;

        mmu_count(&mmu[i], &counts);
        compare_counts(&counts, h);
        ck_assert_uint_eq(mmu[i].stalls, h->stalls);
        compare_tlb(&mmu[i], MMU_ITLB, &h->itlb);
        compare_tlb(&mmu[i], MMU_DTLB, &h->dtlb);
        compare_tlb(&mmu[i], MMU_L2TLB, &h->l2tlb);
        compare_lines(&mmu[i], MMU_L1I, &h->l1i);
        compare_lines(&mmu[i], MMU_L1D, &h->l1d);
        ck_assert_uint_eq(calls[i], due[i]);
    }
    if (l2) {
        compare_lines(&mmu[0], MMU_L2, &ref.l2);
        ck_assert_uint_eq(l2->stats.accesses, ref.l2.accesses);
        ck_assert_uint_eq(l2->stats.misses, ref.l2.misses);
        ck_assert_uint_eq(l2->stats.writebacks, ref.l2.writebacks);
        ck_assert_uint_eq(l2->stats.writethroughs, ref.l2.writethroughs);
    }
    ck_assert_int_eq(memcmp(bus.ram, ref.ram, RAM_SIZE), 0);
    for (unsigned kind = 0; kind < HEAT_KINDS && shape->has_heat; kind++)
        ck_assert_int_eq(
            memcmp(heat.last[kind], noted[kind], sizeof noted[kind]), 0);
}

/* What the reference has to know of a good access. */
static void note(enum heat_kind kind, uint64_t pa, unsigned len)
{
    uint64_t frame = (pa - RAM) >> 12;

    noted[kind][frame] = heat.now;
    recent_pa[(pa >> 4 ^ pa >> 9) % RECENT] = pa;
    if (kind != HEAT_WRITE)
        return;
    for (unsigned i = 0; i < shape->n_harts; i++) {
        struct ref_hart *h = &ref.hart[i];
        uint64_t lines = 0;

        for (uint64_t b = pa; b < pa + len; b++)
            lines |= UINT64_C(1) << (b >> 6 & 63);
        due[i] += (marks[i][frame] & lines) != 0;
        if (i != at && h->is_reserved && h->reserved_pa < pa + len &&
            pa < h->reserved_pa + h->reserved_size)
            h->is_reserved = false;
    }
}

static void expect(bool ok, const struct fault *f, const struct ref_result *res)
{
    ck_assert_int_eq(ok, res->is_good);
    if (ok)
        return;
    ck_assert_uint_eq(f->cause, res->cause);
    ck_assert_uint_eq(f->tval, res->tval);
}

static void ref_store(const struct ref_result *res, uint64_t value)
{
    for (unsigned i = 0; i < res->n; i++) {
        memcpy(ref.ram + (res->pa[i] - RAM), &value, res->len[i]);
        value >>= 8 * (res->len[i] & 7);
    }
    for (unsigned i = 0; i < res->n; i++)
        note(HEAT_WRITE, res->pa[i], res->len[i]);
}

static uint64_t ref_value(const struct ref_result *res)
{
    uint8_t bytes[8] = {0};
    uint64_t v;

    memcpy(bytes, ref.ram + (res->pa[0] - RAM), res->len[0]);
    if (res->n == 2)
        memcpy(bytes + res->len[0], ref.ram + (res->pa[1] - RAM), res->len[1]);
    memcpy(&v, bytes, 8);
    return v;
}

/* Operations. */

static void do_load(uint64_t va, unsigned size)
{
    struct ref_result res = ref_access(&ref, at, 'r', va, size, false);
    struct fault f;
    uint64_t v;

    expect(mmu_load(&mmu[at], va, size, &v, &f), &f, &res);
    if (!res.is_good)
        return;
    ck_assert_uint_eq(v, ref_value(&res));
    for (unsigned i = 0; i < res.n; i++)
        note(HEAT_READ, res.pa[i], res.len[i]);
}

static void do_store(uint64_t va, unsigned size)
{
    struct ref_result res = ref_access(&ref, at, 'w', va, size, false);
    uint64_t value = random_next(&rng) & 0x3f3f3f3f3f3f3f3f;
    struct fault f;

    expect(mmu_store(&mmu[at], va, size, value, &f), &f, &res);
    if (res.is_good)
        ref_store(&res, value);
}

static uint64_t swap(uint64_t old, uint64_t arg)
{
    (void)old;
    return arg;
}

static void do_amo(uint64_t va)
{
    struct ref_result res = ref_access(&ref, at, 'w', va, 4, true);
    uint64_t value = below(1 << 30), old;
    struct fault f;

    expect(mmu_amo(&mmu[at], va, 4, swap, value, &old, &f), &f, &res);
    if (!res.is_good)
        return;
    ck_assert_uint_eq(old, ref_value(&res));
    note(HEAT_READ, res.pa[0], 4);
    ref_store(&res, value);
}

static void do_lr(uint64_t va)
{
    struct ref_result res = ref_access(&ref, at, 'r', va, 4, false);
    struct ref_hart *h = &ref.hart[at];
    struct fault f;
    uint64_t v;

    expect(mmu_load_reserved(&mmu[at], va, 4, &v, &f), &f, &res);
    if (!res.is_good)
        return;
    note(HEAT_READ, res.pa[0], 4);
    h->is_reserved = true;
    h->reserved_pa = res.pa[0];
    h->reserved_size = 4;
}

static void do_sc(uint64_t va)
{
    struct ref_hart *h = &ref.hart[at];
    struct ref_result res = {.is_good = true};
    bool stores = h->is_reserved, stored;
    uint64_t pa, value = below(1 << 30);
    struct fault f;

    if (stores && ref_peek_store(&ref, at, va, &pa))
        stores = pa == h->reserved_pa;
    if (stores)
        res = ref_access(&ref, at, 'w', va, 4, false);
    expect(mmu_store_conditional(&mmu[at], va, 4, value, &stored, &f), &f,
           &res);
    if (!res.is_good)
        return;
    ck_assert_int_eq(stored, stores);
    h->is_reserved = false;
    if (stores)
        ref_store(&res, value);
}

/* Addresses that are asked for again, in other contexts and by other harts
 * too; without that, most of what can go wrong does not. */
static uint64_t recent[RECENT];

static uint64_t any_va(void)
{
    static uint64_t last, stride;
    uint64_t page = below(4) << 22 | below(one_in(3) ? 48 : 6) << 12;

    switch (below(7)) {
    case 0:
        return recent[below(RECENT)] = page | below(4096);
    case 1:
        stride = below(2) ? 4 : below(300);
        return last = page | below(64) << 6;
    case 2:
    case 3:
        return recent[below(RECENT)];
    default:
        last += stride;
        return last & 0xffffff;
    }
}

/* DRAM that is not a page table, often where something just was. */
static uint64_t any_pa(void)
{
    uint64_t pa = recent_pa[below(RECENT)];

    if (one_in(4) || pa < RAM + TABLES * 4096 || pa > RAM + RAM_SIZE - 4096)
        return RAM + TABLES * 4096 + below(RAM_SIZE - TABLES * 4096 - 4096);
    return pa;
}

/* Without a modelled TLB nothing says which translation is seen after a
 * store to a page table: the streams leave them alone then. */
static bool is_undefined(uint64_t va)
{
    uint64_t pa;

    return !shape->dtlb.entries && ref_peek_store(&ref, at, va, &pa) &&
           pa - RAM < (TABLES + 1) * 4096;
}

static void step_data(void)
{
    uint64_t va = any_va();
    unsigned size = 1u << below(4);
    bool bare = !ref.hart[at].is_translated;

    if (bare)
        va = RAM + va % (RAM_SIZE - TABLES * 4096) + TABLES * 4096;
    if (!one_in(8))
        va &= ~(uint64_t)(size - 1);
    if (is_undefined(va) || is_undefined(va + size - 1))
        return;
    switch (below(16)) {
    case 0:
        do_amo(va & ~UINT64_C(3));
        break;
    case 1:
        do_lr(va & ~UINT64_C(3));
        break;
    case 2:
        do_sc(one_in(2) && bare ? ref.hart[at].reserved_pa & ~UINT64_C(3)
                                : va & ~UINT64_C(3));
        break;
    case 3:
    case 4:
    case 5:
    case 6:
        do_store(va, size);
        break;
    default:
        do_load(va, size);
    }
}

/* The models are off: page tables are left alone. */
static void off_data(void)
{
    uint64_t va = any_va() & ~UINT64_C(7), pa;

    if (!ref.hart[at].is_translated)
        va = RAM + va % (RAM_SIZE - TABLES * 4096) + TABLES * 4096;
    if (ref_peek_store(&ref, at, va, &pa) && pa - RAM < (TABLES + 1) * 4096)
        return;
    if (one_in(2))
        do_store(va, 8);
    else
        do_load(va, 8);
}

static void dma(void)
{
    uint64_t len = 1 + below(one_in(4) ? 2000 : 100);
    uint64_t pa = RAM + TABLES * 4096 + below(RAM_SIZE - TABLES * 4096 - 4096);
    uint8_t value = (uint8_t)below(64);
    bool is_write = one_in(2);
    uint8_t buffer[4096];

    ref_dma(&ref, is_write, pa, len);
    if (!is_write) {
        ck_assert(bus_dma_read(&bus, pa, buffer, len));
    } else {
        ck_assert(bus_dma_fill(&bus, pa, value, len));
        memset(ref.ram + (pa - RAM), value, len);
    }
    while (len) {
        uint64_t here = 4096 - (pa & 4095) < len ? 4096 - (pa & 4095) : len;
        uint64_t frame = (pa - RAM) >> 12, lines = 0;

        noted[is_write ? HEAT_WRITE : HEAT_READ][frame] = heat.now;
        for (uint64_t b = pa; b < pa + here; b++)
            lines |= UINT64_C(1) << (b >> 6 & 63);
        for (unsigned i = 0; i < shape->n_harts && is_write; i++)
            due[i] += (marks[i][frame] & lines) != 0;
        pa += here;
        len -= here;
    }
}

/* The rights of fetches are those of the same hart without MPRV. */
static bool begin_fetch(uint64_t va, unsigned size, bool *ends)
{
    struct ref_result res = ref_access(&ref, at, 'i', va, size, false);
    struct fetch a, b;
    struct fault f;
    bool ok = mmu_fetch(&mmu[at], va, &a, &f);

    if (ok && size == 4 && a.bytes == 2)
        ok = mmu_fetch_next(&mmu[at], va, &b, &f);
    expect(ok, &f, &res);
    *ends = res.n == 2;
    if (!ok)
        return false;
    ck_assert_uint_eq(a.pa, res.pa[0]);
    ck_assert_ptr_eq(a.host, bus_ram(&bus, a.pa, 2));
    note(HEAT_EXECUTE, res.pa[0], 2);
    if (*ends) {
        ck_assert_uint_eq(b.pa, res.pa[1]);
        note(HEAT_EXECUTE, res.pa[1], 2);
    }
    mmu_count_fetch(&mmu[at], va, size);
    return true;
}

/* A block: fetched from one page, with data accesses between. */
static void step_block(void)
{
    static uint64_t loops[3];
    uint64_t *loop = &loops[below(ARRAY_SIZE(loops))];
    uint64_t va, line = mmu_fetch_line_bytes(&mmu[at]), counted;
    unsigned size = one_in(2) ? 2 : 4;
    bool ends;

    if (one_in(8))
        *loop = any_va() & ~UINT64_C(1);
    va = *loop;
    if (!ref.hart[at].is_translated)
        va = RAM + TABLES * 4096 + va % (RAM_SIZE / 2);
    if (!begin_fetch(va, size, &ends) || ends)
        return;
    counted = (va + size - 1) / line;
    for (unsigned i = (unsigned)below(40); i; i--) {
        va += size;
        size = one_in(2) ? 2 : 4;
        if ((va & 0xfff) + size > 0x1000 || !(va & 0xfff))
            return;
        ck_assert(ref_access(&ref, at, 'i', va, size, false).is_good);
        if (va / line == counted && (va + size - 1) / line == counted) {
            mmu[at].repeat_fetches++;
        } else {
            mmu_count_fetch(&mmu[at], va, size);
            counted = (va + size - 1) / line;
        }
        if (one_in(4))
            step_data();
        if (one_in(100)) {
            dma();
            counted = UINT64_MAX;
        }
    }
}

static void switch_context(void)
{
    struct ref_hart *h = &ref.hart[at];
    unsigned space = (unsigned)below(SPACES);
    /* Two spaces share an ASID, if the TLB is there to say what is seen. */
    unsigned asid = shape->dtlb.entries ? space / 2 : space;
    enum privilege priv = one_in(4) ? PRIV_M : one_in(3) ? PRIV_U : PRIV_S;

    h->is_translated = priv != PRIV_M;
    h->is_user = priv == PRIV_U;
    h->sum = one_in(2);
    h->mxr = one_in(3);
    h->root_pa = root_of(space);
    h->asid = asid;
    if (one_in(2)) {
        mmu_set_satp(&mmu[at], 1u << 31 | asid << 22 | h->root_pa >> 12);
        mmu_set_mode(&mmu[at], priv, false, PRIV_U, h->sum, h->mxr);
    } else {
        mmu_set_mode(&mmu[at], priv, false, PRIV_U, h->sum, h->mxr);
        mmu_set_satp(&mmu[at], 1u << 31 | asid << 22 | h->root_pa >> 12);
    }
}

static void fence(void)
{
    bool has_va = !one_in(4), has_asid = one_in(2);
    uint64_t va = any_va(), asid = below(2);

    ref_sfence(&ref, at, has_va, va, has_asid, asid);
    mmu_sfence(&mmu[at], has_va, va, has_asid, asid);
}

static void fence_all(void)
{
    for (unsigned i = 0; i < shape->n_harts; i++) {
        ref_sfence(&ref, i, false, 0, false, 0);
        mmu_sfence(&mmu[i], false, 0, false, 0);
    }
}

static void mark(void)
{
    uint64_t pa = any_pa(), frame = (pa - RAM) >> 12;

    if (one_in(3)) {
        marks[at][frame] = 0;
        mmu_unmark_code(&mmu[at], pa);
    } else {
        uint64_t line = below(64);

        marks[at][frame] |= UINT64_C(1) << line;
        mmu_mark_code(&mmu[at], RAM + (frame << 12) + line * 64 + below(64), 1);
    }
}

/* Neither a hash nor a snapshot may change what follows. */
static void hash(void)
{
    struct archive *a = one_in(2) ? archive_new_hash() : archive_new_save();

    mmu_archive(&mmu[at], a);
    if (l2)
        cache_archive(l2, a);
    archive_free(a);
}

/* Empty caches and TLBs, policies as at first; counts stay. */
static void restart_cache(struct ref_cache *c, unsigned k)
{
    size_t n = (size_t)c->sets * c->ways;

    if (!c->sets)
        return;
    memset(c->lines, 0, n * sizeof *c->lines);
    memset(c->choice.bits, 0, n * sizeof *c->choice.bits);
    c->choice.x = first_random(k);
}

static void restart_tlb(struct ref_tlb *t, unsigned k)
{
    size_t n = (size_t)t->sets * t->ways;

    if (!t->sets)
        return;
    memset(t->entries, 0, n * sizeof *t->entries);
    memset(t->choice.bits, 0, n * sizeof *t->choice.bits);
    t->choice.x = first_random(k);
}

static void restart_hart(struct ref_hart *h, unsigned i)
{
    restart_tlb(&h->itlb, 8 * i + 3);
    restart_tlb(&h->dtlb, 8 * i + 4);
    restart_tlb(&h->l2tlb, 8 * i + 5);
    restart_cache(&h->l1i, 8 * i);
    restart_cache(&h->l1d, 8 * i + 1);
}

/* Some accesses between, of which nothing may be seen afterwards but what
 * they did to A, D and memory. */
static void switch_off_and_on(void)
{
    bool tlbs = ref.has_tlbs, caches = ref.has_caches;

    if (!one_in(4))
        return;
    for (unsigned i = 0; i < shape->n_harts; i++)
        mmu_switch_models(&mmu[i], false);
    ref.has_tlbs = ref.has_caches = false;
    for (unsigned i = 0; i < 20; i++)
        off_data();
    ref.has_tlbs = tlbs;
    ref.has_caches = caches;
    for (unsigned i = 0; i < shape->n_harts; i++) {
        mmu_switch_models(&mmu[i], true);
        restart_hart(&ref.hart[i], i);
    }
    if (l2)
        cache_clear(l2);
    restart_cache(&ref.l2, 2);
}

static void step_rare(void)
{
    at = (unsigned)below(shape->n_harts);
    switch (below(13)) {
    case 12:
        switch_off_and_on();
        break;
    case 0:
    case 1:
    case 2:
        switch_context();
        break;
    case 3:
    case 4:
        fence();
        break;
    case 5:
    case 6:
    case 7:
        remap();
        if (!shape->dtlb.entries)
            fence_all();
        break;
    case 8:
        dma();
        break;
    case 9:
        ref_fence_i(&ref, at);
        mmu_fence_i(&mmu[at]);
        break;
    case 10:
        mark();
        break;
    case 11:
        hash();
        for (unsigned i = 0; i < shape->n_harts && shape->has_heat; i++)
            mmu_heat_epoch(&mmu[i], heat.now + 1);
    }
}

static void run(uint64_t seed, unsigned steps)
{
    random_seed(&rng, seed);
    random_seed_of_policies = seed;
    make();
    fill_tables();
    for (at = 0; at < shape->n_harts; at++)
        switch_context();
    at = 0;
    for (unsigned i = 0; i < steps; i++) {
        if (one_in(24))
            step_rare();
        else if (one_in(3))
            step_block();
        else
            step_data();
        if (i % (shape->l2.size_bytes > 65536 ? 512 : 64) == 0)
            compare_all();
    }
    compare_all();
    destroy();
}

/* From the environment: a long run is QUIRE_STEPS=1000000 QUIRE_SHAPES=100. */
static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 0) : otherwise;
}

START_TEST(counts_and_state_equal_the_reference)
{
    uint64_t seed = setting("QUIRE_SEED", 1);

    shape = &shapes[_i];
    printf("# %s: QUIRE_SEED=%llu\n", shape->name, (unsigned long long)seed);
    fflush(stdout);
    for (uint64_t s = seed; s < seed + 4; s++)
        run(s, (unsigned)setting("QUIRE_STEPS", 3000));
}
END_TEST

static unsigned power(unsigned least, unsigned most)
{
    return 1u << (least + below(most - least + 1));
}

/* plru needs a power of two of ways. */
static char any_policy(unsigned ways)
{
    return ways & (ways - 1) ? "lfr"[below(3)] : "lpfr"[below(4)];
}

static struct tlb_shape any_tlb(char *policy)
{
    unsigned ways = one_in(3) ? 1 + (unsigned)below(12) : power(0, 4);
    struct tlb_shape s = {ways * power(0, 3), ways};

    if (one_in(3))
        s.entries = ways;
    *policy = any_policy(ways);
    return s;
}

static struct cache_shape any_cache(char *policy)
{
    unsigned ways = one_in(3) ? 1 + (unsigned)below(12) : power(0, 4);
    struct cache_shape s = {0, ways, one_in(2) ? 64 : power(3, 9)};

    s.size_bytes = ways * s.line_bytes * power(0, 5);
    *policy = any_policy(ways);
    return s;
}

/* Any shape that the options allow, small enough to be full soon. */
static void draw(struct shape *s, char *policies, char *writes)
{
    memset(s, 0, sizeof *s);
    memcpy(policies, "llllll", 7);
    s->name = "random";
    s->policies = policies;
    s->writes = writes;
    for (unsigned i = 0; i < 2; i++)
        writes[i] = "bbtnx"[below(5)];
    s->n_harts = 1 + one_in(3);
    s->is_svade = one_in(4);
    s->has_heat = one_in(8);
    if (!one_in(6)) {
        s->itlb = any_tlb(&policies[0]);
        s->dtlb = any_tlb(&policies[1]);
    }
    if (s->dtlb.entries && !one_in(4))
        s->l2tlb = any_tlb(&policies[2]);
    if (s->dtlb.entries && one_in(8))
        return;
    s->l1i = any_cache(&policies[3]);
    s->l1d = any_cache(&policies[4]);
    if (!one_in(5))
        s->l2 = any_cache(&policies[5]);
}

static void print_shape(uint64_t seed, const struct shape *s)
{
    printf("# QUIRE_SEED=%llu: %u harts, i %u:%u, d %u:%u, l2 %u:%u, "
           "l1i %u:%u:%u, l1d %u:%u:%u, l2 %u:%u:%u, %s, %s\n",
           (unsigned long long)seed, s->n_harts, s->itlb.entries, s->itlb.ways,
           s->dtlb.entries, s->dtlb.ways, s->l2tlb.entries, s->l2tlb.ways,
           s->l1i.size_bytes, s->l1i.ways, s->l1i.line_bytes, s->l1d.size_bytes,
           s->l1d.ways, s->l1d.line_bytes, s->l2.size_bytes, s->l2.ways,
           s->l2.line_bytes, s->policies, s->writes);
    fflush(stdout);
}

START_TEST(random_shapes_equal_the_reference)
{
    uint64_t seed = setting("QUIRE_SEED", 1);

    for (uint64_t n = setting("QUIRE_SHAPES", 40); n; n--, seed++) {
        char policies[7] = "", writes[3] = "";
        struct shape drawn;

        random_seed(&rng, seed ^ 0x5eed);
        draw(&drawn, policies, writes);
        shape = &drawn;
        print_shape(seed, shape);
        run(seed, (unsigned)setting("QUIRE_STEPS", 3000));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hierarchy");
    TCase *tc = tcase_create("hierarchy");

    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, counts_and_state_equal_the_reference, 0,
                        (int)ARRAY_SIZE(shapes));
    tcase_add_test(tc, random_shapes_equal_the_reference);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
