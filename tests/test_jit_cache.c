/*
 * Memory for translated code: never writable and executable, and as small as
 * it may be: what does not fit is dropped, and nobody notices.
 */
#include "cpu/jit/watch.h"

#include <stdio.h>

#include "cpu/block.h"
#include "tests/hart_rig.h"

#define PAGES 200
#define INSNS 300 /* a page */

struct seen {
    unsigned drops, superblocks;
    uint64_t entries;
};

static void translated(void *ctx, const struct hart *h,
                       const struct jit_translation *t)
{
    struct seen *seen = ctx;
    size_t end = 0;

    seen->superblocks++;
    ck_assert_uint_eq(t->va, h->pc);
    for (size_t i = 0; i < t->n_pieces; i++) {
        ck_assert_uint_ge(t->pieces[i].offset, end);
        ck_assert_uint_lt(t->pieces[i].step, t->n_insns);
        end = t->pieces[i].offset;
    }
    ck_assert_uint_eq(t->pieces[0].offset, 0);
    ck_assert_uint_lt(end, t->size);
}

static void dropped(void *ctx, const struct hart *h, const uint8_t *shared,
                    size_t size)
{
    struct seen *seen = ctx;

    (void)h;
    ck_assert_ptr_nonnull(shared);
    ck_assert_uint_gt(size, 0);
    seen->drops++;
}

static uint64_t *counter(void *ctx, const struct hart *h, uint64_t pa)
{
    struct seen *seen = ctx;

    (void)h;
    (void)pa;
    return &seen->entries;
}

static struct hart_rig *rig(const char *engine, bool has_models)
{
    struct hart_config config = {
        .xlen = 32,
        .engine = engine_find(engine),
        .code_cache_bytes = HART_MIN_CODE_CACHE,
    };

    if (has_models) {
        config.mmu.l1i = config.mmu.l1d = (struct cache_geometry){
            .size_bytes = 4096, .ways = 2, .line_bytes = 64};
        config.mmu.itlb = config.mmu.dtlb =
            (struct tlb_geometry){.entries = 8, .ways = 8};
    }
    return rig_new_with(&config);
}

/* Each page computes, stores and goes on to the next; the last to the first. */
static void write_pages(struct hart_rig *r)
{
    for (unsigned page = 0; page < PAGES; page++) {
        int32_t next = page + 1 < PAGES ? 4096 : -4096 * (PAGES - 1);

        r->at = RIG_START + 4096 * page;
        for (unsigned i = 0; i < INSNS; i++) {
            emit(r, "addi", A1, A0, 0, (int32_t)(page + i));
            emit(r, "xor", A0, A0, A1, 0);
        }
        emit(r, "auipc", A2, 0, 0, 0);
        emit(r, "sw", 0, A2, A0, 64);
        emit(r, "jal", ZERO, 0, 0, next - (int32_t)(r->at & 0xfff));
    }
}

static uint64_t run(struct hart_rig *r)
{
    write_pages(r);
    hart_run(&r->hart, 3 * PAGES * (2 * INSNS + 3) + 17);
    return rig_hash(r);
}

START_TEST(the_smallest_code_cache_changes_nothing)
{
    for (int models = 0; models < 2; models++) {
        struct hart_rig *interp = rig("interp", models);
        struct hart_rig *jit = rig("jit", models);
        struct seen seen = {0};
        const struct jit_watch watch = {.translated = translated,
                                        .dropped = dropped,
                                        .counter = counter,
                                        .ctx = &seen};

        ck_assert(hart_set_jit_watch(&jit->hart, &watch));
        ck_assert_uint_eq(run(jit), run(interp));
        ck_assert_uint_gt(seen.drops, 10);
        ck_assert_uint_gt(seen.superblocks, PAGES);
        ck_assert_uint_ge(seen.entries * BLOCK_LIMIT, jit->hart.steps);
        rig_free(interp);
        rig_free(jit);
    }
}
END_TEST

START_TEST(a_watcher_that_leaves_is_not_called)
{
    struct hart_rig *r = rig("jit", false);
    struct seen seen = {0};
    const struct jit_watch watch = {translated, NULL, dropped, counter, &seen};

    ck_assert(hart_set_jit_watch(&r->hart, &watch));
    ck_assert_uint_eq(seen.drops, 1);
    ck_assert(hart_set_jit_watch(&r->hart, NULL));
    run(r);
    ck_assert_uint_eq(seen.drops, 1);
    ck_assert_uint_eq(seen.superblocks + seen.entries, 0);
    rig_free(r);
    r = rig("interp", false);
    ck_assert(!hart_set_jit_watch(&r->hart, &watch));
    rig_free(r);
}
END_TEST

/* Mappings of this process: those of code, by their rights. */
struct mappings {
    unsigned writable, executable, both;
};

static struct mappings count_mappings(void)
{
    struct mappings n = {0};
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512], rights[8];

    ck_assert_ptr_nonnull(maps);
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%*s %7s", rights) != 1)
            continue;
        n.both += rights[1] == 'w' && rights[2] == 'x';
        if (!strstr(line, "/dev/zero"))
            continue;
        n.writable += rights[1] == 'w';
        n.executable += rights[2] == 'x';
    }
    fclose(maps);
    return n;
}

START_TEST(no_page_is_writable_and_executable)
{
    struct hart_rig *a = rig("jit", false), *b = rig("jit", true);
    struct mappings n;

    run(a);
    run(b);
    n = count_mappings();
    ck_assert_uint_eq(n.both, 0);
    ck_assert_uint_eq(n.writable, 2);
    ck_assert_uint_eq(n.executable, 2);
    rig_free(a);
    rig_free(b);
    n = count_mappings();
    ck_assert_uint_eq(n.writable + n.executable, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("jit_cache");
    TCase *tc = tcase_create("jit_cache");

    if (engine_find("jit")) {
        tcase_add_test(tc, the_smallest_code_cache_changes_nothing);
        tcase_add_test(tc, a_watcher_that_leaves_is_not_called);
        tcase_add_test(tc, no_page_is_writable_and_executable);
    }
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
