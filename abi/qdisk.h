/*
 * `quire,disk`: a disk of 512-byte sectors, as software sees it. Commands
 * stand in a ring in memory; data moves by a chain of DMA descriptors
 * (abi/qdma.h) on channel QDMA_DISK_CHANNEL, so ring, chain and buffers must
 * be within the engine's reach. Commands are done in ring order.
 *
 * All registers are 32 bits wide and are accessed as such.
 */
#ifndef QUIRE_ABI_QDISK_H
#define QUIRE_ABI_QDISK_H

#define QDISK_ID 0x000 /* ro: QDISK_ID_VALUE */
#define QDISK_ID_VALUE 0x51445331 /* "QDS1" */
#define QDISK_FEATURES 0x004      /* ro: QDISK_F_* */
#define QDISK_CAPACITY_LO 0x008   /* ro: sectors */
#define QDISK_CAPACITY_HI 0x00c
#define QDISK_CONTROL 0x010       /* rw: QDISK_ENABLE; QDISK_RESET reads 0 */
#define QDISK_STATUS 0x014        /* ro: QDISK_S_* */
#define QDISK_RING_LO 0x018       /* rw while not enabled: 32-aligned */
#define QDISK_RING_HI 0x01c
#define QDISK_RING_SIZE 0x020     /* rw while not enabled: 2^k, 1 .. 256 */
#define QDISK_TAIL 0x024          /* rw: commands submitted so far, mod 2^32;
                                     writing it is the doorbell */
#define QDISK_HEAD 0x028          /* ro: commands completed so far, mod 2^32 */
#define QDISK_INT 0x02c           /* rw1c: QDISK_INT_* */
#define QDISK_INT_ENABLE 0x030    /* rw */

#define QDISK_F_FLUSH 1
#define QDISK_F_DISCARD 2
#define QDISK_F_READONLY 4

#define QDISK_ENABLE 1 /* 0 -> 1 sets HEAD and TAIL to 0 */
#define QDISK_RESET 2  /* drops what is in flight; registers as at reset */

#define QDISK_S_BUSY 1   /* a command is in flight */
#define QDISK_S_HALTED 2 /* the ring itself was refused (out of reach, not RAM,
                            TAIL more than RING_SIZE ahead): RESET to go on */

#define QDISK_INT_DONE 1
#define QDISK_INT_HALTED 2

/* Command: 32 bytes, little-endian, entry (index mod RING_SIZE). */
#define QDISK_C_OP 0x00      /* u32 */
#define QDISK_C_SECTORS 0x04 /* u32 */
#define QDISK_C_LBA 0x08     /* u64: first sector */
#define QDISK_C_DMA 0x10     /* u64: first DMA descriptor; READ, WRITE */
#define QDISK_C_STATUS 0x18  /* u32: written by the disk, QDISK_OK .. */
#define QDISK_C_COOKIE 0x1c  /* u32: software's own */
#define QDISK_C_SIZE 0x20

#define QDISK_READ 0
#define QDISK_WRITE 1
#define QDISK_FLUSH 2
#define QDISK_DISCARD 3

#define QDISK_PENDING 0
#define QDISK_OK 1
#define QDISK_EIO 2      /* the medium failed */
#define QDISK_ERANGE 3   /* beyond the end, or no sectors */
#define QDISK_EROFS 4    /* the drive is read-only */
#define QDISK_EDMA 5     /* the chain failed: see the channel's ERROR */
#define QDISK_EOP 6      /* unknown op */

#define QDISK_SECTOR 512

#ifndef __ASSEMBLER__
#include <stdint.h>
struct qdisk_command {
    uint32_t op;
    uint32_t sectors;
    uint64_t lba;
    uint64_t dma;
    uint32_t status;
    uint32_t cookie;
};
#endif

#endif
