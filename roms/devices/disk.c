/*
 * The disk with its ring (abi/qdisk.h): each sector of the image begins with
 * its own number. Row 125 of the list of corner cases.
 */
#include "abi/qdisk.h"
#include "abi/qdma.h"
#include "roms/lib/rom.h"

NEEDS("-drive file=DISK,if=quire", rom_has_device, QDISK_BASE);

#define SECTORS 128u
#define RING 8u

/* Frame 15 holds descriptors, frame 14 the ring; data from frame 0 on. */
static volatile struct qdma_desc *desc(unsigned i)
{
    return (volatile struct qdma_desc *)rom_frames[15] + i;
}

static volatile struct qdisk_command *command(unsigned i)
{
    return (volatile struct qdisk_command *)rom_frames[14] + i % RING;
}

static volatile uint32_t *reg(uint32_t offset)
{
    return word_at(QDISK_BASE + offset);
}

/* A fresh disk with an empty ring. */
static void enable(void)
{
    *reg(QDISK_CONTROL) = QDISK_RESET;
    *reg(QDISK_RING_LO) = (uint32_t)command(0);
    *reg(QDISK_RING_HI) = 0;
    *reg(QDISK_RING_SIZE) = RING;
    *reg(QDISK_CONTROL) = QDISK_ENABLE;
}

static void set_command(unsigned i, uint32_t op, uint64_t lba, uint32_t sectors,
                        uint64_t dma)
{
    command(i)->op = op;
    command(i)->sectors = sectors;
    command(i)->lba = lba;
    command(i)->dma = dma;
    command(i)->status = QDISK_PENDING;
    command(i)->cookie = 0xc0 + i;
}

static uint64_t one_desc(uint32_t op, uint64_t pa, uint32_t length)
{
    desc(0)->control = op;
    desc(0)->length = length;
    desc(0)->src = op == QDMA_OP_TO_DISK ? pa : 0;
    desc(0)->dst = op == QDMA_OP_FROM_DISK ? pa : 0;
    desc(0)->next = 0;
    return (uint32_t)desc(0);
}

static void ring_to(uint32_t tail)
{
    *reg(QDISK_TAIL) = tail;
    while (*reg(QDISK_HEAD) != tail)
        EXPECT(*reg(QDISK_STATUS) & QDISK_S_HALTED, 0);
}

/* Runs one command on a fresh disk; its status. */
static uint32_t run(uint32_t op, uint64_t lba, uint32_t sectors, uint64_t dma)
{
    enable();
    set_command(0, op, lba, sectors, dma);
    ring_to(1);
    EXPECT(command(0)->cookie, 0xc0);
    return command(0)->status;
}

static uint32_t read(uint64_t lba, uint32_t sectors)
{
    return run(QDISK_READ, lba, sectors,
               one_desc(QDMA_OP_FROM_DISK, frame_pa(0), sectors * 512));
}

CASE(the_registers_say_what_it_is)
{
    EXPECT(*reg(QDISK_ID), QDISK_ID_VALUE);
    EXPECT(*reg(QDISK_CAPACITY_LO), SECTORS);
    EXPECT(*reg(QDISK_CAPACITY_HI), 0);
    EXPECT(*reg(QDISK_FEATURES) & (QDISK_F_FLUSH | QDISK_F_READONLY),
           QDISK_F_FLUSH);
}

CASE(sectors_are_read_from_their_place)
{
    EXPECT(read(5, 1), QDISK_OK);
    EXPECT(*frame_words(0), 5);
    EXPECT(read(SECTORS - 1, 1), QDISK_OK);
    EXPECT(*frame_words(0), SECTORS - 1);
    EXPECT(read(40, 8), QDISK_OK);
    for (unsigned i = 0; i < 8; i++)
        EXPECT(frame_words(0)[128 * i], 40 + i);
}

CASE(what_is_written_is_read_back)
{
    for (unsigned i = 0; i < 128; i++)
        frame_words(1)[i] = 0x1000 + i;
    EXPECT(run(QDISK_WRITE, 99, 1, one_desc(QDMA_OP_TO_DISK, frame_pa(1), 512)),
           QDISK_OK);
    EXPECT(read(98, 3), QDISK_OK);
    EXPECT(*frame_words(0), 98);
    for (unsigned i = 0; i < 128; i++)
        EXPECT(frame_words(0)[128 + i], 0x1000 + i);
    EXPECT(frame_words(0)[256], 100);
}

CASE(a_chain_scatters_a_sector)
{
    const uint64_t dma = one_desc(QDMA_OP_FROM_DISK, frame_pa(0), 100);

    desc(0)->next = (uint32_t)desc(1);
    desc(1)->control = QDMA_OP_FROM_DISK;
    desc(1)->length = 924;
    desc(1)->dst = frame_pa(2) + 1;
    desc(1)->next = 0;
    EXPECT(run(QDISK_READ, 7, 2, dma), QDISK_OK);
    EXPECT(*frame_words(0), 7);
    /* Sector 8 begins at byte 512 of the stream. */
    EXPECT(rom_frames[2][1 + 412], 8);
}

CASE(a_request_must_lie_on_the_disk)
{
    EXPECT(read(SECTORS, 1), QDISK_ERANGE);
    EXPECT(read(SECTORS - 1, 2), QDISK_ERANGE);
    EXPECT(read(0, 0), QDISK_ERANGE);
    EXPECT(read(~0ull, 1), QDISK_ERANGE);
    EXPECT(read(~0ull, 2), QDISK_ERANGE);
    EXPECT(read(1ull << 55, 1), QDISK_ERANGE);
    EXPECT(run(QDISK_WRITE, SECTORS, 1,
               one_desc(QDMA_OP_TO_DISK, frame_pa(0), 512)),
           QDISK_ERANGE);
    EXPECT(run(QDISK_READ, 0, 0xffffffff,
               one_desc(QDMA_OP_FROM_DISK, frame_pa(0), 512)),
           QDISK_ERANGE);
}

CASE(flush_and_unknown_operations)
{
    EXPECT(run(QDISK_FLUSH, 0, 0, 0), QDISK_OK);
    EXPECT(run(77, 0, 1, 0), QDISK_EOP);
}

CASE(a_bad_chain_fails_the_command)
{
    const uint32_t end = DRAM_BASE + ROM_RAM_SIZE;
    const uint32_t error =
        QDMA_BASE + QDMA_CHANNEL(QDMA_DISK_CHANNEL) + QDMA_ERROR;

    /* Partly outside memory, outside the reach, too short, too long, of the
     * wrong direction, and none at all. */
    EXPECT(run(QDISK_READ, 5, 1, one_desc(QDMA_OP_FROM_DISK, end - 256, 512)),
           QDISK_EDMA);
    EXPECT(*word_at(error), QDMA_ERR_REACH);
    EXPECT(run(QDISK_READ, 5, 1, one_desc(QDMA_OP_FROM_DISK, frame_pa(0), 500)),
           QDISK_EDMA);
    EXPECT(*word_at(error), QDMA_ERR_STREAM);
    EXPECT(run(QDISK_READ, 5, 1, one_desc(QDMA_OP_FROM_DISK, frame_pa(0), 513)),
           QDISK_EDMA);
    EXPECT(*word_at(error), QDMA_ERR_STREAM);
    EXPECT(run(QDISK_READ, 5, 1, one_desc(QDMA_OP_TO_DISK, frame_pa(0), 512)),
           QDISK_EDMA);
    EXPECT(*word_at(error), QDMA_ERR_STREAM);
    EXPECT(run(QDISK_READ, 5, 1, 0), QDISK_EDMA);
    EXPECT(*word_at(error), QDMA_ERR_NOT_RAM);
    EXPECT(run(QDISK_WRITE, 5, 1, one_desc(QDMA_OP_TO_DISK, 0, 512)),
           QDISK_EDMA);
}

CASE(commands_are_done_in_ring_order_and_wrap)
{
    enable(); /* no case writes sectors from 32 on */
    for (uint32_t n = 0; n < 3 * RING; n += 4) {
        for (uint32_t i = n; i < n + 4; i++) {
            desc(i % RING)->control = QDMA_OP_FROM_DISK;
            desc(i % RING)->length = 512;
            desc(i % RING)->src = 0;
            desc(i % RING)->dst = frame_pa(i % RING);
            desc(i % RING)->next = 0;
            set_command(i, QDISK_READ, 32 + i, 1, (uint32_t)desc(i % RING));
        }
        ring_to(n + 4);
        for (uint32_t i = n; i < n + 4; i++) {
            EXPECT(command(i)->status, QDISK_OK);
            EXPECT(*frame_words(i % RING), 32 + i);
        }
    }
}

CASE(ringing_twice_does_the_command_once)
{
    enable();
    set_command(0, QDISK_READ, 5, 1,
                one_desc(QDMA_OP_FROM_DISK, frame_pa(0), 512));
    *reg(QDISK_TAIL) = 1;
    *reg(QDISK_TAIL) = 1;
    EXPECT(*reg(QDISK_STATUS), QDISK_S_BUSY);
    ring_to(1);
    EXPECT(*reg(QDISK_HEAD), 1);
    EXPECT(*reg(QDISK_STATUS), 0);
}

CASE(a_tail_too_far_ahead_halts)
{
    enable();
    *reg(QDISK_TAIL) = RING + 1;
    EXPECT(*reg(QDISK_STATUS), QDISK_S_HALTED);
    EXPECT(*reg(QDISK_INT), QDISK_INT_HALTED);
    *reg(QDISK_CONTROL) = QDISK_RESET;
    EXPECT(*reg(QDISK_STATUS), 0);
    EXPECT(*reg(QDISK_INT), 0);
    EXPECT(read(5, 1), QDISK_OK);
}

CASE(a_ring_that_is_no_memory_halts)
{
    const uint32_t places[] = {0, UART_BASE, DRAM_BASE + 0x1000000,
                               DRAM_BASE + ROM_RAM_SIZE};

    for (unsigned i = 0; i < 4; i++) {
        *reg(QDISK_CONTROL) = QDISK_RESET;
        *reg(QDISK_RING_LO) = places[i];
        *reg(QDISK_RING_SIZE) = 1;
        *reg(QDISK_CONTROL) = QDISK_ENABLE;
        *reg(QDISK_TAIL) = 1;
        EXPECT(*reg(QDISK_STATUS), QDISK_S_HALTED);
        EXPECT(*reg(QDISK_HEAD), 0);
    }
}

CASE(a_reset_in_flight_drops_the_command)
{
    enable();
    set_command(0, QDISK_READ, 5, 1,
                one_desc(QDMA_OP_FROM_DISK, frame_pa(0), 512));
    *reg(QDISK_TAIL) = 1;
    EXPECT(*reg(QDISK_STATUS), QDISK_S_BUSY);
    *reg(QDISK_CONTROL) = QDISK_RESET;
    EXPECT(*reg(QDISK_STATUS), 0);
    const uint64_t start = mtime_now();
    while (mtime_now() < start + 10000) /* a millisecond */
        ;
    EXPECT(command(0)->status, QDISK_PENDING);
    EXPECT(*frame_words(0), 0);
}

CASE(the_ring_cannot_move_while_enabled)
{
    enable();
    *reg(QDISK_RING_LO) = 0x12340;
    *reg(QDISK_RING_SIZE) = 2;
    EXPECT(*reg(QDISK_RING_LO), (uint32_t)command(0));
    EXPECT(*reg(QDISK_RING_SIZE), RING);
}

CASE(the_disks_channel_is_not_softwares_while_enabled)
{
    const uint32_t channel = QDMA_BASE + QDMA_CHANNEL(QDMA_DISK_CHANNEL);

    enable();
    one_desc(QDMA_OP_FROM_DISK, frame_pa(0), 512);
    *word_at(channel + QDMA_DESC_LO) = (uint32_t)desc(0);
    *word_at(channel + QDMA_CONTROL) = QDMA_START;
    EXPECT(*word_at(channel + QDMA_STATUS), QDMA_FAILED);
    EXPECT(*word_at(channel + QDMA_ERROR), QDMA_ERR_BUSY);
    *reg(QDISK_CONTROL) = QDISK_RESET;
}

CASE(completions_coalesce_in_one_bit)
{
    enable();
    for (unsigned i = 0; i < 3; i++)
        set_command(i, QDISK_FLUSH, 0, 0, 0);
    ring_to(3);
    EXPECT(*reg(QDISK_INT), QDISK_INT_DONE);
    for (unsigned i = 0; i < 3; i++)
        EXPECT(command(i)->status, QDISK_OK);
    *reg(QDISK_INT) = QDISK_INT_DONE;
    EXPECT(*reg(QDISK_INT), 0);
    set_command(3, QDISK_FLUSH, 0, 0, 0);
    ring_to(4);
    EXPECT(*reg(QDISK_INT), QDISK_INT_DONE);
    *reg(QDISK_CONTROL) = QDISK_RESET;
}

CASE(completion_interrupts)
{
    const uint32_t claim = PLIC_BASE + PLIC_CONTEXT + 4;

    *word_at(PLIC_BASE + 4 * QDISK_IRQ) = 1;
    *word_at(PLIC_BASE + PLIC_ENABLE) = 1u << QDISK_IRQ;
    enable();
    *reg(QDISK_INT_ENABLE) = QDISK_INT_DONE;
    set_command(0, QDISK_FLUSH, 0, 0, 0);
    csr_write(mie, 1u << IRQ_M_EXT);
    *reg(QDISK_TAIL) = 1;
    __asm__ volatile("wfi");
    EXPECT(*reg(QDISK_HEAD), 1);
    EXPECT(*word_at(claim), QDISK_IRQ);
    *reg(QDISK_INT) = QDISK_INT_DONE;
    *word_at(claim) = QDISK_IRQ;
    EXPECT(*word_at(claim), 0);
    *word_at(PLIC_BASE + PLIC_ENABLE) = 0;
    *reg(QDISK_CONTROL) = QDISK_RESET;
}
