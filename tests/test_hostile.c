/*
 * Snapshots from enemies: a damaged one of a machine in the middle of
 * something is refused, or the machine that comes of it runs on without harm.
 */
#include "machine/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/qdisk.h"
#include "abi/qdma.h"
#include "base/compiler.h"
#include "base/random.h"
#include "tests/machine_rig.h"
#include "tests/snapshot_scenes.h"

#define POLICIES ((unsigned)REPLACE_RANDOM + 1)

static const struct scene *scene_named(const char *name)
{
    for (unsigned i = 0; i < count_scenes(); i++)
        if (!strcmp(find_scene(i)->name, name))
            return find_scene(i);
    ck_abort_msg("no scene is called %s", name);
}

static struct dma_channel *channel(struct machine *m, unsigned i)
{
    return &m->board->dma.channels[i];
}

#define SPOIL(name, statement)                                                 \
    static void name(struct machine *m)                                        \
    {                                                                          \
        statement;                                                             \
    }

SPOIL(rom_reserved, m->harts[0].mmu.reserved_pa = BOOTROM_BASE)
SPOIL(beyond_reserved, m->harts[0].mmu.reserved_pa = DRAM_BASE + (1 << 20))
SPOIL(end_reserved, m->harts[0].mmu.reserved_pa = UINT64_MAX - 3)
SPOIL(odd_reserved, m->harts[0].mmu.reserved_pa += 2)
SPOIL(three_reserved, m->harts[0].mmu.reserved_size = 3)
SPOIL(long_dma, channel(m, 0)->current.length = 1u << 30)
SPOIL(no_dma, channel(m, 0)->current.length = 0)
SPOIL(far_dma, channel(m, 0)->current.dst = UINT64_MAX - 10)
SPOIL(device_dma, channel(m, 0)->current.src = UART_BASE)
SPOIL(endless_dma, channel(m, 0)->completed = QDMA_MAX_CHAIN + 1)
SPOIL(timeless_dma, channel(m, 0)->due = CLOCK_NEVER)
SPOIL(idle_dma, channel(m, 0)->status = QDMA_DONE)
SPOIL(stream_dma, channel(m, 0)->is_stream = true)
SPOIL(far_command, m->board->disk.command_pa = DRAM_BASE + (1 << 20))
SPOIL(odd_command, m->board->disk.command_pa += 8)
SPOIL(timeless_disk, m->board->disk.due = CLOCK_NEVER)
SPOIL(far_read, m->board->disk.command.lba = 63)
SPOIL(wrapping_read, m->board->disk.command.lba = UINT64_MAX)
SPOIL(moved_more, m->board->disk.moved = 2 * QDISK_SECTOR + 1)
SPOIL(flush_moves, m->board->disk.command.op = QDISK_FLUSH)
SPOIL(far_end, m->board->images[0]->move_end = UINT64_C(1) << 40)
SPOIL(no_chain, m->board->blks[0].chain.n = 0)
SPOIL(far_phase, m->board->blks[0].phase = 9)

static const struct wrong {
    const char *scene;
    void (*spoil)(struct machine *m);
    const char *name; /* that the message has */
} wrongs[] = {
    {"between LR and SC", rom_reserved, "reserved_pa"},
    {"between LR and SC", beyond_reserved, "reserved_pa"},
    {"between LR and SC", end_reserved, "reserved_pa"},
    {"between LR and SC", odd_reserved, "reserved_pa"},
    {"between LR and SC", three_reserved, "reserved_pa"},
    {"in the middle of DMA", long_dma, "current descriptor"},
    {"in the middle of DMA", no_dma, "current descriptor"},
    {"in the middle of DMA", far_dma, "current descriptor"},
    {"in the middle of DMA", device_dma, "current descriptor"},
    {"in the middle of DMA", endless_dma, "completed"},
    {"in the middle of DMA", timeless_dma, "busy without a time"},
    {"in the middle of DMA", idle_dma, "busy without a time"},
    {"in the middle of DMA", stream_dma, "stream"},
    {"with a disk command queued", far_command, "command_pa"},
    {"with a disk command queued", odd_command, "command_pa"},
    {"with a disk command queued", timeless_disk, "phase"},
    {"with a disk command queued", far_end, "move_end"},
    {"while a disk moves data", far_command, "command_pa"},
    {"while a disk moves data", far_read, "command"},
    {"while a disk moves data", wrapping_read, "command"},
    {"while a disk moves data", moved_more, "command"},
    {"while a disk moves data", flush_moves, "command"},
    {"with a virtio request queued", no_chain, "chain"},
    {"with a virtio request queued", far_phase, "phase"},
};

START_TEST(what_cannot_be_is_refused_by_name)
{
    const struct wrong *wrong = &wrongs[_i];
    const struct scene *scene = scene_named(wrong->scene);
    struct machine *m = scene_make(scene, REPLACE_LRU);
    struct machine *other = scene_make(scene, REPLACE_LRU);
    const char *why;

    scene_reach(scene, m);
    ck_assert_ptr_null(transfer(m, other));
    wrong->spoil(m);
    why = transfer(m, other);
    ck_assert_msg(why && strstr(why, wrong->name), "%s: %s", wrong->name,
                  why ? why : "restored");
    ck_assert_ptr_null(strchr(why, '\n'));
    machine_free(m);
    machine_free(other);
}
END_TEST

/* A request that the guest may make, and that fails when its time comes. */
START_TEST(a_queued_request_beyond_the_image_fails_as_if_the_guest_had_made_it)
{
    const struct scene *scene = scene_named("with a disk command queued");
    struct machine *m = scene_make(scene, REPLACE_LRU);
    struct machine *other = scene_make(scene, REPLACE_LRU);

    scene_reach(scene, m);
    far_read(m);
    ck_assert_ptr_null(transfer(m, other));
    ck_assert_int_eq(machine_run(other, 100000), STOP_PASS);
    ck_assert_uint_eq(
        peek(other, m->board->disk.command_pa + QDISK_C_STATUS, 4),
        QDISK_ERANGE);
    machine_free(m);
    machine_free(other);
}
END_TEST

/* Where a field or section of that name begins in a stream; its header is a
 * hash of the name, and its size. */
static size_t find_field(const uint8_t *data, size_t size, const char *name,
                         uint64_t field_size)
{
    struct archive *a = archive_new_save();
    const uint8_t *header;
    uint8_t byte = 0;
    size_t n, i = 0;

    archive_u8(a, name, &byte);
    header = archive_data(a, &n);
    while (memcmp(data + i, header, 4) ||
           load_le(data + i + 4, 8) != field_size)
        ck_assert_uint_lt(++i, size - 12);
    archive_free(a);
    return i;
}

/* Flips bytes of a snapshot all over but in DRAM, which may hold anything. */
static void spoil_bytes(const struct scene *scene, enum replacement policy)
{
    struct machine *m = scene_make(scene, policy);
    struct machine *other = scene_make(scene, policy);
    struct archive *a = archive_new_save();
    const uint8_t *data;
    struct random rng;
    uint8_t *copy;
    size_t size, ram, ram_end, refused = 0, n = 0;

    random_seed(&rng, (uint64_t)policy);
    scene_reach(scene, m);
    machine_archive(m, a);
    data = archive_data(a, &size);
    ram = find_field(data, size, "ram", m->bus.ram_size);
    ram_end = find_field(data, size, "hart0", 8);
    copy = malloc(size);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, data, size);
    for (size_t at = 0; at < size; at += 1 + random_below(&rng, 100), n++) {
        if (at > ram && at < ram_end)
            at = ram_end;
        copy[at] ^= (uint8_t)(1u << random_below(&rng, 8));
        if (restore(other, copy, size))
            refused++;
        else
            machine_run(other, 200);
        machine_hash(other);
        copy[at] = data[at];
    }
    ck_assert_uint_gt(refused, n / 8);
    ck_assert_ptr_null(restore(other, data, size));
    ck_assert_uint_eq(machine_hash(other), machine_hash(m));
    free(copy);
    archive_free(a);
    machine_free(m);
    machine_free(other);
}

START_TEST(damaged_bytes_are_refused_or_harmless)
{
    spoil_bytes(find_scene((unsigned)_i),
                (enum replacement)(_i % (int)POLICIES));
}
END_TEST

START_TEST(so_they_are_with_every_policy)
{
    spoil_bytes(scene_named("with full TLBs and dirty lines"),
                (enum replacement)_i);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hostile");
    TCase *tc = tcase_create("hostile");

    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, what_cannot_be_is_refused_by_name, 0,
                        (int)ARRAY_SIZE(wrongs));
    tcase_add_test(
        tc,
        a_queued_request_beyond_the_image_fails_as_if_the_guest_had_made_it);
    tcase_add_loop_test(tc, damaged_bytes_are_refused_or_harmless, 0,
                        (int)count_scenes());
    tcase_add_loop_test(tc, so_they_are_with_every_policy, 0, (int)POLICIES);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
