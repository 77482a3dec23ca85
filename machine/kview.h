/*
 * Looks into a machine for the visualiser: with the symbols of a kernel that
 * it knows (Octavo) by its structures, else by what the hardware shows. All
 * reads are peeks; the guest does not notice.
 */
#ifndef QUIRE_MACHINE_KVIEW_H
#define QUIRE_MACHINE_KVIEW_H

#include <stdint.h>

#include "machine/machine.h"
#include "machine/view.h"

struct kview;

/* `elf` is the file of the kernel, NULL or without symbols for the hardware
 * view; it is read at once. The machine must outlive the view. Never NULL. */
struct kview *kview_open(struct machine *m, const char *elf);
void kview_close(struct kview *k); /* NULL is allowed */

/* Room for a snapshot of this machine. */
void kview_init_snapshot(const struct kview *k, struct view_snapshot *v);
/* The machine's state now. VMAs are those of process `pid`, or of the one
 * with most memory if it is 0 or gone. */
void kview_fill(struct kview *k, struct view_snapshot *v, int32_t pid);
/* From now on notes when frames are used; snapshots have heat. One view of a
 * machine at most may do that. */
void kview_watch_heat(struct kview *k);
/* Begins a new epoch: uses of frames from now on are later than all before.
 * To be called each millisecond of machine time or so while heat is watched.
 */
void kview_epoch(struct kview *k);
/* The counters alone, which is cheap. */
void kview_count(struct kview *k, struct view_counters *c);

#endif
