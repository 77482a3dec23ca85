/* Between the files of fs/sysfs. */
#ifndef QUIRE_GUESTOS_FS_SYSFS_INTERNAL_H
#define QUIRE_GUESTOS_FS_SYSFS_INTERNAL_H

#include "mutex.h"
#include "sysfs.h"

/* A directory, or a link (target, no children, no attributes). */
struct sysfs_dir {
    struct sysfs_dir *parent; /* NULL: the root, or removed */
    struct list_head children, sibling;
    const struct sysfs_attr *attrs;
    void *data;
    char *target;
    unsigned long ino; /* the attributes' follow */
    int count;         /* inodes, and 1 while it is in the tree */
    char name[];
};

#define SYSFS_INO_STEP 64 /* so many attributes a directory, at most */

extern struct mutex sysfs_lock; /* guards the tree */
extern struct sysfs_dir *sysfs_root;

void sysfs_put(struct sysfs_dir *dir); /* sysfs_lock is held */
bool sysfs_is_alive(const struct sysfs_dir *dir);

#endif
