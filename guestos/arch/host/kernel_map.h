/* The kernel's mappings of the host, for who sets memory up. */
#ifndef QUIRE_GUESTOS_HOST_KERNEL_MAP_H
#define QUIRE_GUESTOS_HOST_KERNEL_MAP_H

void host_vmalloc_reserve(void); /* the addresses, and who serves faults */
void host_vmalloc_tables(void);  /* from boot memory */

#endif
