/*
 * /sys/kernel/debug/shrinker: a directory a shrinker, with `count`, what could
 * be freed ("0 N": no control groups, one node), and `scan`, which takes
 * "0 NODE N" and scans so many objects now. The directory comes and goes with
 * the shrinker; without memory for it, it is only not shown. As Linux's
 * mm/shrinker_debug.c (6.0), which was not yet there in 5.15.
 */
#include "gfp.h"
#include "init.h"
#include "kernel.h"
#include "rwsem.h"
#include "shrinker.h"
#include "string.h"
#include "sysfs.h"

static int count_show(struct seq_file *m, void *data)
{
    struct shrinker *shrinker = data;
    struct shrink_control sc = {.gfp_mask = GFP_KERNEL};
    unsigned long n = shrinker->count_objects(shrinker, &sc);

    seq_printf(m, "0 %lu\n", n == SHRINK_EMPTY ? 0 : n);
    return 0;
}

static int scan_store(void *data, const char *text)
{
    struct shrinker *shrinker = data;
    struct shrink_control sc = {.gfp_mask = GFP_KERNEL};
    unsigned long numbers[3];
    const char *end;

    for (int i = 0; i < 3; i++, text = end) {
        while (*text == ' ')
            text++;
        numbers[i] = simple_strtoul(text, &end, 10);
        if (end == text)
            return -EINVAL;
    }
    if (numbers[0] || numbers[1])
        return -EINVAL;
    sc.nr_to_scan = sc.nr_scanned = numbers[2];
    shrinker->scan_objects(shrinker, &sc);
    return 0;
}

static const struct sysfs_attr shrinker_attrs[] = {
    {"count", 0444, count_show, NULL},
    {"scan", 0200, NULL, scan_store},
    {NULL, 0, NULL, NULL},
};

static struct sysfs_dir *root; /* set at boot */
static unsigned int next_id;   /* shrinker_rwsem */

void shrinker_debugfs_add(struct shrinker *shrinker)
{
    char name[32];

    if (!root)
        return; /* shrinker_debugfs_init will */
    scnprintf(name, sizeof name, "%s-%u", shrinker->name, next_id++);
    shrinker->debugfs_entry =
        sysfs_create_dir(root, name, shrinker_attrs, shrinker);
}

void shrinker_debugfs_remove(struct shrinker *shrinker)
{
    sysfs_remove(shrinker->debugfs_entry);
    shrinker->debugfs_entry = NULL;
}

static int __init shrinker_debugfs_init(void)
{
    struct shrinker *shrinker;

    down_write(&shrinker_rwsem);
    root = sysfs_create_dir(sysfs_debug, "shrinker", NULL, NULL);
    list_for_each_entry(shrinker, &shrinker_list, list)
        shrinker_debugfs_add(shrinker);
    up_write(&shrinker_rwsem);
    return root ? 0 : -ENOMEM;
}
module_init(shrinker_debugfs_init);
