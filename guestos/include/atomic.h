/* Counters that several harts change. As Linux's: those that return a value
 * order memory, the others do not. */
#ifndef QUIRE_GUESTOS_ATOMIC_H
#define QUIRE_GUESTOS_ATOMIC_H

#include "types.h"

struct atomic {
    int counter;
};

struct atomic_long {
    long counter;
};

#define ATOMIC_INIT(i)                                                         \
    {                                                                          \
        (i)                                                                    \
    }

static inline int atomic_read(const struct atomic *v)
{
    return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic_set(struct atomic *v, int i)
{
    __atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_add(int i, struct atomic *v)
{
    __atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_sub(int i, struct atomic *v)
{
    __atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_inc(struct atomic *v)
{
    atomic_add(1, v);
}

static inline void atomic_dec(struct atomic *v)
{
    atomic_sub(1, v);
}

static inline int atomic_add_return(int i, struct atomic *v)
{
    return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline int atomic_sub_return(int i, struct atomic *v)
{
    return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline int atomic_inc_return(struct atomic *v)
{
    return atomic_add_return(1, v);
}

static inline int atomic_dec_return(struct atomic *v)
{
    return atomic_sub_return(1, v);
}

static inline bool atomic_dec_and_test(struct atomic *v)
{
    return atomic_dec_return(v) == 0;
}

static inline bool atomic_sub_and_test(int i, struct atomic *v)
{
    return atomic_sub_return(i, v) == 0;
}

/* True when the new value is 0 (-1 before). */
static inline bool atomic_inc_and_test(struct atomic *v)
{
    return atomic_inc_return(v) == 0;
}

/* True when the new value is negative. */
static inline bool atomic_add_negative(int i, struct atomic *v)
{
    return atomic_add_return(i, v) < 0;
}

/* Returns what was there; it was replaced if that is `old`. */
static inline int atomic_cmpxchg(struct atomic *v, int old, int fresh)
{
    __atomic_compare_exchange_n(&v->counter, &old, fresh, false,
                                __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return old;
}

/* Adds `i` unless the value is `u`; true when it was added. */
static inline bool atomic_add_unless(struct atomic *v, int i, int u)
{
    int old = atomic_read(v);

    while (old != u) {
        int seen = atomic_cmpxchg(v, old, old + i);

        if (seen == old) {
            return true;
        }
        old = seen;
    }
    return false;
}

static inline bool atomic_inc_not_zero(struct atomic *v)
{
    return atomic_add_unless(v, 1, 0);
}

static inline long atomic_long_read(const struct atomic_long *v)
{
    return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic_long_set(struct atomic_long *v, long i)
{
    __atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_long_add(long i, struct atomic_long *v)
{
    __atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_long_sub(long i, struct atomic_long *v)
{
    __atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_long_inc(struct atomic_long *v)
{
    atomic_long_add(1, v);
}

static inline void atomic_long_dec(struct atomic_long *v)
{
    atomic_long_sub(1, v);
}

static inline long atomic_long_add_return(long i, struct atomic_long *v)
{
    return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline void smp_mb(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void smp_rmb(void)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

static inline void smp_wmb(void)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

#endif
