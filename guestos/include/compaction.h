/*
 * Compaction: movable pages are moved to one end of each zone, so that free
 * frames become large blocks at the other. Names, values and semantics are
 * Linux v5.15's.
 */
#ifndef QUIRE_GUESTOS_COMPACTION_H
#define QUIRE_GUESTOS_COMPACTION_H

#include "migrate.h"
#include "seq_file.h"

/* How hard to try: from the last on. */
enum compact_priority {
    COMPACT_PRIO_SYNC_FULL, /* all pageblocks, whatever is known of them */
    MIN_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_FULL,
    COMPACT_PRIO_SYNC_LIGHT,
    MIN_COMPACT_COSTLY_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
    DEF_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
    COMPACT_PRIO_ASYNC,
    INIT_COMPACT_PRIORITY = COMPACT_PRIO_ASYNC,
};

/* How it went; where several zones differ, the greatest counts. */
enum compact_result {
    COMPACT_NOT_SUITABLE_ZONE, /* for the trace: memory, not order, lacks */
    COMPACT_SKIPPED,           /* not begun: too few free frames to work with */
    COMPACT_DEFERRED,          /* not begun: it failed too often lately */
    COMPACT_NO_SUITABLE_PAGE,  /* for the trace: go on */
    COMPACT_CONTINUE,          /* go on */
    COMPACT_COMPLETE,          /* all of the zone was scanned, in vain */
    COMPACT_PARTIAL_SKIPPED,   /* a part was scanned, in vain */
    COMPACT_CONTENDED,         /* given up: locks, a signal, or no frames */
    COMPACT_SUCCESS,           /* there is a block now */
};

/* A free block of 2^order needs twice that in pieces, for the copies. */
static inline unsigned long compact_gap(unsigned int order)
{
    return 2ul << order;
}

/* Could the zone be compacted for the order? SKIPPED: too few frames;
 * SUCCESS: it has a block; CONTINUE: yes. */
enum compact_result compaction_suitable(struct zone *zone, int order,
                                        unsigned int alloc_flags,
                                        enum zone_type highest_zoneidx);

/* -- Deferral (compact_defer.c) ------------------------------------------ */

/* It failed: the next 1 << compact_defer_shift tries of this order, or of a
 * higher one, are passed over. */
void defer_compaction(struct zone *zone, int order);
/* Whether a try is passed over; counts it. */
bool compaction_deferred(struct zone *zone, int order);
/* It succeeded; with alloc_success, an allocation has got the block. */
void compaction_defer_reset(struct zone *zone, int order, bool alloc_success);
/* The next try is the first after the longest deferral. */
bool compaction_restarting(const struct zone *zone, int order);
/* Forgets which pageblocks were scanned in vain, where compaction asks so. */
void reset_isolation_suitable(struct pglist_data *pgdat);

/* -- kcompactd ----------------------------------------------------------- */

void kcompactd_run(void);
/* Blocks of the order lack in zones up to the highest. */
void wakeup_kcompactd(struct pglist_data *pgdat, int order,
                      enum zone_type highest_zoneidx);

/* -- Entry points -------------------------------------------------------- */

void compaction_init(void);
/* /proc/sys/vm */
extern int sysctl_extfrag_threshold;
/* `1`: all zones, from end to end. */
int compact_memory_write(const char *line);
int extfrag_threshold_show(struct seq_file *m, void *v);
int extfrag_threshold_write(const char *line);

#endif
