/*
 * The performance counters: their registers, who may read them, and exact
 * counts of small known sequences with the default models. QEMU's have other
 * events.
 */
#include "abi/hpm.h"
#include "roms/lib/vm.h"

MADE_FOR("-cache l1i=32K:8:64,l1d=32K:8:64,l2=512K:8:64 "
         "-tlb i=32,d=32,l2=512:4");

#define PAGES 64
#define LINE 64

/* mhpmevent3 and 4 select the events; both counters start at 0. */
static void count(uint32_t first, uint32_t second)
{
    csr_write(mcountinhibit, 0);
    csr_write(mhpmevent3, first);
    csr_write(mhpmevent4, second);
    csr_write(mhpmcounter3h, 0);
    csr_write(mhpmcounter4h, 0);
    csr_write(mhpmcounter3, 0);
    csr_write(mhpmcounter4, 0);
}

/* Counters 3 and 4 into a1 and a2, between which and the start a loop of a1
 * loads with stride a2 from a0 ran. */
#define COUNTED(loop)                                                          \
    "csrw mhpmcounter3, x0\n csrw mhpmcounter4, x0\n" loop                     \
    "csrr a3, mhpmcounter3\n csrr a4, mhpmcounter4\n"

STUB(load_stride, COUNTED("1: lw t0, 0(a0)\n add a0, a0, a2\n addi a1, a1, -1\n"
                          "bnez a1, 1b\n"));
STUB(store_stride,
     COUNTED("1: sw x0, 0(a0)\n add a0, a0, a2\n addi a1, a1, -1\n"
             "bnez a1, 1b\n"));
/* As S, after M has set the counters: loads alone. */
STUB(load_loop, "1: lw t0, 0(a0)\n add a0, a0, a2\n addi a1, a1, -1\n"
                "bnez a1, 1b\n");
/* Without a branch: the fetches are those of the instructions. */
STUB(three_nops, COUNTED("nop\n nop\n nop\n"));
STUB(inhibit_between,
     "csrw mhpmcounter3, x0\n lw t0, 0(a0)\n csrw mcountinhibit, a1\n"
     "lw t0, 0(a0)\n lw t0, 0(a0)\n csrw mcountinhibit, x0\n"
     "lw t0, 0(a0)\n csrr a3, mhpmcounter3\n");

#define STRIDE(stub, n, stride)                                                \
    rom_run(M, stub, frame_pa(0), (uint32_t)(n), (uint32_t)(stride))

/* L1D has 64 sets of 8 ways: all 64 KiB of rom_frames replace it. */
static void empty_l1d(void)
{
    for (unsigned i = 0; i < ROM_FRAMES; i++)
        for (unsigned word = 0; word < 1024; word += LINE / 4)
            (void)frame_words(i)[word];
}

CASE(all_counters_and_events_can_be_written)
{
#define CHECK(n)                                                               \
    csr_write(mhpmevent##n, HPM_DMA_BYTE);                                     \
    EXPECT(csr_read(mhpmevent##n), HPM_DMA_BYTE);                              \
    csr_write(mhpmcounter##n, 0xfffffff0 + n);                                 \
    csr_write(mhpmcounter##n##h, 0x12345600 + n);                              \
    EXPECT(csr_read(mhpmcounter##n), 0xfffffff0 + n);                          \
    EXPECT(csr_read(mhpmcounter##n##h), 0x12345600 + n);                       \
    EXPECT(csr_read(hpmcounter##n), 0xfffffff0 + n);                           \
    EXPECT(csr_read(hpmcounter##n##h), 0x12345600 + n);                        \
    csr_write(mhpmevent##n, HPM_NONE)
    CHECK(3);
    CHECK(4);
    CHECK(8);
    CHECK(15);
    CHECK(30);
    CHECK(31);
}

CASE(unknown_events_read_back_zero)
{
    static const uint32_t unknown[] = {0x0a, 0x1a, 0x35, 0xff, 0x101, ~0u};

    for (unsigned i = 0; i < 6; i++) {
        csr_write(mhpmevent3, HPM_WALK);
        csr_write(mhpmevent3, unknown[i]);
        EXPECT(csr_read(mhpmevent3), 0);
    }
}

CASE(every_bit_gates_its_counter)
{
    for (uint32_t n = 3; n < 32; n++)
        for (unsigned high = 0; high < 2; high++) {
            /* csrr a0, hpmcounterN or hpmcounterNh */
            const uint32_t word = (0xc00 + 0x80 * high + n) << 20 | 0x2573;

            csr_write(mcounteren, 1u << n);
            csr_write(scounteren, ~(1u << n));
            EXPECT_DONE(rom_exec(S, word, 0, 0), S);
            EXPECT_TRAP(rom_exec(U, word, 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                        word);
            csr_write(scounteren, 1u << n);
            EXPECT_DONE(rom_exec(U, word, 0, 0), U);
            csr_write(mcounteren, ~(1u << n));
            EXPECT_TRAP(rom_exec(S, word, 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                        word);
        }
}

CASE(fetches_of_the_reader_count_and_those_of_the_writer_do_not)
{
    /* csrw 4, three nops, csrr: counter 4 has also csrr of 3, not csrw of 3 */
    count(HPM_L1I_ACCESS, HPM_L1I_ACCESS);
    const struct trap *t = rom_run(M, three_nops, 0, 0, 0);
    EXPECT(t->x[13], 5);
    EXPECT(t->x[14], 5);
}

CASE(strides_miss_once_a_line)
{
    static const uint32_t strides[] = {4, 16, 32, 64, 128};

    for (unsigned i = 0; i < 5; i++) {
        const uint32_t n = 128;
        const uint32_t lines = strides[i] < LINE ? n * strides[i] / LINE : n;

        /* Leaves frames 4 to 15 in L1D, so 0 to 3 are not. */
        empty_l1d();
        for (unsigned frame = 4; frame < 12; frame++)
            for (unsigned word = 0; word < 1024; word += LINE / 4)
                (void)frame_words(frame)[word];
        count(HPM_L1D_ACCESS, HPM_L1D_MISS);
        const struct trap *t = STRIDE(load_stride, n, strides[i]);
        EXPECT(t->x[13], n);
        EXPECT(t->x[14], lines);
    }
}

CASE(a_second_round_hits)
{
    count(HPM_L1D_ACCESS, HPM_L1D_MISS);
    STRIDE(load_stride, 256, LINE);
    const struct trap *t = STRIDE(load_stride, 256, LINE);
    EXPECT(t->x[13], 256);
    EXPECT(t->x[14], 0);
}

CASE(dirty_lines_are_written_back_when_they_leave)
{
    empty_l1d();
    STRIDE(store_stride, 64, LINE);
    count(HPM_L1D_WRITEBACK, HPM_L1D_MISS);
    empty_l1d();
    const uint32_t writebacks = csr_read(mhpmcounter3);
    EXPECT_TRUE(writebacks >= 64);
    EXPECT_TRUE(writebacks < 64 + 16);
}

CASE(the_tlb_reaches_thirty_two_pages)
{
    for (uint32_t n = 31; n <= 33; n++) {
        vm_on(0);
        for (unsigned i = 0; i < PAGES; i++)
            vm_map(i, frame_pa(i % ROM_FRAMES), PTE_VRW | PTE_AD);
        csr_write(mcountinhibit, 0);
        csr_write(mhpmevent3, HPM_DTLB_ACCESS);
        csr_write(mhpmevent4, HPM_DTLB_MISS);
        csr_write(mhpmevent5, HPM_WALK);
        csr_write(mhpmevent6, HPM_WALK_READ);
        csr_write(mhpmevent7, HPM_L2TLB_MISS);
        for (unsigned round = 0; round < 2; round++) {
            csr_write(mhpmcounter3, 0);
            csr_write(mhpmcounter4, 0);
            csr_write(mhpmcounter5, 0);
            csr_write(mhpmcounter6, 0);
            csr_write(mhpmcounter7, 0);
            const uint32_t code_walks = round == 0;

            rom_run(S, (void *)vm_stub(S, load_loop), vm_page(0), n, 4096);
            EXPECT(csr_read(mhpmcounter3), n);
            EXPECT(csr_read(mhpmcounter4), round == 0 || n > 32 ? n : 0);
            EXPECT(csr_read(mhpmcounter5), round == 0 ? n + code_walks : 0);
            EXPECT(csr_read(mhpmcounter7), round == 0 ? n + code_walks : 0);
            EXPECT(csr_read(mhpmcounter6), round == 0 ? 2 * n + 1 : 0);
        }
    }
}

CASE(updates_of_a_and_d_count)
{
    vm_on(0);
    for (unsigned i = 0; i < 4; i++)
        vm_map(i, frame_pa(i), PTE_VRW | PTE_U);
    count(HPM_WALK_UPDATE, HPM_STORE_PAGE_FAULT);
    vm_map(4, frame_pa(4), PTE_V | PTE_R | PTE_U | PTE_AD);
    vm_load(U, vm_page(0));
    EXPECT(csr_read(mhpmcounter3), 1);
    vm_store(U, vm_page(0), 1);
    vm_store(U, vm_page(1), 1);
    EXPECT(csr_read(mhpmcounter3), 3);
    EXPECT(csr_read(mhpmcounter4), 0);
    vm_run(U, stub_sw, vm_page(4), 1);
    EXPECT(csr_read(mhpmcounter4), 1);
    EXPECT(csr_read(mhpmcounter3), 3);
}

CASE(exceptions_count_with_the_ecall_that_ends_a_stub)
{
    count(HPM_EXCEPTION, HPM_LOAD_PAGE_FAULT);
    rom_run(M, stub_ecall, 0, 0, 0);
    rom_exec(M, 0, 0, 0);
    EXPECT(csr_read(mhpmcounter3), 2);
    EXPECT(csr_read(mhpmcounter4), 0);
}

CASE(an_inhibited_counter_keeps_its_value)
{
    count(HPM_L1D_ACCESS, HPM_NONE);
    EXPECT(rom_run(M, inhibit_between, frame_pa(0), 1u << 3, 0)->x[13], 2);
    csr_write(mcountinhibit, ~0u);
    EXPECT(csr_read(mcountinhibit), ~2u);
    csr_write(mcountinhibit, 0);
}

CASE(another_event_goes_on_from_the_same_value)
{
    count(HPM_EXCEPTION, HPM_NONE);
    csr_write(mhpmcounter3, 1000);
    csr_write(mhpmevent3, HPM_INTERRUPT);
    EXPECT(csr_read(mhpmcounter3), 1000);
    rom_run(M, stub_ecall, 0, 0, 0);
    EXPECT(csr_read(mhpmcounter3), 1000);
    csr_write(mhpmevent3, HPM_EXCEPTION);
    rom_run(M, stub_ecall, 0, 0, 0);
    EXPECT(csr_read(mhpmcounter3), 1001);
}

CASE(counters_carry_into_the_upper_half)
{
    count(HPM_EXCEPTION, HPM_NONE);
    csr_write(mhpmcounter3, ~0u);
    csr_write(mhpmcounter3h, 7);
    rom_run(M, stub_ecall, 0, 0, 0);
    EXPECT(csr_read(mhpmcounter3), 0);
    EXPECT(csr_read(mhpmcounter3h), 8);
}
