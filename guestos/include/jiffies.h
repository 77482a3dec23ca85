/* Time: ticks since boot, and nanoseconds since boot and since 1970. */
#ifndef QUIRE_GUESTOS_JIFFIES_H
#define QUIRE_GUESTOS_JIFFIES_H

#include "types.h"

#define HZ 100
#define NSEC_PER_SEC 1000000000ULL
#define NSEC_PER_USEC 1000ULL
#define TICK_NSEC (NSEC_PER_SEC / HZ)

extern volatile unsigned long jiffies; /* written by the tick only */

#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)

static inline unsigned long msecs_to_jiffies(unsigned ms)
{
    return (ms + 1000 / HZ - 1) / (1000 / HZ);
}

u64 ktime_get_ns(void);      /* monotonic, since boot */
u64 ktime_get_real_ns(void); /* since 1970 */

#endif
