/*
 * Fault injection, in debug builds (CONFIG_FAULT_INJECTION): the n-th
 * allocation from now on fails, be it of frames or of an object; others
 * build on these two. Interrupts and __GFP_NOFAIL are left alone. In the
 * machine each task has its own number, written to /proc/PID/fail-nth; on the
 * host there is one for all. Mirrors Linux's should_failslab and
 * should_fail_alloc_page, as far as fail-nth drives them: there are no
 * probabilities, and requests that may reclaim fail too.
 */
#ifndef QUIRE_GUESTOS_FAULT_INJECT_H
#define QUIRE_GUESTOS_FAULT_INJECT_H

#include "gfp.h"
#include "preempt.h"

#ifdef CONFIG_FAULT_INJECTION

#if __STDC_HOSTED__
extern unsigned int fail_nth;
#else
#include "sched.h"
#define fail_nth (current->fail_nth)
#endif

/* Whether the next allocation is counted. */
static inline bool fault_injection_is_on(void)
{
    return fail_nth && !in_interrupt();
}

static inline bool should_fail(gfp_t gfp)
{
    return fault_injection_is_on() && !(gfp & __GFP_NOFAIL) && !--fail_nth;
}

#else

static inline bool fault_injection_is_on(void)
{
    return false;
}

static inline bool should_fail(gfp_t gfp)
{
    (void)gfp;
    return false;
}

#endif

static inline bool should_failslab(gfp_t gfp)
{
    return should_fail(gfp);
}

static inline bool should_fail_alloc_page(gfp_t gfp)
{
    return should_fail(gfp);
}

#endif
