/* /proc: its directory, and the file system. */
#include "err.h"
#include "guestos/fs/proc/internal.h"
#include "sched.h"
#include "slab.h"
#include "string.h"
#include "uaccess.h"

#define SELF_INO 2
#define PROC_MAGIC 0x9fa0

/* Positions in the directory: ".", "..", self, the files, then the tasks. */
#define POS_SELF 2
#define POS_FILES 3
#define POS_PIDS 0x10000

static int proc_file_open(struct inode *inode, struct file *file)
{
    return single_open(file, proc_files[inode->i_ino - PROC_FIRST_INO].show,
                       NULL);
}

static ssize_t proc_file_write(struct file *file, const char __user *buf,
                               size_t count, loff_t *pos)
{
    const struct proc_file *row =
        &proc_files[file->f_inode->i_ino - PROC_FIRST_INO];
    char line[PROC_LINE_MAX];
    int error;

    (void)pos;
    if (!row->write || count >= sizeof(line)) {
        return row->write ? -EINVAL : -EIO;
    }
    if (copy_from_user(line, buf, count)) {
        return -EFAULT;
    }
    line[count] = 0;
    if (count && line[count - 1] == '\n') {
        line[count - 1] = 0;
    }
    error = row->write(line);
    return error ? error : (ssize_t)count;
}

static const struct file_operations proc_file_fops = {
    .llseek = seq_lseek,
    .read = seq_read,
    .write = proc_file_write,
    .open = proc_file_open,
    .release = single_release,
};

static ssize_t self_readlink(struct inode *inode, char *buf, size_t size)
{
    (void)inode;
    return scnprintf(buf, size, "%d", current->tgid);
}

static const struct inode_operations self_iops = {.readlink = self_readlink};

static struct inode *proc_lookup(struct inode *dir, const char *name,
                                 size_t len)
{
    const char *end;
    struct inode *inode;
    pid_t pid;

    if (len == 4 && memcmp(name, "self", 4) == 0) {
        return iget(dir->i_sb, SELF_INO);
    }
    for (unsigned i = 0; i < nr_proc_files; i++) {
        if (strlen(proc_files[i].name) == len &&
            memcmp(proc_files[i].name, name, len) == 0) {
            return iget(dir->i_sb, PROC_FIRST_INO + i);
        }
    }
    inode = proc_node_lookup(dir->i_sb, PROC_ROOT_NODE, name, len);
    if (inode) {
        return inode;
    }
    pid = (pid_t)simple_strtoul(name, &end, 10);
    if (name[0] == '0' || end != name + len || len > 6) {
        return ERR_PTR(-ENOENT);
    }
    return proc_pid_inode(dir->i_sb, pid);
}

static bool emit_pids(struct dir_context *ctx)
{
    char name[12];
    pid_t pid = (pid_t)(ctx->pos - POS_PIDS);

    while ((pid = proc_next_pid(pid)) != 0) {
        int len = scnprintf(name, sizeof(name), "%d", pid);

        ctx->pos = POS_PIDS + pid;
        if (!ctx->emit(ctx, name, (size_t)len, PROC_PID_INO(pid, 0), 4)) {
            return false;
        }
        ctx->pos = POS_PIDS + ++pid;
    }
    return true;
}

static int proc_iterate(struct file *file, struct dir_context *ctx)
{
    static const char *const first[POS_FILES] = {".", "..", "self"};

    (void)file;
    while (ctx->pos < POS_FILES + (loff_t)nr_proc_files) {
        unsigned i = (unsigned)ctx->pos;
        const char *name =
            i < POS_FILES ? first[i] : proc_files[i - POS_FILES].name;
        unsigned long ino = i < POS_SELF    ? PROC_ROOT_INO
                            : i == POS_SELF ? SELF_INO
                                            : PROC_FIRST_INO + i - POS_FILES;

        if (!ctx->emit(ctx, name, strlen(name), ino,
                       i < POS_SELF    ? 4
                       : i == POS_SELF ? 10
                                       : 8)) {
            return 0;
        }
        ctx->pos++;
    }
    if (ctx->pos < POS_PIDS &&
        !proc_node_emit(ctx, PROC_ROOT_NODE,
                        POS_FILES + (loff_t)nr_proc_files)) {
        return 0;
    }
    if (ctx->pos < POS_PIDS) {
        ctx->pos = POS_PIDS + 1;
    }
    emit_pids(ctx);
    return 0;
}

static const struct inode_operations proc_root_iops = {.lookup = proc_lookup};
static const struct file_operations proc_root_fops = {
    .llseek = generic_file_llseek,
    .iterate = proc_iterate,
};

static int proc_read_inode(struct inode *inode)
{
    if (inode->i_ino == PROC_ROOT_INO) {
        inode->i_mode = S_IFDIR | 0555;
        inode->i_nlink = 2;
        inode->i_op = &proc_root_iops;
        inode->i_fop = &proc_root_fops;
    } else if (inode->i_ino == SELF_INO) {
        inode->i_mode = S_IFLNK | 0777;
        inode->i_op = &self_iops;
    } else if (inode->i_ino >= PROC_NODE_INO) {
        return proc_node_read_inode(inode);
    } else {
        inode->i_mode =
            S_IFREG |
            (proc_files[inode->i_ino - PROC_FIRST_INO].write ? 0644 : 0444);
        inode->i_fop = &proc_file_fops;
    }
    return 0;
}

static const struct super_operations proc_sops = {
    .read_inode = proc_read_inode,
};

struct super_block *proc_mount(void)
{
    struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);

    if (!sb) {
        return ERR_PTR(-ENOMEM);
    }
    super_init(sb, "proc", &proc_sops);
    sb->s_magic = PROC_MAGIC;
    sb->s_root = iget(sb, PROC_ROOT_INO);
    return IS_ERR(sb->s_root) ? ERR_CAST(sb->s_root) : sb;
}
