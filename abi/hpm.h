/*
 * Events that mhpmevent3 to mhpmevent31 select, and mhpmcounter3 to 31 count
 * (docs/machine.md says what each is). All are exact. Those marked "machine"
 * are of all harts together, as what they count is shared.
 */
#ifndef QUIRE_ABI_HPM_H
#define QUIRE_ABI_HPM_H

#define HPM_NONE 0x00

/* Modelled TLBs and page walks. */
#define HPM_ITLB_ACCESS 0x01
#define HPM_ITLB_MISS 0x02
#define HPM_DTLB_ACCESS 0x03
#define HPM_DTLB_MISS 0x04
#define HPM_L2TLB_ACCESS 0x05
#define HPM_L2TLB_MISS 0x06
#define HPM_WALK 0x07        /* walks begun */
#define HPM_WALK_READ 0x08   /* entries that they read */
#define HPM_WALK_UPDATE 0x09 /* entries that got A or D */

/* Modelled caches. */
#define HPM_L1I_ACCESS 0x10
#define HPM_L1I_MISS 0x11
#define HPM_L1D_ACCESS 0x12
#define HPM_L1D_MISS 0x13
#define HPM_L1D_WRITEBACK 0x14
#define HPM_L1D_WRITETHROUGH 0x15
#define HPM_L2_ACCESS 0x16       /* machine */
#define HPM_L2_MISS 0x17         /* machine */
#define HPM_L2_WRITEBACK 0x18    /* machine */
#define HPM_L2_WRITETHROUGH 0x19 /* machine */

/* The DMA engine, machine: what took effect. */
#define HPM_DMA_DESCRIPTOR 0x20
#define HPM_DMA_BYTE 0x21

/* Traps of the hart, by whatever mode they were taken. */
#define HPM_EXCEPTION 0x30
#define HPM_INTERRUPT 0x31
#define HPM_FETCH_PAGE_FAULT 0x32
#define HPM_LOAD_PAGE_FAULT 0x33
#define HPM_STORE_PAGE_FAULT 0x34

#endif
