/*
 * The arrays of SLAB: how large they are, by size of object or as written to
 * /proc/slabinfo, and how they are exchanged under way. A cache without
 * arrays (at boot, or with debugging) has one for all harts that holds
 * nothing. Mirrors Linux's enable_cpucache, do_tune_cpucache, get_slabinfo.
 */
#include "kernel.h"
#include "slab_array.h"

/* Never has an object nor takes one. */
static struct array_cache no_array;
static bool is_up; /* kmalloc works */

static struct array_cache *new_array(unsigned int limit,
                                     unsigned int batchcount)
{
    struct array_cache *ac;
    size_t size;

    if (__builtin_mul_overflow(limit, sizeof(void *), &size) ||
        __builtin_add_overflow(size, sizeof *ac, &size))
        return NULL;
    ac = kmalloc(size, GFP_KERNEL);
    if (ac)
        *ac = (struct array_cache){.limit = limit, .batchcount = batchcount};
    return ac;
}

static void free_array(struct array_cache *ac)
{
    if (ac != &no_array)
        kfree(ac);
}

/* What a hart exchanges, interrupts off. */
struct exchange {
    struct kmem_cache *s;
    struct array_cache *array[NR_CPUS];
};

static void exchange_array(void *data)
{
    struct exchange *x = data;
    unsigned int cpu = slab_cpu();

    swap(x->s->cpu_cache[cpu], x->array[cpu]);
}

/* Harts that are not there yet cannot do it themselves; at boot, when none can
 * be called, one is. */
static void exchange(struct exchange *x)
{
    unsigned long flags;
    unsigned int cpu;

    if (num_online_cpus() > 1) {
        on_each_cpu(exchange_array, x);
    } else {
        local_irq_save(flags);
        exchange_array(x);
        local_irq_restore(flags);
    }
    for_each_possible_cpu(cpu)
        if (!cpu_online((int)cpu))
            swap(x->s->cpu_cache[cpu], x->array[cpu]);
}

static void empty_array(struct kmem_cache *s, struct array_cache *ac)
{
    struct kmem_cache_node *n = &s->node;
    unsigned long flags;
    LIST_HEAD(unused);

    spin_lock_irqsave(&n->list_lock, flags);
    slab_free_block(s, ac->entry, ac->avail, &unused);
    ac->avail = 0;
    spin_unlock_irqrestore(&n->list_lock, flags);
    slab_destroy_all(s, &unused);
}

static bool new_arrays(struct exchange *x, unsigned int limit,
                       unsigned int batchcount)
{
    unsigned int cpu;

    for_each_possible_cpu(cpu)
        x->array[cpu] = NULL;
    for_each_possible_cpu(cpu) {
        x->array[cpu] = new_array(limit, batchcount);
        if (!x->array[cpu])
            return false;
    }
    return true;
}

static void free_arrays(struct exchange *x)
{
    unsigned int cpu;

    for_each_possible_cpu(cpu)
        free_array(x->array[cpu]);
}

static void set_shared(struct kmem_cache *s, struct array_cache *shared,
                       unsigned int free_limit)
{
    struct kmem_cache_node *n = &s->node;
    unsigned long flags;

    spin_lock_irqsave(&n->list_lock, flags);
    swap(n->shared, shared);
    n->free_limit = free_limit;
    spin_unlock_irqrestore(&n->list_lock, flags);
    if (shared) {
        empty_array(s, shared);
        kfree(shared);
    }
}

int slab_tune(struct kmem_cache *s, unsigned int limit, unsigned int batchcount,
              unsigned int shared)
{
    struct exchange *x = kmalloc(sizeof *x, GFP_KERNEL);
    struct array_cache *common = NULL;
    unsigned int cpu;
    int error = -ENOMEM;

    if (!x)
        return -ENOMEM;
    x->s = s;
    if (kmem_cache_debug(s)) {
        error = -EIO; /* objects are looked at one by one */
        goto out;
    }
    if (shared) {
        common = new_array(shared * batchcount, 0xbaadf00d);
        if (!common)
            goto out;
    }
    if (!new_arrays(x, limit, batchcount)) {
        free_arrays(x);
        kfree(common);
        goto out;
    }
    s->limit = limit;
    s->batchcount = batchcount;
    s->shared = shared;
    exchange(x);
    set_shared(s, common,
               (1 + (unsigned int)num_possible_cpus()) * batchcount + s->num);
    for_each_possible_cpu(cpu)
        empty_array(s, x->array[cpu]);
    free_arrays(x);
    error = 0;
out:
    kfree(x);
    return error;
}

static int enable_cpucache(struct kmem_cache *s)
{
    unsigned int limit = s->size > 131072      ? 1
                         : s->size > PAGE_SIZE ? 8
                         : s->size > 1024      ? 24
                         : s->size > 256       ? 54
                                               : 120;
    unsigned int shared =
        s->size <= PAGE_SIZE && num_possible_cpus() > 1 ? 8 : 0;

    if (kmem_cache_debug(s))
        return 0;
    return slab_tune(s, limit, (limit + 1) / 2, shared);
}

int slab_create(struct kmem_cache *s)
{
    int error = slab_layout(s);
    unsigned int cpu;

    if (error)
        return error;
    for_each_possible_cpu(cpu)
        s->cpu_cache[cpu] = &no_array;
    s->node.free_limit = 2 * s->num;
    return is_up ? enable_cpucache(s) : 0;
}

void slab_release(struct kmem_cache *s)
{
    unsigned int cpu;

    for_each_possible_cpu(cpu)
        free_array(s->cpu_cache[cpu]);
    kfree(s->node.shared);
}

void slab_late_init(void)
{
    struct kmem_cache *s;

    is_up = true;
    list_for_each_entry(s, &slab_caches, list)
        if (enable_cpucache(s) != 0)
            panic("slab: no memory for the arrays of %s", s->name);
}

/* Objects in arrays count as used, as in Linux. */
void slab_get_info(struct kmem_cache *s, struct slabinfo *info)
{
    struct kmem_cache_node *n = &s->node;
    unsigned long flags;

    spin_lock_irqsave(&n->list_lock, flags);
    info->num_slabs = n->nr_slabs;
    info->active_slabs = info->num_slabs - n->free_slabs;
    info->num_objs = info->num_slabs * s->num;
    info->active_objs = info->num_objs - n->free_objects;
    info->shared_avail = n->shared ? n->shared->avail : 0;
    spin_unlock_irqrestore(&n->list_lock, flags);
    info->limit = s->limit;
    info->batchcount = s->batchcount;
    info->shared = s->shared;
    info->objects_per_slab = s->num;
    info->cache_order = s->order;
}
