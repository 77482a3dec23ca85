/*
 * SLAB alone: colours, indices beside the slab, the arrays of objects that a
 * CPU has at hand, their tunables and the reaper.
 */
#include "jiffies.h"
#include "proc_fs.h"
#include "tests/mm_slab.h"

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

int main(void)
{
    Suite *suite = suite_create("mm_slab_array");
    TCase *tc = tcase_create("mm_slab_array");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, slabs_have_colours_in_turn);
    tcase_add_test(tc, large_objects_have_their_indices_elsewhere);
    tcase_add_test(tc, arrays_save_the_lock_of_the_lists);
    tcase_add_test(tc, tunables_are_read_and_written);
    tcase_add_test(tc, a_cache_that_is_going_is_not_tuned);
    tcase_add_test(tc, tuning_without_memory_changes_nothing);
    tcase_add_test(tc, arrays_that_are_not_used_are_drained);
    tcase_add_test_raise_signal(tc, an_object_that_is_free_twice_is_found, 6);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
