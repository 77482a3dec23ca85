/*
 * `quire,dma`: the bus master of the board, as software sees it. Four
 * channels; each runs a chain of descriptors in memory. The engine reaches
 * only the first REACH bytes of DRAM, descriptors included, so that memory
 * below that line is something a kernel must manage (ZONE_DMA).
 * Usable from assembly as far as the C struct at the end is not needed.
 *
 * All registers are 32 bits wide and are accessed as such.
 */
#ifndef QUIRE_ABI_QDMA_H
#define QUIRE_ABI_QDMA_H

#define QDMA_CHANNELS 4
/* The channel that quire,disk drives for itself; START by software on it
 * ends at once with QDMA_ERR_BUSY while the disk is enabled. */
#define QDMA_DISK_CHANNEL 3

/* Global registers. */
#define QDMA_ID 0x000 /* ro: QDMA_ID_VALUE */
#define QDMA_ID_VALUE 0x51444d31 /* "QDM1" */
#define QDMA_NR_CHANNELS 0x004   /* ro */
#define QDMA_REACH_LO 0x008      /* ro: bytes of DRAM within reach */
#define QDMA_REACH_HI 0x00c
#define QDMA_IRQ_PENDING 0x010   /* ro: bit n = channel n has INT & INT_ENABLE */
#define QDMA_MAX_CHAIN_REG 0x014 /* ro: descriptors a chain may have */
#define QDMA_MAX_CHAIN 4096

/* Channel registers: QDMA_CHANNEL(n) + offset. */
#define QDMA_CHANNEL(n) (0x100 + 0x40 * (n))
#define QDMA_DESC_LO 0x00    /* rw while idle: physical address, 32-aligned */
#define QDMA_DESC_HI 0x04
#define QDMA_CONTROL 0x08    /* wo: QDMA_START, QDMA_ABORT */
#define QDMA_STATUS 0x0c     /* ro: QDMA_BUSY, QDMA_DONE, QDMA_FAILED */
#define QDMA_INT 0x10        /* rw1c: QDMA_INT_* */
#define QDMA_INT_ENABLE 0x14 /* rw */
#define QDMA_ERROR 0x18      /* ro: QDMA_ERR_* of the last chain */
#define QDMA_COMPLETED 0x1c  /* ro: descriptors completed since START */
#define QDMA_FAULT_LO 0x20   /* ro: the address that was refused */
#define QDMA_FAULT_HI 0x24

#define QDMA_START 1 /* CONTROL; ignored while BUSY */
#define QDMA_ABORT 2 /* ends with QDMA_ERR_ABORTED at the descriptor's end */

#define QDMA_BUSY 1
#define QDMA_DONE 2
#define QDMA_FAILED 4

#define QDMA_INT_CHAIN 1 /* the chain ended well */
#define QDMA_INT_DESC 2  /* a descriptor with QDMA_D_IRQ ended */
#define QDMA_INT_ERROR 4 /* the chain ended with an error */

#define QDMA_ERR_NONE 0
#define QDMA_ERR_REACH 1    /* beyond the reach (DRAM, but too far up) */
#define QDMA_ERR_NOT_RAM 2  /* not DRAM: a device, the boot ROM or nothing */
#define QDMA_ERR_CHAIN 3    /* more than QDMA_MAX_CHAIN descriptors */
#define QDMA_ERR_LENGTH 4   /* 0, or src/dst + length wraps */
#define QDMA_ERR_OP 5       /* unknown op, reserved bits, misaligned desc */
#define QDMA_ERR_BUSY 6     /* the channel belongs to the disk */
#define QDMA_ERR_ABORTED 7
#define QDMA_ERR_STREAM 8   /* disk op without a disk command behind it, or
                               the chain's bytes differ from the command's */

/* Descriptor: 32 bytes, 32-aligned, little-endian. */
#define QDMA_D_CONTROL 0x00 /* u32: op | flags */
#define QDMA_D_LENGTH 0x04  /* u32: bytes */
#define QDMA_D_SRC 0x08     /* u64: physical address; FILL: low byte = value;
                               FROM_DISK: not used, 0 */
#define QDMA_D_DST 0x10     /* u64: physical address; TO_DISK: not used, 0 */
#define QDMA_D_NEXT 0x18    /* u64: physical address, 0 ends the chain */
#define QDMA_D_SIZE 0x20

#define QDMA_OP_COPY 0      /* overlapping ranges copy as memmove does */
#define QDMA_OP_FILL 1
#define QDMA_OP_FROM_DISK 2 /* next bytes of the disk command's stream */
#define QDMA_OP_TO_DISK 3
#define QDMA_OP_MASK 0xff
#define QDMA_D_IRQ 0x100    /* raise QDMA_INT_DESC when done */

/* Cost in machine time. */
#define QDMA_SETUP_NS 200       /* a descriptor */
#define QDMA_BYTES_PER_US 1000  /* about 1 GB/s */

#ifndef __ASSEMBLER__
#include <stdint.h>
struct qdma_desc {
    uint32_t control;
    uint32_t length;
    uint64_t src;
    uint64_t dst;
    uint64_t next;
};
#endif

#endif
