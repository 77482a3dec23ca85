/*
 * The board's DMA engine, as its clients see it. Memory to memory transfers
 * have no user here; the disk drives its channel by itself.
 */
#ifndef QUIRE_GUESTOS_QUIRE_DMA_H
#define QUIRE_GUESTOS_QUIRE_DMA_H

#include "types.h"

/* Finds the engine; 0, or -ENODEV when the board has none. Once is enough. */
int quire_dma_probe(void);
/* The first physical address that it does not reach. */
phys_addr_t quire_dma_reach(void);
/* The QDMA_ERR_* of a channel's last chain, and the address it refused. */
unsigned quire_dma_error(unsigned channel, phys_addr_t *refused);

#endif
