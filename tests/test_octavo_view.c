/*
 * The Octavo view on a memory made by hand, in the layout of
 * tests/octavo_sample.c: it finds what was put there, and random damage
 * leaves no more than a badge.
 */
#include "machine/octavo_view.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bits.h"
#include "base/random.h"
#include "mmu/walk.h"
#include "tests/unit.h"

#define RAM_BASE UINT64_C(0x80000000)
#define DIRECT UINT64_C(0xc0000000)
#define FRAMES 1024
#define RAM_SIZE (FRAMES * 4096)
#define PTE_USER 0xd7  /* DAU-WRV */
#define PTE_CLEAN 0x53 /* A and U, read-only */

/* Frames that the scene uses. */
enum {
    FREE_FRAME = 64, /* a block of 64 */
    FREE_ORDER = 6,
    SLAB_FRAME = 140,
    BOUNCE_FRAME,
    STACK_FRAME,
    ANON_FRAME,   /* of a alone */
    SHARED_FRAME, /* of a and b */
    FILE_FRAME,
    DIRTY_FRAME,
    CACHE_FRAME,          /* swap cache */
    LOOSE_FRAME,          /* allocated, nobody's */
    COMPOUND_FRAME = 160, /* a slab of four frames */
};

static struct symbols *symbols;
static const struct walk_scheme *sv32;

struct stage {
    uint8_t *ram;
    struct guest_memory memory;
    struct octavo_view *octavo;
    struct view_snapshot view;
};

static bool peek(const void *ctx, uint64_t pa, void *to, size_t len)
{
    const struct stage *s = ctx;
    uint64_t at = pa - RAM_BASE;

    if (len > RAM_SIZE || at > RAM_SIZE - len)
        return false;
    memcpy(to, s->ram + at, len);
    return true;
}

static uint64_t va_of(const char *name)
{
    uint64_t va, size;

    ck_assert_msg(symbols_find(symbols, name, &va, &size), "%s", name);
    return va;
}

static void put(struct stage *s, uint64_t va, unsigned size, uint64_t value)
{
    ck_assert_uint_lt(va - DIRECT, RAM_SIZE - 8);
    store_le(s->ram + (va - DIRECT), size, value);
}

static void put_word(struct stage *s, const char *name, uint64_t value)
{
    put(s, va_of(name), 4, value);
}

/* Sets a member, or element i of an array member, of the structure at va. */
static void set(struct stage *s, uint64_t va, const char *type,
                const char *member, unsigned i, uint64_t value)
{
    struct symbol_member m;

    ck_assert_msg(symbols_member(symbols, type, member, &m), "%s.%s", type,
                  member);
    put(s, va + m.offset + i * m.stride, m.stride > 4 ? 4 : m.stride, value);
}

static void put_text(struct stage *s, uint64_t va, const char *text)
{
    memcpy(s->ram + (va - DIRECT), text, strlen(text) + 1);
}

static uint64_t page_va(unsigned frame)
{
    uint32_t size;

    ck_assert(symbols_type_size(symbols, "page", &size));
    return va_of("pages") + (uint64_t)frame * size;
}

static int64_t number(const char *name)
{
    int64_t value;

    ck_assert_msg(symbols_enumerator(symbols, name, &value), "%s", name);
    return value;
}

static void set_page(struct stage *s, unsigned frame, int64_t type,
                     uint64_t flags, uint64_t mapping, uint64_t private)
{
    uint64_t va = page_va(frame);

    set(s, va, "page", "page_type", 0, (uint64_t)type);
    set(s, va, "page", "flags", 0, flags);
    set(s, va, "page", "mapping", 0, mapping);
    set(s, va, "page", "private", 0, private);
    set(s, va, "page", "_refcount", 0, 1);
}

static uint64_t bit_of(const char *flag)
{
    return UINT64_C(1) << number(flag);
}

static void make_pages(struct stage *s)
{
    uint64_t anon = 0xc0300001;

    for (unsigned i = 0; i < FRAMES; i++)
        set_page(s, i, -1, bit_of("PG_reserved"), 0, 0);
    set_page(s, FREE_FRAME, number("PAGE_TYPE_BUDDY"), 0, 0, FREE_ORDER);
    set_page(s, SLAB_FRAME, -1, bit_of("PG_slab"), va_of("cache_small"), 0);
    set_page(s, BOUNCE_FRAME, number("PAGE_TYPE_BOUNCE"), 0, 0, 0);
    set_page(s, STACK_FRAME, number("PAGE_TYPE_KSTACK"), 0, 0, 0);
    set_page(s, ANON_FRAME, 0, bit_of("PG_lru") | bit_of("PG_active"), anon, 0);
    set_page(s, SHARED_FRAME, 1, bit_of("PG_lru"), anon, 0);
    set_page(s, FILE_FRAME, 0, bit_of("PG_lru"), 0xc0300000, 0);
    set_page(s, DIRTY_FRAME, -1, bit_of("PG_dirty"), 0xc0300000, 0);
    set_page(s, CACHE_FRAME, -1, bit_of("PG_swapcache"), anon, 7 << 12);
    set_page(s, LOOSE_FRAME, -1, 0, 0, 0);
    set_page(s, COMPOUND_FRAME, -1, bit_of("PG_slab") | bit_of("PG_head"),
             va_of("cache_large"), 0);
    set(s, va_of("cache_small"), "kmem_cache", "name", 0, va_of("text_small"));
    set(s, va_of("cache_large"), "kmem_cache", "name", 0, va_of("text_large"));
    put_text(s, va_of("text_small"), "kmalloc-64");
    put_text(s, va_of("text_large"), "dentry");
    for (unsigned i = 1; i < 5; i++) { /* the last link is left over */
        set_page(s, COMPOUND_FRAME + i, -1, 0, 0, 0);
        set(s, page_va(COMPOUND_FRAME + i), "page", "compound_head", 0,
            page_va(COMPOUND_FRAME) + 1);
    }
    set(s, page_va(COMPOUND_FRAME + 1), "page", "compound_order", 0, 2);
}

static void make_zone(struct stage *s, unsigned i, const char *name,
                      const char *text, uint64_t first, uint64_t n)
{
    struct symbol_member zones;
    uint64_t va = va_of("contig_page_data");

    ck_assert(symbols_member(symbols, "pg_data_t", "node_zones", &zones));
    va += zones.offset + i * zones.stride;
    put_text(s, va_of(name), text);
    set(s, va, "zone", "name", 0, va_of(name));
    set(s, va, "zone", "zone_start_pfn", 0, (RAM_BASE >> 12) + first);
    set(s, va, "zone", "spanned_pages", 0, n);
    set(s, va, "zone", "present_pages", 0, n);
    set(s, va, "zone", "managed_pages", 0, n - 1);
    for (unsigned k = 0; k < 3; k++)
        set(s, va, "zone", "_watermark", k, 10 + k);
    set(s, va, "zone", "vm_stat", (unsigned)number("NR_FREE_PAGES"),
        i ? 0 : 64);
    if (!i) {
        struct symbol_member areas;

        ck_assert(symbols_member(symbols, "zone", "free_area", &areas));
        set(s, va + areas.offset + FREE_ORDER * areas.stride, "free_area",
            "nr_free", 0, 1);
    }
}

static void link_task(struct stage *s, const char *task, const char *next)
{
    struct symbol_member m;

    ck_assert(symbols_member(symbols, "task_struct", "tasks", &m));
    set(s, va_of(task), "task_struct", "tasks.next", 0, va_of(next) + m.offset);
}

static void make_task(struct stage *s, const char *name, const char *comm,
                      int pid, const char *mm, const char *pgd)
{
    struct symbol_member m;

    ck_assert(symbols_member(symbols, "task_struct", "comm", &m));
    put_text(s, va_of(name) + m.offset, comm);
    set(s, va_of(name), "task_struct", "pid", 0, (uint64_t)pid);
    if (mm) {
        set(s, va_of(name), "task_struct", "mm", 0, va_of(mm));
        set(s, va_of(mm), "mm_struct", "pgd", 0, va_of(pgd));
    }
}

static uint64_t pte(uint64_t frame, uint64_t flags)
{
    return ((RAM_BASE >> 12) + frame) << 10 | flags;
}

static uint64_t frame_of(const char *name)
{
    return (va_of(name) - DIRECT) >> 12;
}

static void make_tables(struct stage *s)
{
    uint64_t a = va_of("leaf_a"), b = va_of("leaf_b");

    put(s, va_of("pgd_a"), 4, pte(frame_of("leaf_a"), 1));
    put(s, va_of("pgd_b"), 4, pte(frame_of("leaf_b"), 1));
    put(s, va_of("pgd_a") + 768 * 4, 4, pte(0, 0xcf)); /* the kernel's half */
    put(s, a + 0x10 * 4, 4, pte(FILE_FRAME, PTE_CLEAN));
    put(s, a + 0x20 * 4, 4, pte(ANON_FRAME, PTE_USER));
    put(s, a + 0x21 * 4, 4, pte(SHARED_FRAME, PTE_CLEAN));
    put(s, a + 0x22 * 4, 4, 7 << 12); /* swapped to slot 7 */
    put(s, b + 0x21 * 4, 4, pte(SHARED_FRAME, PTE_CLEAN));
    set_page(s, (unsigned)frame_of("leaf_a"), number("PAGE_TYPE_TABLE"), 0, 0,
             0);
}

static void make_vmas(struct stage *s)
{
    uint64_t one = va_of("vma_a1"), two = va_of("vma_a2");

    set(s, va_of("mm_a"), "mm_struct", "mmap", 0, one);
    set(s, va_of("mm_a"), "mm_struct", "start_brk", 0, 0x20000);
    set(s, va_of("mm_a"), "mm_struct", "brk", 0, 0x23000);
    put_text(s, va_of("path_a"), "/bin/a");
    set(s, va_of("file_a"), "file", "f_path", 0, va_of("path_a"));
    set(s, one, "vm_area_struct", "vm_start", 0, 0x10000);
    set(s, one, "vm_area_struct", "vm_end", 0, 0x12000);
    set(s, one, "vm_area_struct", "vm_flags", 0, 5);
    set(s, one, "vm_area_struct", "vm_file", 0, va_of("file_a"));
    set(s, one, "vm_area_struct", "vm_next", 0, two);
    set(s, two, "vm_area_struct", "vm_start", 0, 0x20000);
    set(s, two, "vm_area_struct", "vm_end", 0, 0x24000);
    set(s, two, "vm_area_struct", "vm_flags", 0, 3);
}

static void make_scene(struct stage *s)
{
    memset(s->ram, 0, RAM_SIZE);
    put_word(s, "mem_map", va_of("pages"));
    put_word(s, "max_pfn", (RAM_BASE >> 12) + FRAMES);
    make_pages(s);
    make_zone(s, 0, "name_dma", "DMA", 0, 256);
    make_zone(s, 1, "name_normal", "Normal", 256, FRAMES - 256);
    link_task(s, "init_task", "task_a");
    link_task(s, "task_a", "task_b");
    link_task(s, "task_b", "init_task");
    make_task(s, "task_a", "alpha", 5, "mm_a", "pgd_a");
    make_task(s, "task_b", "beta", 6, "mm_b", "pgd_b");
    make_tables(s);
    make_vmas(s);
    set(s, va_of("swap_info"), "swap_info_struct", "swap_map", 0,
        va_of("swap_map_0"));
    set(s, va_of("swap_info"), "swap_info_struct", "max", 0, 64);
    put(s, va_of("swap_map_0"), 1, 0x3f);
    put(s, va_of("swap_map_0") + 5, 1, 0x41);
    put(s, va_of("swap_map_0") + 7, 1, 1);
    put(s, va_of("vm_event_states") + 4 * (unsigned)number("PGFAULT"), 4, 30);
    put(s, va_of("vm_event_states") + 4 * (unsigned)number("PGMAJFAULT"), 4,
        10);
    put(s, va_of("vm_event_states") + 16 + 4 * (unsigned)number("PSWPIN"), 4,
        9);
}

static struct stage *stage_new(void)
{
    struct stage *s = alloc_zeroed(1, sizeof *s);
    char error[200];

    s->ram = alloc_zeroed(1, RAM_SIZE);
    s->memory = (struct guest_memory){peek, s, RAM_BASE, RAM_SIZE};
    make_scene(s);
    s->octavo = octavo_view_open(&s->memory, symbols, error, sizeof error);
    ck_assert_msg(s->octavo != NULL, "%s", error);
    view_init(&s->view, RAM_BASE, FRAMES, false);
    return s;
}

static void stage_free(struct stage *s)
{
    octavo_view_close(s->octavo);
    view_free(&s->view);
    free(s->ram);
    free(s);
}

static bool fill(struct stage *s, int32_t pid)
{
    view_clear(&s->view);
    return octavo_view_fill(s->octavo, &s->view, sv32, pid);
}

START_TEST(frames_have_their_owners)
{
    struct stage *s = stage_new();
    const struct view_frame *f = s->view.frames;

    ck_assert(fill(s, 0));
    ck_assert_str_eq(s->view.badge, "");
    ck_assert_int_eq(f[0].owner, VIEW_RESERVED);
    ck_assert_int_eq(f[SLAB_FRAME].owner, VIEW_SLAB);
    ck_assert_int_eq(f[BOUNCE_FRAME].owner, VIEW_DMA_BOUNCE);
    ck_assert_int_eq(f[STACK_FRAME].owner, VIEW_KERNEL_STACK);
    ck_assert_int_eq(f[ANON_FRAME].owner, VIEW_ANON);
    ck_assert_int_eq(f[SHARED_FRAME].owner, VIEW_ANON_SHARED);
    ck_assert_int_eq(f[FILE_FRAME].owner, VIEW_FILE_CLEAN);
    ck_assert_int_eq(f[DIRTY_FRAME].owner, VIEW_FILE_DIRTY);
    ck_assert_int_eq(f[CACHE_FRAME].owner, VIEW_SWAP_CACHE);
    ck_assert_int_eq(f[LOOSE_FRAME].owner, VIEW_KERNEL_PAGES);
    ck_assert_int_eq(f[frame_of("leaf_a")].owner, VIEW_PAGE_TABLE);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_int_eq(f[COMPOUND_FRAME + i].owner, VIEW_SLAB);
    ck_assert_int_eq(f[COMPOUND_FRAME + 4].owner, VIEW_KERNEL_PAGES);
    ck_assert_int_eq(f[COMPOUND_FRAME + 3].order, 2);
    ck_assert_uint_eq(s->view.n_slabs, 2); /* by their numbers of slabs */
    ck_assert_str_eq(s->view.slabs[f[SLAB_FRAME].slab].name, "kmalloc-64");
    ck_assert_uint_eq(s->view.slabs[f[SLAB_FRAME].slab].frames, 1);
    ck_assert_str_eq(s->view.slabs[f[COMPOUND_FRAME + 3].slab].name, "dentry");
    ck_assert_uint_eq(s->view.slabs[f[COMPOUND_FRAME].slab].frames, 4);
    ck_assert_int_eq(f[COMPOUND_FRAME + 4].slab, VIEW_NONE);
    ck_assert_int_eq(f[ANON_FRAME].slab, VIEW_NONE);
    ck_assert_int_eq(f[ANON_FRAME].mapcount, 1);
    ck_assert_uint_eq(f[ANON_FRAME].va, 0x20000);
    ck_assert(f[ANON_FRAME].flags & VIEW_PTE_DIRTY);
    ck_assert(f[ANON_FRAME].flags & VIEW_ACTIVE);
    ck_assert(!(f[FILE_FRAME].flags & VIEW_PTE_DIRTY));
    ck_assert(view_check(&s->view));
    stage_free(s);
}
END_TEST

START_TEST(free_blocks_and_zones_are_found)
{
    struct stage *s = stage_new();
    struct view_counts counts;

    ck_assert(fill(s, 0));
    view_count(&s->view, &counts);
    ck_assert_uint_eq(counts.owner[VIEW_FREE], 64);
    ck_assert_uint_eq(counts.blocks[0][FREE_ORDER], 1);
    ck_assert_uint_eq(s->view.n_zones, 2);
    ck_assert_str_eq(s->view.zones[1].name, "Normal");
    ck_assert_uint_eq(s->view.zones[0].blocks[FREE_ORDER], 1);
    ck_assert_uint_eq(s->view.zones[0].free, 64);
    ck_assert_uint_eq(s->view.zones[1].low, 11);
    ck_assert_int_eq(s->view.frames[300].zone, 1);
    ck_assert(s->view.frames[FREE_FRAME + 1].in_block);
    stage_free(s);
}
END_TEST

START_TEST(processes_own_what_they_map)
{
    struct stage *s = stage_new();
    const struct view_process *p = s->view.processes;

    ck_assert(fill(s, 0));
    ck_assert_uint_eq(s->view.n_processes, 2);
    ck_assert_str_eq(p[0].comm, "alpha");
    ck_assert_int_eq(p[1].pid, 6);
    ck_assert_uint_eq(p[0].anon, 2);
    ck_assert_uint_eq(p[0].file, 1);
    ck_assert_uint_eq(p[0].swapped, 1);
    ck_assert_uint_eq(p[1].anon, 1);
    ck_assert_int_eq(s->view.frames[SHARED_FRAME].process, 0);
    ck_assert_int_eq(s->view.frames[SHARED_FRAME].sharer, 1);
    ck_assert_uint_eq(s->view.counters.minor, 20);
    ck_assert_uint_eq(s->view.counters.major, 10);
    ck_assert_uint_eq(s->view.counters.swap_in, 9);
    stage_free(s);
}
END_TEST

START_TEST(vmas_show_each_page)
{
    struct stage *s = stage_new();
    const struct view_vma *vma = s->view.vmas;
    const uint32_t *page;

    ck_assert(fill(s, 5));
    ck_assert_int_eq(s->view.vma_pid, 5);
    ck_assert_uint_eq(s->view.n_vmas, 2);
    ck_assert_str_eq(vma[0].name, "/bin/a");
    ck_assert_str_eq(vma[0].rights, "r-xp");
    ck_assert_str_eq(vma[1].name, "[heap]");
    ck_assert_uint_eq(vma[1].resident, 2);
    ck_assert_uint_eq(vma[1].swapped, 1);
    page = s->view.vma_pages + vma[1].first_page;
    ck_assert_uint_eq(page[0], VIEW_PAGE(VIEW_PAGE_ANON, ANON_FRAME));
    ck_assert_uint_eq(page[1], VIEW_PAGE(VIEW_PAGE_ANON, SHARED_FRAME));
    ck_assert_uint_eq(page[2], VIEW_PAGE(VIEW_PAGE_SWAPPED, 7));
    ck_assert_uint_eq(page[3], 0);
    ck_assert(fill(s, 6));
    ck_assert_int_eq(s->view.vma_pid, 6);
    ck_assert_uint_eq(s->view.n_vmas, 0);
    stage_free(s);
}
END_TEST

START_TEST(swap_slots_have_owners)
{
    struct stage *s = stage_new();

    ck_assert(fill(s, 0));
    ck_assert_uint_eq(s->view.n_swap, 64);
    ck_assert_uint_eq(s->view.swap_used, 2);
    ck_assert_int_eq(s->view.swap[0], VIEW_SLOT_BAD);
    ck_assert_int_eq(s->view.swap[1], VIEW_SLOT_FREE);
    ck_assert_int_eq(s->view.swap[5], VIEW_SLOT_CACHED);
    ck_assert_int_eq(s->view.swap[7], 0);
    ck_assert_int_eq(s->view.frames[CACHE_FRAME].process, 0);
    stage_free(s);
}
END_TEST

START_TEST(before_mem_map_there_is_no_view)
{
    struct stage *s = stage_new();

    put_word(s, "mem_map", 0);
    ck_assert(!fill(s, 0));
    stage_free(s);
}
END_TEST

START_TEST(a_circle_of_tasks_is_a_badge)
{
    struct stage *s = stage_new();

    link_task(s, "task_b", "task_a");
    ck_assert(fill(s, 0));
    ck_assert_str_eq(s->view.badge, "the task list has no end");
    stage_free(s);
}
END_TEST

START_TEST(a_block_of_order_40_is_a_badge)
{
    struct stage *s = stage_new();

    set(s, page_va(FREE_FRAME), "page", "private", 0, 40);
    ck_assert(fill(s, 0));
    ck_assert_str_ne(s->view.badge, "");
    ck_assert(view_check(&s->view));
    stage_free(s);
}
END_TEST

START_TEST(page_tables_in_a_circle_end)
{
    struct stage *s = stage_new();

    for (unsigned i = 0; i < 768; i++)
        put(s, va_of("pgd_a") + i * 4, 4, pte(frame_of("leaf_a"), 1));
    for (unsigned i = 0; i < 1024; i++)
        put(s, va_of("pgd_b") + i * 4, 4, pte(frame_of("pgd_b"), 1));
    ck_assert(fill(s, 0));
    ck_assert_str_ne(s->view.badge, "");
    stage_free(s);
}
END_TEST

/* Damage as a hostile guest would do it: words that often point somewhere. */
static void damage(struct stage *s, struct random *r)
{
    uint64_t low = va_of("_start") & ~UINT64_C(4095);
    uint64_t size = va_of("leaf_b") + 4096 - low;

    for (uint64_t n = 1 + random_below(r, 200); n--;) {
        uint64_t at = low + (random_below(r, size) & ~UINT64_C(3));
        uint64_t value = random_next(r) & 0xffffffff;

        if (random_below(r, 3))
            value = DIRECT + random_below(r, RAM_SIZE);
        put(s, at, 4, value);
    }
}

START_TEST(random_damage_is_no_crash)
{
    const char *seed = getenv("QUIRE_SEED");
    struct stage *s = stage_new();
    struct random r;
    unsigned filled = 0;

    random_seed(&r, seed ? strtoull(seed, NULL, 0) : 1);
    for (int round = 0; round < 150; round++) {
        make_scene(s);
        damage(s, &r);
        filled += fill(s, (int32_t)random_below(&r, 8));
        ck_assert(view_check(&s->view));
    }
    ck_assert_uint_gt(filled, 20);
    stage_free(s);
}
END_TEST

START_TEST(memory_of_random_bytes_is_no_crash)
{
    struct stage *s = stage_new();
    struct random r;

    random_seed(&r, 3);
    for (int round = 0; round < 10; round++) {
        for (size_t i = 0; i < RAM_SIZE; i += 8)
            store_le(s->ram + i, 8, random_next(&r));
        if (fill(s, 0))
            ck_assert(view_check(&s->view));
        make_scene(s);
        for (size_t i = 0; i < RAM_SIZE; i += 4096)
            store_le(s->ram + i + (random_next(&r) & 4088), 8, random_next(&r));
        if (fill(s, 0))
            ck_assert(view_check(&s->view));
    }
    stage_free(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("octavo_view");
    TCase *tc = tcase_create("octavo_view");
    char error[200];

    symbols = symbols_open("tests/octavo_sample.elf", error, sizeof error);
    if (!symbols) {
        printf("Bail out! tests/octavo_sample.elf: %s\n", error);
        return EXIT_FAILURE;
    }
    sv32 = walk_scheme_of(UINT64_C(1) << 31, 32);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, frames_have_their_owners);
    tcase_add_test(tc, free_blocks_and_zones_are_found);
    tcase_add_test(tc, processes_own_what_they_map);
    tcase_add_test(tc, vmas_show_each_page);
    tcase_add_test(tc, swap_slots_have_owners);
    tcase_add_test(tc, before_mem_map_there_is_no_view);
    tcase_add_test(tc, a_circle_of_tasks_is_a_badge);
    tcase_add_test(tc, a_block_of_order_40_is_a_badge);
    tcase_add_test(tc, page_tables_in_a_circle_end);
    tcase_add_test(tc, random_damage_is_no_crash);
    tcase_add_test(tc, memory_of_random_bytes_is_no_crash);
    suite_add_tcase(suite, tc);
    unit_main(suite);
    symbols_close(symbols);
    return EXIT_SUCCESS;
}
