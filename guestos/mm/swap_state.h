/*
 * The swap cache and the slots from the inside of mm/: what fault handling,
 * rmap and reclaim call. An entry names a slot of a swap area; the page that
 * is cached for it is locked while it is read, and while it leaves.
 */
#ifndef QUIRE_GUESTOS_MM_SWAP_STATE_H
#define QUIRE_GUESTOS_MM_SWAP_STATE_H

#include "swap.h"

/* The cache's pointers stand in chunks of one page each. */
#define CACHE_CHUNK (PAGE_SIZE / sizeof(struct page *))

/* -- swapfile.c: slots --------------------------------------------------- */

/* A free slot, counted as SWAP_HAS_CACHE; val 0: none. */
struct swp_entry get_swap_page(void);
/* Keeps swapoff from ending while a slot is looked at that may come free
 * meanwhile; false: there is no such area any more. */
bool get_swap_device(struct swp_entry entry);
void put_swap_device(struct swp_entry entry);
/* One more page-table entry; false: the count is full or nothing is there. */
bool swap_duplicate(struct swp_entry entry);
/* One less; a slot that nobody has is free again. */
void swap_free(struct swp_entry entry);
/* How many entries hold the slot, without the cache. */
unsigned int swap_count(struct swp_entry entry);
struct swap_info_struct *swap_info_of(struct swp_entry entry);
/* A count has become 0: the slot is free. The area's lock is held. */
void swap_free_locked(struct swap_info_struct *si, unsigned long slot);

/* -- swap_state.c: the cache --------------------------------------------- */

/* A locked anonymous page gets a slot and joins the cache; false: no slot. */
bool add_to_swap(struct page *page);
/* Leaves the cache; its slot stays if entries hold it. Page locked. */
void delete_from_swap_cache(struct page *page);
/* The same if no entry needs the slot and no write-back runs. Page locked. */
bool try_to_free_swap(struct page *page);
/* For reclaim: leaves only if nobody else holds the page and it is clean. */
bool remove_swap_mapping(struct page *page);
/* For migration: the new frame takes the place of the locked page that only
 * the cache and the caller hold, with its state: 0, else -EAGAIN. */
int replace_swap_cache_page(struct page *newpage, struct page *page);
/* The cached page with a reference, or NULL. */
struct page *lookup_swap_cache(struct swp_entry entry);
/* Reads the slot and, around it, what may be needed soon: the page, with a
 * reference, perhaps still being read; NULL without memory. */
struct page *swapin_readahead(struct swp_entry entry);
/* More than half of the slots are used: do not keep copies. */
bool vm_swap_full(void);

/* -- page_io.c: the disk ------------------------------------------------- */

/* Collects pages of adjacent slots into one request. */
struct swap_plug {
    struct bio *bio;
};
/* A locked, unmapped page of the swap cache is written and unlocked; the
 * write may be held back until swap_plug_flush. */
void swap_writepage(struct page *page, struct swap_plug *plug);
/* A locked page of the swap cache is read and then unlocked. */
void swap_readpage(struct page *page, struct swap_plug *plug);
void swap_plug_flush(struct swap_plug *plug);
void page_io_init(void);
/* Sleeps until a write-back ends; at once when none runs. */
void wait_for_writeback_progress(void);

#endif
