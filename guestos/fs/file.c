/* Open files and the tables of descriptors. */
#include "boot.h"
#include "err.h"
#include "fdtable.h"
#include "fs.h"
#include "sched.h"
#include "slab.h"
#include "string.h"
#include "syscalls.h"

static struct kmem_cache *file_cache; /* set at boot */

void file_init(void)
{
    file_cache =
        kmem_cache_create("filp", sizeof(struct file), 0, SLAB_PANIC, NULL);
}

struct file *file_of_inode(struct inode *inode, const char *path,
                           unsigned flags)
{
    struct file *file = kmem_cache_zalloc(file_cache, GFP_KERNEL);

    if (!file) {
        goto no_file;
    }
    file->f_path = kstrdup(path, GFP_KERNEL);
    if (!file->f_path) {
        goto no_path;
    }
    atomic_set(&file->f_count, 1);
    file->f_flags = flags;
    file->f_inode = inode;
    file->f_mapping = inode->i_mapping;
    file->f_op = inode->i_fop;
    mutex_init(&file->f_pos_lock);
    return file;

no_path:
    kmem_cache_free(file_cache, file);
no_file:
    iput(inode);
    return ERR_PTR(-ENOMEM);
}

void fput(struct file *file)
{
    if (!atomic_dec_and_test(&file->f_count)) {
        return;
    }
    if (file->f_op && file->f_op->release) {
        file->f_op->release(file->f_inode, file);
    }
    iput(file->f_inode);
    kfree(file->f_path);
    kmem_cache_free(file_cache, file);
}

struct files_struct *files_alloc(void)
{
    struct files_struct *files = kzalloc(sizeof(*files), GFP_KERNEL);

    if (files) {
        atomic_set(&files->count, 1);
        spin_lock_init(&files->lock);
    }
    return files;
}

struct files_struct *files_dup(struct files_struct *old)
{
    struct files_struct *files = files_alloc();

    if (!files) {
        return NULL;
    }
    spin_lock(&old->lock);
    for (unsigned fd = 0; fd < NR_OPEN; fd++) {
        if (old->fd[fd]) {
            files->fd[fd] = get_file(old->fd[fd]);
        }
    }
    memcpy(files->close_on_exec, old->close_on_exec,
           sizeof(files->close_on_exec));
    spin_unlock(&old->lock);
    return files;
}

void files_put(struct files_struct *files)
{
    if (!atomic_dec_and_test(&files->count)) {
        return;
    }
    for (unsigned fd = 0; fd < NR_OPEN; fd++) {
        if (files->fd[fd]) {
            fput(files->fd[fd]);
        }
    }
    kfree(files);
}

/* Takes a descriptor out of the table: its file, or NULL. */
static struct file *detach(struct files_struct *files, unsigned fd)
{
    struct file *file;

    spin_lock(&files->lock);
    file = files->fd[fd];
    files->fd[fd] = NULL;
    __clear_bit(fd, files->close_on_exec);
    spin_unlock(&files->lock);
    return file;
}

void files_close_on_exec(struct files_struct *files)
{
    for (unsigned fd = 0; fd < NR_OPEN; fd++) {
        struct file *file =
            test_bit(fd, files->close_on_exec) ? detach(files, fd) : NULL;

        if (file) {
            fput(file);
        }
    }
}

struct fs_struct *fs_alloc(const char *cwd)
{
    struct fs_struct *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

    if (!fs) {
        return NULL;
    }
    atomic_set(&fs->count, 1);
    spin_lock_init(&fs->lock);
    fs->cwd = kstrdup(cwd, GFP_KERNEL);
    if (!fs->cwd) {
        kfree(fs);
        return NULL;
    }
    return fs;
}

struct fs_struct *fs_dup(struct fs_struct *fs)
{
    char cwd[PATH_SIZE];

    spin_lock(&fs->lock);
    strscpy(cwd, fs->cwd, sizeof(cwd));
    spin_unlock(&fs->lock);
    return fs_alloc(cwd);
}

void fs_put(struct fs_struct *fs)
{
    if (atomic_dec_and_test(&fs->count)) {
        kfree(fs->cwd);
        kfree(fs);
    }
}

struct file *fget(unsigned fd)
{
    struct files_struct *files = current->files;
    struct file *file = NULL;

    if (fd < NR_OPEN && files) {
        spin_lock(&files->lock);
        file = files->fd[fd];
        if (file) {
            get_file(file);
        }
        spin_unlock(&files->lock);
    }
    return file;
}

static void set_fd(struct files_struct *files, unsigned fd, struct file *file,
                   bool close_on_exec)
{
    files->fd[fd] = file;
    if (close_on_exec) {
        __set_bit(fd, files->close_on_exec);
    } else {
        __clear_bit(fd, files->close_on_exec);
    }
}

int fd_install(struct file *file, unsigned from, bool close_on_exec)
{
    struct files_struct *files = current->files;
    unsigned long limit =
        min(current->rlim[RLIMIT_NOFILE].cur, (unsigned long)NR_OPEN);
    int result = -EMFILE;

    spin_lock(&files->lock);
    for (unsigned fd = from; fd < limit; fd++) {
        if (!files->fd[fd]) {
            set_fd(files, fd, file, close_on_exec);
            result = (int)fd;
            break;
        }
    }
    spin_unlock(&files->lock);
    return result;
}

long sys_close(unsigned fd)
{
    struct file *file = fd < NR_OPEN ? detach(current->files, fd) : NULL;

    if (!file) {
        return -EBADF;
    }
    fput(file);
    return 0;
}

static long dup_from(unsigned fd, unsigned from, bool close_on_exec)
{
    struct file *file = fget(fd);
    long result;

    if (!file) {
        return -EBADF;
    }
    result = fd_install(file, from, close_on_exec);
    if (result < 0) {
        fput(file);
    }
    return result;
}

long sys_dup(unsigned fd)
{
    return dup_from(fd, 0, false);
}

long sys_dup3(unsigned from, unsigned to, unsigned flags)
{
    struct file *file, *was;

    if (from == to || (flags & ~(unsigned)O_CLOEXEC)) {
        return -EINVAL;
    }
    if (to >= NR_OPEN) {
        return -EBADF;
    }
    file = fget(from);
    if (!file) {
        return -EBADF;
    }
    spin_lock(&current->files->lock);
    was = current->files->fd[to];
    set_fd(current->files, to, file, flags & O_CLOEXEC);
    spin_unlock(&current->files->lock);
    if (was) {
        fput(was);
    }
    return (long)to;
}

#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_DUPFD_CLOEXEC 1030
#define FD_CLOEXEC 1
#define SETTABLE_FLAGS (O_APPEND | O_NONBLOCK)

long sys_fcntl64(unsigned fd, unsigned command, unsigned long arg)
{
    struct file *file;
    long result = 0;

    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) {
        return arg < NR_OPEN
                   ? dup_from(fd, (unsigned)arg, command == F_DUPFD_CLOEXEC)
                   : -EINVAL;
    }
    file = fget(fd);
    if (!file) {
        return -EBADF;
    }
    switch (command) {
    case F_GETFD:
        result = test_bit(fd, current->files->close_on_exec) ? FD_CLOEXEC : 0;
        break;
    case F_SETFD:
        spin_lock(&current->files->lock);
        if (current->files->fd[fd] == file) {
            set_fd(current->files, fd, file, arg & FD_CLOEXEC);
        }
        spin_unlock(&current->files->lock);
        break;
    case F_GETFL:
        result = (long)(file->f_flags & ~(unsigned)O_CLOEXEC);
        break;
    case F_SETFL:
        file->f_flags = (file->f_flags & ~(unsigned)SETTABLE_FLAGS) |
                        ((unsigned)arg & SETTABLE_FLAGS);
        break;
    default:
        result = -EINVAL;
    }
    fput(file);
    return result;
}
