/*
 * lockdep: orders that can deadlock are found when they are first used, though
 * nothing has waited. A finding is a panic, which ends the test's process.
 */
#include "tests/mm_unit.h"

#include <signal.h>

#include "mutex.h"
#include "spinlock.h"

static DEFINE_SPINLOCK(a);
static DEFINE_SPINLOCK(b);
static DEFINE_SPINLOCK(c);
static DEFINE_MUTEX(sleeper);

static void take_two(struct spinlock *outer, struct spinlock *inner)
{
    spin_lock(outer);
    spin_lock(inner);
    spin_unlock(inner);
    spin_unlock(outer);
}

static void take_in_interrupt(struct spinlock *lock)
{
    local_irq_disable();
    preempt_count_add(HARDIRQ_OFFSET);
    spin_lock(lock);
    spin_unlock(lock);
    preempt_count_sub(HARDIRQ_OFFSET);
    local_irq_enable();
}

START_TEST(an_order_may_be_used_again)
{
    host_tasks_init();
    take_two(&a, &b);
    take_two(&b, &c);
    take_two(&a, &c);
    take_two(&a, &b);
    mutex_lock(&sleeper);
    take_two(&a, &c);
    mutex_unlock(&sleeper);
    ck_assert_uint_eq(current->lockdep.depth, 0);
}
END_TEST

START_TEST(two_the_other_way_round)
{
    host_tasks_init();
    take_two(&a, &b);
    take_two(&b, &a);
}
END_TEST

START_TEST(a_circle_of_three)
{
    host_tasks_init();
    take_two(&a, &b);
    take_two(&b, &c);
    take_two(&c, &a);
}
END_TEST

START_TEST(a_mutex_is_part_of_the_order)
{
    host_tasks_init();
    mutex_lock(&sleeper);
    take_two(&a, &b);
    mutex_unlock(&sleeper);
    spin_lock(&b);
    mutex_lock(&sleeper);
}
END_TEST

START_TEST(two_of_a_class)
{
    struct spinlock two[2];

    host_tasks_init();
    for (int i = 0; i < 2; i++)
        spin_lock_init(&two[i]);
    spin_lock(&two[0]);
    spin_lock(&two[1]);
}
END_TEST

START_TEST(two_of_a_class_by_a_subclass)
{
    struct spinlock two[2];

    host_tasks_init();
    for (int i = 0; i < 2; i++)
        spin_lock_init(&two[i]);
    spin_lock(&two[0]);
    spin_lock_nested(&two[1], 1);
    spin_unlock(&two[1]);
    spin_unlock(&two[0]);
}
END_TEST

START_TEST(who_only_tries_does_not_wait)
{
    host_tasks_init();
    take_two(&a, &b);
    spin_lock(&b);
    ck_assert(spin_trylock(&a));
    spin_unlock(&a);
    spin_unlock(&b);
}
END_TEST

START_TEST(an_interrupt_takes_what_is_held_with_interrupts_on)
{
    host_tasks_init();
    spin_lock(&a);
    spin_unlock(&a);
    take_in_interrupt(&a);
}
END_TEST

START_TEST(an_interrupt_only_tries_what_is_held_with_interrupts_on)
{
    host_tasks_init();
    spin_lock(&a);
    spin_unlock(&a);
    local_irq_disable();
    preempt_count_add(HARDIRQ_OFFSET);
    ck_assert(spin_trylock(&a));
    spin_unlock(&a);
    preempt_count_sub(HARDIRQ_OFFSET);
    local_irq_enable();
}
END_TEST

START_TEST(an_interrupt_takes_what_is_held_with_interrupts_off)
{
    host_tasks_init();
    spin_lock_irq(&a);
    spin_unlock_irq(&a);
    take_in_interrupt(&a);
}
END_TEST

/* b is held with interrupts on; an interrupt then wants a, whose holder waits
 * for b. */
START_TEST(what_an_interrupt_takes_leads_to_what_is_open)
{
    host_tasks_init();
    take_in_interrupt(&a);
    spin_lock(&b);
    spin_unlock(&b);
    spin_lock_irq(&a);
    spin_lock(&b);
}
END_TEST

START_TEST(who_needs_a_lock_finds_it_held)
{
    unsigned long flags;

    host_tasks_init();
    spin_lock_irqsave(&a, flags);
    spin_lock(&b);
    lockdep_assert_held(&a);
    lockdep_assert_held(&b);
    lockdep_assert_irqs_disabled();
    spin_unlock(&b);
    spin_unlock_irqrestore(&a, flags);
}
END_TEST

START_TEST(who_needs_a_lock_finds_another_held)
{
    host_tasks_init();
    spin_lock(&a);
    lockdep_assert_held(&b);
}
END_TEST

START_TEST(who_needs_interrupts_off_finds_them_on)
{
    host_tasks_init();
    lockdep_assert_irqs_disabled();
}
END_TEST

START_TEST(what_is_not_held_is_released)
{
    host_tasks_init();
    spin_lock(&a);
    spin_unlock(&b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lockdep");
    TCase *good = tcase_create("good"), *bad = tcase_create("bad");

    tcase_add_test(good, an_order_may_be_used_again);
    tcase_add_test(good, two_of_a_class_by_a_subclass);
    tcase_add_test(good, who_only_tries_does_not_wait);
    tcase_add_test(good, an_interrupt_takes_what_is_held_with_interrupts_off);
    tcase_add_test(good,
                   an_interrupt_only_tries_what_is_held_with_interrupts_on);
    tcase_add_test(good, who_needs_a_lock_finds_it_held);
    tcase_add_test_raise_signal(bad, two_the_other_way_round, SIGABRT);
    tcase_add_test_raise_signal(bad, a_circle_of_three, SIGABRT);
    tcase_add_test_raise_signal(bad, a_mutex_is_part_of_the_order, SIGABRT);
    tcase_add_test_raise_signal(bad, two_of_a_class, SIGABRT);
    tcase_add_test_raise_signal(
        bad, an_interrupt_takes_what_is_held_with_interrupts_on, SIGABRT);
    tcase_add_test_raise_signal(
        bad, what_an_interrupt_takes_leads_to_what_is_open, SIGABRT);
    tcase_add_test_raise_signal(bad, what_is_not_held_is_released, SIGABRT);
    tcase_add_test_raise_signal(bad, who_needs_a_lock_finds_another_held,
                                SIGABRT);
    tcase_add_test_raise_signal(bad, who_needs_interrupts_off_finds_them_on,
                                SIGABRT);
    suite_add_tcase(suite, good);
    suite_add_tcase(suite, bad);
    return mm_unit_main(suite);
}
