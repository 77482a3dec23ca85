/*
 * LRU lists, reclaim and swap areas.
 */
#ifndef QUIRE_GUESTOS_SWAP_H
#define QUIRE_GUESTOS_SWAP_H

#include "blkdev.h"
#include "mm.h"

/* Two of the 32 types of entries are not of areas: see swapops.h. */
#define MAX_SWAPFILES 30
#define SWAP_CLUSTER_MAX 32ul

/* What mkswap writes at the end of the first page. */
#define SWAP_SIGNATURE "SWAPSPACE2"
#define SWAP_SIGNATURE_LENGTH 10

/* swap_map: how many page-table entries hold the slot, and: */
#define SWAP_HAS_CACHE 0x8000u /* a page of the swap cache, too */
#define SWAP_MAP_MAX 0x3ffeu
#define SWAP_MAP_BAD 0x3fffu /* no slot: the header, or a bad block */

/* swap_info_struct.flags */
#define SWP_USED 1u
#define SWP_WRITEOK 2u

/*
 * One swap area. lock guards all but the constant members; interrupts stay
 * on, it is never taken from a handler.
 */
struct swap_info_struct {
    unsigned int flags;
    int prio;
    unsigned int type;        /* index in swap_info */
    unsigned long max;        /* slots, with the header */
    unsigned long pages;      /* usable slots */
    unsigned long inuse_pages;
    unsigned int users;       /* of the maps, without a slot: get_swap_device */
    unsigned short *swap_map; /* a use count a slot */
    unsigned long cluster_next; /* where to look for the next free slot */
    unsigned int cluster_nr;    /* slots left of the current run */
    struct page **(*cache);   /* swap cache: chunks of page pointers */
    struct spinlock lock;
    struct block_device *bdev;
};

extern struct swap_info_struct *swap_info[MAX_SWAPFILES];
extern unsigned int nr_swapfiles;
extern long nr_swap_pages;    /* free slots of all areas */
extern long total_swap_pages;

/* -- LRU (swap.c) -------------------------------------------------------- */

/* A page of a process or of the page cache joins its list. */
void lru_cache_add(struct page *page);
void mark_page_accessed(struct page *page);
void activate_page(struct page *page);
/* Takes a page off its list, with a reference; false when it was on none. */
bool isolate_lru_page(struct page *page);
void putback_lru_page(struct page *page);
/* The same for all of a list, which is empty then; a lock for all of them. */
void putback_lru_pages(struct list_head *pages);
/* A written page is due: to the end where reclaim looks next. */
void rotate_reclaimable_page(struct page *page);
unsigned long lruvec_lru_size(const struct lruvec *lruvec, enum lru_list lru);
unsigned long lru_check(void); /* invariants; pages on the lists */

/* -- Swap areas ---------------------------------------------------------- */

/* Starts swapping on a device with mkswap's header: 0 or -errno; prints what
 * is wrong with a header. */
int swapon_bdev(struct block_device *bdev);
bool has_swap_signature(struct block_device *bdev);
int swapoff_bdev(struct block_device *bdev);
long sys_swapon(const char __user *path, int flags);
long sys_swapoff(const char __user *path);
void si_swapinfo(unsigned long *total, unsigned long *free);

static inline long get_nr_swap_pages(void)
{
    return __atomic_load_n(&nr_swap_pages, __ATOMIC_RELAXED);
}

/* -- Reclaim ------------------------------------------------------------- */

void kswapd_run(void); /* starts kswapd0: must become pid 2 */
unsigned long shrink_all(unsigned long nr_pages);
extern int vm_swappiness;  /* 0 .. 200 */
extern int page_cluster;   /* swap reads ahead 2^page_cluster pages */

#endif
