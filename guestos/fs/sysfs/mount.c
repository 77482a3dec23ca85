/*
 * /sys as a file system. Inodes are made when they are looked up; each holds
 * its directory, so that an open file of one that was removed finds out.
 */
#include "err.h"
#include "fs.h"
#include "guestos/fs/sysfs/internal.h"
#include "slab.h"
#include "string.h"
#include "uaccess.h"

#define SYSFS_MAGIC 0x62656572
#define STORE_MAX 256

/* The attribute of an inode, or NULL: the directory itself. */
static const struct sysfs_attr *attr_of(const struct inode *inode)
{
    const struct sysfs_dir *dir = inode->i_private;
    unsigned long row = inode->i_ino - dir->ino;

    return row ? &dir->attrs[row - 1] : NULL;
}

static int sysfs_show(struct seq_file *m, void *v)
{
    const struct inode *inode = v;
    struct sysfs_dir *dir = inode->i_private;
    int error = -ENODEV;

    mutex_lock(&sysfs_lock);
    if (sysfs_is_alive(dir))
        error = attr_of(inode)->show(m, dir->data);
    mutex_unlock(&sysfs_lock);
    return error;
}

static int sysfs_open(struct inode *inode, struct file *file)
{
    unsigned access = file->f_flags & O_ACCMODE;
    const struct sysfs_attr *attr = attr_of(inode);

    if ((access != O_WRONLY && !attr->show) ||
        (access != O_RDONLY && !attr->store))
        return -EACCES;
    return single_open(file, sysfs_show, inode);
}

static ssize_t sysfs_write(struct file *file, const char __user *buf,
                           size_t count, loff_t *pos)
{
    const struct inode *inode = file->f_inode;
    struct sysfs_dir *dir = inode->i_private;
    char text[STORE_MAX];
    int error = -ENODEV;

    (void)pos;
    if (count >= sizeof text)
        return -EINVAL;
    if (copy_from_user(text, buf, count))
        return -EFAULT;
    text[count] = 0;
    if (count && text[count - 1] == '\n')
        text[count - 1] = 0;
    mutex_lock(&sysfs_lock);
    if (sysfs_is_alive(dir))
        error = attr_of(inode)->store(dir->data, text);
    mutex_unlock(&sysfs_lock);
    return error ? error : (ssize_t)count;
}

static const struct file_operations sysfs_file_fops = {
    .llseek = seq_lseek,
    .read = seq_read,
    .write = sysfs_write,
    .open = sysfs_open,
    .release = single_release,
};

static ssize_t sysfs_readlink(struct inode *inode, char *buf, size_t size)
{
    const struct sysfs_dir *dir = inode->i_private;

    return scnprintf(buf, size, "%s", dir->target);
}

static const struct inode_operations sysfs_link_iops = {
    .readlink = sysfs_readlink,
};

static struct inode *sysfs_lookup(struct inode *inode, const char *name,
                                  size_t len);
static int sysfs_iterate(struct file *file, struct dir_context *ctx);

static const struct inode_operations sysfs_dir_iops = {.lookup = sysfs_lookup};
static const struct file_operations sysfs_dir_fops = {
    .llseek = generic_file_llseek,
    .iterate = sysfs_iterate,
};

/* sysfs_lock is held. */
static struct inode *make_inode(struct super_block *sb, struct sysfs_dir *dir,
                                unsigned row)
{
    umode_t mode = row           ? S_IFREG | dir->attrs[row - 1].mode
                   : dir->target ? S_IFLNK | 0777
                                 : S_IFDIR | 0755;
    struct inode *inode = new_inode(sb, dir->ino + row, mode);

    if (!inode)
        return ERR_PTR(-ENOMEM);
    if (row) {
        inode->i_fop = &sysfs_file_fops;
    } else if (dir->target) {
        inode->i_op = &sysfs_link_iops;
    } else {
        inode->i_op = &sysfs_dir_iops;
        inode->i_fop = &sysfs_dir_fops;
    }
    inode->i_private = dir;
    dir->count++;
    return inode;
}

static bool is_name(const char *known, const char *name, size_t len)
{
    return strlen(known) == len && memcmp(known, name, len) == 0;
}

static struct inode *sysfs_lookup(struct inode *inode, const char *name,
                                  size_t len)
{
    struct sysfs_dir *dir = inode->i_private, *child;
    struct inode *found = ERR_PTR(-ENOENT);
    unsigned row = 1;

    mutex_lock(&sysfs_lock);
    list_for_each_entry(child, &dir->children, sibling) {
        if (is_name(child->name, name, len)) {
            found = make_inode(inode->i_sb, child, 0);
            break;
        }
    }
    for (const struct sysfs_attr *attr = dir->attrs; attr && attr->name;
         attr++, row++) {
        if (sysfs_is_alive(dir) && is_name(attr->name, name, len)) {
            found = make_inode(inode->i_sb, dir, row);
            break;
        }
    }
    mutex_unlock(&sysfs_lock);
    return found;
}

/* Entry number `pos`: dots, attributes, then directories. NULL at the end. */
static const char *entry_at(struct sysfs_dir *dir, loff_t pos,
                            unsigned long *ino, umode_t *mode)
{
    const struct sysfs_attr *attr = dir->attrs;
    struct sysfs_dir *child;
    loff_t at = 2;

    *mode = S_IFDIR;
    if (pos < 2) {
        *ino = pos && dir->parent ? dir->parent->ino : dir->ino;
        return pos ? ".." : ".";
    }
    for (; attr && attr->name; attr++) {
        if (at++ == pos) {
            *ino = dir->ino + (unsigned long)(attr - dir->attrs) + 1;
            *mode = S_IFREG;
            return attr->name;
        }
    }
    list_for_each_entry(child, &dir->children, sibling) {
        if (at++ == pos) {
            *ino = child->ino;
            *mode = child->target ? S_IFLNK : S_IFDIR;
            return child->name;
        }
    }
    return NULL;
}

static int sysfs_iterate(struct file *file, struct dir_context *ctx)
{
    struct sysfs_dir *dir = file->f_inode->i_private;
    const char *name;
    unsigned long ino;
    umode_t mode;

    mutex_lock(&sysfs_lock);
    while ((name = entry_at(dir, ctx->pos, &ino, &mode)) != NULL &&
           ctx->emit(ctx, name, strlen(name), ino, mode_to_dtype(mode)))
        ctx->pos++;
    mutex_unlock(&sysfs_lock);
    return 0;
}

static void sysfs_evict_inode(struct inode *inode)
{
    mutex_lock(&sysfs_lock);
    sysfs_put(inode->i_private);
    mutex_unlock(&sysfs_lock);
}

static const struct super_operations sysfs_sops = {
    .evict_inode = sysfs_evict_inode,
};

struct super_block *sysfs_mount(void)
{
    struct super_block *sb = kzalloc(sizeof *sb, GFP_KERNEL);

    if (!sb)
        return ERR_PTR(-ENOMEM);
    super_init(sb, "sysfs", &sysfs_sops);
    sb->s_magic = SYSFS_MAGIC;
    mutex_lock(&sysfs_lock);
    sb->s_root = make_inode(sb, sysfs_root, 0);
    mutex_unlock(&sysfs_lock);
    return IS_ERR(sb->s_root) ? ERR_CAST(sb->s_root) : sb;
}
