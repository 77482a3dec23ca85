/*
 * /proc/slabinfo in version 2.1 of its format. Mirrors Linux's slab_show.
 */
#include "kmem_cache.h"
#include "proc_fs.h"

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
