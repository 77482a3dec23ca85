/* A task's open files and its place in the tree of files. */
#ifndef QUIRE_GUESTOS_FDTABLE_H
#define QUIRE_GUESTOS_FDTABLE_H

#include "atomic.h"
#include "bitops.h"
#include "fs.h"
#include "spinlock.h"

#define NR_OPEN 256

struct files_struct {
    struct atomic count;  /* tasks that share it */
    struct spinlock lock; /* guards the rest */
    struct file *fd[NR_OPEN];
    DECLARE_BITMAP(close_on_exec, NR_OPEN);
};

struct fs_struct {
    struct atomic count;
    struct spinlock lock;
    char *cwd; /* absolute, no links, no "..", "/" at the end only alone */
};

struct files_struct *files_alloc(void);                     /* or NULL */
struct files_struct *files_dup(struct files_struct *files); /* or NULL */
void files_put(struct files_struct *files); /* the last closes everything */
void files_close_on_exec(struct files_struct *files);

struct fs_struct *fs_alloc(const char *cwd);
struct fs_struct *fs_dup(struct fs_struct *fs);
void fs_put(struct fs_struct *fs);

/* The file behind a descriptor with a reference, or NULL. */
struct file *fget(unsigned fd);
/* The lowest free descriptor >= from, taken for `file` (whose reference it
 * takes over when it succeeds); -EMFILE. */
int fd_install(struct file *file, unsigned from, bool close_on_exec);

#endif
