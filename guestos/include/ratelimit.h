/*
 * Messages that an outside cause could repeat without end: at most ten in five
 * seconds, and then how many were held back. As Linux's printk_ratelimited.
 */
#ifndef QUIRE_GUESTOS_RATELIMIT_H
#define QUIRE_GUESTOS_RATELIMIT_H

#include "jiffies.h"
#include "printk.h"

#define RATELIMIT_INTERVAL (5 * HZ)
#define RATELIMIT_BURST 10u

/* One a place that prints; a lost count under concurrency does no harm. */
struct ratelimit_state {
    unsigned long begin; /* jiffies */
    unsigned printed, missed;
};

/* Whether the message may be printed now. `what` names the place. */
static inline bool ratelimit(struct ratelimit_state *rs, const char *what)
{
    if (!rs->printed || time_after(jiffies, rs->begin + RATELIMIT_INTERVAL)) {
        if (rs->missed)
            printk("%s: %u callbacks suppressed\n", what, rs->missed);
        rs->begin = jiffies;
        rs->printed = rs->missed = 0;
    }
    if (rs->printed < RATELIMIT_BURST) {
        rs->printed++;
        return true;
    }
    rs->missed++;
    return false;
}

#endif
