/*
 * The archive: what is saved comes back, what is hostile is refused, and
 * every field counts in the hash.
 */
#include "base/archive.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit.h"

struct state {
    uint8_t byte;
    uint32_t word;
    uint64_t wide;
    bool flag;
    uint8_t memory[3 * 4096];
};

static void visit(struct state *s, struct archive *a)
{
    archive_section(a, "state");
    archive_u8(a, "byte", &s->byte);
    archive_u32(a, "word", &s->word);
    archive_u64(a, "wide", &s->wide);
    archive_bool(a, "flag", &s->flag);
    archive_pages(a, "memory", s->memory, sizeof s->memory);
}

static struct state sample(void)
{
    struct state s = {1, 2, 3, true, {0}};

    s.memory[4097] = 7;
    s.memory[3 * 4096 - 1] = 9;
    return s;
}

static uint64_t hash(struct state *s)
{
    struct archive *a = archive_new_hash();
    uint64_t h;

    visit(s, a);
    h = archive_digest(a);
    archive_free(a);
    return h;
}

static const char *load_error(const void *data, size_t size)
{
    static char error[200];
    struct archive *a = archive_new_load(data, size);
    struct state s;

    memset(&s, 0, sizeof s);
    visit(&s, a);
    error[0] = 0;
    if (archive_error(a))
        strncpy(error, archive_error(a), sizeof error - 1);
    archive_free(a);
    return error;
}

START_TEST(what_is_saved_comes_back)
{
    struct state s = sample(), t;
    struct archive *save = archive_new_save(), *load;
    size_t size;
    const void *data;

    visit(&s, save);
    data = archive_data(save, &size);
    load = archive_new_load(data, size);
    memset(&t, 0xff, sizeof t);
    t.flag = false;
    visit(&t, load);
    ck_assert_ptr_null(archive_error(load));
    ck_assert_uint_eq(hash(&s), hash(&t));
    archive_free(load);
    archive_free(save);
}
END_TEST

START_TEST(zero_pages_cost_nothing)
{
    struct state s = sample();
    struct archive *save = archive_new_save();
    size_t size;

    visit(&s, save);
    archive_data(save, &size);
    ck_assert_uint_lt(size, 2 * 4096 + 256);
    archive_free(save);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    struct state s = sample();
    struct archive *save = archive_new_save();
    size_t size;
    const uint8_t *data;

    visit(&s, save);
    data = archive_data(save, &size);
    for (size_t n = 0; n < size; n += n < 200 ? 1 : 997)
        ck_assert_str_ne(load_error(data, n), "");
    ck_assert_str_eq(load_error(data, size), "");
    archive_free(save);
}
END_TEST

START_TEST(a_bool_of_two_is_refused)
{
    struct state s = sample();
    struct archive *save = archive_new_save();
    uint8_t copy[16384];
    size_t size, flag = 20 + (12 + 1) + (12 + 4) + (12 + 8) + 12;
    const void *data;

    visit(&s, save);
    data = archive_data(save, &size);
    memcpy(copy, data, size);
    ck_assert_uint_eq(copy[flag], 1);
    copy[flag] = 2;
    ck_assert_str_ne(load_error(copy, size), "");
    archive_free(save);
}
END_TEST

START_TEST(flipping_any_field_changes_the_hash)
{
    struct state s = sample();
    uint64_t before = hash(&s), flipped = 0;

    for (;; flipped++) {
        struct archive *a = archive_new_flip(flipped, 5 * (unsigned)flipped);
        bool there;

        s = sample();
        visit(&s, a);
        there = archive_flipped(a) != NULL;
        archive_free(a);
        if (!there)
            break;
        ck_assert_uint_ne(hash(&s), before);
    }
    ck_assert_uint_eq(flipped, 5);
}
END_TEST

struct shown {
    unsigned n;
    char text[200];
};

static void show(void *ctx, const char *section, const char *name,
                 const void *bytes, size_t size)
{
    struct shown *s = ctx;

    (void)bytes;
    s->n++;
    snprintf(s->text, sizeof s->text, "%s.%s %zu", section, name, size);
}

START_TEST(fields_are_shown_with_their_names)
{
    struct state s = sample();
    struct shown shown = {0};
    struct archive *a = archive_new_show(show, &shown);

    visit(&s, a);
    ck_assert_uint_eq(shown.n, 5);
    ck_assert_str_eq(shown.text, "state.memory 12288"); /* the last */
    ck_assert(archive_is_stored(a));
    archive_free(a);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("archive");
    TCase *tc = tcase_create("archive");

    tcase_add_test(tc, what_is_saved_comes_back);
    tcase_add_test(tc, zero_pages_cost_nothing);
    tcase_add_test(tc, every_truncation_is_refused);
    tcase_add_test(tc, a_bool_of_two_is_refused);
    tcase_add_test(tc, flipping_any_field_changes_the_hash);
    tcase_add_test(tc, fields_are_shown_with_their_names);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
