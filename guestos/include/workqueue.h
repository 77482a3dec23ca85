/*
 * Work for later: a function that a kernel thread calls where the one who
 * asks must not sleep. One thread does all of it, in order. As Linux's
 * system_wq.
 */
#ifndef QUIRE_GUESTOS_WORKQUEUE_H
#define QUIRE_GUESTOS_WORKQUEUE_H

#include "list.h"

struct work_struct {
    struct list_head entry;
    void (*func)(struct work_struct *work);
    bool is_pending; /* queued and not begun */
};

#define DECLARE_WORK(name, fn)                                                 \
    struct work_struct name = {LIST_HEAD_INIT((name).entry), fn, false}

/* False: it waits already. From any context; before the thread is there, the
 * work waits for it. The function may queue its own work again. */
bool schedule_work(struct work_struct *work);

int workqueue_init(void); /* starts the thread; 0 or -errno */

#endif
