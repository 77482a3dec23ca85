/* The disks of the host, for those who wait for them. */
#ifndef QUIRE_GUESTOS_HOST_BLOCK_H
#define QUIRE_GUESTOS_HOST_BLOCK_H

#include <stdbool.h>

/* Ends the oldest request under way; false: there is none. */
bool host_block_finish_one(void);

#endif
