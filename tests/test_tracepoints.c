/*
 * Tracepoints of tests/trace_sample.c, linked for RV32, hostile variants of
 * that file, patterns, and the formats of the known events.
 */
#include "machine/tracepoints.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "frontend/trace_events.h"
#include "frontend/trace_format.h"
#include "frontend/trace_names.h"
#include "frontend/trace_select.h"
#include "machine/symbols.h"
#include "tests/unit.h"

enum { A0 = 10, A1 = 11 };

static char file[1 << 20], copy[1 << 20];
static size_t file_size, notes, notes_end; /* where the notes are */
static char error[512];

static struct symbols *open_file(const char *data)
{
    struct symbols *s =
        symbols_open_memory(data, file_size, error, sizeof error);

    ck_assert_ptr_nonnull(s);
    return s;
}

/* Reads the tracepoints of `data`; the caller closes *s. */
static bool read_points(const char *data, struct symbols **s,
                        const struct tracepoint **list, size_t *n)
{
    *s = open_file(data);
    error[0] = 0;
    return symbols_tracepoints(*s, list, n, error, sizeof error);
}

START_TEST(notes_are_tracepoints)
{
    const struct tracepoint *list;
    struct symbols *s;
    uint64_t address, size;
    size_t n;

    ck_assert(read_points(file, &s, &list, &n));
    ck_assert_uint_eq(n, 4);
    ck_assert_str_eq(list[0].provider, "kmem");
    ck_assert_str_eq(list[0].name, "mm_page_free");
    ck_assert(symbols_find(s, "sample_two", &address, &size));
    ck_assert_uint_ge(list[0].va, address);
    ck_assert_uint_lt(list[0].va, address + size);
    ck_assert_uint_eq(list[0].n_arguments, 2);
    ck_assert_int_eq(list[0].arguments[0].kind, OPERAND_REGISTER);
    ck_assert_uint_eq(list[0].arguments[0].reg, A0);
    ck_assert_uint_eq(list[0].arguments[1].reg, A1);
    ck_assert_uint_eq(list[0].arguments[1].size, 4);
    ck_assert_uint_eq(list[1].n_arguments, 6);
    ck_assert_int_eq(list[1].arguments[1].kind, OPERAND_CONSTANT);
    ck_assert_int_eq(list[1].arguments[1].value, 7);
    ck_assert_uint_eq(list[1].arguments[2].size, 1);
    ck_assert_int_eq(list[1].arguments[3].value, -1);
    symbols_close(s);
}
END_TEST

START_TEST(operands_are_constants_registers_and_memory)
{
    struct tracepoint t;

    ck_assert(tracepoint_parse("-4@a0 8@-16(s0) 1@x31 -2@0x10  4@(sp)", &t));
    ck_assert_uint_eq(t.n_arguments, 5);
    ck_assert(t.arguments[0].is_signed);
    ck_assert_int_eq(t.arguments[1].kind, OPERAND_MEMORY);
    ck_assert_int_eq(t.arguments[1].value, -16);
    ck_assert_uint_eq(t.arguments[1].reg, 8);
    ck_assert_uint_eq(t.arguments[2].reg, 31);
    ck_assert_int_eq(t.arguments[3].value, 16);
    ck_assert_uint_eq(t.arguments[4].reg, 2);
    ck_assert(tracepoint_parse("", &t));
    ck_assert_uint_eq(t.n_arguments, 0);
}
END_TEST

START_TEST(other_operands_are_refused)
{
    static const char *const wrong[] = {
        "a0",   "-4",      "-4@",     "3@a0",    "0@a0",  "-4@a0,",
        "-4@q", "4@8(",    "4@8(a0",  "4@8(zz)", "@a0",   "-4@a0x",
        "--4@", "4@x32",   "4@%edi",  "4@-",     "16@a0", "4f@a0",
        "4@()", "4@a0 4@", "4@8(a0)1", "4294967300@a0",
        "-9223372036854775808@a0"};
    struct tracepoint t;
    char many[128] = "";

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!tracepoint_parse(wrong[i], &t), "%s", wrong[i]);
    for (unsigned i = 0; i <= TRACE_ARGUMENTS; i++)
        strcat(many, "4@a0 ");
    ck_assert(!tracepoint_parse(many, &t));
}
END_TEST

/* The first note is wrong in some way; the error names it and the way. */
static void refused(const char *way)
{
    const struct tracepoint *list;
    struct symbols *s;
    size_t n;

    ck_assert_msg(!read_points(copy, &s, &list, &n), "%s", way);
    ck_assert_msg(strstr(error, way) != NULL, "%s: %s", way, error);
    ck_assert_ptr_nonnull(strstr(error, "note 1 "));
    symbols_close(s);
    memcpy(copy, file, file_size);
}

START_TEST(wrong_notes_are_refused_with_the_reason)
{
    memcpy(copy, file, file_size);
    copy[notes + 7] = 0x40; /* the size of the descriptor */
    refused("cut short");
    memset(copy + notes, 0xff, 4); /* of the name */
    refused("cut short");
    copy[notes + 4] = 8;
    refused("too short for its addresses");
    memset(copy + notes + 32, 'x', (unsigned char)copy[notes + 4] - 12u);
    refused("no three strings");
    copy[notes + 32] = 0; /* the provider's name is empty */
    refused("no three strings");
    copy[notes + 32] = '\n';
    refused("no three strings");
    copy[notes + 32 + sizeof "kmem" + sizeof "mm_page_free"] = '5';
    refused("operands");
}
END_TEST

START_TEST(notes_of_others_are_passed_over)
{
    const struct tracepoint *list;
    struct symbols *s;
    size_t n;

    memcpy(copy, file, file_size);
    copy[notes + 12] = 'S'; /* the owner's name */
    ck_assert(read_points(copy, &s, &list, &n));
    ck_assert_uint_eq(n, 3);
    symbols_close(s);
    copy[notes + 12] = 's';
    copy[notes + 8] = 1; /* the type */
    ck_assert(read_points(copy, &s, &list, &n));
    ck_assert_uint_eq(n, 3);
    symbols_close(s);
}
END_TEST

START_TEST(any_byte_may_be_wrong)
{
    unsigned good = 0, bad = 0;

    memcpy(copy, file, file_size);
    for (size_t at = notes; at < notes_end; at++) {
        static const unsigned char flips[] = {0x01, 0x80, 0xff};

        for (unsigned i = 0; i < sizeof flips; i++) {
            const struct tracepoint *list;
            struct symbols *s;
            size_t n;

            copy[at] = (char)(file[at] ^ flips[i]);
            if (read_points(copy, &s, &list, &n)) {
                good++;
                ck_assert_uint_le(n, 4);
            } else {
                bad++;
                ck_assert_str_ne(error, "");
            }
            symbols_close(s);
        }
        copy[at] = file[at];
    }
    ck_assert_uint_gt(good, 0);
    ck_assert_uint_gt(bad, 0);
}
END_TEST

/* How many places the patterns mean; 0 with an error. */
static size_t count(const char *patterns)
{
    struct symbols *s = open_file(file);
    struct trace_selection selection;
    size_t n = 0;

    error[0] = 0;
    if (trace_select(s, patterns, &selection, error, sizeof error)) {
        n = selection.n;
        for (size_t i = 1; i < n; i++)
            ck_assert_uint_le(selection.probes[i - 1].pa,
                              selection.probes[i].pa);
        free(selection.probes);
    }
    symbols_close(s);
    return n;
}

START_TEST(patterns_mean_events_or_functions)
{
    ck_assert_uint_eq(count("kmem:mm_page_free"), 1);
    ck_assert_uint_eq(count("kmem:*"), 1);
    ck_assert_uint_eq(count("*"), 4);
    ck_assert_uint_eq(count("sample:*"), 3);
    ck_assert_uint_eq(count("sample:one"), 2);
    ck_assert_uint_eq(count("sample:?ne"), 2);
    ck_assert_uint_eq(count("sample_two"), 1);
    ck_assert_uint_eq(count("sample_*"), 2);
    ck_assert_uint_eq(count("sample_two,kmem:*,sample_*,kmem:*"), 3);
}
END_TEST

START_TEST(what_means_nothing_has_a_nearest)
{
    ck_assert_uint_eq(count("kmem:mm_page_fre"), 0);
    ck_assert_ptr_nonnull(strstr(error, "did you mean kmem:mm_page_free?"));
    ck_assert_uint_eq(count("mm_page_free"), 0);
    ck_assert_ptr_nonnull(strstr(error, "did you mean kmem:mm_page_free?"));
    ck_assert_uint_eq(count("sample_tow"), 0);
    ck_assert_ptr_nonnull(strstr(error, "did you mean sample_two?"));
    ck_assert_uint_eq(count("kmem:*,xyzzyplughplover"), 0);
    ck_assert_ptr_nonnull(strstr(error, "xyzzyplughplover: no such"));
    ck_assert_ptr_nonnull(strstr(error, "-trace help"));
    ck_assert_uint_eq(count("a=b"), 0);
    ck_assert_str_ne(error, "");
    ck_assert_uint_eq(count(""), 0);
    ck_assert_uint_eq(count("kmem:*,"), 0);
}
END_TEST

START_TEST(names_are_sorted_and_stand_once)
{
    struct symbols *s = open_file(file);
    char **names;
    size_t n;

    ck_assert(trace_event_names(s, &names, &n, error, sizeof error));
    ck_assert_uint_eq(n, 3);
    ck_assert_str_eq(names[0], "kmem:mm_page_free");
    ck_assert_str_eq(names[1], "sample:one");
    ck_assert_str_eq(names[2], "sample:six");
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
    symbols_close(s);
}
END_TEST

START_TEST(parameters_and_callers_are_in_dwarf)
{
    struct symbols *s = open_file(file);
    uint64_t size, va;
    const char *name;
    unsigned base;
    int64_t offset;

    ck_assert(symbols_parameter(s, "sample_two", 1, &name, &size));
    ck_assert_str_eq(name, "order");
    ck_assert_uint_eq(size, 4);
    ck_assert(!symbols_parameter(s, "sample_two", 2, &name, &size));
    ck_assert(!symbols_parameter(s, "sample_tw", 0, &name, &size));
    ck_assert(symbols_parameter(s, "sample_wide", 0, &name, &size));
    ck_assert_uint_eq(size, 8);
    /* A leaf has it in ra; _start has saved it once it has called. */
    ck_assert(symbols_find(s, "sample_two", &va, &size));
    ck_assert(!symbols_caller(s, va, &base, &offset));
    ck_assert(symbols_find(s, "_start", &va, &size));
    ck_assert(!symbols_caller(s, va, &base, &offset));
    ck_assert(symbols_caller(s, va + size / 2, &base, &offset));
    ck_assert_uint_eq(base, 2);
    ck_assert_int_ge(offset, 0);
    ck_assert(!symbols_caller(s, 4, &base, &offset));
    symbols_close(s);
}
END_TEST

/* Asks everything of a hostile file; the answers do not matter. */
static void interrogate(const char *data)
{
    struct symbols *s =
        symbols_open_memory(data, file_size, error, sizeof error);
    const struct tracepoint *list;
    struct trace_selection selection;
    uint64_t va, size;
    const char *name;
    unsigned base;
    int64_t offset;
    size_t n, good = 0;

    if (!s)
        return;
    good += symbols_tracepoints(s, &list, &n, error, sizeof error);
    for (unsigned i = 0; i < 3; i++)
        good += symbols_parameter(s, "sample_two", i, &name, &size);
    for (va = 0x10074; va < 0x100c0; va += 2)
        good += symbols_caller(s, va, &base, &offset);
    good += symbols_physical(s, 0x10074, &va);
    if (trace_select(s, "*,sample_*", &selection, error, sizeof error))
        free(selection.probes);
    ck_assert_uint_le(good, 5 + 38);
    symbols_close(s);
}

START_TEST(a_hostile_file_is_no_crash)
{
    const char *seed = getenv("QUIRE_SEED");
    struct random r;

    random_seed(&r, seed ? strtoull(seed, NULL, 0) : 1);
    for (int round = 0; round < 1500; round++) {
        memcpy(copy, file, file_size);
        for (uint64_t n = 1 + random_below(&r, 12); n--;)
            copy[random_below(&r, file_size)] = (char)random_next(&r);
        interrogate(copy);
    }
}
END_TEST

START_TEST(every_events_format_can_be_read)
{
    struct symbols *s = open_file(file);
    struct trace_format f;

    for (size_t i = 0; i < trace_events_count; i++) {
        ck_assert_msg(trace_format_parse(&f, trace_events[i].format, s), "%s",
                      trace_events[i].name);
        ck_assert_uint_le(f.n_arguments, 6);
        ck_assert_ptr_eq(
            trace_event_find(trace_events[i].provider, trace_events[i].name),
            &trace_events[i]);
    }
    ck_assert(!trace_format_parse(&f, "a={d", s));
    ck_assert(!trace_format_parse(&f, "a={q 1}", s));
    ck_assert(!trace_format_parse(&f, "a={d}", s));
    ck_assert(!trace_format_parse(&f, "a={d x}", s));
    ck_assert(!trace_format_parse(&f, "a={d 1 page}", s));
    ck_assert(!trace_format_parse(&f, "a={d 12}", s));
    symbols_close(s);
}
END_TEST

static const char *gfp(uint64_t flags)
{
    static struct trace_text t;

    t.length = 0;
    trace_put_gfp(&t, flags);
    return t.text;
}

START_TEST(flags_have_linuxs_names)
{
    ck_assert_str_eq(gfp(0xcc0), "GFP_KERNEL");
    ck_assert_str_eq(gfp(0x100cca), "GFP_HIGHUSER_MOVABLE");
    ck_assert_str_eq(gfp(0xa20), "GFP_ATOMIC");
    ck_assert_str_eq(gfp(0xc40), "GFP_NOFS");
    ck_assert_str_eq(gfp(0xdc0), "GFP_KERNEL|__GFP_ZERO");
    ck_assert_str_eq(gfp(0x2cc2), "GFP_KERNEL|__GFP_HIGHMEM|__GFP_NOWARN");
    ck_assert_str_eq(gfp(0), "none");
    ck_assert_str_eq(gfp(0x80000cc0), "GFP_KERNEL|0x80000000");
    ck_assert_uint_eq(trace_gfp_migratetype(0x100cca), 1);
    ck_assert_uint_eq(trace_gfp_migratetype(0xcd0), 2);
    ck_assert_uint_eq(trace_gfp_migratetype(0xcc0), 0);
}
END_TEST

/* The notes lie from the first header before "stapsdt" to the last. */
static void find_notes(void)
{
    for (size_t i = 12; i + 8 < file_size; i++) {
        if (memcmp(file + i, "stapsdt", 8) != 0 || file[i - 4] != 3)
            continue;
        if (!notes)
            notes = i - 12;
        notes_end = i + 8 + (unsigned char)file[i - 8];
    }
}

int main(void)
{
    Suite *suite = suite_create("tracepoints");
    TCase *tc = tcase_create("tracepoints");
    FILE *f = fopen("tests/trace_sample.elf", "rb");

    if (!f) {
        puts("Bail out! tests/trace_sample.elf is missing");
        return EXIT_FAILURE;
    }
    file_size = fread(file, 1, sizeof file, f);
    fclose(f);
    find_notes();
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, notes_are_tracepoints);
    tcase_add_test(tc, operands_are_constants_registers_and_memory);
    tcase_add_test(tc, other_operands_are_refused);
    tcase_add_test(tc, wrong_notes_are_refused_with_the_reason);
    tcase_add_test(tc, notes_of_others_are_passed_over);
    tcase_add_test(tc, any_byte_may_be_wrong);
    tcase_add_test(tc, patterns_mean_events_or_functions);
    tcase_add_test(tc, what_means_nothing_has_a_nearest);
    tcase_add_test(tc, names_are_sorted_and_stand_once);
    tcase_add_test(tc, parameters_and_callers_are_in_dwarf);
    tcase_add_test(tc, a_hostile_file_is_no_crash);
    tcase_add_test(tc, every_events_format_can_be_read);
    tcase_add_test(tc, flags_have_linuxs_names);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
