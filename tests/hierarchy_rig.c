/*
 * The two machines of tests/hierarchy_rig.h, and their page tables.
 */
#include "tests/hierarchy_rig.h"

#include <string.h>

struct hierarchy_rig rig;

uint64_t below(uint64_t n)
{
    return random_below(&rig.rng, n);
}

bool one_in(uint64_t n)
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

uint32_t hierarchy_first_random(unsigned k)
{
    uint32_t x = (uint32_t)((rig.seed + 1) * 2654435769u + (uint64_t)k * 40503);

    return x ? x : 1;
}

static void make_ref_tlb(struct ref_tlb *t, const struct tlb_shape *s,
                         unsigned which, unsigned k)
{
    ref_make_tlb(t, s->entries, s->ways, rig.shape->policies[which],
                 hierarchy_first_random(k));
}

static void make_ref_cache(struct ref_cache *c, const struct cache_shape *s,
                           unsigned which, char write, unsigned k)
{
    ref_make_cache(c, s->size_bytes, s->ways, s->line_bytes,
                   rig.shape->policies[which], hierarchy_first_random(k));
    c->is_through = write == 't' || write == 'x';
    c->is_no_allocate = write == 'n' || write == 'x';
}

static void make_ref_hart(struct ref_hart *h, unsigned i)
{
    memset(h, 0, sizeof *h);
    make_ref_tlb(&h->itlb, &rig.shape->itlb, 0, 8 * i + 3);
    make_ref_tlb(&h->dtlb, &rig.shape->dtlb, 1, 8 * i + 4);
    make_ref_tlb(&h->l2tlb, &rig.shape->l2tlb, 2, 8 * i + 5);
    make_ref_cache(&h->l1i, &rig.shape->l1i, 3, rig.shape->writes[0], 8 * i);
    make_ref_cache(&h->l1d, &rig.shape->l1d, 4, rig.shape->writes[0],
                   8 * i + 1);
}

static void make_ref(void)
{
    memset(&rig.ref, 0, sizeof rig.ref);
    rig.ref.ram = calloc(1, RAM_SIZE);
    rig.ref.base_pa = RAM;
    rig.ref.size = RAM_SIZE;
    rig.ref.is_svade = rig.shape->is_svade;
    rig.ref.has_tlbs = rig.shape->dtlb.entries;
    rig.ref.has_caches = rig.shape->l1d.size_bytes;
    rig.ref.n_harts = rig.shape->n_harts;
    for (unsigned i = 0; i < rig.ref.n_harts; i++)
        make_ref_hart(&rig.ref.hart[i], i);
    make_ref_cache(&rig.ref.l2, &rig.shape->l2, 5, rig.shape->writes[1], 2);
}

static enum replacement policy_of(unsigned which)
{
    static const char letters[] = {[REPLACE_LRU] = 'l',
                                   [REPLACE_PLRU] = 'p',
                                   [REPLACE_FIFO] = 'f',
                                   [REPLACE_RANDOM] = 'r'};
    unsigned i = 0;

    while (letters[i] != rig.shape->policies[which])
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

void hierarchy_make(void)
{
    struct mmu_config config = {
        .itlb = tlb_geometry(&rig.shape->itlb, 0),
        .dtlb = tlb_geometry(&rig.shape->dtlb, 1),
        .l2tlb = tlb_geometry(&rig.shape->l2tlb, 2),
        .l1i = cache_geometry(&rig.shape->l1i, 3, rig.shape->writes[0]),
        .l1d = cache_geometry(&rig.shape->l1d, 4, rig.shape->writes[0]),
        .seed = rig.seed,
        .is_timed = true,
        .is_svade = rig.shape->is_svade};
    struct cache_geometry shared =
        cache_geometry(&rig.shape->l2, 5, rig.shape->writes[1]);
    struct mmu *harts[REF_HARTS] = {&rig.mmu[0], &rig.mmu[1]};

    bus_init(&rig.bus, RAM, RAM_SIZE, 0, 0);
    rig.bus.snoop.dma_read = on_dma_read;
    rig.bus.snoop.dma_write = on_dma_write;
    rig.bus.snoop.ctx = &rig.mmu[0];
    rig.l2 = cache_new(&shared, replace_seed(rig.seed, 0, REPLACE_L2));
    for (unsigned i = 0; i < rig.shape->n_harts; i++) {
        struct mmu_port port = {.code_written = code_written,
                                .ctx = &rig.calls[i]};

        config.hart = i;
        mmu_init(&rig.mmu[i], &config, &rig.bus, rig.l2);
        mmu_set_port(&rig.mmu[i], &port);
    }
    mmu_join(harts, rig.shape->n_harts);
    heat_init(&rig.heat, &rig.bus);
    for (unsigned i = 0; i < rig.shape->n_harts && rig.shape->has_heat; i++)
        mmu_set_heat(&rig.mmu[i], &rig.heat);
    memset(rig.marks, 0, sizeof rig.marks);
    memset(rig.calls, 0, sizeof rig.calls);
    memset(rig.due, 0, sizeof rig.due);
    memset(rig.noted, 0, sizeof rig.noted);
    rig.at = 0;
    make_ref();
}

void hierarchy_destroy(void)
{
    for (unsigned i = 0; i < rig.shape->n_harts; i++)
        mmu_free(&rig.mmu[i]);
    cache_delete(rig.l2);
    heat_free(&rig.heat);
    bus_free(&rig.bus);
    ref_free(&rig.ref);
}

static void write_both(uint64_t pa, unsigned size, uint64_t v)
{
    memcpy(bus_ram(&rig.bus, pa, size), &v, size);
    memcpy(rig.ref.ram + (pa - RAM), &v, size);
}

/* Page tables: each space has a root and two tables of leaves; the second of
 * them is shared. Root entry 1 is a megapage, 3 changes. */

uint64_t hierarchy_root_of(unsigned space)
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

    if (rig.shape->dtlb.entries && one_in(60))
        frame = (RAM >> 12) + 1 + below(TABLES - 1);
    return (frame & 0x3fffff) << 10 | flags;
}

static uint64_t mega_pte(void)
{
    uint64_t pte = any_pte() & 0xff;

    return (RAM >> 22 << 20) | pte | (one_in(20) ? below(1024) << 10 : 0);
}

void hierarchy_remap(void)
{
    unsigned space = (unsigned)below(SPACES), which = (unsigned)below(2);
    uint64_t index = below(48);

    if (one_in(30)) {
        write_both(hierarchy_root_of(space) + 4 * 3, 4,
                   one_in(2) ? mega_pte() : leaves_of(space, 1) >> 2 | 1);
        return;
    }
    write_both(leaves_of(space, which) + 4 * index, 4, any_pte());
}

void hierarchy_fill_tables(void)
{
    for (unsigned space = 0; space < SPACES; space++) {
        write_both(hierarchy_root_of(space), 4, leaves_of(space, 0) >> 2 | 1);
        write_both(hierarchy_root_of(space) + 4, 4, mega_pte());
        write_both(hierarchy_root_of(space) + 8, 4,
                   leaves_of(space, 1) >> 2 | 1);
        write_both(hierarchy_root_of(space) + 12, 4,
                   leaves_of(space, 1) >> 2 | (space == 1 ? 0x21 : 1));
        for (unsigned i = 0; i < 48; i++) {
            write_both(leaves_of(space, 0) + 4 * i, 4, any_pte());
            write_both(leaves_of(space, 1) + 4 * i, 4, any_pte());
        }
    }
}
