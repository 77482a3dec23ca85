/*
 * Spinlocks. Holding one forbids sleeping and preemption; one that an
 * interrupt handler also takes is taken with interrupts off (_irqsave).
 *
 * Tickets: who comes draws the next number and waits until it is served, so
 * that harts get the lock in the order in which they asked.
 */
#ifndef QUIRE_GUESTOS_SPINLOCK_H
#define QUIRE_GUESTOS_SPINLOCK_H

#include "lockdep.h"
#include "preempt.h"
#include "asm/irqflags.h"
#include "asm/processor.h"

#define TICKET_SHIFT 16

struct spinlock {
    union {
        u32 value;
        struct {
            u16 served, next; /* equal: free */
        };
    };
#ifdef CONFIG_LOCKDEP
    struct lockdep_map dep;
#endif
};

#define SPIN_LOCK_UNLOCKED                                                     \
    {                                                                          \
        .value = 0                                                             \
    }
#define DEFINE_SPINLOCK(name)                                                  \
    struct spinlock name = {LOCKDEP_MAP(name).value = 0}

static inline void __spin_lock_init(struct spinlock *lock, const char *name,
                                    const struct lock_class_key *key)
{
    lock->value = 0;
    lockdep_init_map(&lock->dep, name, key);
}

/* Each place that calls it is a class of locks for lockdep. */
#define spin_lock_init(lock)                                                   \
    do {                                                                       \
        static struct lock_class_key lock_key;                                 \
        __spin_lock_init(lock, #lock, &lock_key);                              \
    } while (0)

/* The lock alone, for those who have seen to preemption. */
static inline void arch_spin_lock(struct spinlock *lock)
{
    u32 value =
        __atomic_fetch_add(&lock->value, 1u << TICKET_SHIFT, __ATOMIC_ACQUIRE);
    u16 ticket = (u16)(value >> TICKET_SHIFT);

    if (likely(ticket == (u16)value)) {
        return;
    }
    while (__atomic_load_n(&lock->served, __ATOMIC_ACQUIRE) != ticket) {
        cpu_relax();
    }
}

static inline bool arch_spin_trylock(struct spinlock *lock)
{
    u32 value = __atomic_load_n(&lock->value, __ATOMIC_RELAXED);

    return value >> TICKET_SHIFT == (value & 0xffff) &&
           __atomic_compare_exchange_n(&lock->value, &value,
                                       value + (1u << TICKET_SHIFT), false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void arch_spin_unlock(struct spinlock *lock)
{
    __atomic_store_n(&lock->served, (u16)(lock->served + 1), __ATOMIC_RELEASE);
}

static inline bool spin_trylock(struct spinlock *lock)
{
    preempt_disable();
    if (arch_spin_trylock(lock)) {
        lock_acquire(&lock->dep, 0, LOCK_TRY);
        return true;
    }
    preempt_enable();
    return false;
}

static inline void spin_lock(struct spinlock *lock)
{
    preempt_disable();
    lock_acquire(&lock->dep, 0, LOCK_SPIN);
    arch_spin_lock(lock);
}

/* While another lock of the class is held, in an order of some kind. */
static inline void spin_lock_nested(struct spinlock *lock, unsigned subclass)
{
    preempt_disable();
    lock_acquire(&lock->dep, subclass, LOCK_SPIN);
    arch_spin_lock(lock);
    (void)subclass;
}

static inline void spin_unlock(struct spinlock *lock)
{
    lock_release(&lock->dep);
    arch_spin_unlock(lock);
    preempt_enable();
}

static inline void spin_lock_irq(struct spinlock *lock)
{
    local_irq_disable();
    spin_lock(lock);
}

static inline void spin_unlock_irq(struct spinlock *lock)
{
    lock_release(&lock->dep);
    arch_spin_unlock(lock);
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
    lock_release(&lock->dep);
    arch_spin_unlock(lock);
    local_irq_restore(flags);
    preempt_enable();
}

#endif
