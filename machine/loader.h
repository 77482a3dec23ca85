/*
 * What stands in memory when the machine comes out of reset: firmware,
 * kernel, initial RAM disk, device tree and the reset code. Files are read
 * once; a warm reset places them again.
 */
#ifndef QUIRE_MACHINE_LOADER_H
#define QUIRE_MACHINE_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "devices/bus.h"

struct loader;
struct machine;

/* Reads all files that m->config names and decides where they go; m's harts
 * and board stand (the device tree describes them; a program with `tohost`
 * adds to the board). A file that is missing or
 * malformed, or does not fit, ends the program with one line and status 3. */
struct loader *loader_create(struct machine *m);
void loader_free(struct loader *l); /* NULL is allowed */

/* Writes it all to DRAM and boot ROM; other memory stays as it is. */
void loader_place(const struct loader *l, struct bus *bus);

/* For a stored stream: what it places must be the same where it is restored,
 * or the next warm reset would start something else. */
void loader_archive_shape(const struct loader *l, struct archive *a);

/* The device tree as it is placed. */
const uint8_t *loader_device_tree(const struct loader *l, size_t *size);

#endif
