/* The host's memory behind the arena, and addresses where it can be shown. */
#ifndef QUIRE_GUESTOS_HOST_MEMORY_H
#define QUIRE_GUESTOS_HOST_MEMORY_H

/* Addresses that nothing is behind; they fault. */
char *host_memory_reserve(unsigned long size, unsigned long align);
/* The arena, once: zeroes. */
char *host_memory_create(unsigned long size, unsigned long align);
/* A page of it, by its offset, at one more address; and away again. */
void host_memory_show(unsigned long va, unsigned long offset);
void host_memory_hide(unsigned long va);

#endif
