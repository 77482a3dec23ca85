/*
 * Where things stand in the memory of a torture machine: for the driver, the
 * code that runs the programs (run.S), and the ROMs made of what was found.
 * Integers only, so that assembly can use it.
 *
 * A program has a window, all that its S- and U-mode can reach (by PMP), and a
 * control area, which only M-mode reaches. Both stand where they run: nothing
 * is copied, and after the last program memory is the result.
 */
#ifndef QUIRE_TESTS_TORTURE_LAYOUT_H
#define QUIRE_TESTS_TORTURE_LAYOUT_H

#define TORTURE_RAM 0x04000000 /* 64 MiB, as for every ROM */

/* One page of ECALLs, where the programs' stvec points. */
#define TRAP_PAGE 0x80ffe000
/* The batch: the slot after the last, which one runs (for the
 * watchdog), and the first. */
#define BATCH 0x80fff000
#define BATCH_SLOTS 0
#define BATCH_CURRENT 4
#define BATCH_FIRST 8

#define MAX_SLOTS 512
#define WINDOWS 0x81000000
#define WINDOW_SIZE 0x8000
#define CONTROLS 0x82000000
#define CONTROL_SIZE 0x4000
/* From WINDOWS on: what the comparison reads. */
#define IMAGE_SIZE (MAX_SLOTS * (WINDOW_SIZE + CONTROL_SIZE))

/* Pages of a window. */
#define PAGE_ROOT 0
#define PAGE_LEAF0 1
#define PAGE_LEAF1 2
#define PAGE_CODE 3 /* two of them */
#define PAGE_DATA 5 /* three of them */
#define WINDOW_PAGES 8

/* Every page answers a jump here, or into its first words, with a trap. */
#define PROBE_ZONE 0xc00
#define PROBE_ZONE_SIZE 0x80
#define LOW_ZONE_SIZE 0x20

/* A control area: */
#define C_LANDING 0x000 /* the next entry of the landing table */
#define C_LOG 0x004     /* where the next trap is logged */
#define C_WINDOW 0x008  /* address of the window */
#define C_SATP 0x00c    /* what the CSRs hold at first */
#define C_STVEC 0x010
#define C_MIDELEG 0x014
#define C_MIE 0x018
#define C_COUNTEREN 0x01c
#define C_REGS 0x080 /* x0 .. x31: at first, then at the end */
#define C_CSRS 0x100 /* at the end, see run.S */
#define N_CSRS 18
#define C_TABLE 0x200   /* the landing table */
#define LANDING_SIZE 16 /* pc (0: the end), mstatus, medeleg, fence? */
#define MAX_LANDINGS 160
#define C_TRAPS 0x1000 /* the trap log */
#define LOG_SIZE 32    /* mcause mepc mtval mstatus scause sepc stval mip */
#define C_CODE 0x2800  /* code for M-mode, up to the end */

#endif
