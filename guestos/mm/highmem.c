/*
 * Windows to frames that the direct map does not reach. Owns the fixmap slots
 * (KM_SLOTS a CPU, used as a stack with preemption off) and the pkmap slots
 * (shared; pkmap_lock guards them, waiters sleep on pkmap_wait). A pkmap slot
 * that nobody uses keeps its page, until all slots have one: then those are
 * taken from their pages together, with one flush of all TLBs.
 * Mirrors Linux's kmap_local_page, kmap_high, kunmap_high, clear_highpage.
 */
#include "highmem.h"

#include "internal.h"
#include "percpu.h"
#include "sched.h"
#include "string.h"

#define KM_SLOTS 16
#define PKMAP_SLOTS 32

static int km_depth[NR_CPUS]; /* slots in use; own CPU, preemption off */

static DEFINE_SPINLOCK(pkmap_lock);
static struct {
    struct page *page; /* NULL: not mapped, and in no TLB */
    int count;         /* of users */
    void *addr;
} pkmap[PKMAP_SLOTS];
static DECLARE_WAIT_QUEUE_HEAD(pkmap_wait);

bool PageHighMem(const struct page *page)
{
    return page_zonenum(page) == ZONE_HIGHMEM;
}

static unsigned long km_slot(int cpu, int depth)
{
    return FIXADDR_START +
           (unsigned long)(cpu * KM_SLOTS + depth) * PAGE_SIZE;
}

void *kmap_local_page(struct page *page)
{
    int cpu, depth;

    if (!PageHighMem(page))
        return page_address(page);
    cpu = get_cpu();
    depth = km_depth[cpu]++;
    BUG_ON(depth >= KM_SLOTS);
    return arch_kmap(km_slot(cpu, depth), page_to_pfn(page));
}

void kunmap_local(const void *addr)
{
    int cpu;

    if (!arch_is_kmap(addr))
        return;
    cpu = smp_processor_id();
    BUG_ON(!km_depth[cpu]);
    arch_kunmap(km_slot(cpu, --km_depth[cpu]));
    put_cpu();
}

static unsigned long pkmap_slot(int slot)
{
    return PKMAP_BASE + (unsigned long)slot * PAGE_SIZE;
}

/* The slot that has the page (NULL: none), or -1. pkmap_lock is held. */
static int find_pkmap(const struct page *page)
{
    for (int i = 0; i < PKMAP_SLOTS; i++)
        if (pkmap[i].page == page)
            return i;
    return -1;
}

/* Frees the slots that nobody uses. pkmap_lock is held. */
static void flush_unused_pkmaps(void)
{
    bool is_any = false;

    for (int i = 0; i < PKMAP_SLOTS; i++) {
        if (!pkmap[i].page || pkmap[i].count)
            continue;
        arch_kunmap(pkmap_slot(i));
        pkmap[i].page = NULL;
        is_any = true;
    }
    if (is_any)
        arch_flush_kmaps(PKMAP_BASE, pkmap_slot(PKMAP_SLOTS));
}

static void *kmap_high(struct page *page)
{
    void *addr = NULL;
    int slot;

    spin_lock(&pkmap_lock);
    slot = find_pkmap(page);
    if (slot < 0) {
        slot = find_pkmap(NULL);
        if (slot < 0) {
            flush_unused_pkmaps();
            slot = find_pkmap(NULL);
        }
        if (slot >= 0) {
            pkmap[slot].page = page;
            pkmap[slot].addr = arch_kmap(pkmap_slot(slot), page_to_pfn(page));
        }
    }
    if (slot >= 0) {
        pkmap[slot].count++;
        addr = pkmap[slot].addr;
    }
    spin_unlock(&pkmap_lock);
    return addr;
}

void *kmap(struct page *page)
{
    void *addr;

    if (!PageHighMem(page))
        return page_address(page);
    wait_event(&pkmap_wait, (addr = kmap_high(page)) != NULL);
    return addr;
}

void kunmap(struct page *page)
{
    int slot;
    bool is_free;

    if (!PageHighMem(page))
        return;
    spin_lock(&pkmap_lock);
    slot = find_pkmap(page);
    BUG_ON(slot < 0 || !pkmap[slot].count);
    is_free = !--pkmap[slot].count;
    spin_unlock(&pkmap_lock);
    if (is_free)
        wake_up(&pkmap_wait);
}

void clear_highpage(struct page *page)
{
    void *p = kmap_local_page(page);

    clear_page(p);
    kunmap_local(p);
}

void copy_user_highpage(struct page *to, struct page *from,
                        unsigned long vaddr)
{
    void *source = kmap_local_page(from);
    void *target = kmap_local_page(to);

    (void)vaddr;
    copy_page(target, source);
    kunmap_local(target);
    kunmap_local(source);
}

void zero_user_segment(struct page *page, unsigned int start,
                       unsigned int end)
{
    char *p = kmap_local_page(page);

    memset(p + start, 0, end - start);
    kunmap_local(p);
}
