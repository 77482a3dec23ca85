/* What happens at each tick, and timers that wait for one. */
#ifndef QUIRE_GUESTOS_TICKS_H
#define QUIRE_GUESTOS_TICKS_H

#include "list.h"
#include "types.h"

struct pt_regs;

/* By the architecture, in the timer interrupt: `n` ticks have passed. */
void tick(unsigned n, bool was_user);

/* A function to be called once, in the tick at or after `expires`, with
 * interrupts off. */
struct timer_list {
    struct list_head entry; /* empty: not pending */
    unsigned long expires;  /* in jiffies */
    void (*function)(struct timer_list *timer);
};

void timer_setup(struct timer_list *timer,
                 void (*function)(struct timer_list *timer));
void mod_timer(struct timer_list *timer, unsigned long expires);
bool del_timer(struct timer_list *timer); /* true when it was pending */
/* The same, and its function does not run any more. Interrupts are on. */
bool del_timer_sync(struct timer_list *timer);
void run_timers(void);

u64 get_cycles(void); /* the counter of rdtime */

#endif
