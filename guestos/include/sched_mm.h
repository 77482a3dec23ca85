/*
 * Scopes in which all allocations of the task, by whatever function, keep off
 * what would deadlock: saved and restored in pairs, and may nest. As Linux's
 * include/linux/sched/mm.h.
 */
#ifndef QUIRE_GUESTOS_SCHED_MM_H
#define QUIRE_GUESTOS_SCHED_MM_H

#include "sched.h"

static inline unsigned int memalloc_flag_save(unsigned int flag)
{
    unsigned int was = current->flags & flag;

    current->flags |= flag;
    return was;
}

static inline void memalloc_flag_restore(unsigned int flag, unsigned int was)
{
    current->flags = (current->flags & ~flag) | was;
}

/* No I/O is started for memory: between a request and its end. */
static inline unsigned int memalloc_noio_save(void)
{
    return memalloc_flag_save(PF_MEMALLOC_NOIO);
}
static inline void memalloc_noio_restore(unsigned int was)
{
    memalloc_flag_restore(PF_MEMALLOC_NOIO, was);
}

/* The file system is not called for memory: under its locks. */
static inline unsigned int memalloc_nofs_save(void)
{
    return memalloc_flag_save(PF_MEMALLOC_NOFS);
}
static inline void memalloc_nofs_restore(unsigned int was)
{
    memalloc_flag_restore(PF_MEMALLOC_NOFS, was);
}

/* Memory is being made: the reserves are open, and reclaim is not entered
 * again. */
static inline unsigned int memalloc_noreclaim_save(void)
{
    return memalloc_flag_save(PF_MEMALLOC);
}
static inline void memalloc_noreclaim_restore(unsigned int was)
{
    memalloc_flag_restore(PF_MEMALLOC, was);
}

#endif
