/*
 * /sys/kernel/debug/memblock: `memory` and `reserved`, a region a line, as
 * they were when memory was handed over. As Linux's memblock_debug_show.
 */
#include "init.h"
#include "errno.h"
#include "memblock.h"
#include "sysfs.h"

static int show(struct seq_file *m, const struct memblock_type *type)
{
    for (unsigned int i = 0; i < type->cnt; i++) {
        const struct memblock_region *r = &type->regions[i];

        seq_printf(m, "%4u: 0x%016llx..0x%016llx\n", i,
                   (unsigned long long)r->base,
                   (unsigned long long)(r->base + r->size - 1));
    }
    return 0;
}

static int memory_show(struct seq_file *m, void *data)
{
    (void)data;
    return show(m, &memblock.memory);
}

static int reserved_show(struct seq_file *m, void *data)
{
    (void)data;
    return show(m, &memblock.reserved);
}

static const struct sysfs_attr memblock_attrs[] = {
    {"memory", 0444, memory_show, NULL},
    {"reserved", 0444, reserved_show, NULL},
    {NULL, 0, NULL, NULL},
};

static int __init memblock_debugfs_init(void)
{
    return sysfs_create_dir(sysfs_debug, "memblock", memblock_attrs, NULL)
               ? 0
               : -ENOMEM;
}
module_init(memblock_debugfs_init);
