/*
 * Path names. A walk always starts at the root: a relative path has the path
 * of its directory put before it. The inodes on the way stand on a stack, so
 * that ".." is a pop, whatever is mounted where, and the absolute name of the
 * result comes out for nothing.
 */
#include "err.h"
#include "fdtable.h"
#include "fs.h"
#include "sched.h"
#include "seq_file.h"
#include "slab.h"
#include "string.h"
#include "uaccess.h"

#define WALK_DEPTH 32
#define LINKS_MAX 40

struct inode *root_inode; /* set when the root is mounted */

struct walk {
    char name[PATH_SIZE]; /* where the walk is: "/bin"; "" at the root */
    char rest[PATH_SIZE]; /* what is still to be walked */
    struct inode *inode[WALK_DEPTH];
    size_t end[WALK_DEPTH]; /* of name, before the component was added */
    int depth;
    int links;
};

static struct inode *top(const struct walk *walk)
{
    return walk->depth ? walk->inode[walk->depth - 1] : root_inode;
}

static void pop(struct walk *walk)
{
    walk->depth--;
    iput(walk->inode[walk->depth]);
    walk->name[walk->end[walk->depth]] = 0;
}

static int push(struct walk *walk, struct inode *inode, const char *name,
                size_t len)
{
    size_t used = strlen(walk->name);

    if (walk->depth == WALK_DEPTH || used + len + 2 > PATH_SIZE) {
        iput(inode);
        return -ENAMETOOLONG;
    }
    walk->end[walk->depth] = used;
    walk->inode[walk->depth++] = inode;
    walk->name[used] = '/';
    memcpy(walk->name + used + 1, name, len);
    walk->name[used + 1 + len] = 0;
    return 0;
}

/* The link's text takes the place of what has been walked of it. */
static int follow_link(struct walk *walk, struct inode *link, const char *rest)
{
    char *text;
    ssize_t len;
    int error = 0;

    if (++walk->links > LINKS_MAX) {
        return -ELOOP;
    }
    text = kmalloc(PATH_SIZE, GFP_KERNEL);
    if (!text) {
        return -ENOMEM;
    }
    len = link->i_op->readlink(link, text, PATH_SIZE - 1);
    if (len < 0) {
        error = (int)len;
    } else if ((size_t)len + strlen(rest) + 2 > PATH_SIZE) {
        error = -ENAMETOOLONG;
    } else {
        memmove(walk->rest + len + 1, rest, strlen(rest) + 1);
        memcpy(walk->rest, text, (size_t)len);
        walk->rest[len] = '/';
        while (text[0] == '/' && walk->depth) {
            pop(walk);
        }
    }
    kfree(text);
    return error;
}

static struct inode *lookup_one(struct inode *dir, const char *name, size_t len)
{
    struct inode *inode, *mounted;

    if (!S_ISDIR(dir->i_mode)) {
        return ERR_PTR(-ENOTDIR);
    }
    if (len > NAME_MAX_LEN) {
        return ERR_PTR(-ENAMETOOLONG);
    }
    inode = dir->i_op->lookup(dir, name, len);
    while (!IS_ERR(inode) && (mounted = inode->i_mounted) != NULL) {
        igrab(mounted);
        iput(inode);
        inode = mounted;
    }
    return inode;
}

/* One step; *again says that there is more. */
static int step(struct walk *walk, char **at, unsigned flags)
{
    char *name = *at, *rest;
    struct inode *inode;
    size_t len;
    int error;

    len = strchr(name, '/') ? (size_t)(strchr(name, '/') - name) : strlen(name);
    rest = name + len;
    while (*rest == '/') {
        rest++;
    }
    *at = rest;
    if (!S_ISDIR(top(walk)->i_mode)) {
        return -ENOTDIR;
    }
    if (len == 1 && name[0] == '.') {
        return 0;
    }
    if (len == 2 && name[0] == '.' && name[1] == '.') {
        if (walk->depth) {
            pop(walk);
        }
        return 0;
    }
    inode = lookup_one(top(walk), name, len);
    if (IS_ERR(inode)) {
        return (int)PTR_ERR(inode);
    }
    if (S_ISLNK(inode->i_mode) &&
        (name[len] == '/' || (flags & LOOKUP_FOLLOW))) {
        error = follow_link(walk, inode, rest);
        iput(inode);
        *at = walk->rest;
        while (**at == '/') {
            ++*at;
        }
        return error;
    }
    return push(walk, inode, name, len);
}

static int do_walk(struct walk *walk, unsigned flags)
{
    char *at = walk->rest;
    bool wants_directory =
        (flags & LOOKUP_DIRECTORY) ||
        (walk->rest[0] && walk->rest[strlen(walk->rest) - 1] == '/');
    int error = 0;

    while (*at == '/') {
        at++;
    }
    while (*at && !error) {
        error = step(walk, &at, flags);
    }
    if (!error && wants_directory && !S_ISDIR(top(walk)->i_mode)) {
        error = -ENOTDIR;
    }
    return error;
}

/* The directory that a relative path starts at, before the path. */
static int start(struct walk *walk, int dir, const char *path)
{
    struct file *file;
    int n;

    if (!*path) {
        return -ENOENT;
    }
    if (*path == '/') {
        return strscpy(walk->rest, path, PATH_SIZE) < 0 ? -ENAMETOOLONG : 0;
    }
    if (dir == AT_FDCWD) {
        struct fs_struct *fs = current->fs;

        spin_lock(&fs->lock);
        n = snprintf(walk->rest, PATH_SIZE, "%s/%s", fs->cwd, path);
        spin_unlock(&fs->lock);
    } else {
        file = fget((unsigned)dir);
        if (!file) {
            return -EBADF;
        }
        n = S_ISDIR(file->f_inode->i_mode)
                ? snprintf(walk->rest, PATH_SIZE, "%s/%s", file->f_path, path)
                : -ENOTDIR;
        fput(file);
    }
    return n >= PATH_SIZE ? -ENAMETOOLONG : min(n, 0);
}

int path_lookup(int dir, const char *path, unsigned flags, struct path *out)
{
    struct walk *walk = kmalloc(sizeof(*walk), GFP_KERNEL);
    int error;

    if (!walk) {
        return -ENOMEM;
    }
    walk->name[0] = 0;
    walk->depth = 0;
    walk->links = 0;
    error = start(walk, dir, path);
    if (!error) {
        error = do_walk(walk, flags);
    }
    if (!error) {
        out->inode = igrab(top(walk));
        out->name = kstrdup(walk->name[0] ? walk->name : "/", GFP_KERNEL);
        if (!out->name) {
            iput(out->inode);
            error = -ENOMEM;
        }
    }
    while (walk->depth) {
        pop(walk);
    }
    kfree(walk);
    return error;
}

/* What an open descriptor refers to. */
static int path_of_fd(int fd, struct path *out)
{
    struct file *file = fget((unsigned)fd);

    if (!file) {
        return -EBADF;
    }
    out->inode = igrab(file->f_inode);
    out->name = kstrdup(file->f_path, GFP_KERNEL);
    fput(file);
    if (!out->name) {
        iput(out->inode);
        return -ENOMEM;
    }
    return 0;
}

int user_path_lookup(int dir, const char __user *path, unsigned flags,
                     bool may_be_empty, struct path *out)
{
    char *name = kmalloc(PATH_SIZE, GFP_KERNEL);
    ssize_t len;
    int error;

    if (!name) {
        return -ENOMEM;
    }
    len = strncpy_from_user(name, path, PATH_SIZE);
    if (len < 0 || len == PATH_SIZE) {
        error = len < 0 ? -EFAULT : -ENAMETOOLONG;
    } else if (len == 0 && may_be_empty && dir != AT_FDCWD) {
        error = path_of_fd(dir, out);
    } else {
        error =
            path_lookup(dir, len == 0 && may_be_empty ? "." : name, flags, out);
    }
    kfree(name);
    return error;
}

void path_put(struct path *path)
{
    iput(path->inode);
    kfree(path->name);
}

/* What is mounted; grows at boot only. */
static struct {
    const char *path, *source;
    struct super_block *sb;
} mounts[8];
static unsigned nr_mounts;

int mount_at(const char *path, struct super_block *sb, const char *source)
{
    struct path at;
    int error;

    if (nr_mounts == ARRAY_SIZE(mounts)) {
        return -ENOSPC;
    }
    if (!root_inode) {
        root_inode = igrab(sb->s_root);
    } else {
        error = path_lookup(AT_FDCWD, path, LOOKUP_DIRECTORY, &at);
        if (error) {
            return error;
        }
        igrab(at.inode)->i_mounted = igrab(sb->s_root);
        path_put(&at);
    }
    mounts[nr_mounts].path = path;
    mounts[nr_mounts].source = source;
    mounts[nr_mounts++].sb = sb;
    return 0;
}

int mounts_proc_show(struct seq_file *m, void *v)
{
    (void)v;
    for (unsigned i = 0; i < nr_mounts; i++) {
        seq_printf(m, "%s %s %s %s 0 0\n", mounts[i].source, mounts[i].path,
                   mounts[i].sb->s_type, mounts[i].sb->s_bdev ? "ro" : "rw");
    }
    return 0;
}
