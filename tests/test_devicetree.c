/*
 * The device tree that the machine describes itself with.
 */
#include "machine/devicetree.h"

#include <libfdt.h>
#include <string.h>

#include "machine/board.h"
#include "tests/machine_programs.h"

static const void *tree_of(struct machine *m)
{
    uint32_t pa;

    ck_assert(machine_peek(m, BOOTROM_BASE + 32, &pa, 4));
    return bus_ram(&m->bus, pa, 4096);
}

START_TEST(the_tree_describes_every_device)
{
    struct machine *m = MAKE(WFI);
    const void *fdt = tree_of(m);

    ck_assert_int_eq(fdt_check_full(fdt, fdt_totalsize(fdt)), 0);
    for (size_t r = 0; r < n_board_rows; r++) {
        const struct board_row *row = &board_rows[r];
        int node = -1;

        for (unsigned i = 0; i < row->count; i++) {
            const fdt32_t *reg;
            int len;

            if (!board_device(m->board, row, i))
                continue;
            node = fdt_node_offset_by_compatible(fdt, node,
                                                 row->class->compatible);
            ck_assert_msg(node >= 0, "%s %u", row->class->name, i);
            reg = fdt_getprop(fdt, node, "reg", &len);
            ck_assert_int_eq(len, 16);
            ck_assert_uint_eq(fdt32_to_cpu(reg[1]),
                              row->base_pa + i * row->stride);
            ck_assert_uint_eq(fdt32_to_cpu(reg[3]), row->class->window);
        }
        node = fdt_node_offset_by_compatible(fdt, node, row->class->compatible);
        ck_assert_int_eq(node, -FDT_ERR_NOTFOUND);
    }
    machine_free(m);
}
END_TEST

/* The property's name stands once in its node. */
static void check_unique(const void *fdt, int node, int property)
{
    const char *name, *other;
    int at;

    ck_assert_ptr_nonnull(fdt_getprop_by_offset(fdt, property, &name, NULL));
    fdt_for_each_property_offset(at, fdt, node)
    {
        ck_assert_ptr_nonnull(fdt_getprop_by_offset(fdt, at, &other, NULL));
        ck_assert_msg(at == property || strcmp(name, other), "%s twice in %s",
                      name, fdt_get_name(fdt, node, NULL));
    }
}

START_TEST(the_tree_says_nothing_twice)
{
    struct machine *m = MAKE(WFI);
    const void *fdt = tree_of(m);
    int property;

    for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL))
        fdt_for_each_property_offset(property, fdt, node)
            check_unique(fdt, node, property);
    machine_free(m);
}
END_TEST

START_TEST(the_tree_tells_the_reach_of_dma)
{
    struct machine_config config = small_config();
    struct machine *m;
    const fdt32_t *ranges;
    const void *fdt;
    int node, len;

    config.dma_reach = 512 << 10;
    m = machine_create(&config);
    fdt = tree_of(m);
    node = fdt_node_offset_by_compatible(fdt, -1, "quire,dma");
    ranges = fdt_getprop(fdt, fdt_parent_offset(fdt, node), "dma-ranges", &len);
    ck_assert_int_eq(len, 24);
    ck_assert_uint_eq(fdt32_to_cpu(ranges[1]), DRAM_BASE);
    ck_assert_uint_eq(fdt32_to_cpu(ranges[3]), DRAM_BASE);
    ck_assert_uint_eq(fdt32_to_cpu(ranges[5]), 512 << 10);
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("devicetree");
    TCase *tc = tcase_create("devicetree");

    tcase_add_test(tc, the_tree_describes_every_device);
    tcase_add_test(tc, the_tree_says_nothing_twice);
    tcase_add_test(tc, the_tree_tells_the_reach_of_dma);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
