/*
 * The slab allocators: objects do not overlap, keep their contents, and no
 * failing allocation is lost. Every test runs on each allocator.
 */
#include "tests/mm_slab.h"

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
    };

    tcase_set_timeout(tc, 120);
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
        tcase_add_loop_test(tc, tests[i], 0, NR_ALLOCATORS);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
