/*
 * Lasting windows to frames that the direct map does not reach: LAST_PKMAP
 * slots that all CPUs share. Owns pkmaps (kmap_lock) and the table that finds
 * a page's slot, which is what page_address of high memory looks into
 * (hash_lock, interrupts off, inside of kmap_lock).
 *
 * A slot's count is Linux's pkmap_count: 0, it shows nothing and no TLB knows
 * it; 1, nobody uses it, but it still shows its page, and TLBs may know that;
 * n, it has n - 1 users. Slots are given out in a ring. Each time the ring
 * begins anew, all slots with count 1 are emptied together, so that there is
 * one flush of all TLBs for a whole round. When even then no slot is free,
 * tasks sleep until one comes down to 1. Mirrors Linux's kmap_high,
 * kunmap_high, map_new_virtual, flush_all_zero_pkmaps, page_address,
 * set_page_address.
 */
#include "highmem.h"

#include "internal.h"
#include "kernel.h"
#include "memblock.h"
#include "percpu.h"

#define PA_HASH_ORDER 7
#define NO_SLOT 0xffffu

static struct pkmap {
    struct page *page; /* hash_lock; NULL: on no chain */
    unsigned int count;
    u16 next; /* on the chain of the page's bucket; hash_lock */
} * pkmaps;   /* [LAST_PKMAP]; NULL: no high memory */

static DEFINE_SPINLOCK(kmap_lock);
static DEFINE_SPINLOCK(hash_lock);
static u16 *buckets; /* first slots, hash_lock */
static unsigned int last_pkmap_nr;
static unsigned long nr_flushes, nr_waits; /* kmap_lock */
static DECLARE_WAIT_QUEUE_HEAD(pkmap_wait);

void kmap_init(void)
{
    if (max_pfn == max_low_pfn)
        return;
    pkmaps = memblock_alloc(LAST_PKMAP * sizeof *pkmaps, sizeof(long));
    buckets = memblock_alloc(sizeof *buckets << PA_HASH_ORDER, sizeof(long));
    for (unsigned int i = 0; i < 1u << PA_HASH_ORDER; i++)
        buckets[i] = NO_SLOT;
}

static unsigned long pkmap_va(unsigned int slot)
{
    return PKMAP_BASE + (unsigned long)slot * PAGE_SIZE;
}

static u16 *bucket_of(const struct page *page)
{
    u32 hash = (u32)page_to_pfn(page) * 0x61c88647u;

    return &buckets[hash >> (32 - PA_HASH_ORDER)];
}

static unsigned int find_slot(const struct page *page)
{
    unsigned long flags;
    unsigned int slot;

    spin_lock_irqsave(&hash_lock, flags);
    slot = *bucket_of(page);
    while (slot != NO_SLOT && pkmaps[slot].page != page)
        slot = pkmaps[slot].next;
    spin_unlock_irqrestore(&hash_lock, flags);
    return slot;
}

void *page_address_high(const struct page *page)
{
    unsigned int slot = find_slot(page);

    return slot == NO_SLOT
               ? NULL
               : arch_kmap_address(pkmap_va(slot), page_to_pfn(page));
}

/* The slot is the page's from now on; page_address finds it. */
static void set_page_slot(struct page *page, unsigned int slot)
{
    u16 *bucket = bucket_of(page);
    unsigned long flags;

    spin_lock_irqsave(&hash_lock, flags);
    pkmaps[slot].page = page;
    pkmaps[slot].next = *bucket;
    *bucket = (u16)slot;
    spin_unlock_irqrestore(&hash_lock, flags);
}

static void clear_page_slot(unsigned int slot)
{
    unsigned long flags;
    u16 *link;

    spin_lock_irqsave(&hash_lock, flags);
    link = bucket_of(pkmaps[slot].page);
    while (*link != slot)
        link = &pkmaps[*link].next;
    *link = pkmaps[slot].next;
    pkmaps[slot].page = NULL;
    spin_unlock_irqrestore(&hash_lock, flags);
}

/* Empties the slots that nobody uses. kmap_lock is held. */
static void flush_all_zero_pkmaps(void)
{
    bool is_any = false;

    for (unsigned int slot = 0; slot < LAST_PKMAP; slot++) {
        if (pkmaps[slot].count != 1)
            continue;
        pkmaps[slot].count = 0;
        clear_page_slot(slot);
        arch_kunmap(pkmap_va(slot));
        is_any = true;
    }
    if (is_any) {
        arch_flush_kmaps(PKMAP_BASE, pkmap_va(LAST_PKMAP));
        nr_flushes++;
    }
}

/* The next slot that is free, or NO_SLOT. kmap_lock is held. */
static unsigned int take_slot(void)
{
    for (unsigned int n = 0; n < LAST_PKMAP; n++) {
        last_pkmap_nr = (last_pkmap_nr + 1) & (LAST_PKMAP - 1);
        if (!last_pkmap_nr) {
            flush_all_zero_pkmaps();
            n = 0; /* those that were looked at may be free now */
        }
        if (!pkmaps[last_pkmap_nr].count)
            return last_pkmap_nr;
    }
    return NO_SLOT;
}

/* Sleeps until a slot may be free. kmap_lock is held, but not meanwhile. */
static void wait_for_slot(void)
{
    struct wait_queue_entry wait;

    nr_waits++;
    init_wait(&wait);
    prepare_to_wait(&pkmap_wait, &wait, TASK_UNINTERRUPTIBLE);
    spin_unlock(&kmap_lock);
    schedule();
    finish_wait(&pkmap_wait, &wait);
    spin_lock(&kmap_lock);
}

/* A slot for a page that has none, unless somebody gives it one while we
 * wait. kmap_lock is held. */
static unsigned int map_new_virtual(struct page *page)
{
    unsigned int slot;

    while ((slot = take_slot()) == NO_SLOT) {
        wait_for_slot();
        slot = find_slot(page);
        if (slot != NO_SLOT)
            return slot;
    }
    arch_kmap(pkmap_va(slot), page_to_pfn(page));
    pkmaps[slot].count = 1;
    set_page_slot(page, slot);
    return slot;
}

void *kmap(struct page *page)
{
    unsigned int slot;

    if (!PageHighMem(page))
        return page_address(page);
    spin_lock(&kmap_lock);
    slot = find_slot(page);
    if (slot == NO_SLOT)
        slot = map_new_virtual(page);
    pkmaps[slot].count++;
    BUG_ON(pkmaps[slot].count < 2);
    spin_unlock(&kmap_lock);
    return arch_kmap_address(pkmap_va(slot), page_to_pfn(page));
}

void kunmap(struct page *page)
{
    bool is_wanted = false;
    unsigned int slot;

    if (!PageHighMem(page))
        return;
    spin_lock(&kmap_lock);
    slot = find_slot(page);
    BUG_ON(slot == NO_SLOT || pkmaps[slot].count < 2);
    if (--pkmaps[slot].count == 1)
        is_wanted = waitqueue_active(&pkmap_wait);
    spin_unlock(&kmap_lock);
    if (is_wanted)
        wake_up(&pkmap_wait);
}

void kmap_get_stats(struct kmap_stats *stats)
{
    *stats = (struct kmap_stats){0, 0, 0, 0};
    if (!pkmaps)
        return;
    spin_lock(&kmap_lock);
    for (unsigned int slot = 0; slot < LAST_PKMAP; slot++) {
        stats->mapped += pkmaps[slot].count > 0;
        stats->used += pkmaps[slot].count > 1;
    }
    stats->flushes = nr_flushes;
    stats->waits = nr_waits;
    spin_unlock(&kmap_lock);
}

void kmap_check(void)
{
    if (!pkmaps)
        return;
    spin_lock(&kmap_lock);
    for (unsigned int slot = 0; slot < LAST_PKMAP; slot++) {
        const struct page *page = pkmaps[slot].page;

        if (!page != !pkmaps[slot].count)
            panic("kmap: slot %u has count %u and page %p", slot,
                  pkmaps[slot].count, (const void *)page);
        if (page && (!PageHighMem(page) || find_slot(page) != slot))
            panic("kmap: the page of slot %u is not found there", slot);
    }
    spin_unlock(&kmap_lock);
}
