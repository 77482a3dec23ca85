/*
 * Swap areas and their slots. Owns swap_info and each area's swap_map, whose
 * counts say how many page-table entries hold a slot and whether the swap
 * cache has it; the area's lock guards them, inside page_table_lock. Slots
 * are handed out in runs, so that pages that leave together lie together.
 * Counters: nr_swap_pages, total_swap_pages. Mirrors Linux's
 * get_swap_page, swap_duplicate, swap_free, scan_swap_map.
 */
#include "internal.h"
#include "kernel.h"
#include "proc_fs.h"
#include "string.h"
#include "swap_state.h"

#define SWAP_RUN 16 /* slots looked for together */

struct swap_info_struct *swap_info[MAX_SWAPFILES];
unsigned int nr_swapfiles;
long nr_swap_pages;
long total_swap_pages;

struct swap_info_struct *swap_info_of(struct swp_entry entry)
{
    unsigned int type = swp_type(entry);
    struct swap_info_struct *si = type < nr_swapfiles ? swap_info[type] : NULL;

    BUG_ON(!si || !swp_offset(entry) || swp_offset(entry) >= si->max);
    return si;
}

/* The first free slot of [from, to), or 0; si->lock is held. */
static unsigned long find_free(const struct swap_info_struct *si,
                               unsigned long from, unsigned long to)
{
    for (unsigned long i = from; i < to; i++)
        if (!si->swap_map[i])
            return i;
    return 0;
}

static bool is_free_run(const struct swap_info_struct *si, unsigned long from)
{
    for (unsigned long i = from; i < from + SWAP_RUN; i++)
        if (si->swap_map[i])
            return false;
    return true;
}

/* Moves on to an empty run if there is one. */
static void next_run(struct swap_info_struct *si)
{
    unsigned long runs = si->max / SWAP_RUN;
    unsigned long run = DIV_ROUND_UP(si->cluster_next, SWAP_RUN);

    si->cluster_nr = SWAP_RUN;
    for (unsigned long n = 0; n < runs; n++, run++) {
        if (run >= runs)
            run = 0;
        if (is_free_run(si, run * SWAP_RUN)) {
            si->cluster_next = run * SWAP_RUN;
            return;
        }
    }
}

static unsigned long take_slot(struct swap_info_struct *si)
{
    unsigned long slot = 0;

    spin_lock(&si->lock);
    if (si->flags & SWP_WRITEOK && si->inuse_pages < si->pages) {
        if (!si->cluster_nr)
            next_run(si);
        slot = find_free(si, si->cluster_next, si->max);
        if (!slot)
            slot = find_free(si, 1, si->cluster_next);
    }
    if (slot) {
        si->swap_map[slot] = SWAP_HAS_CACHE;
        si->inuse_pages++;
        si->cluster_next = slot + 1;
        si->cluster_nr--;
        __atomic_fetch_sub(&nr_swap_pages, 1, __ATOMIC_RELAXED);
    }
    spin_unlock(&si->lock);
    return slot;
}

struct swp_entry get_swap_page(void)
{
    /* Areas are in falling priority: swapon gives each less than the last. */
    for (unsigned int type = 0; type < nr_swapfiles; type++) {
        unsigned long slot = swap_info[type] ? take_slot(swap_info[type]) : 0;

        if (slot)
            return swp_entry(type, slot);
    }
    return (struct swp_entry){0};
}

bool get_swap_device(struct swp_entry entry)
{
    unsigned int type = swp_type(entry);
    struct swap_info_struct *si =
        type < READ_ONCE(nr_swapfiles) ? swap_info[type] : NULL;
    bool is_there;

    if (!si)
        return false;
    spin_lock(&si->lock);
    is_there = si->flags & SWP_USED && swp_offset(entry) < si->max;
    si->users += is_there;
    spin_unlock(&si->lock);
    return is_there;
}

void put_swap_device(struct swp_entry entry)
{
    struct swap_info_struct *si = swap_info_of(entry);

    spin_lock(&si->lock);
    si->users--;
    spin_unlock(&si->lock);
}

bool swap_duplicate(struct swp_entry entry)
{
    struct swap_info_struct *si = swap_info_of(entry);
    unsigned short *map = &si->swap_map[swp_offset(entry)];
    bool is_done;

    spin_lock(&si->lock);
    is_done = *map && (*map & ~SWAP_HAS_CACHE) < SWAP_MAP_MAX;
    if (is_done)
        ++*map;
    spin_unlock(&si->lock);
    return is_done;
}

void swap_free_locked(struct swap_info_struct *si, unsigned long slot)
{
    if (si->swap_map[slot])
        return;
    si->inuse_pages--;
    __atomic_fetch_add(&nr_swap_pages, 1, __ATOMIC_RELAXED);
}

void swap_free(struct swp_entry entry)
{
    struct swap_info_struct *si = swap_info_of(entry);
    unsigned short *map = &si->swap_map[swp_offset(entry)];

    spin_lock(&si->lock);
    if (!(*map & ~SWAP_HAS_CACHE) || *map == SWAP_MAP_BAD)
        panic("swap_free: Unused swap offset entry %08lx", entry.val);
    --*map;
    swap_free_locked(si, swp_offset(entry));
    spin_unlock(&si->lock);
}

unsigned int swap_count(struct swp_entry entry)
{
    struct swap_info_struct *si = swap_info_of(entry);

    return READ_ONCE(si->swap_map[swp_offset(entry)]) & ~SWAP_HAS_CACHE;
}

bool vm_swap_full(void)
{
    return get_nr_swap_pages() * 2 <
           __atomic_load_n(&total_swap_pages, __ATOMIC_RELAXED);
}

void si_swapinfo(unsigned long *total, unsigned long *free)
{
    *total =
        (unsigned long)__atomic_load_n(&total_swap_pages, __ATOMIC_RELAXED);
    /* Below zero while swapoff empties an area. */
    *free = (unsigned long)max(get_nr_swap_pages(), 0l);
}

int swaps_proc_show(struct seq_file *m, void *v)
{
    (void)v;
    seq_puts(m, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    for (unsigned int type = 0; type < nr_swapfiles; type++) {
        struct swap_info_struct *si = swap_info[type];
        unsigned long size, used;

        if (!si || !(si->flags & SWP_USED))
            continue;
        size = si->pages << (PAGE_SHIFT - 10);
        used = si->inuse_pages << (PAGE_SHIFT - 10);
        seq_printf(m, "/dev/%-34s partition\t%lu\t%s%lu\t%s%d\n",
                   si->bdev->name, size, size < 10000000 ? "\t" : "", used,
                   used < 10000000 ? "\t" : "", si->prio);
    }
    return 0;
}
