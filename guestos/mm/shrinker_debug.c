/*
 * /sys/kernel/debug/shrinker: a directory a shrinker, with `count`, what could
 * be freed ("0 N": no control groups, one node), and `scan`, which takes
 * "0 NODE N" and scans so many objects now. As Linux's mm/shrinker_debug.c
 * (6.0), which was not yet there in 5.15.
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

static int __init shrinker_debugfs_init(void)
{
    struct sysfs_dir *dir =
        sysfs_create_dir(sysfs_debug, "shrinker", NULL, NULL);
    struct shrinker *shrinker;
    int error = dir ? 0 : -ENOMEM;
    unsigned int id = 0;
    char name[32];

    down_read(&shrinker_rwsem);
    list_for_each_entry(shrinker, &shrinker_list, list) {
        scnprintf(name, sizeof name, "%s-%u", shrinker->name, id++);
        if (!error && !sysfs_create_dir(dir, name, shrinker_attrs, shrinker))
            error = -ENOMEM;
    }
    up_read(&shrinker_rwsem);
    return error;
}
module_init(shrinker_debugfs_init);
