/*
 * Who has which addresses of [VMALLOC_START, VMALLOC_END), and what happens to
 * those that were given back.
 *
 *       freed, unmapped           one flush for all
 *   area ----------------> lazy -------------------> gap (vmap_gap.c)
 *     ^                    list                       |
 *     +-----------------------------------------------+
 *
 * An area that is freed may still be in TLBs. Instead of a flush each, they
 * wait until they are lazy_max_pages together, or until addresses or memory
 * are short (a shrinker), and a purge flushes once, on all harts, the range
 * from the first to the last. Pages do not wait: they are free at once.
 *
 * Gaps, areas and lazy ones tile the space.
 *
 * Locks: vmap_purge_lock (sleeping) is taken outside of the others; inside of
 * vmap_area_lock and purge_vmap_area_lock there are none. Interrupts take none
 * of them. Mirrors Linux's alloc_vmap_area, __purge_vmap_area_lazy,
 * free_vmap_area_noflush, drain_vmap_area_work.
 */
#include "vmap_area.h"

#include "atomic.h"
#include "bitops.h"
#include "errno.h"
#include "kernel.h"
#include "mutex.h"
#include "sched.h"
#include "shrinker.h"
#include "slab.h"
#include "workqueue.h"
#include "asm/tlbflush.h"

/* Linux's is 32 MiB of 128. */
#define LAZY_BYTES (4ul << 20)

struct kmem_cache *vmap_area_cache; /* set at boot */

DEFINE_SPINLOCK(vmap_area_lock);
struct rb_root vmap_area_root;

static DEFINE_SPINLOCK(purge_vmap_area_lock); /* guards the list */
static LIST_HEAD(purge_vmap_area_list);
static unsigned long nr_lazy_areas; /* on the list */
static struct atomic_long vmap_lazy_nr; /* pages, of those in a purge too */
static DEFINE_MUTEX(vmap_purge_lock); /* one purge at a time */
static unsigned long nr_purges, nr_purged; /* under vmap_purge_lock */

/* -- Areas --------------------------------------------------------------- */

struct vmap_area *__find_vmap_area(unsigned long addr)
{
    struct rb_node *node = vmap_area_root.rb_node;

    while (node) {
        struct vmap_area *va = to_area(node);

        if (addr < va->va_start)
            node = node->left;
        else if (addr >= va->va_end)
            node = node->right;
        else
            return va;
    }
    return NULL;
}

static void link_area(struct vmap_area *va)
{
    struct rb_node **link = &vmap_area_root.rb_node, *parent = NULL;

    while (*link) {
        parent = *link;
        link = va->va_start < to_area(parent)->va_start ? &parent->left
                                                        : &parent->right;
    }
    rb_link_node(&va->rb_node, parent, link);
    rb_insert_color(&va->rb_node, &vmap_area_root);
}

struct vmap_area *unlink_vmap_area(unsigned long addr)
{
    struct vmap_area *va;

    spin_lock(&vmap_area_lock);
    va = __find_vmap_area(addr);
    if (va && va->va_start == addr)
        rb_erase(&va->rb_node, &vmap_area_root);
    else
        va = NULL;
    spin_unlock(&vmap_area_lock);
    return va;
}

/* -- Lazy freeing -------------------------------------------------------- */

/* More harts make a flush dearer, but not by their number. */
static unsigned long lazy_max_pages(void)
{
    return fls((unsigned long)num_online_cpus()) * (LAZY_BYTES / PAGE_SIZE);
}

/* One flush for all on the list; false: there were none. vmap_purge_lock is
 * held. */
static bool purge_vmap_area_lazy(void)
{
    unsigned long start = ~0ul, end = 0;
    struct vmap_area *va, *n;
    LIST_HEAD(list);

    spin_lock(&purge_vmap_area_lock);
    list_splice_tail_init(&purge_vmap_area_list, &list);
    nr_lazy_areas = 0;
    spin_unlock(&purge_vmap_area_lock);
    if (list_empty(&list))
        return false;
    list_for_each_entry (va, &list, list) {
        start = min(start, va->va_start);
        end = max(end, va->va_end);
    }
    flush_tlb_kernel_range(start, end);
    nr_purges++;
    list_for_each_entry_safe (va, n, &list, list) {
        long pages = (long)(area_size(va) >> PAGE_SHIFT);

        vmap_gap_give(va);
        atomic_long_sub(pages, &vmap_lazy_nr);
        nr_purged++;
        cond_resched();
    }
    return true;
}

void vm_unmap_aliases(void)
{
    mutex_lock(&vmap_purge_lock);
    purge_vmap_area_lazy();
    mutex_unlock(&vmap_purge_lock);
}

static void drain_vmap_area_work(struct work_struct *work)
{
    (void)work;
    vm_unmap_aliases();
}

static DECLARE_WORK(drain_vmap_work, drain_vmap_area_work);

void free_vmap_area_noflush(struct vmap_area *va)
{
    long lazy = atomic_long_add_return((long)(area_size(va) >> PAGE_SHIFT),
                                       &vmap_lazy_nr);

    spin_lock(&purge_vmap_area_lock);
    list_add_tail(&va->list, &purge_vmap_area_list);
    nr_lazy_areas++;
    spin_unlock(&purge_vmap_area_lock);
    if (unlikely((unsigned long)lazy > lazy_max_pages()))
        schedule_work(&drain_vmap_work);
}

/* Memory is short: what the areas themselves take. */
static unsigned long lazy_count(struct shrinker *shrinker,
                                struct shrink_control *sc)
{
    (void)shrinker, (void)sc;
    return READ_ONCE(nr_lazy_areas);
}

static unsigned long lazy_scan(struct shrinker *shrinker,
                               struct shrink_control *sc)
{
    unsigned long purged;

    (void)shrinker, (void)sc;
    if (!mutex_trylock(&vmap_purge_lock))
        return SHRINK_STOP;
    purged = nr_purged;
    purge_vmap_area_lazy();
    purged = nr_purged - purged;
    mutex_unlock(&vmap_purge_lock);
    return purged;
}

static struct shrinker lazy_shrinker = {
    .name = "vmap_area",
    .count_objects = lazy_count,
    .scan_objects = lazy_scan,
    .seeks = DEFAULT_SEEKS,
};

void for_each_lazy_area(void (*fn)(const struct vmap_area *va, void *data),
                        void *data)
{
    struct vmap_area *va;

    spin_lock(&purge_vmap_area_lock);
    list_for_each_entry (va, &purge_vmap_area_list, list)
        fn(va, data);
    spin_unlock(&purge_vmap_area_lock);
}

bool is_lazy_addr(unsigned long addr)
{
    struct vmap_area *va;
    bool is = false;

    if (!spin_trylock(&purge_vmap_area_lock))
        return false;
    list_for_each_entry (va, &purge_vmap_area_list, list)
        is |= addr >= va->va_start && addr < va->va_end;
    spin_unlock(&purge_vmap_area_lock);
    return is;
}

void vmalloc_get_stats(struct vmap_stats *stats)
{
    stats->lazy = (unsigned long)atomic_long_read(&vmap_lazy_nr);
    stats->purges = READ_ONCE(nr_purges);
    stats->purged = READ_ONCE(nr_purged);
}

/* -- Allocation ---------------------------------------------------------- */

static void put_spare(struct vmap_area *va)
{
    if (va)
        kmem_cache_free(vmap_area_cache, va);
}

int alloc_vmap_area(struct vm_struct *vm, unsigned long size,
                    unsigned long align)
{
    struct vmap_area *va, *rest = NULL;
    bool is_found = false;

    va = kmem_cache_alloc(vmap_area_cache, GFP_KERNEL);
    /* Only an alignment beyond pages leaves something on both sides. */
    if (va && align > PAGE_SIZE)
        rest = kmem_cache_alloc(vmap_area_cache, GFP_KERNEL);
    if (!va || (align > PAGE_SIZE && !rest)) {
        put_spare(va);
        return -ENOMEM;
    }
    is_found = vmap_gap_take(size, align, &va->va_start, &rest);
    if (unlikely(!is_found)) {
        vm_unmap_aliases();
        is_found = vmap_gap_take(size, align, &va->va_start, &rest);
    }
    put_spare(rest);
    if (!is_found) {
        put_spare(va);
        return -EBUSY;
    }
    va->va_end = va->va_start + size;
    va->vm = vm;
    vm->addr = (void *)va->va_start;
    spin_lock(&vmap_area_lock);
    link_area(va);
    spin_unlock(&vmap_area_lock);
    return 0;
}

void vmap_area_init(void)
{
    struct vmap_area *all;

    vmap_area_cache = kmem_cache_create("vmap_area", sizeof(struct vmap_area),
                                        0, SLAB_PANIC, NULL);
    all = kmem_cache_alloc(vmap_area_cache, GFP_KERNEL);
    BUG_ON(!all);
    all->va_start = VMALLOC_START;
    all->va_end = VMALLOC_END;
    vmap_gap_give(all);
    register_shrinker(&lazy_shrinker);
}

/* -- Invariants ---------------------------------------------------------- */

static unsigned long check_areas(void)
{
    struct rb_node *node = rb_first(&vmap_area_root);
    unsigned long end = VMALLOC_START, pages = 0;

    if (!rb_check(&vmap_area_root))
        panic("vmap_area: the tree of areas is out of balance");
    for (; node; node = rb_next(node)) {
        const struct vmap_area *va = to_area(node);

        if (va->va_start < end || va->va_end > VMALLOC_END)
            panic("vmap_area: the area at %lx overlaps another", va->va_start);
        if (va->vm->addr != (void *)va->va_start ||
            va->vm->size != area_size(va))
            panic("vmap_area: the area at %lx is not its owner's",
                  va->va_start);
        end = va->va_end;
        pages += area_size(va) >> PAGE_SHIFT;
    }
    return pages;
}

unsigned long vmap_area_check(void)
{
    unsigned long pages;

    mutex_lock(&vmap_purge_lock);
    pages = vmap_gap_check();
    spin_lock(&vmap_area_lock);
    pages += check_areas();
    pages += (unsigned long)atomic_long_read(&vmap_lazy_nr);
    spin_unlock(&vmap_area_lock);
    mutex_unlock(&vmap_purge_lock);
    return pages;
}
