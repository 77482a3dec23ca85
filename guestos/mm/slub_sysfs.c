/*
 * /sys/kernel/slab: a directory a cache, with Linux's files. Caches that may
 * be merged are there under what they have in common (":0000064"), and their
 * names are links to it. Owns early, the aliases from before /sys was there
 * (cache_lock). Mirrors Linux's sysfs_slab_add, sysfs_slab_alias,
 * create_unique_id, show_slab_objects.
 */
#include "init.h"
#include "kernel.h"
#include "slab_debug.h"
#include "slub.h"
#include "string.h"
#include "sysfs.h"

struct saved_alias {
    struct saved_alias *next;
    struct kmem_cache *s;
    const char *name;
};

static struct saved_alias *early;
static struct sysfs_dir *slab_dir; /* /sys/kernel/slab; set at boot */

/* -- What is shown -----------------------------------------------------------
 */

enum sum {
    SUM_SLABS,
    SUM_USED,
    SUM_FREE,
};

/* Over the slabs of the node's list. */
static unsigned long sum_partial(struct kmem_cache *s, enum sum what)
{
    struct kmem_cache_node *n = &s->node;
    unsigned long sum = 0, flags;
    struct page *page;

    spin_lock_irqsave(&n->list_lock, flags);
    list_for_each_entry(page, &n->partial, lru)
        sum += what == SUM_SLABS ? 1
               : what == SUM_USED
                   ? page->inuse
                   : (unsigned long)(page->objects - page->inuse);
    spin_unlock_irqrestore(&n->list_lock, flags);
    return sum;
}

#define SHOW(name, format, value)                                              \
    static int name##_show(struct seq_file *m, void *data)                     \
    {                                                                          \
        struct kmem_cache *s = data;                                           \
                                                                               \
        seq_printf(m, format "\n", value);                                     \
        return 0;                                                              \
    }

SHOW(aliases, "%d", max(s->refcount - 1, 0))
SHOW(align, "%u", s->align)
SHOW(cache_dma, "%d", !!(s->flags & SLAB_CACHE_DMA))
SHOW(cpu_partial, "%u", s->cpu_partial)
SHOW(hwcache_align, "%d", !!(s->flags & SLAB_HWCACHE_ALIGN))
SHOW(min_partial, "%u", s->min_partial)
SHOW(object_size, "%u", s->object_size)
SHOW(objects, "%lu", s->node.total_objects - sum_partial(s, SUM_FREE))
SHOW(objects_partial, "%lu", sum_partial(s, SUM_USED))
SHOW(objs_per_slab, "%u", s->objects)
SHOW(order, "%u", s->order)
SHOW(partial, "%lu", sum_partial(s, SUM_SLABS))
SHOW(poison, "%d", !!(s->flags & SLAB_POISON))
SHOW(reclaim_account, "%d", !!(s->flags & SLAB_RECLAIM_ACCOUNT))
SHOW(red_zone, "%d", !!(s->flags & SLAB_RED_ZONE))
SHOW(sanity_checks, "%d", !!(s->flags & SLAB_CONSISTENCY_CHECKS))
SHOW(slab_size, "%u", s->size)
SHOW(slabs, "%lu", s->node.nr_slabs)
SHOW(store_user, "%d", !!(s->flags & SLAB_STORE_USER))
SHOW(total_objects, "%lu", s->node.total_objects)
SHOW(trace, "%d", !!(s->flags & SLAB_TRACE))

static int ctor_show(struct seq_file *m, void *data)
{
    struct kmem_cache *s = data;

    if (s->ctor)
        seq_printf(m, "0x%lx\n", (unsigned long)s->ctor);
    return 0;
}

static int cpu_slabs_show(struct seq_file *m, void *data)
{
    struct kmem_cache *s = data;
    unsigned int cpu, slabs = 0;

    for_each_possible_cpu(cpu) {
        const struct kmem_cache_cpu *c = &s->cpu_slab[cpu];
        const struct page *store = READ_ONCE(c->partial);

        slabs += READ_ONCE(c->page) != NULL;
        slabs += store ? store->pages : 0u;
    }
    seq_printf(m, "%u\n", slabs);
    return 0;
}

static int slabs_cpu_partial_show(struct seq_file *m, void *data)
{
    struct kmem_cache *s = data;
    unsigned int cpu, pages = 0, objects = 0;

    for_each_online_cpu(cpu) {
        const struct page *store = READ_ONCE(s->cpu_slab[cpu].partial);

        pages += store ? store->pages : 0u;
        objects += store ? store->pobjects : 0u;
    }
    seq_printf(m, "%u(%u)", objects, pages);
    for_each_online_cpu(cpu) {
        const struct page *store = READ_ONCE(s->cpu_slab[cpu].partial);

        if (store)
            seq_printf(m, " C%d=%u(%u)", (int)cpu, store->pobjects,
                       store->pages);
    }
    seq_puts(m, "\n");
    return 0;
}

static int show_stat(struct seq_file *m, struct kmem_cache *s,
                     enum slub_stat_item item)
{
    unsigned long sum = 0;
    unsigned int cpu;

    for_each_possible_cpu(cpu)
        sum += s->cpu_slab[cpu].stat[item];
    seq_printf(m, "%lu", sum);
    for_each_online_cpu(cpu)
        if (s->cpu_slab[cpu].stat[item])
            seq_printf(m, " C%d=%u", (int)cpu, s->cpu_slab[cpu].stat[item]);
    seq_puts(m, "\n");
    return 0;
}

#define STAT(name, item)                                                       \
    static int name##_show(struct seq_file *m, void *data)                     \
    {                                                                          \
        return show_stat(m, data, item);                                       \
    }

STAT(alloc_from_partial, ALLOC_FROM_PARTIAL)
STAT(alloc_refill, ALLOC_REFILL)
STAT(alloc_slab, ALLOC_SLAB)
STAT(alloc_slowpath, ALLOC_SLOWPATH)
STAT(cpu_partial_alloc, CPU_PARTIAL_ALLOC)
STAT(cpu_partial_free, CPU_PARTIAL_FREE)
STAT(cpuslab_flush, CPUSLAB_FLUSH)
STAT(free_slab, FREE_SLAB)
STAT(free_slowpath, FREE_SLOWPATH)
STAT(order_fallback, ORDER_FALLBACK)

/* -- What can be written ------------------------------------------------------
 */

static int number(const char *text, unsigned int *value)
{
    const char *end;
    unsigned long n = simple_strtoul(text, &end, 10);

    if (end == text || *end || n > 0x7fff)
        return -EINVAL;
    *value = (unsigned int)n;
    return 0;
}

static int min_partial_store(void *data, const char *text)
{
    struct kmem_cache *s = data;
    unsigned int value;
    int error = number(text, &value);

    if (!error)
        s->min_partial = clamp(value, 5u, 10u);
    return error;
}

static int cpu_partial_store(void *data, const char *text)
{
    struct kmem_cache *s = data;
    unsigned int value;
    int error = number(text, &value);

    if (error || (value && kmem_cache_debug(s)))
        return -EINVAL;
    s->cpu_partial = value;
    on_each_cpu(slub_flush_cpu, s);
    return 0;
}

static int shrink_store(void *data, const char *text)
{
    if (strcmp(text, "1") != 0)
        return -EINVAL;
    kmem_cache_shrink(data);
    return 0;
}

static int validate_store(void *data, const char *text)
{
    struct kmem_cache *s = data;
    struct kmem_cache_node *n = &s->node;
    unsigned long flags;
    struct page *page;

    if (strcmp(text, "1") != 0 || !kmem_cache_debug(s))
        return -EINVAL;
    spin_lock_irqsave(&n->list_lock, flags);
    list_for_each_entry(page, &n->partial, lru)
        slab_validate(s, page);
    list_for_each_entry(page, &n->full, lru)
        slab_validate(s, page);
    spin_unlock_irqrestore(&n->list_lock, flags);
    return 0;
}

#define RO(name)                                                               \
    {                                                                          \
#name, 0444, name##_show, NULL                                         \
    }
#define RW(name)                                                               \
    {                                                                          \
#name, 0644, name##_show, name##_store                                 \
    }
#define WO(name)                                                               \
    {                                                                          \
#name, 0200, NULL, name##_store                                        \
    }

// clang-format off
static const struct sysfs_attr slab_attrs[] = {
    RO(aliases), RO(align), RO(alloc_from_partial), RO(alloc_refill),
    RO(alloc_slab), RO(alloc_slowpath), RO(cache_dma), RW(cpu_partial),
    RO(cpu_partial_alloc), RO(cpu_partial_free), RO(cpu_slabs),
    RO(cpuslab_flush), RO(ctor), RO(free_slab), RO(free_slowpath),
    RO(hwcache_align), RW(min_partial), RO(object_size), RO(objects),
    RO(objects_partial), RO(objs_per_slab), RO(order), RO(order_fallback),
    RO(partial), RO(poison), RO(reclaim_account), RO(red_zone),
    RO(sanity_checks), WO(shrink), RO(slab_size), RO(slabs),
    RO(slabs_cpu_partial), RO(store_user), RO(total_objects), RO(trace),
    WO(validate),
    {NULL, 0, NULL, NULL},
};
// clang-format on

/* -- Directories and links
 * ----------------------------------------------------- */

static void unique_id(const struct kmem_cache *s, char *id, size_t size)
{
    char flags[8];
    size_t n = 0;

    if (s->flags & SLAB_CACHE_DMA)
        flags[n++] = 'd';
    if (s->flags & SLAB_RECLAIM_ACCOUNT)
        flags[n++] = 'a';
    if (n)
        flags[n++] = '-';
    flags[n] = 0;
    scnprintf(id, size, ":%s%07u", flags, s->size);
}

/* A link of that name may be left from a cache that is gone. */
static void make_link(const char *name, const char *id)
{
    sysfs_remove_link(slab_dir, name);
    sysfs_create_link(slab_dir, name, id);
}

static void make_dir(struct kmem_cache *s)
{
    char id[24];

    if (slab_is_mergeable(s)) {
        unique_id(s, id, sizeof id);
        if (sysfs_create_dir(slab_dir, id, slab_attrs, s)) {
            make_link(s->name, id);
            return;
        }
        /* There is one that only differs in alignment. */
    }
    sysfs_remove_link(slab_dir, s->name);
    sysfs_create_dir(slab_dir, s->name, slab_attrs, s);
}

void slub_publish(struct kmem_cache *s)
{
    if (slab_dir)
        make_dir(s);
}

void slub_publish_alias(struct kmem_cache *s, const char *name)
{
    struct saved_alias *alias;
    char id[24];

    if (slab_dir) {
        unique_id(s, id, sizeof id);
        make_link(name, id);
        return;
    }
    alias = kmalloc(sizeof *alias, GFP_KERNEL);
    if (!alias)
        return; /* it is only not shown */
    *alias = (struct saved_alias){.s = s, .name = name};
    spin_lock(&cache_lock);
    alias->next = early;
    early = alias;
    spin_unlock(&cache_lock);
}

void slub_withdraw(struct kmem_cache *s)
{
    struct sysfs_dir *dir;
    char id[24];

    if (!slab_dir)
        return;
    unique_id(s, id, sizeof id);
    dir = sysfs_find(slab_dir, id);
    if (dir && sysfs_data(dir) == s)
        sysfs_remove(dir);
    sysfs_remove(sysfs_find(slab_dir, s->name));
}

static int __init slab_sysfs_init(void)
{
    struct kmem_cache *s;

    if (!slab_ops.publish)
        return 0;
    slab_dir = sysfs_create_dir(sysfs_kernel, "slab", NULL, NULL);
    if (!slab_dir)
        return -ENOMEM;
    /* Nothing is destroyed while the kernel boots. */
    list_for_each_entry(s, &slab_caches, list)
        make_dir(s);
    while (early) {
        struct saved_alias *alias = early;

        early = alias->next;
        slub_publish_alias(alias->s, alias->name);
        kfree(alias);
    }
    return 0;
}
module_init(slab_sysfs_init);
