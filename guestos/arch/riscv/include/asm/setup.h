/* The architecture's part of the boot, in the order of kernel/main.c. */
#ifndef QUIRE_GUESTOS_ASM_SETUP_H
#define QUIRE_GUESTOS_ASM_SETUP_H

#include "types.h"

/* Before the MMU is on: the first page table. */
void setup_vm(unsigned long fdt_pa);
/* Reads the device tree: memory, command line; it stays readable. */
phys_addr_t setup_memory(phys_addr_t fdt_pa); /* end of low memory */
/* The final kernel page table: direct map by section, tables for the rest. */
void paging_init(phys_addr_t lowmem_end);
void print_vm_layout(phys_addr_t lowmem_end);
/* What firmware loaded beside the kernel and nobody has a use for. */
void free_initrd_mem(void);
/* The code and data of the boot go to the buddy allocator. */
void free_initmem(void);
void trap_init(void);
void time_init(void);
/* On each hart: its timer, its interrupts. */
void time_init_cpu(void);
void secondary_start(void); /* head.S; physical */
void secondary_start_kernel(void) __attribute__((noreturn));

extern unsigned long cpu_to_hart[]; /* by CPU; set at boot */

extern char _stext[], _etext[], _erodata[], __init_begin[], __init_text_end[],
    __init_end[], _sdata[], _edata[], _end[], init_stack[], init_stack_end[];

#endif
