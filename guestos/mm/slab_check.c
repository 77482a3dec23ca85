/*
 * The invariants of all caches: every slab that there is in memory belongs to
 * a cache, is sound in itself, and is where its state says.
 */
#include "kernel.h"
#include "kmem_cache.h"
#include "page-flags.h"

static bool is_cache(const struct kmem_cache *s)
{
    struct kmem_cache *other;

    list_for_each_entry(other, &slab_caches, list)
        if (other == s)
            return true;
    return false;
}

static void check_slabs(void)
{
    for (unsigned long pfn = min_low_pfn; pfn < max_low_pfn; pfn++) {
        struct page *page = pfn_to_page(pfn);
        struct kmem_cache *s = page->slab_cache;

        if (!PageSlab(page))
            continue;
        if (!is_cache(s))
            panic("slab: page %lx belongs to no cache", pfn);
        s->seen_slabs++;
        slab_ops.check_slab(s, page);
    }
}

void slab_check(void)
{
    unsigned long flags;
    struct kmem_cache *s;

    spin_lock(&cache_lock);
    local_irq_save(flags);
    list_for_each_entry(s, &slab_caches, list)
        s->seen_slabs = s->seen_objects = s->seen_listed = 0;
    check_slabs();
    list_for_each_entry(s, &slab_caches, list)
        slab_ops.check_cache(s, s->seen_slabs);
    local_irq_restore(flags);
    spin_unlock(&cache_lock);
}
