/*
 * The slots of kmap on the host: a page is seen where the arena has it, but
 * every slot keeps which frame it shows, and a shared one, that other CPUs
 * may still know it after it was emptied. To use it before a flush of all
 * TLBs is the end.
 */
#include "guestos/arch/host/host.h"
#include "highmem.h"

#define LOCAL_SLOTS (NR_CPUS * KM_MAX_IDX)

static unsigned long local_slots[LOCAL_SLOTS]; /* pfn, 0: empty */
static unsigned long shared_slots[LAST_PKMAP];
static bool is_stale[LAST_PKMAP];

static unsigned long *slot_of(unsigned long va, bool **stale)
{
    unsigned long i = (va - FIXADDR_START) / PAGE_SIZE;

    *stale = NULL;
    if (va >= FIXADDR_START && i < LOCAL_SLOTS)
        return &local_slots[i];
    i = (va - PKMAP_BASE) / PAGE_SIZE;
    if (va < PKMAP_BASE || i >= LAST_PKMAP)
        panic("kmap: no slot is at %lx", va);
    *stale = &is_stale[i];
    return &shared_slots[i];
}

void *arch_kmap_address(unsigned long va, unsigned long pfn)
{
    (void)va;
    return phys_to_virt((phys_addr_t)pfn << PAGE_SHIFT);
}

void *arch_kmap(unsigned long va, unsigned long pfn)
{
    bool *stale;
    unsigned long *slot = slot_of(va, &stale);

    if (*slot)
        panic("kmap: the slot at %lx is in use", va);
    if (stale && *stale)
        panic("kmap: TLBs may still know the slot at %lx", va);
    *slot = pfn;
    return arch_kmap_address(va, pfn);
}

void arch_kunmap(unsigned long va)
{
    bool *stale;
    unsigned long *slot = slot_of(va, &stale);

    if (!*slot)
        panic("kmap: the slot at %lx is not in use", va);
    *slot = 0;
    if (stale)
        *stale = true;
}

void arch_flush_kmaps(unsigned long start, unsigned long end)
{
    for (; start < end; start += PAGE_SIZE)
        is_stale[(start - PKMAP_BASE) / PAGE_SIZE] = false;
}

bool arch_is_kmap(const void *addr)
{
    unsigned long pfn = virt_to_pfn(addr);

    return pfn >= max_low_pfn && pfn < max_pfn;
}

unsigned long host_kmap_slot(unsigned long va)
{
    bool *stale;

    return *slot_of(va, &stale);
}
