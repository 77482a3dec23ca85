/*
 * What /proc has below its root: directories, and files that are written or
 * have operations of their own. One table; a row's number makes its inode.
 */
#include "err.h"
#include "guestos/fs/proc/internal.h"
#include "compaction.h"
#include "page_report.h"
#include "slab.h"
#include "string.h"
#include "uaccess.h"

#define NODE_LINE_MAX 128

struct proc_node {
    const char *name;
    int parent; /* row, or PROC_ROOT_NODE */
    umode_t mode;
    int (*show)(struct seq_file *m, void *v);
    int (*write)(const char *line);     /* without its end; 0 or -errno */
    const struct file_operations *fops; /* instead of show and write */
};

enum { NODE_SYS, NODE_SYS_VM, NODE_FILES };

static const struct proc_node nodes[] = {
    [NODE_SYS] = {.name = "sys", PROC_ROOT_NODE, S_IFDIR | 0555},
    [NODE_SYS_VM] = {.name = "vm", NODE_SYS, S_IFDIR | 0555},
    [NODE_FILES] = {.name = "min_free_kbytes",
                    NODE_SYS_VM,
                    S_IFREG | 0644,
                    min_free_kbytes_show,
                    min_free_kbytes_write},
    {.name = "lowmem_reserve_ratio",
     NODE_SYS_VM,
     S_IFREG | 0644,
     lowmem_reserve_ratio_show,
     lowmem_reserve_ratio_write},
    {.name = "watermark_scale_factor",
     NODE_SYS_VM,
     S_IFREG | 0644,
     watermark_scale_factor_show,
     watermark_scale_factor_write},
    {.name = "percpu_pagelist_high_fraction",
     NODE_SYS_VM,
     S_IFREG | 0644,
     percpu_pagelist_high_fraction_show,
     percpu_pagelist_high_fraction_write},
    {.name = "compact_memory",
     NODE_SYS_VM,
     S_IFREG | 0200,
     .write = compact_memory_write},
    {.name = "extfrag_threshold",
     NODE_SYS_VM,
     S_IFREG | 0644,
     extfrag_threshold_show,
     extfrag_threshold_write},
    {.name = "kpagecount",
     PROC_ROOT_NODE,
     S_IFREG | 0400,
     .fops = &kpagecount_fops},
    {.name = "kpageflags",
     PROC_ROOT_NODE,
     S_IFREG | 0400,
     .fops = &kpageflags_fops},
    {.name = "page_owner",
     PROC_ROOT_NODE,
     S_IFREG | 0400,
     .fops = &page_owner_fops},
    {.name = "mm", PROC_ROOT_NODE, S_IFREG | 0200, .write = mm_command},
};

static const struct proc_node *node_of(const struct inode *inode)
{
    return &nodes[inode->i_ino - PROC_NODE_INO];
}

static int node_open(struct inode *inode, struct file *file)
{
    const struct proc_node *node = node_of(inode);

    return node->show ? single_open(file, node->show, NULL) : 0;
}

static int node_release(struct inode *inode, struct file *file)
{
    return node_of(inode)->show ? single_release(inode, file) : 0;
}

static ssize_t node_read(struct file *file, char __user *buf, size_t count,
                         loff_t *pos)
{
    return node_of(file->f_inode)->show ? seq_read(file, buf, count, pos)
                                        : -EIO;
}

static ssize_t node_write(struct file *file, const char __user *buf,
                          size_t count, loff_t *pos)
{
    const struct proc_node *node = node_of(file->f_inode);
    char line[NODE_LINE_MAX];
    int error;

    (void)pos;
    if (!node->write) {
        return -EIO;
    }
    if (count >= sizeof(line)) {
        return -EINVAL;
    }
    if (copy_from_user(line, buf, count)) {
        return -EFAULT;
    }
    line[count] = 0;
    if (count && line[count - 1] == '\n') {
        line[count - 1] = 0;
    }
    error = node->write(line);
    return error ? error : (ssize_t)count;
}

static const struct file_operations node_fops = {
    .llseek = generic_file_llseek,
    .read = node_read,
    .write = node_write,
    .open = node_open,
    .release = node_release,
};

struct inode *proc_node_lookup(struct super_block *sb, int parent,
                               const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
        if (nodes[i].parent == parent && strlen(nodes[i].name) == len &&
            memcmp(nodes[i].name, name, len) == 0) {
            return iget(sb, PROC_NODE_INO + i);
        }
    }
    return NULL;
}

bool proc_node_emit(struct dir_context *ctx, int parent, loff_t first)
{
    for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
        const struct proc_node *node = &nodes[i];

        if (ctx->pos > first + (loff_t)i || node->parent != parent) {
            continue;
        }
        if (!ctx->emit(ctx, node->name, strlen(node->name), PROC_NODE_INO + i,
                       S_ISDIR(node->mode) ? 4 : 8)) {
            return false;
        }
        ctx->pos = first + (loff_t)i + 1;
    }
    return true;
}

static struct inode *dir_lookup(struct inode *dir, const char *name, size_t len)
{
    struct inode *inode = proc_node_lookup(
        dir->i_sb, (int)(dir->i_ino - PROC_NODE_INO), name, len);

    return inode ? inode : ERR_PTR(-ENOENT);
}

static int dir_iterate(struct file *file, struct dir_context *ctx)
{
    const struct inode *dir = file->f_inode;
    const struct proc_node *node = node_of(dir);
    unsigned long up = node->parent == PROC_ROOT_NODE
                           ? PROC_ROOT_INO
                           : PROC_NODE_INO + (unsigned long)node->parent;

    for (; ctx->pos < 2; ctx->pos++) {
        if (!ctx->emit(ctx, "..", (size_t)ctx->pos + 1,
                       ctx->pos ? up : dir->i_ino, 4)) {
            return 0;
        }
    }
    proc_node_emit(ctx, (int)(dir->i_ino - PROC_NODE_INO), 2);
    return 0;
}

static const struct inode_operations dir_iops = {.lookup = dir_lookup};
static const struct file_operations dir_fops = {
    .llseek = generic_file_llseek,
    .iterate = dir_iterate,
};

int proc_node_read_inode(struct inode *inode)
{
    const struct proc_node *node = node_of(inode);

    inode->i_mode = node->mode;
    if (S_ISDIR(node->mode)) {
        inode->i_nlink = 2;
        inode->i_op = &dir_iops;
        inode->i_fop = &dir_fops;
    } else {
        inode->i_fop = node->fops ? node->fops : &node_fops;
    }
    return 0;
}
