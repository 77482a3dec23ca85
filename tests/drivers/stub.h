/*
 * As much of a kernel as block drivers need, in M-mode: no translation, no
 * tasks; interrupts are polled, so that a test decides when they come.
 */
#ifndef QUIRE_TESTS_DRIVERS_STUB_H
#define QUIRE_TESTS_DRIVERS_STUB_H

#include "blkdev.h"

#define MAX_DISKS 4

extern struct block_device *disks[MAX_DISKS]; /* as they were registered */
extern unsigned nr_disks;

/* Runs every initcall; the number of those that failed. */
unsigned stub_probe(const char *fdt);
/* Takes one interrupt, if there is one; false: none. */
bool stub_poll(void);
/* A page that the test may use: below 8 MiB or far above. */
struct page *stub_page(unsigned i, bool is_low);
unsigned stub_bounces(void); /* copies so far, both ways */
/* The test itself, entered on the boot hart. */
void run_tests(unsigned hart, const char *fdt);
/* Ends the machine: 0 passes. */
void stub_exit(unsigned code) __attribute__((noreturn));

#endif
