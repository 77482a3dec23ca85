/*
 * A snapshot is restored into a machine of the same shape alone; another is
 * refused with one line that names the option.
 */
#include "machine/shape.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "tests/machine_rig.h"

#define SECTORS 8

static const char *make_image(unsigned sectors)
{
    static char path[32];
    char bytes[IMAGE_SECTOR] = {0};
    FILE *f;

    snprintf(path, sizeof path, "test_shape_%u.img", sectors);
    f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    for (unsigned i = 0; i < sectors; i++)
        ck_assert_uint_eq(fwrite(bytes, sizeof bytes, 1, f), 1);
    fclose(f);
    return path;
}

static struct machine_config with_a_drive(void)
{
    struct machine_config config = small_config(REPLACE_LRU);

    config.append = "first";
    config.is_snapshot = true;
    config.n_drives = 1;
    config.drives[0] = (struct drive_config){
        .file = make_image(SECTORS),
        .faults = "read:eio@lba=5-6",
        .latency = {.model = LATENCY_FIXED, .fixed_ns = 1000},
    };
    return config;
}

#define CHANGE(name, statement)                                                \
    static void name(struct machine_config *c)                                 \
    {                                                                          \
        statement;                                                             \
    }

CHANGE(harts, c->n_harts = 2)
CHANGE(ram, c->ram_bytes *= 2)
CHANGE(clock_hz, c->clock_hz /= 2)
CHANGE(extensions, c->hart.without = 1)
CHANGE(svade, c->hart.mmu.is_svade = true)
CHANGE(misaligned, c->hart.mmu.traps_misaligned = true)
CHANGE(pmp, c->hart.mmu.has_pmp = false)
CHANGE(itlb_policy, c->hart.mmu.itlb.replacement = REPLACE_FIFO)
CHANGE(dtlb_ways, c->hart.mmu.dtlb.ways = 4)
CHANGE(dtlb_policy, c->hart.mmu.dtlb.replacement = REPLACE_PLRU)
CHANGE(l2tlb_entries, c->hart.mmu.l2tlb.entries = 32)
CHANGE(l2tlb_policy, c->hart.mmu.l2tlb.replacement = REPLACE_RANDOM)
CHANGE(l1i_size, c->hart.mmu.l1i.size_bytes = 2048)
CHANGE(l1i_policy, c->hart.mmu.l1i.replacement = REPLACE_FIFO)
CHANGE(l1d_ways, c->hart.mmu.l1d.ways = 4)
CHANGE(l1d_line, c->hart.mmu.l1d.line_bytes = 32)
CHANGE(l1d_policy, c->hart.mmu.l1d.replacement = REPLACE_FIFO)
CHANGE(l1d_through, c->hart.mmu.l1d.is_write_through = true)
CHANGE(l1d_allocate, c->hart.mmu.l1d.is_no_allocate = true)
CHANGE(l2_policy, c->l2.replacement = REPLACE_FIFO)
CHANGE(l2_through, c->l2.is_write_through = true)
CHANGE(from, c->models_from = 10)
CHANGE(to, c->models_to = 1000)
CHANGE(timing, c->hart.mmu.is_timed = true)
CHANGE(seed, c->seed = 1)
CHANGE(reach, c->dma_reach /= 2)
CHANGE(coherent, c->is_dma_incoherent = true)
CHANGE(rtc, c->rtc_seconds++)
CHANGE(overlay, c->is_snapshot = false)
CHANGE(legacy, c->is_virtio_legacy = true)
CHANGE(drives, c->n_drives = 0)
CHANGE(interface, c->drives[0].interface = DRIVE_QUIRE)
CHANGE(is_readonly, c->drives[0].is_readonly = true)
CHANGE(model, c->drives[0].latency.model = LATENCY_SPINNING)
CHANGE(latency, c->drives[0].latency.fixed_ns++)
CHANGE(faults, c->drives[0].faults = "read:eio@lba=5-7")
CHANGE(size, c->drives[0].file = make_image(2 * SECTORS))
CHANGE(append, c->append = "other")
CHANGE(longer, c->append = "one that is much longer than it")

static const struct {
    void (*change)(struct machine_config *config);
    const char *name;
} changes[] = {
    {harts, "-smp"},
    {ram, "-m"},
    {clock_hz, "-clock"},
    {extensions, "-cpu extensions"},
    {svade, "-cpu svade"},
    {misaligned, "-cpu misaligned"},
    {pmp, "-cpu pmp"},
    {itlb_policy, "-tlb i replacement"},
    {dtlb_ways, "-tlb d ways"},
    {dtlb_policy, "-tlb d replacement"},
    {l2tlb_entries, "-tlb l2 entries"},
    {l2tlb_policy, "-tlb l2 replacement"},
    {l1i_size, "-cache l1i size"},
    {l1i_policy, "-cache l1i replacement"},
    {l1d_ways, "-cache l1d ways"},
    {l1d_line, "-cache l1d line"},
    {l1d_policy, "-cache l1d replacement"},
    {l1d_through, "-cache l1d write-through"},
    {l1d_allocate, "-cache l1d no-allocate"},
    {l2_policy, "-cache l2 replacement"},
    {l2_through, "-cache l2 write-through"},
    {from, "-models from"},
    {to, "-models to"},
    {timing, "-timing"},
    {seed, "-seed"},
    {reach, "-dma reach"},
    {coherent, "-dma coherent"},
    {rtc, "-rtc"},
    {overlay, "-snapshot"},
    {legacy, "-global"},
    {drives, "-drive"},
    {interface, "-drive 0 interface"},
    {is_readonly, "-drive 0 readonly"},
    {model, "-drive 0 latency model"},
    {latency, "-drive 0 latency"},
    {faults, "-drive 0 faults"},
    {size, "-drive 0 bytes"},
    {append, "image in memory"},
    {longer, "bytes of an image in memory"},
};

START_TEST(a_snapshot_of_another_shape_is_refused_by_name)
{
    struct machine_config config = with_a_drive();
    struct machine *m = machine_create(&config), *other;
    char want[64];
    const char *why;

    changes[_i].change(&config);
    other = machine_create(&config);
    why = transfer(m, other);
    ck_assert_msg(why != NULL, "%s", changes[_i].name);
    snprintf(want, sizeof want, "machine: %s", changes[_i].name);
    ck_assert_msg(!strncmp(why, want, strlen(want)), "%s, not %s", why, want);
    ck_assert_ptr_nonnull(strstr(why, "the snapshot is of a machine with "));
    ck_assert_ptr_null(strchr(why, '\n'));
    machine_free(m);
    machine_free(other);
}
END_TEST

START_TEST(one_of_the_same_shape_is_not)
{
    struct machine_config config = with_a_drive();
    struct machine *m = machine_create(&config);
    struct machine *other = machine_create(&config);

    machine_run(m, 3);
    ck_assert_ptr_null(transfer(m, other));
    ck_assert_uint_eq(machine_hash(m), machine_hash(other));
    machine_free(m);
    machine_free(other);
}
END_TEST

START_TEST(a_number_says_both)
{
    struct machine_config config = small_config(REPLACE_LRU);
    struct machine *m = machine_create(&config), *other;

    config.n_harts = 3;
    other = machine_create(&config);
    ck_assert_str_eq(transfer(m, other),
                     "machine: -smp: the snapshot is of a machine with 1, and "
                     "this one has 3");
    machine_free(m);
    machine_free(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shape");
    TCase *tc = tcase_create("shape");

    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_snapshot_of_another_shape_is_refused_by_name, 0,
                        (int)ARRAY_SIZE(changes));
    tcase_add_test(tc, one_of_the_same_shape_is_not);
    tcase_add_test(tc, a_number_says_both);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
