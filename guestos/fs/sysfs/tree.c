/*
 * The tree of /sys: what is there, whether it is mounted or not. Lock:
 * sysfs_lock, outside of all but what attributes take.
 */
#include "guestos/fs/sysfs/internal.h"

#include "boot.h"
#include "init.h"
#include "slab.h"
#include "proc_fs.h"
#include "string.h"

DEFINE_MUTEX(sysfs_lock);
struct sysfs_dir *sysfs_root, *sysfs_kernel, *sysfs_debug; /* set at boot */
static unsigned long last_ino;                             /* sysfs_lock */

/* Of /sys/kernel/debug itself. */
static const struct sysfs_attr debug_attrs[] = {
    {"percpu_stats", 0444, percpu_stats_show, NULL},
    {NULL, 0, NULL, NULL},
};

void *sysfs_data(const struct sysfs_dir *dir)
{
    return dir->data;
}

static struct sysfs_dir *new_dir(const char *name)
{
    size_t len = strlen(name) + 1;
    struct sysfs_dir *dir = kzalloc(sizeof *dir + len, GFP_KERNEL);

    if (!dir)
        return NULL;
    memcpy(dir->name, name, len);
    INIT_LIST_HEAD(&dir->children);
    INIT_LIST_HEAD(&dir->sibling);
    dir->count = 1;
    return dir;
}

static void free_dir(struct sysfs_dir *dir)
{
    kfree(dir->target);
    kfree(dir);
}

void sysfs_put(struct sysfs_dir *dir)
{
    if (--dir->count == 0)
        free_dir(dir);
}

bool sysfs_is_alive(const struct sysfs_dir *dir)
{
    return dir->parent || dir == sysfs_root;
}

static struct sysfs_dir *find_child(struct sysfs_dir *parent, const char *name)
{
    struct sysfs_dir *dir;

    list_for_each_entry(dir, &parent->children, sibling)
        if (strcmp(dir->name, name) == 0)
            return dir;
    return NULL;
}

struct sysfs_dir *sysfs_find(struct sysfs_dir *parent, const char *name)
{
    struct sysfs_dir *dir;

    mutex_lock(&sysfs_lock);
    dir = find_child(parent, name);
    mutex_unlock(&sysfs_lock);
    return dir;
}

static struct sysfs_dir *add_dir(struct sysfs_dir *parent,
                                 struct sysfs_dir *dir)
{
    bool is_new;

    if (!dir)
        return NULL;
    mutex_lock(&sysfs_lock);
    is_new = !find_child(parent, dir->name);
    if (is_new) {
        dir->ino = last_ino += SYSFS_INO_STEP;
        dir->parent = parent;
        list_add_tail(&dir->sibling, &parent->children);
    }
    mutex_unlock(&sysfs_lock);
    if (!is_new)
        free_dir(dir);
    return is_new ? dir : NULL;
}

struct sysfs_dir *sysfs_create_dir(struct sysfs_dir *parent, const char *name,
                                   const struct sysfs_attr *attrs, void *data)
{
    struct sysfs_dir *dir = new_dir(name);

    if (dir) {
        dir->attrs = attrs;
        dir->data = data;
    }
    return add_dir(parent, dir);
}

struct sysfs_dir *sysfs_create_link(struct sysfs_dir *parent, const char *name,
                                    const char *target)
{
    struct sysfs_dir *dir = new_dir(name);

    if (dir) {
        dir->target = kstrdup(target, GFP_KERNEL);
        if (!dir->target) {
            free_dir(dir);
            return NULL;
        }
    }
    return add_dir(parent, dir);
}

static void remove_locked(struct sysfs_dir *dir)
{
    while (!list_empty(&dir->children))
        remove_locked(
            list_first_entry(&dir->children, struct sysfs_dir, sibling));
    list_del_init(&dir->sibling);
    dir->parent = NULL;
    sysfs_put(dir);
}

void sysfs_remove(struct sysfs_dir *dir)
{
    if (!dir)
        return;
    mutex_lock(&sysfs_lock);
    remove_locked(dir);
    mutex_unlock(&sysfs_lock);
}

void sysfs_remove_link(struct sysfs_dir *parent, const char *name)
{
    struct sysfs_dir *dir;

    mutex_lock(&sysfs_lock);
    dir = find_child(parent, name);
    if (dir && dir->target)
        remove_locked(dir);
    mutex_unlock(&sysfs_lock);
}

/* Before all initcalls that put something there. */
void __init sysfs_init(void)
{
    sysfs_root = new_dir("");
    if (sysfs_root) {
        sysfs_root->ino = last_ino = SYSFS_INO_STEP;
        sysfs_kernel = sysfs_create_dir(sysfs_root, "kernel", NULL, NULL);
    }
    if (sysfs_kernel)
        sysfs_debug = sysfs_create_dir(sysfs_kernel, "debug", debug_attrs, NULL);
    if (!sysfs_debug)
        panic("no memory for /sys");
}
