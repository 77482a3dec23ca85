/*
 * Files: inodes, open files, file systems, and the page cache's view of a
 * file (address_space). Path names are walked inode by inode; there is no
 * dentry.
 */
#ifndef QUIRE_GUESTOS_FS_H
#define QUIRE_GUESTOS_FS_H

#include "atomic.h"
#include "errno.h"
#include "list.h"
#include "mutex.h"
#include "radix_tree.h"
#include "rbtree.h"
#include "spinlock.h"

struct address_space;
struct block_device;
struct dir_context;
struct file;
struct inode;
struct kstat;
struct page;
struct poll_table;
struct seq_file;
struct super_block;
struct vm_area_struct;

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFLNK 0120000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000
#define S_ISLNK(m) (((m)&S_IFMT) == S_IFLNK)
#define S_ISREG(m) (((m)&S_IFMT) == S_IFREG)
#define S_ISDIR(m) (((m)&S_IFMT) == S_IFDIR)
#define S_ISCHR(m) (((m)&S_IFMT) == S_IFCHR)
#define S_ISBLK(m) (((m)&S_IFMT) == S_IFBLK)
#define S_ISFIFO(m) (((m)&S_IFMT) == S_IFIFO)

#define O_ACCMODE 00000003
#define O_RDONLY 00000000
#define O_WRONLY 00000001
#define O_RDWR 00000002
#define O_CREAT 00000100
#define O_EXCL 00000200
#define O_NOCTTY 00000400
#define O_TRUNC 00001000
#define O_APPEND 00002000
#define O_NONBLOCK 00004000
#define O_LARGEFILE 00100000
#define O_DIRECTORY 00200000
#define O_NOFOLLOW 00400000
#define O_CLOEXEC 02000000
#define O_PATH 010000000

#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

#define PATH_SIZE 1024 /* longest path with its 0; Linux has 4096 */
#define NAME_MAX_LEN 255

/* What the page cache asks of a file system. */
struct address_space_operations {
    /* Fills a locked page from the file and unlocks it when done, then
     * up to date or not (PG_error). */
    int (*readpage)(struct file *file, struct page *page);
    /* Writes a locked, dirty page out (the swap cache; later files). */
    int (*writepage)(struct page *page);
    int (*set_page_dirty)(struct page *page);
    int (*releasepage)(struct page *page, gfp_t gfp);
};

/* The cached pages of a file, and who maps them. */
struct address_space {
    struct inode *host;               /* NULL for the swap cache */
    struct spinlock tree_lock;        /* guards the next two; irqs off */
    struct radix_tree_root page_tree; /* by page index */
    unsigned long nrpages;
    struct mutex i_mmap_mutex; /* guards the next two */
    struct rb_root i_mmap;     /* VMAs, for mm/ to arrange */
    struct list_head i_mmap_list;
    const struct address_space_operations *a_ops;
    gfp_t gfp_mask;
    unsigned long flags; /* AS_* of pagemap.h */
};

struct inode_operations {
    /* Finds `name` in a directory: a held inode, or ERR_PTR. */
    struct inode *(*lookup)(struct inode *dir, const char *name, size_t len);
    /* Copies the link's text (not ended by 0) into buf: its length. */
    ssize_t (*readlink)(struct inode *inode, char *buf, size_t size);
};

struct file_operations {
    loff_t (*llseek)(struct file *file, loff_t offset, int whence);
    ssize_t (*read)(struct file *file, char __user *buf, size_t count,
                    loff_t *pos);
    ssize_t (*write)(struct file *file, const char __user *buf, size_t count,
                     loff_t *pos);
    int (*iterate)(struct file *file, struct dir_context *ctx);
    unsigned (*poll)(struct file *file, struct poll_table *table);
    long (*ioctl)(struct file *file, unsigned cmd, unsigned long arg);
    int (*mmap)(struct file *file, struct vm_area_struct *vma);
    int (*open)(struct inode *inode, struct file *file);
    int (*release)(struct inode *inode, struct file *file);
};

struct inode {
    struct hlist_node i_hash; /* the super block's table; pprev NULL: not in */
    struct list_head i_lru;   /* unused ones, oldest first */
    struct super_block *i_sb;
    unsigned long i_ino;
    struct atomic i_count;
    umode_t i_mode;
    unsigned i_nlink;
    uid_t i_uid;
    gid_t i_gid;
    dev_t i_rdev;
    loff_t i_size;
    u64 i_blocks;                  /* of 512 bytes */
    s64 i_atime, i_mtime, i_ctime; /* seconds */
    struct mutex i_mutex;
    const struct inode_operations *i_op;
    const struct file_operations *i_fop;
    struct address_space *i_mapping; /* &i_data, or the device's */
    struct address_space i_data;
    struct block_device *i_bdev; /* block devices */
    struct inode *i_mounted;     /* held: the root of what is mounted here */
    void *i_private;             /* the file system's */
};

struct file {
    struct atomic f_count;
    unsigned f_flags;      /* O_* */
    struct inode *f_inode; /* held */
    struct address_space *f_mapping;
    const struct file_operations *f_op;
    loff_t f_pos;
    struct mutex f_pos_lock;
    char *f_path; /* absolute, as it was found; shown in /proc/PID/maps */
    void *private_data;
};

struct super_operations {
    int (*read_inode)(struct inode *inode);   /* fills it, by i_ino */
    void (*evict_inode)(struct inode *inode); /* its i_private goes; or NULL */
};

#define INODE_HASH_SIZE 64

struct super_block {
    const char *s_type; /* "ext2" */
    unsigned long s_blocksize;
    unsigned s_magic;
    dev_t s_dev;
    struct block_device *s_bdev; /* NULL: made by the kernel */
    struct inode *s_root;
    struct mutex s_lock; /* guards s_hash; held while an inode is read */
    struct hlist_head s_hash[INODE_HASH_SIZE];
    const struct super_operations *s_op;
    void *s_fs_info;
};

static inline struct inode *file_inode(const struct file *file)
{
    return file->f_inode;
}

static inline loff_t i_size_read(const struct inode *inode)
{
    return inode->i_size;
}

static inline struct file *get_file(struct file *file)
{
    atomic_inc(&file->f_count);
    return file;
}

void fput(struct file *file);
struct inode *igrab(struct inode *inode);
void iput(struct inode *inode);

/* A directory's entries go to `emit`; false: no more are wanted. pos is the
 * directory's own idea of where it is. */
struct dir_context {
    bool (*emit)(struct dir_context *ctx, const char *name, size_t len, u64 ino,
                 unsigned type);
    loff_t pos;
};

/* d_type of a mode. */
static inline unsigned mode_to_dtype(umode_t mode)
{
    return (mode & S_IFMT) >> 12;
}

/* Inodes: a fresh one of a super block (i_count 1), outside its table. */
struct inode *new_inode(struct super_block *sb, u64 ino, umode_t mode);
struct inode *new_anon_inode(umode_t mode);
/* The inode `ino`, from the table or read: held, or ERR_PTR. */
struct inode *iget(struct super_block *sb, unsigned long ino);
void super_init(struct super_block *sb, const char *type,
                const struct super_operations *op);

/* Names. LOOKUP_*: whether a link at the end is followed. */
struct path {
    struct inode *inode; /* held */
    char *name;          /* absolute, without links and dots; kfree it */
};
#define LOOKUP_FOLLOW 1u
#define LOOKUP_DIRECTORY 2u
/* `dir` is an open directory, or AT_FDCWD; path is the kernel's. */
int path_lookup(int dir, const char *path, unsigned flags, struct path *out);
int user_path_lookup(int dir, const char __user *path, unsigned flags,
                     bool may_be_empty, struct path *out);
void path_put(struct path *path);
#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_EMPTY_PATH 0x1000

/* Mounts: the root first, then by the path of a directory that exists. */
int mount_at(const char *path, struct super_block *sb, const char *source);
extern struct inode *root_inode;
int mounts_proc_show(struct seq_file *m, void *v);
struct super_block *ext2_mount(struct block_device *bdev);
bool ext2_has_label(struct block_device *bdev, const char *label);
bool is_ext2(struct block_device *bdev);
struct super_block *devfs_mount(void);
struct super_block *proc_mount(void);
struct super_block *sysfs_mount(void);

/* An open file of an inode (whose reference it takes), path copied. */
struct file *file_of_inode(struct inode *inode, const char *path,
                           unsigned flags);
extern const struct file_operations generic_ro_fops, def_blk_fops;

/* Character devices by number; NULL: none. */
const struct file_operations *chrdev_fops(dev_t dev);
#define MKDEV(major, minor) ((dev_t)(major) << 20 | (minor))
#define MAJOR(dev) ((unsigned)((dev) >> 20))
#define MINOR(dev) ((unsigned)((dev)&0xfffff))

/* Waiting for files: poll's events, and the queue to sleep on. */
#define POLLIN 0x0001u
#define POLLOUT 0x0004u
#define POLLERR 0x0008u
#define POLLHUP 0x0010u
#define POLLNVAL 0x0020u
void poll_wait(struct poll_table *table, struct wait_queue_head *wq);

/* Opens for the kernel itself: a file, or ERR_PTR. */
struct file *filp_open(const char *path, unsigned flags, umode_t mode);
/* Reads through f_op into kernel memory. */
ssize_t kernel_read(struct file *file, void *buf, size_t count, loff_t *pos);

void address_space_init_once(struct address_space *mapping, struct inode *host);

/* mm/filemap.c: file operations of everything that is in the page cache. */
ssize_t generic_file_read(struct file *file, char __user *buf, size_t count,
                          loff_t *pos);
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);
loff_t generic_file_llseek(struct file *file, loff_t offset, int whence);

#endif
