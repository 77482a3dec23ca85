/*
 * The page cache: pages of files by (address_space, index); and the page lock
 * and write-back state that it shares with the swap cache.
 *
 * A page in the cache has one reference from it. Its lock (PG_locked) guards
 * mapping, the contents until PG_uptodate, and leaving the cache.
 */
#ifndef QUIRE_GUESTOS_PAGEMAP_H
#define QUIRE_GUESTOS_PAGEMAP_H

#include "fs.h"
#include "mm.h"

static inline bool trylock_page(struct page *page)
{
    return !TestSetPageLocked(page);
}

void __lock_page(struct page *page);
static inline void lock_page(struct page *page)
{
    if (!trylock_page(page))
        __lock_page(page);
}
void unlock_page(struct page *page); /* any context */
void wait_on_page_locked(struct page *page);
void wait_on_page_writeback(struct page *page);
/* Gives up the page table's lock, under which a migration entry for the page
 * was seen, and sleeps until the page is unlocked. The page is not held: it
 * can move meanwhile. */
void migration_entry_wait_on_locked(struct page *page, struct spinlock *lock);

/* Write-back starts with the page locked and ends in any context. */
void set_page_writeback(struct page *page);
void end_page_writeback(struct page *page);
/* Marks the contents newer than the disk's; true when they were not. */
bool set_page_dirty(struct page *page);

/* The file's mapping; NULL for anonymous pages and those of no cache. */
static inline struct address_space *page_mapping(const struct page *page)
{
    return PageAnon(page) || PageSlab(page) ? NULL : page->mapping;
}

/* The page with a reference, or NULL when it is not cached. */
struct page *find_get_page(struct address_space *mapping, pgoff_t index);
/* Puts a new, locked page in the cache and on the LRU: 0, -EEXIST, -ENOMEM. */
int add_to_page_cache_lru(struct page *page, struct address_space *mapping,
                          pgoff_t index, gfp_t gfp);
/* A locked page leaves the cache; the cache's reference goes. */
void delete_from_page_cache(struct page *page);
/* For reclaim: leaves only if nobody else holds it and it is clean. */
bool remove_mapping(struct address_space *mapping, struct page *page);
/* The new frame takes the place of the locked page that only the cache and
 * the caller hold, with its state: 0, else -EAGAIN. */
int replace_page_cache_page(struct address_space *mapping, struct page *newpage,
                            struct page *page);

/* The page, up to date, with a reference; or ERR_PTR. May sleep. */
struct page *read_mapping_page(struct address_space *mapping, pgoff_t index,
                               struct file *file);
/* As read_mapping_page, and says whether the disk was read. */
struct page *filemap_get_page(struct address_space *mapping, pgoff_t index,
                              struct file *file, bool *was_read);
/* All pages from byte lstart on leave the cache; nobody maps them. */
void filemap_init(void);
void truncate_inode_pages(struct address_space *mapping, loff_t lstart);

#endif
