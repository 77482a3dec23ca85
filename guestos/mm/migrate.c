/*
 * Migration: a page's contents and identity go to another frame.
 *
 *     lock the old page; wait for write-back, or give up
 *     entries become migration entries, TLBs forget       (migrate_entry.c)
 *     nobody but the cache and the mover holds it: the count is frozen
 *         and the cache's pointer goes to the new frame, locked
 *     copy, unlock: who waited finds the new one
 *     entries map the new frame; the old one is free
 *
 * Whoever has a reference of his own (a pin) may be at the contents: the
 * count is not as expected, the entries come back, and it is -EAGAIN. The
 * new frame gets the flags while it is nobody's, and is up to date only after
 * the copy, so who finds it in the cache first waits for its lock.
 *
 * The page's lock is held from the beginning to the end, and with it the
 * mapping of a cached page; an anonymous page's list of mappings is held by a
 * count, since all its VMAs may go meanwhile. Owns nothing. Counters:
 * PGMIGRATE_SUCCESS, PGMIGRATE_FAIL, NR_ISOLATED_*. Mirrors Linux's
 * migrate_pages, unmap_and_move, migrate_page_move_mapping,
 * migrate_page_states, putback_movable_pages.
 */
#include "migrate.h"

#include "highmem.h"
#include "kernel.h"
#include "page_owner.h"
#include "pagemap.h"
#include "rmap.h"
#include "sched.h"
#include "swap_state.h"
#include "trace.h"

/* So often are all pages tried that somebody else uses; the first passes do
 * not wait for anybody. */
#define MAX_PASSES 10
#define PATIENT_PASSES 3

/* So many pages at a time join LRU lists. */
#define MOVED_BATCH 32

/* What goes to the new frame. PG_uptodate follows after the contents. */
#define PAGE_FLAGS_MOVED                                                       \
    (1ul << PG_referenced | 1ul << PG_dirty | 1ul << PG_active |               \
     1ul << PG_workingset | 1ul << PG_swapcache | 1ul << PG_error |            \
     1ul << PG_swapbacked | 1ul << PG_unevictable | 1ul << PG_readahead)

static enum node_stat_item isolated_item(const struct page *page)
{
    return PageSwapBacked(page) ? NR_ISOLATED_ANON : NR_ISOLATED_FILE;
}

static void count_isolated(const struct page *page, long delta)
{
    mod_node_page_state(page_pgdat(page), isolated_item(page), delta);
}

bool isolate_movable_page(struct page *page, struct list_head *pages)
{
    if (!isolate_lru_page(page))
        return false;
    count_isolated(page, 1);
    list_add(&page->lru, pages);
    return true;
}

void putback_movable_pages(struct list_head *pages)
{
    struct page *page, *next;

    list_for_each_entry_safe(page, next, pages, lru) {
        list_del(&page->lru);
        count_isolated(page, -1);
        putback_lru_page(page);
    }
}

/* -- One page; it and the new frame are locked, nothing maps it ----------- */

void migrate_page_states(struct page *newpage, const struct page *page)
{
    newpage->flags |= page->flags & PAGE_FLAGS_MOVED;
    newpage->mapping = page->mapping;
    newpage->index = page->index;
    newpage->private = page->private;
}

/* The new frame takes the page's place in the cache, if it is in one: 0, or
 * -EAGAIN when somebody else holds the page. */
static int migrate_page_move_mapping(struct page *newpage, struct page *page)
{
    struct address_space *mapping = page_mapping(page);

    if (PageSwapCache(page))
        return replace_swap_cache_page(newpage, page);
    if (mapping)
        return replace_page_cache_page(mapping, newpage, page);
    /* Nobody can find it: the mover's is the only reference. It is frozen for
     * the order alone: whoever had pinned it has written before the copy. */
    if (!page_ref_freeze(page, 1))
        return -EAGAIN;
    migrate_page_states(newpage, page);
    page_ref_unfreeze(page, 1);
    return 0;
}

static int move_to_new_page(struct page *newpage, struct page *page)
{
    int rc = migrate_page_move_mapping(newpage, page);

    if (rc)
        return rc;
    copy_user_highpage(newpage, page, 0);
    if (PageUptodate(page))
        SetPageUptodate(newpage);
    copy_page_owner(newpage, page);
    /* PageAnon is kept: entries that are unmapped now say by it what they
     * were. */
    if (!PageAnon(page))
        page->mapping = NULL;
    page->flags &= ~PAGE_FLAGS_MOVED;
    page->private = 0;
    return 0;
}

/* The old page is locked. */
static int move_locked_page(struct page *newpage, struct page *page)
{
    struct anon_vma *anon_vma = NULL;
    bool was_mapped = page_mapped(page);
    int rc = -EAGAIN;

    if (was_mapped)
        anon_vma = try_to_migrate(page);
    newpage->flags |= 1ul << PG_locked;
    if (!page_mapped(page))
        rc = move_to_new_page(newpage, page);
    if (was_mapped)
        remove_migration_ptes(page, rc ? page : newpage, anon_vma);
    if (rc)
        ClearPageLocked(newpage); /* nobody has seen it */
    else
        unlock_page(newpage);
    return rc;
}

/* Locks it: 0, or -EAGAIN; -EBUSY: it is being written, and that takes longer
 * than the caller has. */
static int lock_page_to_move(struct page *page, bool may_wait,
                             enum migrate_mode mode)
{
    if (!trylock_page(page)) {
        /* Who reclaims may hold the lock of a page of his own request. */
        if (!may_wait || mode == MIGRATE_ASYNC || current->flags & PF_MEMALLOC)
            return -EAGAIN;
        lock_page(page);
    }
    if (!PageWriteback(page))
        return 0;
    if (mode == MIGRATE_SYNC && may_wait) {
        wait_on_page_writeback(page);
        return 0;
    }
    unlock_page(page);
    return mode == MIGRATE_SYNC ? -EAGAIN : -EBUSY;
}

struct migration {
    new_page_t *get_new_page;
    free_page_t *put_new_page;
    unsigned long private;
    enum migrate_mode mode;

    /* What has moved and is not settled: the new frames, not on their LRU lists
     * yet, and how many old ones of the node count as isolated. */
    struct list_head moved;
    struct pglist_data *pgdat;
    unsigned int nr_moved;
    long nr_isolated[2]; /* anonymous, of files */
};

/* New frames join their LRU lists, old ones are isolated no more. */
static void settle_moved(struct migration *m)
{
    putback_lru_pages(&m->moved);
    for (int i = 0; i < 2; i++) {
        if (m->nr_isolated[i])
            mod_node_page_state(m->pgdat,
                                (enum node_stat_item)(NR_ISOLATED_ANON + i),
                                -m->nr_isolated[i]);
        m->nr_isolated[i] = 0;
    }
    m->nr_moved = 0;
}

/* A page that is gone from the list is put, and counted. */
static void finish_moved(struct page *page, enum node_stat_item isolated,
                         struct migration *m)
{
    if (m->nr_moved == MOVED_BATCH ||
        (m->nr_moved && m->pgdat != page_pgdat(page)))
        settle_moved(m);
    m->pgdat = page_pgdat(page);
    m->nr_moved++;
    m->nr_isolated[isolated - NR_ISOLATED_ANON]++;
    list_del(&page->lru);
    put_page(page);
}

/* The page, isolated and on a list: moved and gone, 0; else -errno. */
static int unmap_and_move(struct page *page, struct migration *m,
                          bool may_wait)
{
    struct page *newpage;
    int rc;

    if (page_count(page) == 1)
        return 0; /* everybody else has dropped it meanwhile */
    newpage = m->get_new_page(page, m->private);
    if (!newpage)
        return -ENOMEM;
    rc = lock_page_to_move(page, may_wait, m->mode);
    if (!rc) {
        rc = move_locked_page(newpage, page);
        unlock_page(page);
    }
    if (!rc)
        list_add_tail(&newpage->lru, &m->moved);
    else if (m->put_new_page)
        m->put_new_page(newpage, m->private);
    else
        put_page(newpage);
    return rc;
}

/* Everything on `from` once; how many to try again, or -ENOMEM. */
static int migrate_pass(struct list_head *from, struct list_head *failed,
                        struct migration *m, int pass,
                        unsigned int *succeeded)
{
    struct page *page, *next;
    int retry = 0;

    list_for_each_entry_safe(page, next, from, lru) {
        enum node_stat_item isolated = isolated_item(page);
        int rc = unmap_and_move(page, m, pass >= PATIENT_PASSES);

        switch (rc) {
        case 0:
            ++*succeeded;
            finish_moved(page, isolated, m);
            break;
        case -EAGAIN:
            retry++;
            break;
        case -ENOMEM:
            return rc;
        default:
            list_move_tail(&page->lru, failed);
        }
        cond_resched();
    }
    return retry;
}

static unsigned int list_length(const struct list_head *list)
{
    unsigned int n = 0;

    for (const struct list_head *at = list->next; at != list; at = at->next)
        n++;
    return n;
}

int migrate_pages(struct list_head *from, new_page_t *get_new_page,
                  free_page_t *put_new_page, unsigned long private,
                  enum migrate_mode mode, int reason,
                  unsigned int *ret_succeeded)
{
    struct migration m = {
        .get_new_page = get_new_page,
        .put_new_page = put_new_page,
        .private = private,
        .mode = mode,
        .moved = LIST_HEAD_INIT(m.moved),
    };
    unsigned int succeeded = 0, nr_failed;
    LIST_HEAD(failed);
    int rc = 1;

    (void)reason; /* hosted builds have no tracepoints */
    TRACE(migrate, mm_migrate_pages_start, mode, reason);
    for (int pass = 0; pass < MAX_PASSES && rc > 0; pass++) {
        rc = migrate_pass(from, &failed, &m, pass, &succeeded);
        settle_moved(&m);
    }
    nr_failed = list_length(&failed) + (unsigned int)(rc < 0 ? 1 : rc);
    list_splice(&failed, from);
    count_vm_events(PGMIGRATE_SUCCESS, succeeded);
    count_vm_events(PGMIGRATE_FAIL, nr_failed);
    TRACE(migrate, mm_migrate_pages, succeeded, nr_failed, mode, reason);
    if (ret_succeeded)
        *ret_succeeded = succeeded;
    return rc < 0 ? rc : (int)nr_failed;
}
