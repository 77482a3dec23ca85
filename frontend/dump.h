/*
 * What quire writes instead of running.
 */
#ifndef QUIRE_FRONTEND_DUMP_H
#define QUIRE_FRONTEND_DUMP_H

struct options;

/* Writes the device tree, as the guest would find it, to
 * o->device_tree_file. Returns the exit status. */
int dump_device_tree(const struct options *o);

#endif
