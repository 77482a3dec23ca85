/*
 * The page cache. Owns which page caches which part of a file: the radix tree
 * of each address_space, under its tree_lock (interrupts off, inside the page
 * lock). Also the page lock itself and the end of write-back, whose sleepers
 * wait on a few hashed queues. Counters: NR_FILE_PAGES, NR_WRITEBACK,
 * NR_FILE_DIRTY. Mirrors Linux's add_to_page_cache_lru, find_get_page,
 * do_read_cache_page, generic_file_read_iter, end_page_writeback,
 * __remove_mapping, migration_entry_wait_on_locked.
 */
#include "pagemap.h"

#include "err.h"
#include "highmem.h"
#include "internal.h"
#include "kernel.h"
#include "migrate.h"
#include "sched.h"
#include "swap_state.h"
#include "uaccess.h"

#define NR_WAIT_QUEUES 16

static struct wait_queue_head page_waits[NR_WAIT_QUEUES];

void filemap_init(void)
{
    for (int i = 0; i < NR_WAIT_QUEUES; i++)
        init_waitqueue_head(&page_waits[i]);
}

static struct wait_queue_head *page_waitqueue(const struct page *page)
{
    return &page_waits[page_to_pfn(page) % NR_WAIT_QUEUES];
}

static void wake_page(struct page *page)
{
    struct wait_queue_head *wq = page_waitqueue(page);

    smp_mb();
    if (waitqueue_active(wq))
        wake_up_all(wq);
}

void __lock_page(struct page *page)
{
    io_wait_event(page_waitqueue(page), trylock_page(page));
}

void unlock_page(struct page *page)
{
    BUG_ON(!PageLocked(page));
    ClearPageLocked(page);
    wake_page(page);
}

void wait_on_page_locked(struct page *page)
{
    if (PageLocked(page))
        io_wait_event(page_waitqueue(page), !PageLocked(page));
}

void migration_entry_wait_on_locked(struct page *page, struct spinlock *lock)
{
    struct wait_queue_head *wq = page_waitqueue(page);
    struct wait_queue_entry wait;

    /* On the queue before the entry can go: its end wakes us. */
    init_wait(&wait);
    prepare_to_wait(wq, &wait, TASK_UNINTERRUPTIBLE);
    spin_unlock(lock);
    io_schedule();
    finish_wait(wq, &wait);
}

void wait_on_page_writeback(struct page *page)
{
    if (PageWriteback(page))
        io_wait_event(page_waitqueue(page), !PageWriteback(page));
}

bool set_page_dirty(struct page *page)
{
    if (TestSetPageDirty(page))
        return false;
    if (page_mapping(page))
        mod_node_page_state(page_pgdat(page), NR_FILE_DIRTY, 1);
    return true;
}

void set_page_writeback(struct page *page)
{
    BUG_ON(TestSetPageWriteback(page));
    mod_node_page_state(page_pgdat(page), NR_WRITEBACK, 1);
    mod_zone_page_state(page_zone(page), NR_ZONE_WRITE_PENDING, 1);
}

void end_page_writeback(struct page *page)
{
    /* A reference of our own: with the flag gone the page may be freed. */
    get_page(page);
    if (TestClearPageReclaim(page))
        rotate_reclaimable_page(page);
    BUG_ON(!TestClearPageWriteback(page));
    mod_node_page_state(page_pgdat(page), NR_WRITEBACK, -1);
    mod_node_page_state(page_pgdat(page), NR_WRITTEN, 1);
    mod_zone_page_state(page_zone(page), NR_ZONE_WRITE_PENDING, -1);
    wake_page(page);
    put_page(page);
}

struct page *find_get_page(struct address_space *mapping, pgoff_t index)
{
    struct page *page;
    unsigned long flags;

    spin_lock_irqsave(&mapping->tree_lock, flags);
    page = radix_tree_lookup(&mapping->page_tree, index);
    if (page)
        get_page(page);
    spin_unlock_irqrestore(&mapping->tree_lock, flags);
    return page;
}

int add_to_page_cache_lru(struct page *page, struct address_space *mapping,
                          pgoff_t index, gfp_t gfp)
{
    unsigned long flags;
    int error = radix_tree_preload(gfp & GFP_RECLAIM_MASK);

    BUG_ON(!PageLocked(page));
    if (error)
        return error;
    spin_lock_irqsave(&mapping->tree_lock, flags);
    error = radix_tree_insert(&mapping->page_tree, index, page);
    if (!error) {
        get_page(page);
        page->mapping = mapping;
        page->index = index;
        mapping->nrpages++;
        mod_node_page_state(page_pgdat(page), NR_FILE_PAGES, 1);
    }
    spin_unlock_irqrestore(&mapping->tree_lock, flags);
    radix_tree_preload_end();
    if (!error)
        lru_cache_add(page);
    return error;
}

/* tree_lock is held, the page is locked. */
static void __delete_from_page_cache(struct page *page)
{
    struct address_space *mapping = page->mapping;

    BUG_ON(page_mapped(page));
    radix_tree_delete(&mapping->page_tree, page->index);
    page->mapping = NULL;
    mapping->nrpages--;
    mod_node_page_state(page_pgdat(page), NR_FILE_PAGES, -1);
    if (TestClearPageDirty(page))
        mod_node_page_state(page_pgdat(page), NR_FILE_DIRTY, -1);
}

void delete_from_page_cache(struct page *page)
{
    struct address_space *mapping = page->mapping;
    unsigned long flags;

    BUG_ON(!PageLocked(page));
    spin_lock_irqsave(&mapping->tree_lock, flags);
    __delete_from_page_cache(page);
    spin_unlock_irqrestore(&mapping->tree_lock, flags);
    put_page(page);
}

bool remove_mapping(struct address_space *mapping, struct page *page)
{
    unsigned long flags;
    bool is_gone;

    spin_lock_irqsave(&mapping->tree_lock, flags);
    /* Whoever dirtied it did so before giving its reference back: with no
     * other left, a clean page stays clean. */
    is_gone = page_ref_freeze(page, 2); /* the cache's and the caller's */
    if (is_gone && PageDirty(page)) {
        page_ref_unfreeze(page, 2);
        is_gone = false;
    }
    if (is_gone)
        __delete_from_page_cache(page);
    spin_unlock_irqrestore(&mapping->tree_lock, flags);
    return is_gone;
}

int replace_page_cache_page(struct address_space *mapping, struct page *newpage,
                            struct page *page)
{
    unsigned long flags;
    int error = -EAGAIN;

    spin_lock_irqsave(&mapping->tree_lock, flags);
    if (page_ref_freeze(page, 2)) { /* the cache's and the caller's */
        migrate_page_states(newpage, page);
        get_page(newpage);
        *radix_tree_lookup_slot(&mapping->page_tree, page->index) = newpage;
        page_ref_unfreeze(page, 1);
        error = 0;
    }
    spin_unlock_irqrestore(&mapping->tree_lock, flags);
    return error;
}

/* A new page in the cache, read; NULL: somebody else was faster. */
static struct page *read_new_page(struct address_space *mapping,
                                  pgoff_t index, struct file *file)
{
    struct page *page = alloc_page(mapping->gfp_mask);
    int error;

    if (!page)
        return ERR_PTR(-ENOMEM);
    SetPageLocked(page);
    error = add_to_page_cache_lru(page, mapping, index, mapping->gfp_mask);
    if (error) {
        ClearPageLocked(page);
        put_page(page);
        return error == -EEXIST ? NULL : ERR_PTR(error);
    }
    error = mapping->a_ops->readpage(file, page); /* unlocks */
    if (error) {
        put_page(page);
        return ERR_PTR(error);
    }
    return page;
}

/* A cached page that is not up to date is read again: 0 or -errno; -EAGAIN:
 * it left the cache meanwhile. */
static int update_page(struct address_space *mapping, struct page *page,
                       struct file *file, bool *was_read)
{
    lock_page(page);
    if (page->mapping != mapping) {
        unlock_page(page);
        return -EAGAIN;
    }
    if (PageUptodate(page)) {
        unlock_page(page);
        return 0;
    }
    ClearPageError(page);
    *was_read = true;
    return mapping->a_ops->readpage(file, page);
}

struct page *filemap_get_page(struct address_space *mapping, pgoff_t index,
                              struct file *file, bool *was_read)
{
    *was_read = false;
    for (;;) {
        struct page *page = find_get_page(mapping, index);
        int error;

        if (!page) {
            *was_read = true;
            page = read_new_page(mapping, index, file);
            if (!page)
                continue;
            if (IS_ERR(page))
                return page;
        }
        wait_on_page_locked(page);
        if (PageUptodate(page))
            return page;
        error = update_page(mapping, page, file, was_read);
        if (!error && PageUptodate(page))
            return page;
        put_page(page);
        if (error != -EAGAIN && error)
            return ERR_PTR(error);
        if (!error)
            return ERR_PTR(-EIO);
    }
}

struct page *read_mapping_page(struct address_space *mapping, pgoff_t index,
                               struct file *file)
{
    bool was_read;

    return filemap_get_page(mapping, index, file, &was_read);
}

void truncate_inode_pages(struct address_space *mapping, loff_t lstart)
{
    pgoff_t index = (pgoff_t)((lstart + PAGE_SIZE - 1) >> PAGE_SHIFT);

    for (;;) {
        struct page *page = NULL;
        unsigned long flags;

        spin_lock_irqsave(&mapping->tree_lock, flags);
        if (radix_tree_gang_lookup(&mapping->page_tree, (void **)&page, index,
                                   1))
            get_page(page);
        spin_unlock_irqrestore(&mapping->tree_lock, flags);
        if (!page)
            return;
        lock_page(page);
        index = page->index + 1;
        wait_on_page_writeback(page);
        if (page->mapping == mapping)
            delete_from_page_cache(page);
        unlock_page(page);
        put_page(page);
    }
}

/* Copies up to the end of one page to the user: bytes, or -errno. */
static ssize_t read_from_page(struct file *file, char __user *buf,
                              size_t count, loff_t pos, loff_t size)
{
    unsigned int offset = (unsigned int)(pos & (PAGE_SIZE - 1));
    size_t n = min_t(size_t, count, PAGE_SIZE - offset);
    struct page *page;
    size_t left;
    char *from;

    n = (size_t)min_t(loff_t, (loff_t)n, size - pos);
    page = read_mapping_page(file->f_mapping, (pgoff_t)(pos >> PAGE_SHIFT),
                             file);
    if (IS_ERR(page))
        return PTR_ERR(page);
    mark_page_accessed(page);
    from = kmap(page);
    left = copy_to_user(buf, from + offset, n);
    kunmap(page);
    put_page(page);
    return left == n ? -EFAULT : (ssize_t)(n - left);
}

ssize_t generic_file_read(struct file *file, char __user *buf, size_t count,
                          loff_t *pos)
{
    loff_t size = i_size_read(file_inode(file));
    ssize_t done = 0;

    while (count && *pos < size) {
        ssize_t n = read_from_page(file, buf, count, *pos, size);

        if (n < 0)
            return done ? done : n;
        done += n;
        buf += n;
        *pos += n;
        count -= (size_t)n;
        cond_resched();
    }
    return done;
}

int generic_file_mmap(struct file *file, struct vm_area_struct *vma)
{
    if (!file->f_mapping->a_ops || !file->f_mapping->a_ops->readpage)
        return -ENOEXEC;
    /* Shared and written needs write-back of files: not there yet. */
    if (vma->vm_flags & VM_SHARED && vma->vm_flags & VM_MAYWRITE)
        return -EINVAL;
    return 0;
}
