/*
 * The guest's printf, number parser and device tree reader, each against what
 * the host's libraries say.
 */
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guestos/include/of.h"
#include "guestos/include/string.h"
#include "guestos/lib/fdt.h"
#include "tests/unit.h"

int guest_vsnprintf(char *buf, size_t size, const char *format, va_list args);

static void __attribute__((format(printf, 2, 3)))
same_as_libc(size_t size, const char *format, ...)
{
    char ours[128], theirs[128];
    va_list args;
    int our_length, their_length;

    memset(ours, 'x', sizeof ours);
    memset(theirs, 'x', sizeof theirs);
    va_start(args, format);
    our_length = guest_vsnprintf(ours, size, format, args);
    va_end(args);
    va_start(args, format);
    their_length = vsnprintf(theirs, size, format, args);
    va_end(args);
    ck_assert_int_eq(our_length, their_length);
    ck_assert_mem_eq(ours, theirs, sizeof ours);
}

START_TEST(printf_prints_what_libc_prints)
{
    same_as_libc(128, "%d %i %u %x %X %o", -7, 8, 9u, 0xabcu, 0xdefu, 8u);
    same_as_libc(128, "%5d|%-5d|%05d|%+d|% d", 42, 42, -42, 42, 42);
    same_as_libc(128, "%.3d|%8.3d|%-8.3d|%#x|%#X", 7, 7, 7, 0x1fu, 0u);
    same_as_libc(128, "%lld %llu %llx", -(1ll << 62), ~0ull, 0x123456789abcull);
    same_as_libc(128, "%hhu %hd %ld %zu", (unsigned char)200, (short)-3,
                 -100000L, (size_t)77);
    same_as_libc(128, "%s|%10s|%-10s|%.2s|%c|%%", "abc", "abc", "abc", "abc",
                 'z');
    same_as_libc(128, "%*d|%-*d|%.*s", 6, 1, 6, 1, 2, "hello");
    same_as_libc(128, "%lld", (long long)INT64_MIN);
    same_as_libc(128, "%08lx-%08lx", 0x10000UL, 0x2000UL);
}
END_TEST

START_TEST(printf_cuts_where_the_buffer_ends)
{
    same_as_libc(1, "%s", "abc");
    same_as_libc(4, "%s", "abcdef");
    same_as_libc(4, "%d", 123456);
    same_as_libc(0, "%d", 1);
}
END_TEST

START_TEST(sizes_are_read_with_their_suffix)
{
    const char *end;

    ck_assert_uint_eq(memparse("16M", &end), 16u << 20);
    ck_assert_int_eq(*end, 0);
    ck_assert_uint_eq(memparse("0x10k rest", &end), 16u << 10);
    ck_assert_str_eq(end, " rest");
    ck_assert_uint_eq(memparse("2G", NULL), 2ull << 30);
    ck_assert_uint_eq(memparse("100", &end), 100);
    ck_assert_uint_eq(memparse("M", &end), 0);
}
END_TEST

START_TEST(numbers_too_large_do_not_become_small)
{
    const char *end;

    ck_assert_uint_eq(simple_strtoul("18446744073709551620", &end, 10), ~0ul);
    ck_assert_int_eq(*end, 0);
    ck_assert_uint_eq(simple_strtoul("99999999999999999999999", NULL, 10),
                      ~0ul);
    ck_assert_uint_eq(simple_strtoul("0xfffffff0", NULL, 0), 0xfffffff0);
    ck_assert_uint_eq(memparse("0xffffffffffffffff", NULL), ~0ull);
}
END_TEST

#define CHECK_OK(call) ck_assert_int_ge((call), 0)

/* A small board: memory, a bus with dma-ranges, a device, a reservation. */
static void make_tree(void *fdt, int size)
{
    static const char compatible[] = "acme,uart\0ns16550a";
    static const uint64_t reg[2] = {0x10000000, 0x100};
    uint64_t cells[2], ranges[3];

    for (int i = 0; i < 2; i++)
        cells[i] = cpu_to_fdt64(reg[i]);
    ranges[0] = 0;
    ranges[1] = cpu_to_fdt64(0x80000000);
    ranges[2] = cpu_to_fdt64(0x200000);
    CHECK_OK(fdt_create(fdt, size));
    CHECK_OK(fdt_add_reservemap_entry(fdt, 0x80000000, 0x40000));
    CHECK_OK(fdt_finish_reservemap(fdt));
    CHECK_OK(fdt_begin_node(fdt, ""));
    CHECK_OK(fdt_property_u32(fdt, "#address-cells", 2));
    CHECK_OK(fdt_property_u32(fdt, "#size-cells", 2));
    CHECK_OK(fdt_begin_node(fdt, "chosen"));
    CHECK_OK(fdt_property_string(fdt, "bootargs", "quiet -- x"));
    CHECK_OK(fdt_end_node(fdt));
    CHECK_OK(fdt_begin_node(fdt, "soc"));
    CHECK_OK(fdt_property_u32(fdt, "#address-cells", 2));
    CHECK_OK(fdt_property_u32(fdt, "#size-cells", 2));
    CHECK_OK(fdt_property(fdt, "dma-ranges", ranges, sizeof ranges));
    CHECK_OK(fdt_begin_node(fdt, "serial@10000000"));
    CHECK_OK(fdt_property(fdt, "compatible", compatible, sizeof compatible));
    CHECK_OK(fdt_property(fdt, "reg", cells, sizeof cells));
    CHECK_OK(fdt_property_u32(fdt, "interrupts", 10));
    CHECK_OK(fdt_end_node(fdt));
    CHECK_OK(fdt_begin_node(fdt, "off"));
    CHECK_OK(fdt_property_string(fdt, "compatible", "ns16550a"));
    CHECK_OK(fdt_property_string(fdt, "status", "disabled"));
    CHECK_OK(fdt_end_node(fdt));
    CHECK_OK(fdt_end_node(fdt));
    CHECK_OK(fdt_begin_node(fdt, "last"));
    CHECK_OK(fdt_end_node(fdt));
    CHECK_OK(fdt_end_node(fdt));
    CHECK_OK(fdt_finish(fdt));
}

static _Alignas(8) char tree[2048];

START_TEST(a_tree_is_read_as_it_was_written)
{
    phys_addr_t pa;
    u64 size, start;
    int uart, soc;

    make_tree(tree, sizeof tree);
    ck_assert_uint_eq(fdt_total_size(tree), fdt_totalsize(tree));
    ck_assert_int_eq(fdt_open(tree), 0);
    ck_assert_str_eq(fdt_prop_string(fdt_path("/chosen"), "bootargs"),
                     "quiet -- x");
    uart = fdt_next_compatible(-1, "ns16550a");
    ck_assert_str_eq(fdt_name(uart), "serial@10000000");
    ck_assert_int_eq(uart, fdt_path("/soc/serial"));
    ck_assert(fdt_reg(uart, 0, &pa, &size));
    ck_assert_uint_eq(pa, 0x10000000);
    ck_assert_uint_eq(size, 0x100);
    ck_assert(!fdt_reg(uart, 1, &pa, &size));
    ck_assert_uint_eq(fdt_irq(uart), 10);
    /* The disabled one does not count. */
    ck_assert_int_lt(fdt_next_compatible(uart, "ns16550a"), 0);
    soc = fdt_parent(uart);
    ck_assert_str_eq(fdt_name(soc), "soc");
    ck_assert(fdt_dma_range(soc, &start, &size));
    ck_assert_uint_eq(start, 0x80000000);
    ck_assert_uint_eq(size, 0x200000);
    ck_assert_int_lt(fdt_path("/soc/nothing"), 0);
    ck_assert_int_lt(fdt_path("/nothing/serial"), 0);
}
END_TEST

START_TEST(children_are_walked_without_their_children)
{
    static const char *const names[] = {"chosen", "soc", "last"};
    int child = -1;

    make_tree(tree, sizeof tree);
    ck_assert_int_eq(fdt_open(tree), 0);
    for (unsigned i = 0; i < 3; i++) {
        child = fdt_next_child(fdt_path("/"), child);
        ck_assert_str_eq(fdt_name(child), names[i]);
    }
    ck_assert_int_lt(fdt_next_child(fdt_path("/"), child), 0);
    ck_assert_int_lt(fdt_next_child(fdt_path("/last"), -1), 0);
}
END_TEST

START_TEST(reservations_are_read)
{
    u64 base, size;

    make_tree(tree, sizeof tree);
    ck_assert_int_eq(fdt_open(tree), 0);
    ck_assert(fdt_reservation(0, &base, &size));
    ck_assert_uint_eq(base, 0x80000000);
    ck_assert_uint_eq(size, 0x40000);
    ck_assert(!fdt_reservation(1, &base, &size));
}
END_TEST

/* Whatever the bytes are, the reader stays inside (ASan watches). */
START_TEST(a_damaged_tree_does_not_lead_the_reader_astray)
{
    make_tree(tree, sizeof tree);
    size_t total = fdt_total_size(tree);

    for (size_t i = 0; i < total; i++) {
        char *copy = malloc(total);

        memcpy(copy, tree, total);
        copy[i] = (char)(copy[i] ^ 0x84);
        if (fdt_total_size(copy) <= total && fdt_open(copy) == 0) {
            phys_addr_t pa;
            u64 size;
            int node = fdt_next_compatible(-1, "ns16550a");

            fdt_reg(node, 0, &pa, &size);
            fdt_path("/soc/serial");
            fdt_prop_string(fdt_path("/chosen"), "bootargs");
            fdt_reservation(0, &pa, &size);
        }
        free(copy);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("guest_lib");
    TCase *tc = tcase_create("guest_lib");

    tcase_add_test(tc, printf_prints_what_libc_prints);
    tcase_add_test(tc, printf_cuts_where_the_buffer_ends);
    tcase_add_test(tc, sizes_are_read_with_their_suffix);
    tcase_add_test(tc, numbers_too_large_do_not_become_small);
    tcase_add_test(tc, a_tree_is_read_as_it_was_written);
    tcase_add_test(tc, children_are_walked_without_their_children);
    tcase_add_test(tc, reservations_are_read);
    tcase_add_test(tc, a_damaged_tree_does_not_lead_the_reader_astray);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
