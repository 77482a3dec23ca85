/*
 * Spinlocks. Holding one forbids sleeping and preemption; one that an
 * interrupt handler also takes is taken with interrupts off (_irqsave).
 */
#ifndef QUIRE_GUESTOS_SPINLOCK_H
#define QUIRE_GUESTOS_SPINLOCK_H

#include "preempt.h"
#include "asm/irqflags.h"

struct spinlock {
    unsigned locked;
};

#define SPIN_LOCK_UNLOCKED                                                     \
    {                                                                          \
        0                                                                      \
    }
#define DEFINE_SPINLOCK(name) struct spinlock name = SPIN_LOCK_UNLOCKED

static inline void spin_lock_init(struct spinlock *lock)
{
    lock->locked = 0;
}

static inline bool spin_is_locked(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->locked, __ATOMIC_RELAXED);
}

static inline bool spin_trylock(struct spinlock *lock)
{
    preempt_disable();
    if (!__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE)) {
        return true;
    }
    preempt_enable();
    return false;
}

static inline void spin_lock(struct spinlock *lock)
{
    preempt_disable();
    while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE)) {
        while (spin_is_locked(lock)) {
            barrier();
        }
    }
}

static inline void spin_unlock(struct spinlock *lock)
{
    __atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
    preempt_enable();
}

static inline void spin_lock_irq(struct spinlock *lock)
{
    local_irq_disable();
    spin_lock(lock);
}

static inline void spin_unlock_irq(struct spinlock *lock)
{
    __atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
    local_irq_enable();
    preempt_enable();
}

#define spin_lock_irqsave(lock, flags)                                         \
    do {                                                                       \
        local_irq_save(flags);                                                 \
        spin_lock(lock);                                                       \
    } while (0)

static inline void spin_unlock_irqrestore(struct spinlock *lock,
                                          unsigned long flags)
{
    __atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
    local_irq_restore(flags);
    preempt_enable();
}

#define assert_spin_locked(lock) BUG_ON(!spin_is_locked(lock))

#endif
