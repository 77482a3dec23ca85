/*
 * Moving pages to other frames, contents, identity and all, without their
 * users' notice. Names and semantics as in Linux v5.15's migrate.h.
 */
#ifndef QUIRE_GUESTOS_MIGRATE_H
#define QUIRE_GUESTOS_MIGRATE_H

#include "mm.h"

/* How long to wait. */
enum migrate_mode {
    MIGRATE_ASYNC,      /* for nothing */
    MIGRATE_SYNC_LIGHT, /* for page locks, not for disks */
    MIGRATE_SYNC,       /* for locks and for write-back */
};

/* For whom; in the trace only. */
enum migrate_reason {
    MR_COMPACTION,
    MR_MEMORY_FAILURE,
    MR_MEMORY_HOTPLUG,
    MR_SYSCALL,
    MR_MEMPOLICY_MBIND,
    MR_NUMA_MISPLACED,
    MR_CONTIG_RANGE,
    MR_LONGTERM_PIN,
    MR_DEMOTION,
    MR_TYPES,
};

/* A free frame for the page, with one reference; NULL: there is none. */
typedef struct page *new_page_t(struct page *page, unsigned long private);
/* Takes back one that was not used; NULL: put_page does. */
typedef void free_page_t(struct page *page, unsigned long private);

/*
 * Moves isolated pages. Those that have moved, or that nobody had any more,
 * leave `from`; the others stay, and are the caller's to put back. Returns how
 * many stayed, or -ENOMEM when the frames ran out. A page that somebody
 * uses is tried up to ten times. May sleep, but MIGRATE_ASYNC
 * waits for nobody; counts PGMIGRATE_SUCCESS and PGMIGRATE_FAIL, and in
 * *ret_succeeded, if not NULL.
 */
int migrate_pages(struct list_head *from, new_page_t *get_new_page,
                  free_page_t *put_new_page, unsigned long private,
                  enum migrate_mode mode, int reason,
                  unsigned int *ret_succeeded);
/* Isolated pages return to their LRU lists. */
void putback_movable_pages(struct list_head *pages);
/* Takes a page off its LRU list for migrate_pages, counted as isolated, and
 * adds it to `pages`; false: it is on none. */
bool isolate_movable_page(struct page *page, struct list_head *pages);

/* What the new frame of a page takes over, but PG_uptodate. The page's count is
 * frozen, or nobody can find it; the new frame is nobody's yet. */
void migrate_page_states(struct page *newpage, const struct page *page);

/* -- migrate_entry.c: the page's entries. The page is locked. ------------ */

/* Every entry that maps the page becomes a migration entry, and no TLB knows
 * it any more. Returns the anon_vma of an anonymous page, held for
 * remove_migration_ptes, or NULL. */
struct anon_vma *try_to_migrate(struct page *page);
/* Migration entries of `old` map `page`, which is `old` where moving failed.
 * `old` is still held; anon_vma is what try_to_migrate has returned. */
void remove_migration_ptes(struct page *old, struct page *page,
                           struct anon_vma *anon_vma);
/* Sleeps until the entry at ptep, if it is a migration entry, may be gone. */
void migration_entry_wait(struct mm_struct *mm, struct pte *ptep);

#endif
