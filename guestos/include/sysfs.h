/*
 * /sys: directories with attributes, made by the kernel's parts. A directory
 * has a table of attributes, each a file that prints and may take a line, and
 * a datum that is passed to them. /sys/kernel/debug is where those go that
 * only people read.
 */
#ifndef QUIRE_GUESTOS_SYSFS_H
#define QUIRE_GUESTOS_SYSFS_H

#include "seq_file.h"

struct sysfs_dir;

/* A table of these ends with a NULL name. show and store may be NULL; they
 * run under the lock of the tree: the directory stays, and they must not
 * make or remove one. */
struct sysfs_attr {
    const char *name;
    umode_t mode; /* 0444, 0644, 0200, ... */
    int (*show)(struct seq_file *m, void *data);
    /* A line without its end; 0 or -errno. */
    int (*store)(void *data, const char *text);
};

extern struct sysfs_dir *sysfs_kernel; /* /sys/kernel */
extern struct sysfs_dir *sysfs_debug;  /* /sys/kernel/debug */

/* In `parent`, or NULL: -EEXIST and -ENOMEM are not told apart. The name is
 * copied; attrs may be NULL. */
struct sysfs_dir *sysfs_create_dir(struct sysfs_dir *parent, const char *name,
                                   const struct sysfs_attr *attrs, void *data);
/* A symbolic link; it is removed as a directory is. */
struct sysfs_dir *sysfs_create_link(struct sysfs_dir *parent, const char *name,
                                    const char *target);
void *sysfs_data(const struct sysfs_dir *dir);
/* With all that is in it. Files that are open read as -ENODEV from now on. */
void sysfs_remove(struct sysfs_dir *dir);
/* The link of that name, if there is one; a directory stays. */
void sysfs_remove_link(struct sysfs_dir *parent, const char *name);
/* The directory or link of that name, or NULL. */
struct sysfs_dir *sysfs_find(struct sysfs_dir *parent, const char *name);

#endif
