/*
 * Swap I/O. Pages of adjacent slots share a request of up to BIO_MAX pages;
 * its bio comes from a pool with some in reserve, so that writing out works when
 * no memory is free. A slot is a page: 8
 * sectors. Counters: PSWPIN, PSWPOUT. Mirrors Linux's swap_writepage,
 * swap_readpage, end_swap_bio_write, end_swap_bio_read.
 */
#include "internal.h"
#include "kernel.h"
#include "mempool.h"
#include "pagemap.h"
#include "ratelimit.h"
#include "sched.h"
#include "slab.h"
#include "swap_state.h"

#define NR_SWAP_BIOS 16 /* in reserve */
#define PAGE_SECTORS (PAGE_SIZE / SECTOR_SIZE)

static mempool_t *bio_pool; /* set at boot */
static DECLARE_WAIT_QUEUE_HEAD(write_wait);
static unsigned long writes_ended; /* bios; grows */

void page_io_init(void)
{
    struct kmem_cache *bio_cache =
        kmem_cache_create("bio", sizeof(struct bio), 0,
                          SLAB_HWCACHE_ALIGN | SLAB_PANIC, NULL);

    bio_pool = mempool_create_slab_pool(NR_SWAP_BIOS, bio_cache);
    if (!bio_pool)
        panic("no memory for the bios of swap");
}

static void report(const struct bio *bio, const char *what)
{
    static struct ratelimit_state limit;

    if (!ratelimit(&limit, "swap_io"))
        return;
    pr_err("%s-error on swap-device (%s:%llu)\n", what, bio->bdev->name,
           (unsigned long long)bio->sector);
}

/* Interrupts are off. A page that was not written stays, dirty. */
static void end_swap_write(struct bio *bio)
{
    if (bio->error)
        report(bio, "Write");
    for (unsigned int i = 0; i < bio->nr_segs; i++) {
        struct page *page = bio->seg[i].page;

        if (bio->error) {
            SetPageError(page);
            set_page_dirty(page);
            ClearPageReclaim(page);
        }
        end_page_writeback(page);
    }
    __atomic_fetch_add(&writes_ended, 1, __ATOMIC_RELEASE);
    mempool_free(bio, bio_pool);
    wake_up_all(&write_wait);
}

static void end_swap_read(struct bio *bio)
{
    if (bio->error)
        report(bio, "Read");
    for (unsigned int i = 0; i < bio->nr_segs; i++) {
        struct page *page = bio->seg[i].page;

        if (bio->error)
            SetPageError(page);
        else
            SetPageUptodate(page);
        unlock_page(page);
    }
    mempool_free(bio, bio_pool);
}

void swap_plug_flush(struct swap_plug *plug)
{
    struct bio *bio = plug->bio;

    if (!bio)
        return;
    plug->bio = NULL;
    count_vm_events(bio->op == BIO_WRITE ? PSWPOUT : PSWPIN, bio->nr_segs);
    submit_bio(bio);
}

static void add_page(struct swap_plug *plug, struct page *page,
                     enum bio_op op)
{
    struct swp_entry entry = {page->private};
    struct swap_info_struct *si = swap_info_of(entry);
    u64 sector = (u64)swp_offset(entry) * PAGE_SECTORS;
    struct bio *bio = plug->bio;

    if (bio && (bio->bdev != si->bdev || bio->op != op ||
                bio->nr_segs == BIO_MAX ||
                bio->sector + (u64)bio->nr_segs * PAGE_SECTORS != sector)) {
        swap_plug_flush(plug);
        bio = NULL;
    }
    if (!bio) {
        bio = mempool_alloc(bio_pool, GFP_NOIO);
        bio->bdev = si->bdev;
        bio->op = op;
        bio->sector = sector;
        bio->nr_segs = 0;
        bio->error = 0;
        bio->end_io = op == BIO_WRITE ? end_swap_write : end_swap_read;
        plug->bio = bio;
    }
    bio->seg[bio->nr_segs++] =
        (struct bio_segment){.page = page, .offset = 0, .len = PAGE_SIZE};
}

void swap_writepage(struct page *page, struct swap_plug *plug)
{
    if (try_to_free_swap(page)) {
        unlock_page(page); /* nobody will want it back */
        return;
    }
    set_page_writeback(page);
    unlock_page(page);
    add_page(plug, page, BIO_WRITE);
}

void swap_readpage(struct page *page, struct swap_plug *plug)
{
    BUG_ON(!PageLocked(page) || PageUptodate(page));
    add_page(plug, page, BIO_READ);
}

void wait_for_writeback_progress(void)
{
    unsigned long seen = __atomic_load_n(&writes_ended, __ATOMIC_ACQUIRE);

    if (global_node_page_state(NR_WRITEBACK))
        io_wait_event(&write_wait,
                   __atomic_load_n(&writes_ended, __ATOMIC_ACQUIRE) != seen ||
                       !global_node_page_state(NR_WRITEBACK));
}
