/*
 * The slab allocators: objects do not overlap, keep their contents, and what
 * goes wrong with them is found. Every test runs on each allocator.
 */
#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "guestos/mm/kmem_cache.h"
#include "guestos/mm/slab_debug.h"
#include "init.h"
#include "jiffies.h"
#include "proc_fs.h"
#include "slab.h"
#include "string.h"
#include "sysfs.h"
#include "tests/mm_unit.h"
#include "vmstat.h"

static const char *const allocators[] = {"slub", "slab"};
#define NR_ALLOCATORS ((int)ARRAY_SIZE(allocators))

extern const struct early_param early_param_slub_debug_setup,
    early_param_slub_min_order_setup;

static int nr_harts = 1; /* that run, in turn */

static void boot_with(int allocator, const char *debug)
{
    host_seed();
    ck_assert_int_eq(slab_setup(allocators[allocator]), 0);
    if (debug)
        early_param_slub_debug_setup.setup(debug);
    host_boot(16 * 1024, 2048, 12288);
    __cpu_online_mask.bits = (1ul << nr_harts) - 1;
    host_log();
}

static void boot(int allocator)
{
    boot_with(allocator, NULL);
}

/* One assertion for all bytes: Check notes each in a file. */
static bool is_filled(const unsigned char *p, unsigned char fill, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (p[i] != fill)
            return false;
    return true;
}

static unsigned long slabs_of(struct kmem_cache *s)
{
    return s->node.nr_slabs;
}

START_TEST(random_objects_keep_their_contents)
{
    static struct {
        unsigned char *p;
        size_t size;
        unsigned char fill;
    } held[500];
    unsigned long n = 0;

    boot(_i);
    for (int step = 0; step < 30000; step++) {
        if (n < 500 && host_random(2)) {
            size_t size = 1 + host_random(host_random(4) ? 300 : 12000);
            unsigned char *p = kmalloc(size, GFP_KERNEL);

            ck_assert_ptr_nonnull(p);
            ck_assert_uint_eq((unsigned long)p % ARCH_KMALLOC_MINALIGN, 0);
            ck_assert_uint_ge(ksize(p), size);
            held[n].fill = (unsigned char)step;
            memset(p, held[n].fill, size);
            held[n].p = p;
            held[n++].size = size;
        } else if (n) {
            unsigned long i = host_random(n);

            ck_assert(is_filled(held[i].p, held[i].fill, held[i].size));
            kfree(held[i].p);
            held[i] = held[--n];
        }
        if (step % 256 == 0)
            slab_check();
    }
    while (n--)
        kfree(held[n].p);
    kmem_cache_shrink_all();
    mm_audit();
}
END_TEST

/* -- Several caches against a set of objects ------------------------------ */

#define NR_CACHES 8
#define NR_HELD 600
#define CTOR_FILL 0xc7

static const struct {
    unsigned int size, align;
    slab_flags_t flags;
    bool has_ctor;
} kinds[NR_CACHES] = {
    // clang-format off
    {   1,   0, 0, false},
    {  24,   8, SLAB_NO_MERGE, false},
    {  40,   0, SLAB_HWCACHE_ALIGN, false},
    {  40,   0, SLAB_HWCACHE_ALIGN, true},
    { 100,  64, SLAB_RECLAIM_ACCOUNT, false},
    { 520,   0, 0, true},
    {1500, 256, SLAB_HWCACHE_ALIGN, false},
    {5000,   0, SLAB_CACHE_DMA, false},
    // clang-format on
};

static struct {
    struct kmem_cache *cache;
    unsigned int nr_held;
} caches[NR_CACHES];

static struct {
    unsigned char *p, fill;
    unsigned int kind;
} held[NR_HELD];
static unsigned int nr_held;

static unsigned int constructing; /* the kind whose slabs are made */

static void construct(void *object)
{
    memset(object, CTOR_FILL, kinds[constructing].size);
}

static void construct_40(void *object)
{
    constructing = 3;
    construct(object);
}

static void construct_520(void *object)
{
    constructing = 5;
    construct(object);
}

static void make_cache(unsigned int kind)
{
    caches[kind].cache = kmem_cache_create("test", kinds[kind].size,
                                           kinds[kind].align, kinds[kind].flags,
                                           !kinds[kind].has_ctor ? NULL
                                           : kind == 3           ? construct_40
                                                       : construct_520);
}

static void model_alloc(unsigned int kind)
{
    bool zero = !kinds[kind].has_ctor && host_random(4) == 0;
    unsigned char *p =
        kmem_cache_alloc(caches[kind].cache, host_random(3) ? GFP_KERNEL
                                             : zero ? GFP_ATOMIC | __GFP_ZERO
                                                    : GFP_ATOMIC);

    if (!p)
        return;
    ck_assert_uint_eq((unsigned long)p % max(kinds[kind].align, 1u), 0);
    if (kinds[kind].flags & SLAB_CACHE_DMA)
        ck_assert_uint_lt(virt_to_phys(p) - PHYS_OFFSET, 2u << 20);
    if (kinds[kind].has_ctor)
        ck_assert(is_filled(p, CTOR_FILL, kinds[kind].size));
    held[nr_held].p = p;
    held[nr_held].kind = kind;
    held[nr_held].fill = (unsigned char)host_random(256);
    memset(p, held[nr_held++].fill, kinds[kind].size);
    caches[kind].nr_held++;
}

static void model_free(unsigned int i)
{
    unsigned int kind = held[i].kind;

    ck_assert(is_filled(held[i].p, held[i].fill, kinds[kind].size));
    if (kinds[kind].has_ctor)
        memset(held[i].p, CTOR_FILL, kinds[kind].size);
    kmem_cache_free(caches[kind].cache, held[i].p);
    caches[kind].nr_held--;
    held[i] = held[--nr_held];
}

static void model_step(void)
{
    unsigned int kind = (unsigned int)host_random(NR_CACHES);

    host_run_on((int)host_random((unsigned long)nr_harts));
    switch (host_random(64)) {
    case 0:
        kmem_cache_shrink(caches[kind].cache);
        break;
    case 1:
        if (caches[kind].nr_held)
            break;
        kmem_cache_destroy(caches[kind].cache);
        make_cache(kind);
        break;
    case 2: /* all of a kind go */
        for (unsigned int i = nr_held; i-- > 0;)
            if (held[i].kind == kind)
                model_free(i);
        break;
    default:
        if (nr_held < NR_HELD && host_random(100) < 55)
            model_alloc(kind);
        else if (nr_held)
            model_free((unsigned int)host_random(nr_held));
    }
}

static void run_model(int steps)
{
    unsigned long before;

    kmem_cache_shrink_all();
    before = all_free_pages();
    for (unsigned int kind = 0; kind < NR_CACHES; kind++)
        make_cache(kind);
    for (int step = 0; step < steps; step++) {
        model_step();
        if (step % 128 == 0)
            slab_check();
    }
    while (nr_held)
        model_free(nr_held - 1);
    for (unsigned int kind = 0; kind < NR_CACHES; kind++)
        kmem_cache_destroy(caches[kind].cache);
    kmem_cache_shrink_all();
    slab_check();
    ck_assert_uint_eq(all_free_pages(), before);
}

START_TEST(caches_agree_with_a_set_of_objects)
{
    boot(_i);
    run_model(40000);
    mm_audit();
}
END_TEST

START_TEST(harts_share_caches)
{
    nr_harts = 4;
    boot(_i);
    run_model(40000);
    mm_audit();
}
END_TEST

START_TEST(debugged_caches_agree_with_it_too)
{
    boot_with(_i, "FZPU");
    run_model(8000);
    ck_assert_str_eq(host_log(), "");
    mm_audit();
}
END_TEST

START_TEST(every_failing_page_is_survived)
{
    boot(_i);
    for (unsigned long nth = 1; nth < 40; nth++) {
        unsigned long before;

        for (unsigned int kind = 0; kind < NR_CACHES; kind++)
            make_cache(kind);
        kmem_cache_shrink_all();
        before = all_free_pages();
        fail_nth = nth;
        for (int i = 0; i < NR_HELD; i++)
            model_alloc((unsigned int)host_random(NR_CACHES));
        fail_nth = 0;
        while (nr_held)
            model_free((unsigned int)host_random(nr_held));
        kmem_cache_shrink_all();
        ck_assert_uint_eq(all_free_pages(), before);
        for (unsigned int kind = 0; kind < NR_CACHES; kind++)
            kmem_cache_destroy(caches[kind].cache);
        slab_check();
    }
}
END_TEST

START_TEST(every_failing_creation_is_survived)
{
    struct kmem_cache *made[200];

    boot(_i);
    for (unsigned long nth = 1; nth < 12; nth++) {
        unsigned int n = 0;
        unsigned long before;

        kmem_cache_shrink_all();
        before = all_free_pages();
        fail_nth = nth;
        for (unsigned int i = 0; i < 200; i++) {
            made[n] = kmem_cache_create("test", 64, 0, SLAB_NO_MERGE, NULL);
            n += made[n] != NULL;
        }
        fail_nth = 0;
        while (n)
            kmem_cache_destroy(made[--n]);
        kmem_cache_shrink_all();
        ck_assert_uint_eq(all_free_pages(), before);
        slab_check();
    }
}
END_TEST

/* -- Caches ---------------------------------------------------------------- */

START_TEST(all_memory_comes_back_from_an_empty_cache)
{
    struct kmem_cache *cache;
    void *objects[1000];
    struct slabinfo info;
    unsigned long before;

    boot(_i);
    cache = kmem_cache_create("test", 100, 0, SLAB_NO_MERGE, NULL);
    before = all_free_pages();
    for (int i = 0; i < 1000; i++)
        objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
    slab_ops.get_info(cache, &info);
    ck_assert_uint_ge(info.active_objs, 1000);
    ck_assert_uint_le(info.active_objs, 1000 + 120);
    ck_assert_uint_lt(all_free_pages(), before - 20);
    for (int i = 0; i < 1000; i++)
        kmem_cache_free(cache, objects[(i * 7) % 1000]);
    kmem_cache_shrink(cache);
    ck_assert_uint_eq(slabs_of(cache), 0);
    ck_assert_uint_eq(all_free_pages(), before);
    kmem_cache_destroy(cache);
    slab_check();
}
END_TEST

START_TEST(a_cache_in_use_is_not_destroyed)
{
    struct kmem_cache *cache;
    unsigned char *p;

    boot(_i);
    cache = kmem_cache_create("test", 100, 0, SLAB_NO_MERGE, NULL);
    p = kmem_cache_zalloc(cache, GFP_KERNEL);
    kmem_cache_destroy(cache);
    ck_assert_ptr_nonnull(strstr(host_log(), "kmem_cache_destroy test: Slab "
                                             "cache still has objects\n"));
    ck_assert(is_filled(p, 0, 100));
    slab_check();
}
END_TEST

START_TEST(caches_of_a_size_are_one)
{
    struct kmem_cache *a, *b, *other;

    boot(_i);
    a = kmem_cache_create("a", 1000, 0, 0, NULL);
    b = kmem_cache_create("b", 998, 0, 0, NULL);
    ck_assert_ptr_eq(a, b);
    ck_assert_int_eq(a->refcount, 2);
    other = kmem_cache_create("c", 1000, 0, SLAB_RECLAIM_ACCOUNT, NULL);
    ck_assert_ptr_ne(a, other);
    kmem_cache_destroy(b);
    kmem_cache_free(a, kmem_cache_alloc(a, GFP_KERNEL));
    kmem_cache_destroy(a);
    kmem_cache_destroy(other);
    slab_check();
}
END_TEST

#define SLUB_ONLY 0

static struct sysfs_dir *shown(const char *name)
{
    return sysfs_find(sysfs_find(sysfs_kernel, "slab"), name);
}

START_TEST(sys_shows_no_cache_that_is_gone)
{
    struct kmem_cache *a, *b;

    boot(SLUB_ONLY);
    a = kmem_cache_create("a", 1000, 0, 0, NULL);
    b = kmem_cache_create("b", 1000, 0, 0, NULL);
    ck_assert_ptr_eq(sysfs_data(shown(":0001000")), a);
    ck_assert_ptr_nonnull(shown("b"));
    kmem_cache_destroy(a);
    ck_assert_ptr_nonnull(shown(":0001000"));
    kmem_cache_destroy(b);
    ck_assert_ptr_null(shown(":0001000"));
    ck_assert_ptr_null(shown("a"));
    /* What is left of b is its link: the next b has one of its own. */
    b = kmem_cache_create("b", 1000, 0, SLAB_NO_MERGE, NULL);
    ck_assert_ptr_eq(sysfs_data(shown("b")), b);
    kmem_cache_destroy(b);
    ck_assert_ptr_null(shown("b"));
}
END_TEST

/* No more objects than a slab can count. */
START_TEST(large_orders_are_for_large_objects)
{
    ck_assert_int_eq(early_param_slub_min_order_setup.setup("7"), 0);
    boot(SLUB_ONLY);
    ck_assert_uint_eq(kmem_cache_create("test", 64, 0, SLAB_NO_MERGE, NULL)
                          ->order,
                      7);
    kfree(kmalloc(8, GFP_KERNEL));
    slab_check();
}
END_TEST

/* All memory in single pages, of which every other one is freed. */
static void fragment(void)
{
    struct page *page, *kept = NULL;

    while ((page = alloc_pages(GFP_NOWAIT | __GFP_MEMALLOC, 0)) != NULL) {
        page->lru.next = (void *)kept;
        kept = page;
    }
    while ((page = kept) != NULL) {
        kept = (void *)page->lru.next;
        if (page_to_pfn(page) & 1)
            __free_pages(page, 0);
    }
}

START_TEST(a_smaller_slab_is_better_than_reclaim)
{
    struct kmem_cache *s;

    boot(SLUB_ONLY);
    s = kmem_cache_create("test", 2048, 0, SLAB_NO_MERGE, NULL);
    ck_assert_uint_gt(s->order, s->min_order);
    fragment();
    kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
    ck_assert_uint_eq(sum_vm_event(ALLOCSTALL_DMA) +
                          sum_vm_event(ALLOCSTALL_NORMAL),
                      0);
    ck_assert_uint_eq(s->cpu_slab[0].stat[ORDER_FALLBACK], 1);
}
END_TEST

START_TEST(slabs_are_counted_by_the_hart_that_frees_them)
{
    struct kmem_cache *s;

    nr_harts = 2;
    boot(SLUB_ONLY);
    s = kmem_cache_create("test", 64, 0, SLAB_NO_MERGE, NULL);
    kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
    host_run_on(1);
    kmem_cache_shrink(s);
    ck_assert_uint_eq(s->cpu_slab[0].stat[FREE_SLAB], 0);
    ck_assert_uint_eq(s->cpu_slab[1].stat[FREE_SLAB], 1);
}
END_TEST

START_TEST(krealloc_keeps_what_was_there)
{
    unsigned char *p;

    boot(_i);
    p = krealloc(NULL, 20, GFP_KERNEL);
    memset(p, 9, 20);
    ck_assert_ptr_eq(krealloc(p, 24, GFP_KERNEL), p);
    p = krealloc(p, 200, GFP_KERNEL);
    ck_assert(is_filled(p, 9, 20));
    memset(p, 8, 200);
    p = krealloc(p, 20000, GFP_KERNEL);
    ck_assert(is_filled(p, 8, 200));
    ck_assert_uint_eq(ksize(p), 32768);
    ck_assert_ptr_eq(krealloc(p, 0, GFP_KERNEL), ZERO_SIZE_PTR);
    ck_assert_ptr_eq(kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
    kfree(ZERO_SIZE_PTR);
    kfree(NULL);
    kmem_cache_shrink_all();
    mm_audit();
}
END_TEST

START_TEST(size_classes_are_linux_s)
{
    static const struct {
        size_t size, gets;
    } rows[] = {{1, 8},       {8, 8},       {9, 16},      {33, 64},
                {65, 96},     {97, 128},    {129, 192},   {193, 256},
                {257, 512},   {513, 1024},  {1025, 2048}, {4097, 8192},
                {8192, 8192}, {8193, 16384}};

    boot(_i);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        void *p = kmalloc(rows[i].size, GFP_KERNEL);
        void *dma = kmalloc(rows[i].size, GFP_KERNEL | __GFP_DMA);
        void *rcl = kmalloc(rows[i].size, GFP_KERNEL | __GFP_RECLAIMABLE);

        ck_assert_uint_eq(ksize(p), rows[i].gets);
        ck_assert_uint_eq(ksize(dma), rows[i].gets);
        ck_assert_uint_lt(virt_to_phys(dma) - PHYS_OFFSET, 2u << 20);
        ck_assert_uint_eq(ksize(rcl), rows[i].gets);
        kfree(p);
        kfree(dma);
        kfree(rcl);
    }
}
END_TEST

START_TEST(reclaimable_slabs_are_counted_apart)
{
    unsigned long before;
    void *p;

    boot(_i);
    before = global_node_page_state(NR_SLAB_RECLAIMABLE_B);
    p = kmalloc(700, GFP_KERNEL | __GFP_RECLAIMABLE);
    ck_assert_uint_gt(global_node_page_state(NR_SLAB_RECLAIMABLE_B), before);
    kfree(p);
    kmem_cache_shrink_all();
    ck_assert_uint_eq(global_node_page_state(NR_SLAB_RECLAIMABLE_B), before);
}
END_TEST

START_TEST(slabinfo_has_linux_columns)
{
    const char *text;
    void *p;

    boot(_i);
    p = kmalloc(64, GFP_KERNEL);
    text = host_proc(slabinfo_proc_show);
    ck_assert_ptr_eq(strstr(text, "slabinfo - version: 2.1\n# name "), text);
    ck_assert_ptr_nonnull(strstr(text, "\nkmalloc-64 "));
    ck_assert_ptr_nonnull(strstr(text, "\nkmalloc-rcl-1k "));
    ck_assert_ptr_nonnull(strstr(text, "\ndma-kmalloc-8k "));
    ck_assert_ptr_nonnull(strstr(text, " : tunables "));
    ck_assert_ptr_nonnull(strstr(text, " : slabdata "));
    kfree(p);
}
END_TEST

/* -- SLAB alone --------------------------------------------------------------
 */

#define SLAB_ONLY 1 /* its place in allocators */

static struct kmem_cache *new_cache(unsigned int size)
{
    struct kmem_cache *s =
        kmem_cache_create("test", size, 0, SLAB_NO_MERGE, NULL);

    ck_assert_ptr_nonnull(s);
    return s;
}

START_TEST(slabs_have_colours_in_turn)
{
    struct page *last = NULL;
    struct kmem_cache *s;
    unsigned int slabs = 0;

    boot(SLAB_ONLY);
    s = new_cache(1100);
    ck_assert_uint_eq(s->num, 3);
    ck_assert_uint_eq(s->colour_off, 64);
    /* 4096 - 3 * 1104, without the indices of three. */
    ck_assert_uint_eq(s->colour, (4096 - 3 * 1104 - 3 * 2) / 64);
    for (int i = 0; i < 90; i++) {
        struct page *page = virt_to_head_page(kmem_cache_alloc(s, GFP_KERNEL));

        if (page == last)
            continue;
        last = page;
        ck_assert_uint_eq(page->s_mem, slabs % s->colour * 64);
        slabs++;
    }
    ck_assert_uint_eq(slabs, 30);
    slab_check();
}
END_TEST

/* An index stands twice, far apart: slab_check must find it. */
START_TEST(an_object_that_is_free_twice_is_found)
{
    struct kmem_cache *s;
    u16 *index;

    boot(SLAB_ONLY);
    s = new_cache(32);
    index = virt_to_head_page(kmem_cache_alloc(s, GFP_KERNEL))->freelist;
    kmem_cache_shrink(s);
    slab_check();
    index[s->num - 1] = index[s->num - 60];
    slab_check();
}
END_TEST

START_TEST(large_objects_have_their_indices_elsewhere)
{
    static const struct {
        unsigned int size, order, num;
        bool is_off_slab;
    } rows[] = {
        {480, 0, 8, false}, /* below an eighth of a page */
        {512, 0, 8, true},  /* no room left */
        {640, 0, 6, false}, /* room left: in the slab after all */
        {1024, 0, 4, true},  {2048, 0, 2, true},
        {1300, 0, 3, false}, {5000, 1, 1, false},
    };

    boot(SLAB_ONLY);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct kmem_cache *s = new_cache(rows[i].size);

        ck_assert_uint_eq(s->order, rows[i].order);
        ck_assert_uint_eq(s->num, rows[i].num);
        ck_assert_int_eq(s->freelist_cache != NULL, rows[i].is_off_slab);
        kmem_cache_destroy(s);
    }
}
END_TEST

/* How often the lock of the lists is taken for so many objects. */
static unsigned int locks_taken(struct kmem_cache *s)
{
    unsigned int before = s->list_lock_taken;
    void *objects[240];

    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 240; i++)
            objects[i] = kmem_cache_alloc(s, GFP_KERNEL);
        for (int i = 0; i < 240; i++)
            kmem_cache_free(s, objects[i]);
    }
    return s->list_lock_taken - before;
}

START_TEST(arrays_save_the_lock_of_the_lists)
{
    unsigned int many, few;
    struct kmem_cache *s;
    char line[32] = "test 1 1 0", back[32] = "test 120 60 0";

    boot(SLAB_ONLY);
    s = new_cache(64);
    ck_assert_int_eq(slabinfo_write(line), 0);
    ck_assert_uint_eq(s->limit, 1);
    many = locks_taken(s);
    ck_assert_int_eq(slabinfo_write(back), 0);
    few = locks_taken(s);
    /* Once an object each way, but for the one that the array holds, and once
     * more where a slab had to be made. */
    ck_assert_uint_ge(many, 10 * (240 + 239) - 9);
    ck_assert_uint_le(many, 10 * (240 + 239) + 10 * 4);
    ck_assert_uint_le(few, 10 * 2 * 240 / 60);
    slab_check();
}
END_TEST

START_TEST(tunables_are_read_and_written)
{
    char good[] = "test 10 5 2", unknown[] = "nobody 1 1 1", less[] = "test 1";
    char silly[] = "test 5 10 0";
    struct kmem_cache *s;

    boot(SLAB_ONLY);
    s = new_cache(64);
    ck_assert_int_eq(slabinfo_write(unknown), -EINVAL);
    ck_assert_int_eq(slabinfo_write(less), -EINVAL);
    ck_assert_int_eq(slabinfo_write(good), 0);
    ck_assert_int_eq(slabinfo_write(silly), 0);
    ck_assert_ptr_nonnull(strstr(host_proc(slabinfo_proc_show),
                                 " : tunables   10    5    2 : slabdata "));
    locks_taken(s);
    ck_assert_uint_gt(s->node.shared->avail, 0);
    slab_check();
    kmem_cache_destroy(s);
    slab_check();
}
END_TEST

START_TEST(a_cache_that_is_going_is_not_tuned)
{
    char line[] = "test 10 5 2";
    struct kmem_cache *s;
    void *object;

    boot(SLAB_ONLY);
    s = new_cache(64);
    object = kmem_cache_alloc(s, GFP_KERNEL);
    kmem_cache_destroy(s); /* it cannot be: it has an object */
    ck_assert_int_eq(slabinfo_write(line), -EINVAL);
    ck_assert_uint_ne(s->limit, 10);
    kmem_cache_free(s, object);
    slab_check();
}
END_TEST

START_TEST(tuning_without_memory_changes_nothing)
{
    struct kmem_cache *s;

    boot(SLAB_ONLY);
    s = new_cache(64);
    locks_taken(s);
    for (unsigned long nth = 1; nth < 6; nth++) {
        char line[] = "test 2000 1000 4";

        kmem_cache_shrink_all();
        fail_nth = nth;
        if (slabinfo_write(line) != 0)
            ck_assert_uint_ne(s->limit, 2000);
        fail_nth = 0;
        slab_check();
        strcpy(line, "test 120 60 8");
        ck_assert_int_eq(slabinfo_write(line), 0);
    }
    locks_taken(s);
    kmem_cache_shrink_all();
    mm_audit();
}
END_TEST

static void tick(void)
{
    local_irq_disable();
    jiffies += 2 * HZ;
    cache_reap();
    local_irq_enable();
}

START_TEST(arrays_that_are_not_used_are_drained)
{
    unsigned int before;
    struct kmem_cache *s;

    boot(SLAB_ONLY);
    s = new_cache(64);
    locks_taken(s);
    before = s->cpu_cache[0]->avail;
    ck_assert_uint_gt(before, 0);
    ck_assert_uint_gt(slabs_of(s), 0);
    tick(); /* it was touched: once more */
    ck_assert_uint_eq(s->cpu_cache[0]->avail, before);
    tick(); /* a fifth of the limit goes */
    ck_assert_uint_eq(s->cpu_cache[0]->avail, before - (s->limit + 4) / 5);
    for (int i = 0; i < 40; i++)
        tick();
    ck_assert_uint_eq(s->cpu_cache[0]->avail, 0);
    ck_assert_uint_eq(slabs_of(s), 0);
    slab_check();
}
END_TEST

/* -- Misuse ---------------------------------------------------------------- */

/* The message names `object` as the culprit. */
static void expect_report(const char *log, const char *what, const void *object)
{
    char line[80];

    ck_assert_msg(strstr(log, what) != NULL, "no \"%s\" in: %s", what, log);
    snprintf(line, sizeof line, "Object 0x%p @offset=", object);
    ck_assert_msg(strstr(log, line) != NULL, "no \"%s\" in: %s", line, log);
}

START_TEST(an_object_freed_twice_is_reported)
{
    void *p, *q;
    const char *log;

    boot_with(_i, "FZPU,kmalloc-64");
    p = kmalloc(64, GFP_KERNEL);
    q = kmalloc(64, GFP_KERNEL);
    kfree(p);
    kfree(q);
    kfree(p);
    log = host_log();
    expect_report(log, "BUG kmalloc-64 (Not tainted): Object already free\n",
                  p);
    ck_assert_ptr_nonnull(strstr(log, "Freed in 0x"));
    ck_assert_ptr_nonnull(strstr(log, "FIX kmalloc-64: Object at 0x"));
    ck_assert_ptr_ne(kmalloc(64, GFP_KERNEL), kmalloc(64, GFP_KERNEL));
    slab_check();
}
END_TEST

START_TEST(writing_to_a_freed_object_is_reported)
{
    struct kmem_cache *cache;
    unsigned char *p;

    boot_with(_i, "");
    cache = kmem_cache_create("test", 100, 0, 0, NULL);
    p = kmem_cache_alloc(cache, GFP_KERNEL);
    kmem_cache_free(cache, p);
    p[17] = 0;
    for (int i = 0; i < 300; i++)
        kmem_cache_alloc(cache, GFP_KERNEL);
    expect_report(host_log(), "BUG test (Not tainted): Poison overwritten\n",
                  p);
}
END_TEST

START_TEST(writing_beyond_an_object_is_reported)
{
    unsigned char *p;
    const char *log;

    boot_with(_i, "ZF");
    p = kmalloc(64, GFP_KERNEL);
    p[64] = 1;
    kfree(p);
    log = host_log();
    expect_report(log, "(Not tainted): Right Redzone overwritten\n", p);
    ck_assert_ptr_nonnull(strstr(log, "First byte 0x1 instead of 0xcc\n"));
    p = kmalloc(20, GFP_KERNEL);
    p[-1] = 1;
    kfree(p);
    expect_report(host_log(),
                  "Tainted: G    B            ): Left Redzone overwritten\n",
                  p);
}
END_TEST

START_TEST(a_pointer_into_an_object_is_reported)
{
    char *p;

    boot_with(_i, "F");
    p = kmalloc(64, GFP_KERNEL);
    kfree(p + 8);
    ck_assert_ptr_nonnull(strstr(host_log(), "Invalid object pointer 0x"));
    kfree(p);
    ck_assert_str_eq(host_log(), "");
    kmem_cache_shrink_all();
    slab_check();
}
END_TEST

START_TEST(an_object_of_another_cache_is_refused)
{
    struct kmem_cache *cache;

    boot_with(_i, "F");
    cache = kmem_cache_create("test", 64, 0, 0, NULL);
    kmem_cache_free(cache, kmalloc(64, GFP_KERNEL));
}
END_TEST

START_TEST(debugging_is_for_the_caches_that_are_named)
{
    boot_with(_i, "F;Z,vm*,other;P,test");
    ck_assert_uint_eq(slab_debug_flags("any", 0), SLAB_CONSISTENCY_CHECKS);
    ck_assert_uint_eq(slab_debug_flags("vm_area_struct", 0), SLAB_RED_ZONE);
    ck_assert_uint_eq(slab_debug_flags("other", 0), SLAB_RED_ZONE);
    ck_assert_uint_eq(slab_debug_flags("others", 0), SLAB_CONSISTENCY_CHECKS);
    ck_assert_uint_eq(slab_debug_flags("test", SLAB_PANIC),
                      SLAB_POISON | SLAB_PANIC);
}
END_TEST

START_TEST(debugging_options_are_linux_s)
{
    static const struct {
        const char *option;
        slab_flags_t all, test;
        const char *log;
    } rows[] = {
        // clang-format off
        {"fz",       SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE,
                     SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE, ""},
        {",test",    0, SLAB_DEBUG_DEFAULT, ""},
        {"fp-u",     SLAB_STORE_USER, SLAB_STORE_USER, ""},
        {";;z;;p,test;", SLAB_RED_ZONE, SLAB_POISON, ""},
        {"fx,test",  0, SLAB_CONSISTENCY_CHECKS,
                     "slub_debug option 'x' unknown. skipped\n"},
        // clang-format on
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        host_log();
        ck_assert_int_eq(early_param_slub_debug_setup.setup(rows[i].option),
                         0);
        ck_assert_uint_eq(slab_debug_flags("any", 0), rows[i].all);
        ck_assert_uint_eq(slab_debug_flags("test", 0), rows[i].test);
        ck_assert_str_eq(host_log(), rows[i].log); /* once */
    }
    /* Of all blocks, whoever asks. */
    ck_assert_int_eq(early_param_slub_debug_setup.setup("f,test;O,other"), 0);
    ck_assert(slab_debug_keeps_order());
}
END_TEST

START_TEST(debugging_may_be_held_to_the_order)
{
    struct kmem_cache *small, *page;

    boot_with(_i, "FZPUO");
    small = kmem_cache_create("small", 64, 0, 0, NULL);
    page = kmem_cache_create("page", 4096, 0, 0, NULL);
    ck_assert_uint_eq(small->flags & SLAB_DEBUG_DEFAULT, SLAB_DEBUG_DEFAULT);
    ck_assert_uint_eq(page->flags & SLAB_DEBUG_DEFAULT,
                      SLAB_CONSISTENCY_CHECKS);
    ck_assert_uint_eq(page->size, 4096);
    kmem_cache_free(page, kmem_cache_alloc(page, GFP_KERNEL));
    ck_assert_str_eq(host_log(), "");
    slab_check();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_slab");
    TCase *tc = tcase_create("mm_slab");
    const TTest *const tests[] = {
        random_objects_keep_their_contents,
        caches_agree_with_a_set_of_objects,
        harts_share_caches,
        debugged_caches_agree_with_it_too,
        every_failing_page_is_survived,
        every_failing_creation_is_survived,
        all_memory_comes_back_from_an_empty_cache,
        a_cache_in_use_is_not_destroyed,
        caches_of_a_size_are_one,
        krealloc_keeps_what_was_there,
        size_classes_are_linux_s,
        reclaimable_slabs_are_counted_apart,
        slabinfo_has_linux_columns,
        an_object_freed_twice_is_reported,
        writing_to_a_freed_object_is_reported,
        writing_beyond_an_object_is_reported,
        a_pointer_into_an_object_is_reported,
        debugging_is_for_the_caches_that_are_named,
        debugging_may_be_held_to_the_order,
    };

    tcase_set_timeout(tc, 120);
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
        tcase_add_loop_test(tc, tests[i], 0, NR_ALLOCATORS);
    tcase_add_test(tc, sys_shows_no_cache_that_is_gone);
    tcase_add_test(tc, large_orders_are_for_large_objects);
    tcase_add_test(tc, a_smaller_slab_is_better_than_reclaim);
    tcase_add_test(tc, slabs_are_counted_by_the_hart_that_frees_them);
    tcase_add_test(tc, debugging_options_are_linux_s);
    tcase_add_test(tc, slabs_have_colours_in_turn);
    tcase_add_test(tc, large_objects_have_their_indices_elsewhere);
    tcase_add_test(tc, arrays_save_the_lock_of_the_lists);
    tcase_add_test(tc, tunables_are_read_and_written);
    tcase_add_test(tc, a_cache_that_is_going_is_not_tuned);
    tcase_add_test(tc, tuning_without_memory_changes_nothing);
    tcase_add_test(tc, arrays_that_are_not_used_are_drained);
    tcase_add_test_raise_signal(tc, an_object_that_is_free_twice_is_found, 6);
    tcase_add_loop_test_raise_signal(tc, an_object_of_another_cache_is_refused,
                                     6, 0, NR_ALLOCATORS);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
