/*
 * /proc/slabinfo in version 2.1 of its format. Writing
 * "name limit batchcount sharedfactor" to it changes the arrays of a cache of
 * SLAB. Mirrors Linux's slab_show, slabinfo_write.
 */
#include "kmem_cache.h"
#include "mutex.h"
#include "proc_fs.h"
#include "string.h"

/* Arrays and the numbers that say how large they are change together. */
static DEFINE_MUTEX(tune_mutex);

int slabinfo_proc_show(struct seq_file *m, void *v)
{
    struct kmem_cache *s;

    (void)v;
    seq_puts(m, "slabinfo - version: 2.1\n"
                "# name            <active_objs> <num_objs> <objsize> "
                "<objperslab> <pagesperslab> : tunables <limit> "
                "<batchcount> <sharedfactor> : slabdata <active_slabs> "
                "<num_slabs> <sharedavail>\n");
    spin_lock(&cache_lock);
    list_for_each_entry(s, &slab_caches, list) {
        struct slabinfo info = {0};

        slab_ops.get_info(s, &info);
        seq_printf(m, "%-17s %6lu %6lu %6u %4u %4d", s->name, info.active_objs,
                   info.num_objs, s->size, info.objects_per_slab,
                   1 << info.cache_order);
        seq_printf(m, " : tunables %4u %4u %4u", info.limit, info.batchcount,
                   info.shared);
        seq_printf(m, " : slabdata %6lu %6lu %6lu\n", info.active_slabs,
                   info.num_slabs, info.shared_avail);
    }
    spin_unlock(&cache_lock);
    return 0;
}

/* A number of the line, and what follows it. */
static bool next_number(const char **at, unsigned int *value)
{
    const char *end;
    unsigned long n;

    while (**at == ' ' || **at == '\t')
        ++*at;
    n = simple_strtoul(*at, &end, 10);
    if (end == *at || n > 65535)
        return false;
    *at = end;
    *value = (unsigned int)n;
    return true;
}

/* The cache, which stays while we have its name counted; not one that is being
 * destroyed. */
static struct kmem_cache *get_cache(const char *name)
{
    struct kmem_cache *s, *found = NULL;

    spin_lock(&cache_lock);
    list_for_each_entry(s, &slab_caches, list) {
        if (s->refcount && strcmp(s->name, name) == 0) {
            found = s;
            found->refcount += s->refcount > 0;
            break;
        }
    }
    spin_unlock(&cache_lock);
    return found;
}

static void put_cache(struct kmem_cache *s)
{
    if (s->refcount > 0)
        kmem_cache_destroy(s);
}

int slabinfo_write(char *line)
{
    unsigned int limit, batchcount, shared;
    char *space = strchr(line, ' ');
    const char *at = space;
    struct kmem_cache *s;
    int error = 0;

    if (!space)
        return -EINVAL;
    *space = 0;
    at = space + 1;
    if (!next_number(&at, &limit) || !next_number(&at, &batchcount) ||
        !next_number(&at, &shared))
        return -EINVAL;
    s = get_cache(line);
    if (!s)
        return -EINVAL;
    /* As in Linux, what makes no sense is passed over in silence. */
    if (limit >= 1 && batchcount >= 1 && batchcount <= limit) {
        mutex_lock(&tune_mutex);
        error = slab_ops.tune(s, limit, batchcount, shared);
        mutex_unlock(&tune_mutex);
    }
    put_cache(s);
    return error;
}
