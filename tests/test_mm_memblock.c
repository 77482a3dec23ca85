/*
 * The boot allocator against a map of bytes, its tables that double, and what
 * it hands over: every frame of memory once, unless something reserved
 * touches it.
 */
#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "memblock.h"
#include "proc_fs.h"
#include "tests/mm_unit.h"

#define MAP 4000 /* bytes at address 0, where the arena is not */

static unsigned char memory[MAP], reserved[MAP];

static void set_bits(unsigned char *map, u64 base, u64 size, int value)
{
    for (u64 i = base; i < base + size; i++)
        map[i] = (unsigned char)value;
}

static void compare(const struct memblock_type *type, const unsigned char *map)
{
    u64 sum = 0, wrong = 0, beyond = 0;
    unsigned int region = 0;

    for (u64 i = 0; i < MAP; i++) {
        bool inside;

        while (region < type->cnt &&
               i >= type->regions[region].base + type->regions[region].size)
            region++;
        inside = region < type->cnt && i >= type->regions[region].base;
        wrong += inside != map[i]; /* an assertion each would take long */
        sum += map[i];
    }
    for (unsigned int i = 0; i < type->cnt; i++)
        if (type->regions[i].base >= MAP)
            beyond += type->regions[i].size;
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_eq(sum + beyond, type->total_size);
}

START_TEST(both_tables_agree_with_a_map_of_bytes)
{
    u64 most;

    host_seed();
    host_arena_init(1024);
    for (int step = 0; step < 6000; step++) {
        u64 size = host_random(30), base = host_random(MAP - 30);

        switch (host_random(step < 3000 ? 3 : 4)) {
        case 0:
            memblock_add(base, size);
            set_bits(memory, base, size, 1);
            break;
        case 1:
            memblock_reserve(base, size);
            set_bits(reserved, base, size, 1);
            break;
        default:
            memblock_free(base, size);
            set_bits(reserved, base, size, 0);
        }
        memblock_check();
        if (step % 10 == 0) {
            compare(&memblock.memory, memory);
            compare(&memblock.reserved, reserved);
        }
    }
    most = memblock.reserved.max;
    ck_assert_uint_gt(most, INIT_MEMBLOCK_REGIONS);
    memblock_cap(PHYS_OFFSET);
    memblock_check();
}
END_TEST

/* The table's own memory is reserved, and that of the one before is not. */
START_TEST(a_table_that_doubles_lies_in_reserved_memory)
{
    host_arena_init(1024);
    for (unsigned int i = 0; i < 10 * INIT_MEMBLOCK_REGIONS; i++) {
        const struct memblock_type *type = &memblock.reserved;
        u64 table, size, own = 0, sum = 0;

        memblock_reserve(PHYS_OFFSET + 128ull * i, 64);
        table = virt_to_phys(type->regions);
        size = type->max * sizeof *type->regions;
        for (unsigned int j = 0; j < type->cnt; j++) {
            const struct memblock_region *r = &type->regions[j];

            own += r->base <= table && r->base + r->size >= table + size;
            sum += r->size;
        }
        memblock_check();
        if (type->max == INIT_MEMBLOCK_REGIONS)
            continue;
        ck_assert_uint_eq(own, 1);
        ck_assert_uint_eq(sum, 64 * (i + 1) + size);
    }
    ck_assert_uint_ge(memblock.reserved.max, 16 * INIT_MEMBLOCK_REGIONS / 2);
}
END_TEST

/* It must not come to lie where the range that needed it is going to be. */
START_TEST(a_table_keeps_out_of_the_range_that_it_is_for)
{
    u64 size = 1024 << 10, table;

    host_arena_init(1024);
    for (unsigned int i = 0; i < INIT_MEMBLOCK_REGIONS - 2; i++)
        memblock_reserve(PHYS_OFFSET + 128ull * i, 64);
    memblock_reserve(PHYS_OFFSET + size - (64 << 10), 64 << 10);
    table = virt_to_phys(memblock.reserved.regions);
    ck_assert_uint_lt(table, PHYS_OFFSET + size - (64 << 10));
    ck_assert_uint_ge(table, PHYS_OFFSET);
    memblock_check();
}
END_TEST

START_TEST(a_full_table_without_memory_is_the_end)
{
    for (unsigned int i = 0; i <= INIT_MEMBLOCK_REGIONS; i++)
        memblock_reserve(128 * i, 64);
}
END_TEST

START_TEST(memory_is_trimmed_to_whole_frames)
{
    memblock_add(100, 10000);
    memblock_add(3 * PAGE_SIZE - 1000, 900);
    memblock_add(8 * PAGE_SIZE, 3 * PAGE_SIZE);
    memblock_add(20 * PAGE_SIZE + 1, PAGE_SIZE);
    memblock_trim_memory(PAGE_SIZE);
    memblock_check();
    ck_assert_uint_eq(memblock.memory.cnt, 2);
    ck_assert_uint_eq(memblock.memory.regions[0].base, PAGE_SIZE);
    ck_assert_uint_eq(memblock.memory.regions[0].size, PAGE_SIZE);
    ck_assert_uint_eq(memblock.memory.total_size, 4 * PAGE_SIZE);
}
END_TEST

/* A boot with random reservations of any size: what is touched is reserved,
 * all else is the buddy allocator's, and nothing is missing. */
START_TEST(every_frame_is_handed_over_or_reserved)
{
    static unsigned char touched[4096];
    unsigned long nr_touched = 0, first, nr_reserved = 0;

    host_seed();
    host_arena_init(16 * 1024);
    first = (unsigned long)(PHYS_OFFSET >> PAGE_SHIFT);
    for (int i = 0; i < 150; i++) {
        u64 base = host_random(12u << 20), size = 1 + host_random(9000);

        memblock_reserve(PHYS_OFFSET + base, size);
    }
    host_tasks_init();
    mm_set_zone_limits(2 << 20, 12 << 20);
    free_area_init();
    for (unsigned int i = 0; i < memblock.reserved.cnt; i++) {
        const struct memblock_region *r = &memblock.reserved.regions[i];

        for (u64 pfn = r->base >> PAGE_SHIFT;
             pfn <= (r->base + r->size - 1) >> PAGE_SHIFT; pfn++)
            touched[pfn - first] = 1;
    }
    mem_init(); /* panics if the sum is wrong */
    for (unsigned long i = 0; i < 4096; i++) {
        const struct page *page = pfn_to_page(first + i);

        ck_assert_int_eq(PageReserved(page), touched[i]);
        nr_touched += touched[i];
        nr_reserved += PageReserved(page);
    }
    ck_assert_uint_eq(memblock_reserved_frames(), nr_touched);
    ck_assert_uint_eq(totalram_pages(), 4096 - nr_touched);
    ck_assert_uint_eq(nr_free_pages(), totalram_pages());
    buddy_check();
    free_reserved_range(PHYS_OFFSET, PHYS_OFFSET, "nothing");
    ck_assert_uint_eq(totalram_pages(), 4096 - nr_reserved);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memblock");
    TCase *tcase = tcase_create("memblock");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, both_tables_agree_with_a_map_of_bytes);
    tcase_add_test(tcase, a_table_that_doubles_lies_in_reserved_memory);
    tcase_add_test(tcase, a_table_keeps_out_of_the_range_that_it_is_for);
    tcase_add_test_raise_signal(tcase, a_full_table_without_memory_is_the_end,
                                6);
    tcase_add_test(tcase, memory_is_trimmed_to_whole_frames);
    tcase_add_test(tcase, every_frame_is_handed_over_or_reserved);
    suite_add_tcase(suite, tcase);
    return mm_unit_main(suite);
}
