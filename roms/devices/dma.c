/*
 * The DMA engine (abi/qdma.h). Rows 107, 122 and 124 of the list of corner
 * cases.
 */
#include "abi/qdma.h"
#include "roms/lib/vm.h"

#define CHANNEL 0u
#define REACH_END (DRAM_BASE + 0x1000000u) /* 16 MiB, the default */

/* Descriptors live in frame 15. */
static volatile struct qdma_desc *desc(unsigned i)
{
    return (volatile struct qdma_desc *)rom_frames[15] + i;
}

static void fill_desc(unsigned i, uint32_t control, uint64_t dst, uint64_t src,
                      uint32_t length)
{
    desc(i)->control = control;
    desc(i)->length = length;
    desc(i)->src = src;
    desc(i)->dst = dst;
    desc(i)->next = 0;
}

static volatile uint32_t *reg(uint32_t offset)
{
    return word_at(QDMA_BASE + QDMA_CHANNEL(CHANNEL) + offset);
}

static void start_at(uint64_t desc_pa)
{
    *reg(QDMA_INT) = ~0u;
    *reg(QDMA_DESC_LO) = (uint32_t)desc_pa;
    *reg(QDMA_DESC_HI) = (uint32_t)(desc_pa >> 32);
    *reg(QDMA_CONTROL) = QDMA_START;
}

/* Runs the chain that starts at desc(0); the error it ends with. */
static uint32_t run(void)
{
    start_at((uint32_t)desc(0));
    while (*reg(QDMA_STATUS) & QDMA_BUSY)
        ;
    EXPECT(*reg(QDMA_STATUS),
           *reg(QDMA_ERROR) == QDMA_ERR_NONE ? QDMA_DONE : QDMA_FAILED);
    return *reg(QDMA_ERROR);
}

static uint32_t run_one(uint32_t control, uint64_t dst, uint64_t src,
                        uint32_t length)
{
    fill_desc(0, control, dst, src, length);
    return run();
}

static void expect_refused(uint64_t pa)
{
    EXPECT(*reg(QDMA_FAULT_LO), (uint32_t)pa);
    EXPECT(*reg(QDMA_FAULT_HI), (uint32_t)(pa >> 32));
    EXPECT(*reg(QDMA_INT), QDMA_INT_ERROR);
}

CASE(the_registers_say_what_it_is)
{
    EXPECT(*word_at(QDMA_BASE + QDMA_ID), QDMA_ID_VALUE);
    EXPECT(*word_at(QDMA_BASE + QDMA_NR_CHANNELS), QDMA_CHANNELS);
    EXPECT(*word_at(QDMA_BASE + QDMA_MAX_CHAIN_REG), QDMA_MAX_CHAIN);
    EXPECT(*word_at(QDMA_BASE + QDMA_REACH_LO), REACH_END - DRAM_BASE);
    EXPECT(*word_at(QDMA_BASE + QDMA_REACH_HI), 0);
}

CASE(a_copy_moves_its_bytes_and_no_others)
{
    for (unsigned i = 0; i < 64; i++)
        rom_frames[0][i] = (uint8_t)(i + 1);
    EXPECT(run_one(QDMA_OP_COPY, frame_pa(1) + 3, frame_pa(0) + 1, 37),
           QDMA_ERR_NONE);
    EXPECT(rom_frames[1][2], 0);
    for (unsigned i = 0; i < 37; i++)
        EXPECT(rom_frames[1][3 + i], i + 2);
    EXPECT(rom_frames[1][40], 0);
    EXPECT(*reg(QDMA_COMPLETED), 1);
    EXPECT(*reg(QDMA_INT), QDMA_INT_CHAIN);
}

CASE(a_fill_repeats_one_byte)
{
    EXPECT(run_one(QDMA_OP_FILL, frame_pa(1) + 1, 0xabcd, 6), QDMA_ERR_NONE);
    EXPECT(frame_words(1)[0], 0xcdcdcd00);
    EXPECT(frame_words(1)[1], 0x00cdcdcd);
}

CASE(overlapping_copies_keep_their_source_both_ways)
{
    for (unsigned way = 0; way < 3; way++) {
        const unsigned from = way == 0 ? 0 : 16, to = way == 1 ? 0 : 16;

        for (unsigned i = 0; i < 256; i++)
            rom_frames[0][i] = (uint8_t)i;
        EXPECT(run_one(QDMA_OP_COPY, frame_pa(0) + to, frame_pa(0) + from, 200),
               QDMA_ERR_NONE);
        for (unsigned i = 0; i < 200; i++)
            EXPECT(rom_frames[0][to + i], (uint8_t)(from + i));
    }
}

CASE(a_chain_runs_in_order)
{
    *frame_words(0) = 0x1111;
    fill_desc(0, QDMA_OP_COPY, frame_pa(1), frame_pa(0), 4);
    fill_desc(1, QDMA_OP_COPY | QDMA_D_IRQ, frame_pa(2), frame_pa(1), 4);
    fill_desc(2, QDMA_OP_FILL, frame_pa(1), 0xff, 4);
    desc(0)->next = (uint32_t)desc(1);
    desc(1)->next = (uint32_t)desc(2);
    EXPECT(run(), QDMA_ERR_NONE);
    EXPECT(*frame_words(2), 0x1111);
    EXPECT(*frame_words(1), ~0u);
    EXPECT(*reg(QDMA_COMPLETED), 3);
    EXPECT(*reg(QDMA_INT), QDMA_INT_CHAIN | QDMA_INT_DESC);
}

CASE(a_descriptor_is_copied_before_it_is_used)
{
    /* The copy overwrites its own descriptor. */
    fill_desc(0, QDMA_OP_FILL, (uint32_t)desc(0), 0xff, QDMA_D_SIZE);
    fill_desc(1, QDMA_OP_FILL, frame_pa(1), 0x22, 4);
    desc(0)->next = (uint32_t)desc(1);
    EXPECT(run(), QDMA_ERR_NONE);
    EXPECT(*frame_words(1), 0x22222222);
    EXPECT(desc(0)->control, ~0u);
}

CASE(bad_lengths_are_refused)
{
    EXPECT(run_one(QDMA_OP_FILL, frame_pa(1), 0, 0), QDMA_ERR_LENGTH);
    EXPECT(run_one(QDMA_OP_FILL, 0xfffffffffffffff0u, 0, 0x20),
           QDMA_ERR_LENGTH);
    EXPECT(run_one(QDMA_OP_COPY, frame_pa(1), 0xffffffffffffffffu, 2),
           QDMA_ERR_LENGTH);
    EXPECT(*reg(QDMA_COMPLETED), 0);
    /* 4 GiB is not the end of its addresses. */
    EXPECT(run_one(QDMA_OP_FILL, frame_pa(1), 0, 0xffffffff), QDMA_ERR_REACH);
    EXPECT(run_one(QDMA_OP_FILL, 0xfffffff0u, 0, 0x20), QDMA_ERR_NOT_RAM);
    expect_refused(0xfffffff0u);
}

CASE(beyond_the_reach_is_refused_with_its_address)
{
    *word_at(REACH_END - 4) = 5;
    *word_at(REACH_END) = 5;
    EXPECT(run_one(QDMA_OP_FILL, REACH_END, 0, 4), QDMA_ERR_REACH);
    expect_refused(REACH_END);
    EXPECT(run_one(QDMA_OP_COPY, frame_pa(0), REACH_END + 64, 4),
           QDMA_ERR_REACH);
    expect_refused(REACH_END + 64);
    EXPECT(run_one(QDMA_OP_FILL, REACH_END - 4, 0, 8), QDMA_ERR_REACH);
    expect_refused(REACH_END);
    EXPECT(*word_at(REACH_END - 4), 5);
    EXPECT(run_one(QDMA_OP_FILL, REACH_END - 4, 0, 4), QDMA_ERR_NONE);
    EXPECT(*word_at(REACH_END - 4), 0);
    EXPECT(*word_at(REACH_END), 5);
}

CASE(what_is_not_memory_is_refused)
{
    const uint64_t places[] = {QDMA_BASE,
                               QDMA_BASE + QDMA_CHANNEL(CHANNEL),
                               PLIC_BASE + 4,
                               CLINT_BASE,
                               UART_BASE,
                               BOOTROM_BASE,
                               0,
                               DRAM_BASE - 4,
                               DRAM_BASE + ROM_RAM_SIZE,
                               0x100000000ull + DRAM_BASE};

    *word_at(CLINT_BASE) = 0;
    for (unsigned i = 0; i < sizeof(places) / 8; i++) {
        EXPECT(run_one(QDMA_OP_FILL, places[i], 0xff, 4), QDMA_ERR_NOT_RAM);
        expect_refused(places[i]);
        EXPECT(run_one(QDMA_OP_COPY, frame_pa(0), places[i], 4),
               QDMA_ERR_NOT_RAM);
        expect_refused(places[i]);
        /* Nor may descriptors be there. */
        start_at(places[i] & ~31ull);
        while (*reg(QDMA_STATUS) & QDMA_BUSY)
            ;
        EXPECT(*reg(QDMA_ERROR), QDMA_ERR_NOT_RAM);
    }
    EXPECT(*word_at(CLINT_BASE), 0);
}

CASE(descriptors_beyond_the_reach_are_refused)
{
    start_at(REACH_END);
    while (*reg(QDMA_STATUS) & QDMA_BUSY)
        ;
    EXPECT(*reg(QDMA_ERROR), QDMA_ERR_REACH);
    expect_refused(REACH_END);
}

CASE(unknown_operations_and_misaligned_descriptors_are_refused)
{
    EXPECT(run_one(9, frame_pa(1), frame_pa(0), 4), QDMA_ERR_OP);
    EXPECT(run_one(QDMA_OP_COPY | 0x200, frame_pa(1), frame_pa(0), 4),
           QDMA_ERR_OP);
    fill_desc(0, QDMA_OP_FILL, frame_pa(1), 0, 4);
    start_at((uint32_t)desc(0) + 16);
    while (*reg(QDMA_STATUS) & QDMA_BUSY)
        ;
    EXPECT(*reg(QDMA_ERROR), QDMA_ERR_OP);
}

CASE(a_loop_of_descriptors_ends)
{
    fill_desc(0, QDMA_OP_FILL, frame_pa(1), 1, 4);
    desc(0)->next = (uint32_t)desc(0);
    EXPECT(run(), QDMA_ERR_CHAIN);
    EXPECT(*reg(QDMA_COMPLETED), QDMA_MAX_CHAIN);
}

CASE(an_error_in_a_chain_keeps_what_came_before)
{
    fill_desc(0, QDMA_OP_FILL, frame_pa(1), 0x11, 4);
    fill_desc(1, QDMA_OP_FILL, 0, 0x22, 4);
    desc(0)->next = (uint32_t)desc(1);
    EXPECT(run(), QDMA_ERR_NOT_RAM);
    EXPECT(*reg(QDMA_COMPLETED), 1);
    EXPECT(*frame_words(1), 0x11111111);
}

CASE(disk_operations_need_a_disk_command)
{
    EXPECT(run_one(QDMA_OP_FROM_DISK, frame_pa(1), 0, 512), QDMA_ERR_STREAM);
    EXPECT(run_one(QDMA_OP_TO_DISK, 0, frame_pa(1), 512), QDMA_ERR_STREAM);
}

CASE(a_transfer_takes_time_and_ignores_a_second_start)
{
    fill_desc(0, QDMA_OP_FILL, frame_pa(1), 0x33, 4096);
    fill_desc(1, QDMA_OP_FILL, frame_pa(2), 0x44, 4);
    start_at((uint32_t)desc(0));
    EXPECT(*reg(QDMA_STATUS), QDMA_BUSY);
    EXPECT(*frame_words(1), 0);
    *reg(QDMA_DESC_LO) = (uint32_t)desc(1);
    *reg(QDMA_CONTROL) = QDMA_START;
    while (*reg(QDMA_STATUS) & QDMA_BUSY)
        ;
    EXPECT(*reg(QDMA_ERROR), QDMA_ERR_NONE);
    EXPECT(frame_words(1)[1023], 0x33333333);
    EXPECT(*frame_words(2), 0);
}

CASE(an_abort_ends_the_chain_behind_the_current_descriptor)
{
    fill_desc(0, QDMA_OP_FILL, frame_pa(1), 0x33, 4096);
    fill_desc(1, QDMA_OP_FILL, frame_pa(2), 0x44, 4);
    desc(0)->next = (uint32_t)desc(1);
    start_at((uint32_t)desc(0));
    *reg(QDMA_CONTROL) = QDMA_ABORT;
    while (*reg(QDMA_STATUS) & QDMA_BUSY)
        ;
    EXPECT(*reg(QDMA_ERROR), QDMA_ERR_ABORTED);
    EXPECT(*frame_words(1), 0x33333333);
    EXPECT(*frame_words(2), 0);
}

CASE(the_end_interrupts_where_it_is_enabled)
{
    const uint32_t claim = PLIC_BASE + PLIC_CONTEXT + 4;

    *word_at(PLIC_BASE + 4 * QDMA_IRQ) = 1;
    *word_at(PLIC_BASE + PLIC_ENABLE) = 1u << QDMA_IRQ;
    *reg(QDMA_INT_ENABLE) = 0;
    run_one(QDMA_OP_FILL, frame_pa(1), 0, 4);
    EXPECT(*word_at(claim), 0);
    *reg(QDMA_INT_ENABLE) = QDMA_INT_CHAIN;
    EXPECT(*word_at(QDMA_BASE + QDMA_IRQ_PENDING), 1u << CHANNEL);
    EXPECT(*word_at(claim), QDMA_IRQ);
    *reg(QDMA_INT) = QDMA_INT_CHAIN;
    EXPECT(*reg(QDMA_INT), 0);
    EXPECT(*word_at(QDMA_BASE + QDMA_IRQ_PENDING), 0);
    *word_at(claim) = QDMA_IRQ;
    EXPECT(*word_at(claim), 0);
    *reg(QDMA_INT_ENABLE) = 0;
    *word_at(PLIC_BASE + PLIC_ENABLE) = 0;
}

/* lr.w from a0, then start the engine and wait, then sc.w. */
STUB(lr_dma_sc, "lr.w a3, (a0)\n li t0, 1\n sw t0, 8(a1)\n"
                "1: lw t0, 12(a1)\n andi t0, t0, 1\n bnez t0, 1b\n"
                "sc.w a0, a2, (a0)");

static uint32_t lr_during(uint64_t dst)
{
    fill_desc(0, QDMA_OP_FILL, dst, 0x66, 4);
    *reg(QDMA_DESC_LO) = (uint32_t)desc(0);
    *reg(QDMA_DESC_HI) = 0;
    return rom_run(M, lr_dma_sc, frame_pa(1), (uint32_t)reg(0), 0x77)->x[10];
}

CASE(a_write_to_a_reserved_word_breaks_the_reservation)
{
    EXPECT(lr_during(frame_pa(1)), 1);
    EXPECT(*frame_words(1), 0x66666666);
    EXPECT(lr_during(frame_pa(2)), 0);
    EXPECT(*frame_words(1), 0x77);
}

CASE(code_that_it_writes_runs_after_fence_i)
{
    vm_put_code(frame_pa(0), 1);
    vm_put_code(frame_pa(1), 2);
    EXPECT(rom_run(M, (void *)frame_pa(0), 0, 0, 0)->x[10], 1);
    EXPECT(run_one(QDMA_OP_COPY, frame_pa(0), frame_pa(1), 8), QDMA_ERR_NONE);
    fence_i();
    EXPECT(rom_run(M, (void *)frame_pa(0), 0, 0, 0)->x[10], 2);
}

CASE(tables_that_it_writes_hold_after_a_fence)
{
    vm_on(0);
    *frame_words(0) = 0x11;
    *frame_words(1) = 0x22;
    *frame_words(2) = pte(frame_pa(1), PTE_VRW | PTE_AD);
    vm_map(1, frame_pa(0), PTE_VRW | PTE_AD);
    EXPECT(vm_load(S, vm_page(1)), 0x11);
    EXPECT(run_one(QDMA_OP_COPY, (uint32_t)&vm_leaf[1], frame_pa(2), 4),
           QDMA_ERR_NONE);
    sfence_all();
    EXPECT(vm_load(S, vm_page(1)), 0x22);
}
