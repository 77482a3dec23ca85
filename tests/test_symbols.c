/*
 * Symbols and DWARF of tests/symbols_sample.c, linked for RV32, and hostile
 * variants of that file.
 */
#include "machine/symbols.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "tests/unit.h"

static char file[1 << 20];
static size_t file_size;

static struct symbols *open_sample(void)
{
    char error[200];
    struct symbols *s = symbols_open_memory(file, file_size, error, 200);

    ck_assert_ptr_nonnull(s);
    return s;
}

static struct symbol_member member(const char *type, const char *path)
{
    struct symbols *s = open_sample();
    struct symbol_member m;

    ck_assert_msg(symbols_member(s, type, path, &m), "%s.%s", type, path);
    symbols_close(s);
    return m;
}

START_TEST(symbols_have_address_and_size)
{
    struct symbols *s = open_sample();
    uint64_t address, size;

    ck_assert(symbols_find(s, "list_variable", &address, &size));
    ck_assert_uint_eq(size, 8);
    ck_assert(symbols_find(s, "sample_function", &address, &size));
    ck_assert_uint_ge(address, 0x10000);
    ck_assert(!symbols_find(s, "sample_functio", &address, &size));
    ck_assert(!symbols_find(s, "", &address, &size));
    symbols_close(s);
}
END_TEST

START_TEST(the_nearest_symbol_is_the_function_around_a_pc)
{
    struct symbols *s = open_sample();
    uint64_t address, size, offset;

    ck_assert(symbols_find(s, "sample_function", &address, &size));
    ck_assert_str_eq(symbols_nearest(s, address, &offset), "sample_function");
    ck_assert_uint_eq(offset, 0);
    ck_assert_str_eq(symbols_nearest(s, address + 6, &offset),
                     "sample_function");
    ck_assert_uint_eq(offset, 6);
    ck_assert_ptr_null(symbols_nearest(s, 0, &offset));
    symbols_close(s);
}
END_TEST

START_TEST(members_have_the_compilers_offsets)
{
    ck_assert_uint_eq(member("sample", "first").offset, 0);
    ck_assert_uint_eq(member("sample", "link").offset, 152);
    ck_assert_uint_eq(member("sample", "link.prev").offset, 156);
    ck_assert_uint_eq(member("sample", "link.prev").size, 4);
    ck_assert_uint_eq(member("sample", "last").offset, 160);
    ck_assert_uint_eq(member("sample", "last").size, 8);
    ck_assert_uint_eq(member("list_t", "prev").offset, 4);
    ck_assert_uint_eq(member("anonymous_t", "count").size, 4);
}
END_TEST

START_TEST(anonymous_members_are_looked_into)
{
    ck_assert_uint_eq(member("sample", "number").offset, 4);
    ck_assert_uint_eq(member("sample", "high").offset, 5);
    ck_assert_uint_eq(member("sample", "high").size, 1);
}
END_TEST

START_TEST(bit_fields_have_bits)
{
    struct symbol_member m = member("sample", "mode");

    ck_assert_uint_eq(m.offset, 8);
    ck_assert_uint_eq(m.bit_offset, 1);
    ck_assert_uint_eq(m.bit_size, 3);
    m = member("sample", "wide");
    ck_assert_uint_eq(8 * m.offset + m.bit_offset, 8 * 8 + 10);
    ck_assert_uint_eq(m.bit_size, 9);
    ck_assert_uint_eq(member("sample", "number").bit_size, 0);
}
END_TEST

START_TEST(arrays_have_stride_and_count)
{
    struct symbol_member m = member("sample", "inners");

    ck_assert_uint_eq(m.count, 5);
    ck_assert_uint_eq(m.stride, 28);
    ck_assert_uint_eq(m.size, 140);
    m = member("sample", "inners.b");
    ck_assert_uint_eq(m.offset, 12 + 4);
    ck_assert_uint_eq(m.count, 6);
    ck_assert_uint_eq(m.stride, 4);
    ck_assert_uint_eq(member("sample", "tail").count, 0);
}
END_TEST

START_TEST(sizes_and_enumerators_are_found)
{
    struct symbols *s = open_sample();
    uint32_t size;
    int64_t value;

    ck_assert(symbols_type_size(s, "inner", &size));
    ck_assert_uint_eq(size, 28);
    ck_assert(symbols_type_size(s, "anonymous_t", &size));
    ck_assert_uint_eq(size, 4);
    ck_assert(symbols_enumerator(s, "RED", &value));
    ck_assert_int_eq(value, -2);
    ck_assert(symbols_enumerator(s, "BLUE", &value));
    ck_assert_int_eq(value, 40);
    ck_assert(symbols_enumerator(s, "NOBODY_USES_ME", &value));
    ck_assert_int_eq(value, 7);
    symbols_close(s);
}
END_TEST

START_TEST(what_is_not_there_is_not_found)
{
    struct symbols *s = open_sample();
    struct symbol_member m;
    uint32_t size;
    int64_t value;

    ck_assert(!symbols_member(s, "sample", "no_such", &m));
    ck_assert(!symbols_member(s, "sample", "", &m));
    ck_assert(!symbols_member(s, "sample", "link..next", &m));
    ck_assert(!symbols_member(s, "sample", "first.x", &m));
    ck_assert(!symbols_member(s, "no_such", "first", &m));
    ck_assert(!symbols_type_size(s, "colour", &size));
    ck_assert(!symbols_enumerator(s, "YELLOW", &value));
    symbols_close(s);
}
END_TEST

/* Asks everything; the answers do not matter. */
static void interrogate(const void *data, size_t size)
{
    char error[200];
    struct symbols *s = symbols_open_memory(data, size, error, sizeof error);
    struct symbol_member m;
    uint64_t address, n;
    uint32_t bytes;
    int64_t value;
    unsigned found = 0;

    if (!s)
        return;
    found += symbols_find(s, "sample_function", &address, &n);
    found += symbols_nearest(s, 0x10100, &n) != NULL;
    found += symbols_member(s, "sample", "inners.b", &m);
    found += symbols_member(s, "sample", "high", &m);
    found += symbols_member(s, "sample", "link.prev", &m);
    found += symbols_type_size(s, "anonymous_t", &bytes);
    found += symbols_enumerator(s, "BLUE", &value);
    ck_assert_uint_le(found, 7);
    symbols_close(s);
}

START_TEST(truncated_files_are_no_crash)
{
    for (size_t n = 0; n < file_size; n += n < 64 ? 1 : 131) {
        char *exact = malloc(n + 1);

        memcpy(exact, file, n);
        interrogate(exact, n);
        free(exact);
    }
}
END_TEST

START_TEST(mutated_files_are_no_crash)
{
    const char *seed = getenv("QUIRE_SEED");
    struct random r;
    char *copy = malloc(file_size);

    random_seed(&r, seed ? strtoull(seed, NULL, 0) : 1);
    for (int round = 0; round < 1500; round++) {
        memcpy(copy, file, file_size);
        for (uint64_t n = 1 + random_below(&r, 12); n--;)
            copy[random_below(&r, file_size)] = (char)random_next(&r);
        interrogate(copy, file_size);
    }
    free(copy);
}
END_TEST

START_TEST(errors_say_why)
{
    char error[200] = "";

    ck_assert_ptr_null(symbols_open("/no/such/file", error, sizeof error));
    ck_assert_str_ne(error, "");
    error[0] = 0;
    ck_assert_ptr_null(symbols_open_memory("hello", 5, error, sizeof error));
    ck_assert_str_ne(error, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("symbols");
    TCase *tc = tcase_create("symbols");
    FILE *f = fopen("tests/symbols_sample.elf", "rb");

    if (!f) {
        puts("Bail out! tests/symbols_sample.elf is missing");
        return EXIT_FAILURE;
    }
    file_size = fread(file, 1, sizeof file, f);
    fclose(f);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, symbols_have_address_and_size);
    tcase_add_test(tc, the_nearest_symbol_is_the_function_around_a_pc);
    tcase_add_test(tc, members_have_the_compilers_offsets);
    tcase_add_test(tc, anonymous_members_are_looked_into);
    tcase_add_test(tc, bit_fields_have_bits);
    tcase_add_test(tc, arrays_have_stride_and_count);
    tcase_add_test(tc, sizes_and_enumerators_are_found);
    tcase_add_test(tc, what_is_not_there_is_not_found);
    tcase_add_test(tc, truncated_files_are_no_crash);
    tcase_add_test(tc, mutated_files_are_no_crash);
    tcase_add_test(tc, errors_say_why);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
