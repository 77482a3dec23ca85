/*
 * What SLAB holds without need, given back: each hart looks at its arrays
 * every two seconds and takes a fifth of what was not used since; shared
 * arrays and empty slabs every four. Shrinking gives all of it back. Also the
 * invariants. Mirrors Linux's cache_reap, drain_array, __kmem_cache_shrink.
 */
#include "jiffies.h"
#include "kernel.h"
#include "slab_array.h"
#include "string.h"

#define REAPTIMEOUT_AC (2 * HZ)
#define REAPTIMEOUT_NODE (4 * HZ)

/* When a hart reaps next; its own. */
static DEFINE_PER_CPU(unsigned long, next_reap);

/* A fifth of what the array may hold, unless it was used since the last look;
 * list_lock is held. */
static unsigned int idle_objects(struct array_cache *ac)
{
    unsigned int n = (ac->limit + 4) / 5;

    if (ac->touched) {
        ac->touched = 0;
        return 0;
    }
    return n > ac->avail ? (ac->avail + 1) / 2 : n;
}

/* Interrupts are off. Which array it is, is only known under the lock: tuning
 * exchanges the shared one. */
static void drain_array(struct kmem_cache *s, struct array_cache *const *where,
                        bool is_forced)
{
    struct array_cache *ac;
    unsigned int n = 0;
    LIST_HEAD(unused);

    spin_lock(&s->node.list_lock);
    ac = *where;
    if (ac && ac->avail)
        n = is_forced ? ac->avail : idle_objects(ac);
    if (n) {
        slab_free_block(s, ac->entry, n, &unused);
        ac->avail -= n;
        memmove(ac->entry, ac->entry + n, ac->avail * sizeof(void *));
    }
    spin_unlock(&s->node.list_lock);
    slab_destroy_all(s, &unused);
}

static void reap_node(struct kmem_cache *s)
{
    struct kmem_cache_node *n = &s->node;

    if (time_before(jiffies, n->next_reap))
        return;
    n->next_reap = jiffies + REAPTIMEOUT_NODE;
    drain_array(s, &n->shared, false);
    if (n->free_touched)
        n->free_touched = 0;
    else
        slab_drain_free(s, (n->free_limit + 5 * s->num - 1) / (5 * s->num));
}

/* In the tick, interrupts off. Who holds the lock now is not waited for. */
void slab_tick(void)
{
    unsigned long *next = &per_cpu(next_reap, slab_cpu());
    struct kmem_cache *s;

    if (time_before(jiffies, *next) || !spin_trylock(&cache_lock))
        return;
    *next = jiffies + REAPTIMEOUT_AC;
    list_for_each_entry(s, &slab_caches, list) {
        drain_array(s, &s->cpu_cache[slab_cpu()], false);
        reap_node(s);
    }
    spin_unlock(&cache_lock);
}

void slab_drain_cpu(void *cache)
{
    struct kmem_cache *s = cache;

    drain_array(s, &s->cpu_cache[slab_cpu()], true);
}

unsigned long slab_shrink(struct kmem_cache *s)
{
    unsigned long flags;

    on_each_cpu(slab_drain_cpu, s);
    local_irq_save(flags);
    drain_array(s, &s->node.shared, true);
    local_irq_restore(flags);
    return slab_drain_free(s, ~0ul) << s->order;
}

/* -- Invariants --------------------------------------------------------------
 */

void slab_check_slab(struct kmem_cache *s, struct page *page)
{
    static unsigned long seen[SLAB_OBJ_MAX_NUM / BITS_PER_LONG + 1];
    const freelist_idx_t *index = page->freelist;

    if (page->inuse > s->num || page->s_mem % s->colour_off ||
        page->s_mem / s->colour_off > s->colour)
        slab_panic(s, page_address(page), "%u in use of %u, colour offset %u",
                   page->inuse, s->num, page->s_mem);
    /* Each free object once. */
    memset(seen, 0, sizeof seen);
    for (unsigned int i = page->inuse; i < s->num; i++) {
        unsigned long *word = &seen[index[i] / BITS_PER_LONG];
        unsigned long bit = 1ul << index[i] % BITS_PER_LONG;

        if (index[i] >= s->num)
            slab_panic(s, page_address(page), "index %u names no object",
                       index[i]);
        if (*word & bit)
            slab_panic(s, page_address(page), "object %u is free twice",
                       index[i]);
        *word |= bit;
    }
    s->seen_objects += s->num;
    s->seen_listed += s->num - page->inuse; /* free ones */
}

static unsigned long check_list(struct kmem_cache *s, struct list_head *list,
                                unsigned int least, unsigned int most)
{
    unsigned long n = 0;
    struct page *page;

    list_for_each_entry(page, list, lru) {
        if (page->slab_cache != s || page->inuse < least || page->inuse > most)
            slab_panic(s, page_address(page), "a slab on the wrong list");
        n++;
    }
    return n;
}

/* Objects in an array are used, for their slabs. */
static void check_array(struct kmem_cache *s, const struct array_cache *ac)
{
    if (ac->avail > ac->limit)
        slab_panic(s, ac, "%u objects where %u fit", ac->avail, ac->limit);
    for (unsigned int i = 0; i < ac->avail; i++) {
        struct page *page = virt_to_head_page(ac->entry[i]);

        if (!PageSlab(page) || page->slab_cache != s ||
            slab_is_free(s, page, ac->entry[i]))
            slab_panic(s, ac->entry[i], "in an array, but not used");
        for (unsigned int j = 0; j < i; j++)
            if (ac->entry[i] == ac->entry[j])
                slab_panic(s, ac->entry[i], "in an array twice");
    }
}

void slab_check_cache(struct kmem_cache *s, unsigned long slabs)
{
    struct kmem_cache_node *n = &s->node;
    unsigned long free = check_list(s, &n->free, 0, 0);
    unsigned long others = check_list(s, &n->partial, 1, s->num - 1) +
                           check_list(s, &n->full, s->num, s->num);
    unsigned int cpu;

    if (free != n->free_slabs || free + others != slabs || slabs != n->nr_slabs)
        slab_panic(s, s, "%lu slabs, %lu free, counted; %lu, %lu listed",
                   n->nr_slabs, n->free_slabs, free + others, free);
    if (s->seen_listed != n->free_objects ||
        s->seen_objects != n->total_objects)
        slab_panic(s, s, "%lu objects free counted, %lu seen", n->free_objects,
                   s->seen_listed);
    for_each_possible_cpu(cpu)
        check_array(s, s->cpu_cache[cpu]);
    if (n->shared)
        check_array(s, n->shared);
}
