/*
 * Inodes: a table for each super block, so that a file has one inode however
 * often it is open; unused ones stay there with their cached pages until
 * memory is short. Locks: sb->s_lock, then unused_lock. Counters:
 * PGINODESTEAL, KSWAPD_INODESTEAL. Mirrors Linux's iget_locked, iput,
 * prune_icache_sb.
 */
#include "boot.h"
#include "fs.h"
#include "err.h"
#include "gfp.h"
#include "pagemap.h"
#include "sched.h"
#include "shrinker.h"
#include "slab.h"
#include "vmstat.h"

static struct kmem_cache *inode_cache; /* set at boot */
static DEFINE_SPINLOCK(unused_lock);   /* guards the next two */
static LIST_HEAD(unused);
static unsigned nr_unused;
static struct super_block anon_sb; /* of inodes that no name leads to */

void address_space_init_once(struct address_space *mapping, struct inode *host)
{
    mapping->host = host;
    spin_lock_init(&mapping->tree_lock);
    INIT_RADIX_TREE(&mapping->page_tree);
    mapping->nrpages = 0;
    mutex_init(&mapping->i_mmap_mutex);
    mapping->i_mmap = RB_ROOT;
    INIT_LIST_HEAD(&mapping->i_mmap_list);
    mapping->a_ops = NULL;
    mapping->gfp_mask = GFP_HIGHUSER_MOVABLE;
    mapping->flags = 0;
}

struct inode *new_inode(struct super_block *sb, u64 ino, umode_t mode)
{
    struct inode *inode = kmem_cache_zalloc(inode_cache, GFP_KERNEL);

    if (!inode) {
        return NULL;
    }
    INIT_LIST_HEAD(&inode->i_lru);
    inode->i_sb = sb;
    inode->i_ino = (unsigned long)ino;
    atomic_set(&inode->i_count, 1);
    inode->i_mode = mode;
    inode->i_nlink = 1;
    mutex_init(&inode->i_mutex);
    address_space_init_once(&inode->i_data, inode);
    inode->i_mapping = &inode->i_data;
    return inode;
}

struct inode *new_anon_inode(umode_t mode)
{
    static unsigned long last_ino; /* only a number to look at; atomic */

    return new_inode(&anon_sb,
                     __atomic_add_fetch(&last_ino, 1, __ATOMIC_RELAXED), mode);
}

void super_init(struct super_block *sb, const char *type,
                const struct super_operations *op)
{
    static dev_t last_dev; /* numbers for those without a device; at boot */

    sb->s_type = type;
    sb->s_op = op;
    sb->s_dev = ++last_dev;
    sb->s_blocksize = 4096;
    mutex_init(&sb->s_lock);
}

static void free_inode(struct inode *inode)
{
    if (inode->i_data.nrpages) {
        truncate_inode_pages(&inode->i_data, 0);
    }
    if (inode->i_sb->s_op && inode->i_sb->s_op->evict_inode) {
        inode->i_sb->s_op->evict_inode(inode);
    }
    kmem_cache_free(inode_cache, inode);
}

static struct hlist_head *bucket(struct super_block *sb, unsigned long ino)
{
    return &sb->s_hash[ino % INODE_HASH_SIZE];
}

/* It is used again: off the list of unused ones. */
static void take(struct inode *inode)
{
    spin_lock(&unused_lock);
    atomic_inc(&inode->i_count);
    if (!list_empty(&inode->i_lru)) {
        list_del_init(&inode->i_lru);
        nr_unused--;
    }
    spin_unlock(&unused_lock);
}

struct inode *iget(struct super_block *sb, unsigned long ino)
{
    struct inode *inode;
    int error;

    mutex_lock(&sb->s_lock);
    hlist_for_each_entry(inode, bucket(sb, ino), i_hash) {
        if (inode->i_ino == ino) {
            take(inode);
            mutex_unlock(&sb->s_lock);
            return inode;
        }
    }
    inode = new_inode(sb, ino, 0);
    error = inode ? sb->s_op->read_inode(inode) : -ENOMEM;
    if (!error) {
        hlist_add_head(&inode->i_hash, bucket(sb, ino));
    }
    mutex_unlock(&sb->s_lock);
    if (error && inode) {
        free_inode(inode);
    }
    return error ? ERR_PTR(error) : inode;
}

struct inode *igrab(struct inode *inode)
{
    atomic_inc(&inode->i_count);
    return inode;
}

/* The oldest unused inode goes, and its pages; false: there is none. Whoever
 * holds the lock of its table may be waiting for this memory: then it becomes
 * the youngest instead. */
static bool prune_one(unsigned long *freed)
{
    struct inode *inode;
    struct super_block *sb;

    spin_lock(&unused_lock);
    inode = list_first_entry_or_null(&unused, struct inode, i_lru);
    if (!inode) {
        spin_unlock(&unused_lock);
        return false;
    }
    sb = inode->i_sb;
    if (!mutex_trylock(&sb->s_lock)) {
        list_move_tail(&inode->i_lru, &unused);
        spin_unlock(&unused_lock);
        return true;
    }
    list_del_init(&inode->i_lru);
    nr_unused--;
    hlist_del(&inode->i_hash);
    spin_unlock(&unused_lock);
    mutex_unlock(&sb->s_lock);
    count_vm_events(current->flags & PF_KSWAPD ? KSWAPD_INODESTEAL
                                               : PGINODESTEAL,
                    inode->i_data.nrpages);
    free_inode(inode);
    ++*freed;
    return true;
}

static unsigned long inode_cache_count(struct shrinker *shrinker,
                                       struct shrink_control *sc)
{
    (void)shrinker, (void)sc;
    return READ_ONCE(nr_unused);
}

static unsigned long inode_cache_scan(struct shrinker *shrinker,
                                      struct shrink_control *sc)
{
    /* Each once: those whose table is locked would come round for ever. */
    unsigned long n = min(sc->nr_to_scan, (unsigned long)READ_ONCE(nr_unused));
    unsigned long freed = 0;

    (void)shrinker;
    if (!(sc->gfp_mask & __GFP_FS)) {
        return SHRINK_STOP; /* the caller may hold what we need */
    }
    while (n-- && prune_one(&freed)) {
    }
    return freed;
}

static struct shrinker inode_shrinker = {
    .name = "inode_cache",
    .count_objects = inode_cache_count,
    .scan_objects = inode_cache_scan,
    .seeks = DEFAULT_SEEKS,
};

void inode_init(void)
{
    inode_cache = kmem_cache_create("inode_cache", sizeof(struct inode), 0,
                                    SLAB_RECLAIM_ACCOUNT | SLAB_PANIC, NULL);
    register_shrinker(&inode_shrinker);
    super_init(&anon_sb, "anon", NULL);
}

void iput(struct inode *inode)
{
    bool is_last, is_hashed;

    if (!inode) {
        return;
    }
    spin_lock(&unused_lock);
    is_last = atomic_dec_and_test(&inode->i_count);
    is_hashed = inode->i_hash.pprev != NULL;
    if (is_last && is_hashed) {
        list_add_tail(&inode->i_lru, &unused);
        nr_unused++;
    }
    spin_unlock(&unused_lock);
    if (is_last && !is_hashed) {
        free_inode(inode);
    }
}
