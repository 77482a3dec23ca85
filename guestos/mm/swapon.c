/*
 * Swap areas come and go: swapon reads mkswap's header and makes the maps,
 * swapoff brings every page back into memory first. Mirrors Linux's
 * mm/swapfile.c (swapon, swapoff, try_to_unuse).
 */
#include "err.h"
#include "fs.h"
#include "highmem.h"
#include "internal.h"
#include "kernel.h"
#include "mutex.h"
#include "pagemap.h"
#include "sched.h"
#include "slab.h"
#include "string.h"
#include "swap_state.h"
#include "uaccess.h"

#define PAGE_SECTORS (PAGE_SIZE / SECTOR_SIZE)

/* The first page of an area, version 1; the signature ends the page. */
struct swap_header {
    char bootbits[1024];
    u32 version;
    u32 last_page;
    u32 nr_badpages;
    u8 uuid[16];
    u8 volume_name[16];
    u32 padding[117];
    u32 badpages[637];
    u8 unused[2];
    char signature[SWAP_SIGNATURE_LENGTH];
};
_Static_assert(sizeof(struct swap_header) == PAGE_SIZE, "one page");

/* Reads the header to a new page; the error of the disk, or NULL. */
static struct swap_header *read_header(struct block_device *bdev, int *error)
{
    struct page *page = alloc_page(GFP_KERNEL);

    *error = -ENOMEM;
    if (!page)
        return NULL;
    *error = bdev_rw_page(bdev, BIO_READ, 0, page, 0, PAGE_SIZE);
    if (!*error)
        return page_address(page);
    __free_page(page);
    return NULL;
}

bool has_swap_signature(struct block_device *bdev)
{
    struct swap_header *header;
    bool has;
    int error;

    if (bdev->nr_sectors < 2 * PAGE_SECTORS)
        return false;
    header = read_header(bdev, &error);
    if (!header)
        return false;
    has = !memcmp(header->signature, SWAP_SIGNATURE, SWAP_SIGNATURE_LENGTH);
    free_page((unsigned long)header);
    return has;
}

/* What is wrong with the header, or NULL. */
static const char *check_header(const struct swap_header *header,
                                u64 device_pages)
{
    if (memcmp(header->signature, SWAP_SIGNATURE, SWAP_SIGNATURE_LENGTH))
        return "no swap signature (mkswap writes one)";
    if (header->version != 1)
        return "unknown version of the swap header";
    if (!header->last_page || header->last_page >= device_pages)
        return "the swap area is larger than the disk";
    if (header->nr_badpages > ARRAY_SIZE(header->badpages))
        return "too many bad pages";
    for (u32 i = 0; i < header->nr_badpages; i++)
        if (!header->badpages[i] || header->badpages[i] > header->last_page)
            return "a bad page beyond the end";
    return NULL;
}

static void free_maps(struct swap_info_struct *si)
{
    unsigned long chunks = DIV_ROUND_UP(si->max, CACHE_CHUNK);

    for (unsigned long i = 0; si->cache && i < chunks; i++)
        free_page((unsigned long)si->cache[i]);
    kfree(si->cache);
    if (si->swap_map)
        free_pages_exact(si->swap_map, si->max * sizeof(*si->swap_map));
    si->cache = NULL;
    si->swap_map = NULL;
}

static int alloc_maps(struct swap_info_struct *si)
{
    unsigned long chunks = DIV_ROUND_UP(si->max, CACHE_CHUNK);

    si->swap_map = alloc_pages_exact(si->max * sizeof(*si->swap_map),
                                     GFP_KERNEL | __GFP_ZERO);
    si->cache = kcalloc(chunks, sizeof(*si->cache), GFP_KERNEL);
    if (!si->swap_map || !si->cache)
        return -ENOMEM;
    for (unsigned long i = 0; i < chunks; i++) {
        si->cache[i] = (struct page **)get_zeroed_page(GFP_KERNEL);
        if (!si->cache[i])
            return -ENOMEM;
    }
    return 0;
}

/* The area as the header has it, not yet in use. */
static int setup_area(struct swap_info_struct *si, struct block_device *bdev,
                      const struct swap_header *header)
{
    const char *wrong =
        check_header(header, bdev->nr_sectors / PAGE_SECTORS);

    if (wrong) {
        pr_err("swapon: %s: %s\n", bdev->name, wrong);
        return -EINVAL;
    }
    si->bdev = bdev;
    si->max = min_t(unsigned long, header->last_page + 1ul,
                    SWP_OFFSET_MAX + 1ul);
    si->pages = si->max - 1;
    si->cluster_next = 1;
    if (alloc_maps(si)) {
        free_maps(si);
        return -ENOMEM;
    }
    si->swap_map[0] = SWAP_MAP_BAD;
    for (u32 i = 0; i < header->nr_badpages; i++) {
        u32 bad = header->badpages[i];

        if (bad < si->max && si->swap_map[bad] != SWAP_MAP_BAD) {
            si->swap_map[bad] = SWAP_MAP_BAD;
            si->pages--;
        }
    }
    return 0;
}

/* The area that uses the disk, or NULL. */
static struct swap_info_struct *area_of(const struct block_device *bdev)
{
    for (unsigned int i = 0; i < nr_swapfiles; i++)
        if (swap_info[i]->flags & SWP_USED && swap_info[i]->bdev == bdev)
            return swap_info[i];
    return NULL;
}

/* An unused place in swap_info, or a new one; NULL: all are taken. */
static struct swap_info_struct *get_area(void)
{
    struct swap_info_struct *si;

    for (unsigned int i = 0; i < nr_swapfiles; i++)
        if (!(swap_info[i]->flags & SWP_USED))
            return swap_info[i];
    if (nr_swapfiles == MAX_SWAPFILES)
        return NULL;
    si = kzalloc(sizeof(*si), GFP_KERNEL);
    if (!si)
        return NULL;
    si->type = nr_swapfiles;
    si->prio = -2 - (int)nr_swapfiles;
    spin_lock_init(&si->lock);
    smp_wmb(); /* others follow the pointer .. */
    WRITE_ONCE(swap_info[nr_swapfiles], si);
    smp_wmb(); /* .. and count, then look */
    WRITE_ONCE(nr_swapfiles, nr_swapfiles + 1);
    return si;
}

/* Others look at them under the lock. */
static void change_flags(struct swap_info_struct *si, unsigned clear,
                         unsigned set)
{
    spin_lock(&si->lock);
    si->flags = (si->flags & ~clear) | set;
    spin_unlock(&si->lock);
}

/* So many slots more to swap to. */
static void count_slots(long n)
{
    __atomic_fetch_add(&nr_swap_pages, n, __ATOMIC_RELAXED);
    __atomic_fetch_add(&total_swap_pages, n, __ATOMIC_RELAXED);
}

int swapon_bdev(struct block_device *bdev)
{
    struct swap_header *header;
    struct swap_info_struct *si;
    int error;

    if (bdev->read_only)
        return -EROFS;
    if (area_of(bdev))
        return -EBUSY;
    if (bdev->nr_sectors < 2 * PAGE_SECTORS)
        return -EINVAL;
    si = get_area();
    if (!si)
        return -EPERM;
    header = read_header(bdev, &error);
    if (!header)
        return error;
    error = setup_area(si, bdev, header);
    free_page((unsigned long)header);
    if (error)
        return error;
    change_flags(si, 0, SWP_USED | SWP_WRITEOK);
    count_slots((long)si->pages);
    pr_info("Adding %luk swap on /dev/%s.  Priority:%d extents:1\n",
            si->pages << (PAGE_SHIFT - 10), bdev->name, si->prio);
    return 0;
}

/* -- Off ----------------------------------------------------------------- */

/* Whether the page at addr is in the area. */
static bool is_swapped_there(struct mm_struct *mm, unsigned long addr,
                             const struct swap_info_struct *si)
{
    struct pte *ptep = mm_find_pte(mm, addr);
    struct pte pte = ptep ? ptep_get(ptep) : __pte(0);

    return is_swap_pte(pte) && swp_type(pte_to_swp_entry(pte)) == si->type;
}

/* Brings back what an address space has in the area. */
static int unuse_mm(struct mm_struct *mm, const struct swap_info_struct *si)
{
    int error = 0;

    mmap_read_lock(mm);
    for (struct vm_area_struct *vma = mm->mmap; vma && !error;
         vma = vma->vm_next)
        for (unsigned long addr = vma->vm_start; addr < vma->vm_end && !error;
             addr += PAGE_SIZE)
            while (!error && is_swapped_there(mm, addr, si)) {
                vm_fault_t fault = handle_mm_fault(vma, addr, 0);

                if (fault & VM_FAULT_ERROR)
                    error = fault & VM_FAULT_OOM ? -ENOMEM : -EIO;
                else if (fatal_signal_pending(current))
                    error = -EINTR;
            }
    mmap_read_unlock(mm);
    return error;
}

/* Every address space once; new ones made by fork come last in the list. */
static int unuse_all(const struct swap_info_struct *si)
{
    struct mm_struct *mm, *held = NULL;
    int error = 0;

    spin_lock(&mmlist_lock);
    list_for_each_entry(mm, &mmlist, mmlist) {
        if (!mmget_not_zero(mm))
            continue; /* exit_mmap is at it */
        spin_unlock(&mmlist_lock);
        if (held)
            mmput(held);
        held = mm;
        error = unuse_mm(mm, si);
        spin_lock(&mmlist_lock);
        if (error)
            break;
    }
    spin_unlock(&mmlist_lock);
    if (held)
        mmput(held);
    return error;
}

/* Slots that only the swap cache still holds. */
static void drop_cached(struct swap_info_struct *si)
{
    for (unsigned long slot = 1; slot < si->max; slot++) {
        struct swp_entry entry = swp_entry(si->type, slot);
        struct page *page;

        if (!(READ_ONCE(si->swap_map[slot]) & SWAP_HAS_CACHE))
            continue;
        page = lookup_swap_cache(entry);
        if (!page)
            continue;
        lock_page(page);
        wait_on_page_writeback(page);
        if (PageSwapCache(page) && page->private == entry.val &&
            try_to_free_swap(page))
            set_page_dirty(page);
        unlock_page(page);
        put_page(page);
    }
}

/* The area is empty; faults that began before may still look at its maps. */
static void close_area(struct swap_info_struct *si)
{
    spin_lock(&si->lock);
    si->flags = 0;
    spin_unlock(&si->lock);
    while (READ_ONCE(si->users))
        schedule_timeout_uninterruptible(1);
    free_maps(si);
}

int swapoff_bdev(struct block_device *bdev)
{
    struct swap_info_struct *si = area_of(bdev);
    int error = 0;

    if (!si)
        return -EINVAL;
    if (vm_enough_memory((long)si->inuse_pages))
        return -ENOMEM;
    /* Below zero until the used slots have come free. */
    change_flags(si, SWP_WRITEOK, 0);
    count_slots(-(long)si->pages);
    while (READ_ONCE(si->inuse_pages) && !error) {
        error = unuse_all(si);
        drop_cached(si);
        cond_resched();
    }
    if (error) {
        change_flags(si, 0, SWP_WRITEOK);
        count_slots((long)si->pages);
        return error;
    }
    close_area(si);
    return 0;
}

/* -- System calls -------------------------------------------------------- */

/* One swapon or swapoff at a time; outside of all other locks. */
static DEFINE_MUTEX(swapon_mutex);

static long with_device(const char __user *path,
                        int (*fn)(struct block_device *))
{
    char name[64];
    ssize_t n = strncpy_from_user(name, path, sizeof(name));
    struct file *file;
    struct inode *inode;
    long error = -ENOTBLK;

    if (n < 0)
        return n;
    if (n == (ssize_t)sizeof(name))
        return -ENAMETOOLONG;
    file = filp_open(name, O_RDONLY, 0);
    if (IS_ERR(file))
        return PTR_ERR(file);
    inode = file_inode(file);
    if (S_ISBLK(inode->i_mode) && inode->i_bdev) {
        mutex_lock(&swapon_mutex);
        error = fn(inode->i_bdev);
        mutex_unlock(&swapon_mutex);
    }
    fput(file);
    return error;
}

long sys_swapon(const char __user *path, int flags)
{
    (void)flags; /* priorities are given in the order of swapon */
    return with_device(path, swapon_bdev);
}

long sys_swapoff(const char __user *path)
{
    return with_device(path, swapoff_bdev);
}
