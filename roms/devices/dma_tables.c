/*
 * Page tables that change under the walker. An entry that DMA replaces is read
 * whole, old or new; one that is written byte by byte is what its bytes say,
 * the lowest first. Rows 91 and 124 of the list of corner cases.
 */
#include "abi/qdma.h"
#include "roms/lib/vm.h"

#define RW (PTE_VRW | PTE_AD)
#define OLD 0x01d01d01u
#define NEW 0x4e4e4e4eu

/* Fences and loads from a0 until the word is not OLD, at most a1 times. */
STUB(watch, "li t1, 0x01d01d01\n mv t2, a0\n 1: sfence.vma\n lw a0, 0(t2)\n"
            "bne a0, t1, 2f\n addi a1, a1, -1\n bnez a1, 1b\n 2:");

static volatile uint32_t *reg(uint32_t offset)
{
    return word_at(QDMA_BASE + QDMA_CHANNEL(0) + offset);
}

/* Starts a copy of `length` bytes, which the engine does some time later. */
static void start_copy(uint32_t dst, uint32_t src, uint32_t length)
{
    volatile struct qdma_desc *desc = (void *)rom_frames[15];

    desc->control = QDMA_OP_COPY;
    desc->length = length;
    desc->src = src;
    desc->dst = dst;
    desc->next = 0;
    *reg(QDMA_INT) = ~0u;
    *reg(QDMA_DESC_LO) = (uint32_t)desc;
    *reg(QDMA_DESC_HI) = 0;
    *reg(QDMA_CONTROL) = QDMA_START;
}

/* The table of VM_TEST leads to OLD; frame 2 holds one that leads to NEW, by
 * other bits in every byte that an entry has room for. */
static void two_tables(void)
{
    vm_on(0);
    *frame_words(0) = OLD;
    *word_at(0x81a55000) = NEW;
    vm_map(1, frame_pa(0), RW);
    frame_words(2)[1] = pte(0x81a55000, RW | PTE_G | 3u << 8);
}

static uint32_t watch_page(void)
{
    const struct trap *t = rom_run(S, watch, vm_page(1), 100000, 0);

    EXPECT_DONE(t, S);
    return t->x[10];
}

CASE(the_walker_sees_an_entry_of_dma_whole)
{
    two_tables();
    start_copy((uint32_t)vm_leaf, (uint32_t)rom_frames[2], PAGE_SIZE);
    EXPECT(*reg(QDMA_STATUS), QDMA_BUSY);
    EXPECT(watch_page(), NEW);
    EXPECT(*reg(QDMA_STATUS), QDMA_DONE);
}

CASE(dma_into_a_table_needs_a_fence_like_a_store)
{
    two_tables();
    EXPECT(vm_load(S, vm_page(1)), OLD);
    start_copy((uint32_t)vm_leaf, (uint32_t)rom_frames[2], PAGE_SIZE);
    while (*reg(QDMA_STATUS) & QDMA_BUSY)
        ;
    sfence_all();
    EXPECT(vm_load(S, vm_page(1)), NEW);
}

CASE(entries_are_little_endian)
{
    const uint32_t entry = pte(frame_pa(0), RW);
    volatile uint8_t *bytes = (volatile uint8_t *)&vm_leaf[1];

    vm_on(0);
    *frame_words(0) = OLD;
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(entry >> 8 * i);
    sfence_all();
    EXPECT(vm_load(S, vm_page(1)), OLD);
}
