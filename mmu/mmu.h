/*
 * The memory management unit of one hart: virtual loads, stores, atomics and
 * fetches. The common case is a hit in the host-side translation cache, here
 * inline; everything else (page walks, PMP, devices, modelled TLBs and
 * caches, faults) is behind it.
 *
 * Addresses: a virtual address is zero-extended from XLEN; so is tval. Values
 * are zero-extended from the access's size. The mmu keeps its own copy of
 * what it needs of satp, mstatus and the privilege; the hart pushes changes.
 */
#ifndef QUIRE_MMU_MMU_H
#define QUIRE_MMU_MMU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/bits.h"
#include "base/compiler.h"
#include "devices/bus.h"
#include "mmu/fault.h"
#include "mmu/filter.h"
#include "mmu/geometry.h"
#include "mmu/pmp.h"
#include "mmu/walk.h"

struct cache;
struct cache_view;
struct cache_watch;
struct heat;
struct models;
struct tlb_view;
struct trace;

struct mmu_config {
    struct tlb_geometry itlb, dtlb, l2tlb;
    struct cache_geometry l1i, l1d;
    uint64_t seed; /* of random replacement, with the hart's number */
    unsigned hart;
    bool has_pmp;
    bool is_svade;         /* what mmu_set_svade says at first */
    bool traps_misaligned; /* loads and stores; AMO, LR, SC always trap */
    bool is_timed;         /* what misses takes cycles: see mmu->stalls */
};

/* What the mmu asks of its hart. Any function may be NULL. */
struct mmu_port {
    /* Around each access to a device: bring clock->now up to date before;
     * look again at deadlines and interrupts after. */
    void (*before_device)(void *ctx);
    void (*after_device)(void *ctx);
    /* Bytes were written that mmu_mark_code had marked; the marks stand. */
    void (*code_written)(void *ctx, uint64_t pa, uint64_t len);
    /* This hart stored to a word that mmu_watch_stores names, as a part of
     * [pa, pa + len) perhaps. */
    void (*watched_written)(void *ctx, uint64_t pa, uint64_t len);
    void *ctx;
    /* The instruction in flight takes so many cycles more. */
    void (*stalled)(void *ctx, uint64_t cycles);
};

/* A use of an entry of a modelled TLB, by an access that a walk would now let
 * go elsewhere, or would decide otherwise. Bits are the leaf's rights, PTE_R to
 * PTE_U, as the entry has them or as they stand in memory. */
struct mmu_stale_use {
    uint64_t va;
    enum access access;
    uint64_t entry_pa, walk_pa; /* of the byte at va */
    unsigned entry_bits, walk_bits;
    bool is_refused; /* the entry faults; otherwise it permits */
    enum walk_status walk;
};

struct mmu_stale_watch {
    void (*report)(void *ctx, const struct mmu_stale_use *use);
    void *ctx;
    struct stale_notes *notes; /* the mmu's: what was reported */
};

#define MMU_MAX_HARTS 8
#define MMU_MAX_WATCHES 2
#define MMU_WATCH_BYTES 8
#define MMU_PAGE_SHIFT 12
#define MMU_PAGE_SIZE (UINT64_C(1) << MMU_PAGE_SHIFT)
#define MMU_PAGE_MASK (MMU_PAGE_SIZE - 1)

/* A page that the host reaches directly. A tag is the virtual page and the
 * context (mmu->data_key); its low bits catch misalignment. */
struct host_page {
    uint64_t load_tag;
    uint64_t store_tag;
    uintptr_t addend; /* host address = addend + virtual address */
    uint64_t unused;  /* generated code finds entries by a shift */
};

/* Of generated code: the host page that an access had last, for loads or for
 * stores, with m->cell_key for its context. */
struct access_cell {
    uint64_t tag;
    uintptr_t addend;
};

#define MMU_CELLS 4096

struct fetch_page {
    uint64_t tag;
    uint64_t page_pa;
    uintptr_t addend;
    void *code; /* the engine's, m->no_code at first */
    uint64_t *slot_stamp; /* with models: of its slot in the ITLB, or a sink */
};

#define HOST_PAGES 4096
#define FETCH_PAGES 256
#define MMU_KEY_PRIV_SHIFT 36         /* in the keys of contexts */
#define HOST_TAG_NONE UINT64_C(0x800) /* no address has this tag */

/* Where instructions may be read, until the next call that can change
 * translations: to the end of the 4 KiB page, or, where PMP divides the page,
 * 2 bytes at a time. */
struct fetch {
    uint64_t pa;
    const uint8_t *host;
    unsigned bytes; /* that may be read there */
    /* For the trace alone: of the page that translates it. */
    bool has_leaf, is_global;
    unsigned level;
};

/* satp values that were in use lately; each has an epoch of its own, so that
 * returning to one finds its translations, and a fence is a new number. */
#define MMU_SPACES 16
struct space {
    uint64_t satp;
    uint64_t epoch; /* 0: free */
};

/* What decides about an access besides its address. */
struct context {
    struct rights rights;
    const struct walk_scheme *scheme; /* NULL: physical addresses */
};

/* The access whose pages are being translated: see mmu/attempt.c. */
struct attempt {
    uint64_t va;
    unsigned size;
    enum access access;
    enum attempt_kind {
        ATTEMPT_PLAIN,
        ATTEMPT_ATOMIC, /* LR or SC */
        ATTEMPT_AMO,
        ATTEMPT_BLOCK, /* cbo.clean, cbo.flush, cbo.inval */
        ATTEMPT_FETCH,
    } kind;
};

struct mmu {
    uint64_t data_key, fetch_key;   /* the contexts of data and of fetches */
    /* See mmu_count_fetch: the line that was fetched from last, as a tag. */
    uint64_t fetch_line, fetch_line_mask;
    uint64_t repeat_fetches;

    struct bus *bus;
    struct mmu_config config;
    struct mmu_port port;
    struct models *models; /* NULL: nothing is modelled, or not now */
    struct models *kept;   /* the same; also while they are switched off */
    bool is_switched_off;
    uint64_t stalls;   /* cycles beyond one a step, since power-on */
    struct heat *heat; /* NULL: nobody looks */
    /* See mmu_set_trace and mmu_watch_stale. While there is either, the host
     * side remembers nothing, so that every access comes by. */
    bool sees_all;
    struct trace *trace; /* NULL: nobody reads */
    unsigned number;     /* of the hart, in the trace */
    struct mmu_stale_watch stale;

    /* The hart's state, as pushed, and what follows from it. */
    uint64_t satp;
    const struct walk_scheme *scheme; /* that satp selects */
    enum privilege priv;
    enum privilege mpp;
    bool mprv, sum, mxr;
    bool is_svade; /* A and D: fault instead of a hardware update */
    struct context data, fetch;
    struct attempt attempt;
    struct pmp pmp;

    /* LR's reservation: physical, of its own bytes. */
    bool is_reserved;
    uint64_t reserved_pa;
    uint8_t reserved_size;

    struct mmu *harts[MMU_MAX_HARTS]; /* those that share the DRAM, self too */
    unsigned n_harts;
    uint64_t *code_lines;  /* a mask of 64-byte lines for each frame */
    /* Frames that a store tag may stand for: nobody has to hear of a store. */
    uint8_t *store_frames;
    uint64_t watches[MMU_MAX_WATCHES]; /* words whose stores are told */
    unsigned n_watches;

    struct space spaces[MMU_SPACES];
    unsigned next_space;
    uint64_t bare_epoch, satp_epoch, last_epoch;
    /* Which 4 MiB of virtual addresses (modulo 4 GiB) may have pieces of
     * superpages in the host-side cache. */
    bool has_pieces[1024];
    void *no_code; /* of a page for fetches that the engine has not seen */

    /* What hits inline and in generated code, by virtual page number or line. */
    struct host_page pages[HOST_PAGES];
    struct fetch_page fetch_pages[FETCH_PAGES];
    struct filter data_filter, fetch_filter;
    struct access_cell cells[MMU_CELLS];
    uint64_t cell_key, generation;
};

/* `l2` is shared by all harts and may be NULL. */
void mmu_init(struct mmu *m, const struct mmu_config *config, struct bus *bus,
              struct cache *l2);
void mmu_free(struct mmu *m);
/* Reset of the hart: bare, M-mode, PMP off, no reservation, nothing cached. */
void mmu_reset(struct mmu *m);
void mmu_set_port(struct mmu *m, const struct mmu_port *port);
/* Tells all harts of each other, once, after all were initialised; without it
 * a hart is alone. */
void mmu_join(struct mmu *const *harts, unsigned n);

/* State that the hart pushes. All are cheap, and few drop translations. */
void mmu_set_satp(struct mmu *m, uint64_t satp);
void mmu_set_mode(struct mmu *m, enum privilege priv, bool mprv,
                  enum privilege mpp, bool sum, bool mxr);
/* Whether a clear A or D is a page fault; drops translations of the host. */
void mmu_set_svade(struct mmu *m, bool is_svade);
/* The PMP registers live in m->pmp, where the hart reads them. set: as it
 * stands; write: the guest's write, subject to locks and reserved values. */
void mmu_set_pmp(struct mmu *m, unsigned i, uint8_t cfg, uint64_t addr);
void mmu_write_pmpcfg(struct mmu *m, unsigned i, uint8_t cfg);
void mmu_write_pmpaddr(struct mmu *m, unsigned i, uint64_t addr);

/* The four forms of sfence.vma. */
void mmu_sfence(struct mmu *m, bool has_va, uint64_t va, bool has_asid,
                uint64_t asid);
void mmu_fence_i(struct mmu *m);

/* cbo.*: on the naturally aligned block that holds va. False: *fault, a
 * store's, and nothing happened. */
#define MMU_BLOCK_BYTES 64
enum mmu_cbo { MMU_CBO_CLEAN, MMU_CBO_FLUSH, MMU_CBO_INVAL };
MUST_USE bool mmu_cbo(struct mmu *m, uint64_t va, enum mmu_cbo op,
                      struct fault *fault);
MUST_USE bool mmu_cbo_zero(struct mmu *m, uint64_t va, struct fault *fault);

/* What the inline functions below leave over. */
MUST_USE bool mmu_load_slow(struct mmu *m, uint64_t va, unsigned size,
                            uint64_t *value, struct fault *fault);
MUST_USE bool mmu_store_slow(struct mmu *m, uint64_t va, unsigned size,
                             uint64_t value, struct fault *fault);
MUST_USE bool mmu_fetch_slow(struct mmu *m, uint64_t va, struct fetch *out,
                             struct fault *fault);

/* Parts of these, for who has looked at the host pages and the filter itself:
 * with models, the commonest access, of a line of DRAM while nobody looks on
 * (false: it is another, and nothing happened); and all others. */
MUST_USE bool mmu_load_line(struct mmu *m, uint64_t va, unsigned size,
                            uint64_t *value);
MUST_USE bool mmu_store_line(struct mmu *m, uint64_t va, unsigned size,
                             uint64_t value);
MUST_USE bool mmu_load_general(struct mmu *m, uint64_t va, unsigned size,
                               uint64_t *value, struct fault *fault);
MUST_USE bool mmu_store_general(struct mmu *m, uint64_t va, unsigned size,
                                uint64_t value, struct fault *fault);

static ALWAYS_INLINE struct host_page *mmu_page(struct mmu *m, uint64_t va)
{
    return &m->pages[va >> MMU_PAGE_SHIFT & (HOST_PAGES - 1)];
}

static ALWAYS_INLINE uint64_t mmu_tag(uint64_t va, unsigned size, uint64_t key)
{
    return (va & (~MMU_PAGE_MASK | (size - 1))) | key;
}

/* A load or store of 1, 2, 4 or 8 bytes. False: *fault says why, and nothing
 * was read or written. */
MUST_USE static ALWAYS_INLINE bool mmu_load(struct mmu *m, uint64_t va,
                                            unsigned size, uint64_t *value,
                                            struct fault *fault)
{
    const struct host_page *page = mmu_page(m, va);

    if (LIKELY(page->load_tag == mmu_tag(va, size, m->data_key))) {
        *value = load_le((const void *)(page->addend + va), size);
        return true;
    }
    return mmu_load_slow(m, va, size, value, fault);
}

MUST_USE static ALWAYS_INLINE bool mmu_store(struct mmu *m, uint64_t va,
                                             unsigned size, uint64_t value,
                                             struct fault *fault)
{
    const struct host_page *page = mmu_page(m, va);

    if (LIKELY(page->store_tag == mmu_tag(va, size, m->data_key))) {
        store_le((void *)(page->addend + va), size, value);
        return true;
    }
    return mmu_store_slow(m, va, size, value, fault);
}

/* *old = memory; memory = op(*old, arg), of 4 or 8 bytes. Faults are those of
 * a store; misaligned ones always trap, devices give an access fault. */
MUST_USE bool mmu_amo(struct mmu *m, uint64_t va, unsigned size,
                      uint64_t (*op)(uint64_t old, uint64_t arg), uint64_t arg,
                      uint64_t *old, struct fault *fault);
/* The reservation is the bytes loaded, physical. It outlives traps and own
 * stores; any SC that does not trap ends it, and so do xRET and writes to it
 * by other harts and by DMA. An SC that fails has no effect on the model. */
MUST_USE bool mmu_load_reserved(struct mmu *m, uint64_t va, unsigned size,
                                uint64_t *value, struct fault *fault);
MUST_USE bool mmu_store_conditional(struct mmu *m, uint64_t va, unsigned size,
                                    uint64_t value, bool *stored,
                                    struct fault *fault);

/*
 * Fetching with exact counts. Before an instruction at va whose page is not
 * known to be the one fetched from last:
 *
 *     mmu_fetch(m, va, &f, &fault)          translates va's page; or a trap
 *     mmu_fetch_next(m, va, &f2, &fault)    only if the instruction has 4
 *                                           bytes and f.bytes == 2: f2 is
 *                                           where its last 2 are; or a trap
 *     mmu_count_fetch(m, va, size)          the access itself, once it is
 *                                           known to execute (or to trap
 *                                           later than in fetch)
 *
 * With a modelled TLB, mmu_fetch makes the entry present (a miss is counted
 * and filled then), so exactly one mmu_count_fetch must follow each success.
 * Within the page only mmu_count_fetch is needed, for each instruction, in
 * order of execution. For an instruction that lies wholly in the line of the
 * last one counted, m->repeat_fetches++ (or += n for n such instructions,
 * any time before the line changes) says the same; but not across an access
 * to a device, which can take the line away: count the next one in full.
 * Without models (see mmu_counts_fetches) counting may be left out altogether.
 */
/* The privilege takes part in the place, so that a handler and the code that it
 * interrupts do not take turns in one. */
static ALWAYS_INLINE struct fetch_page *mmu_fetch_page(struct mmu *m,
                                                       uint64_t va)
{
    uint64_t priv = m->fetch_key >> MMU_KEY_PRIV_SHIFT & 3;

    return &m->fetch_pages[(va >> MMU_PAGE_SHIFT ^ priv * (FETCH_PAGES / 4)) &
                           (FETCH_PAGES - 1)];
}

MUST_USE static ALWAYS_INLINE bool
mmu_fetch(struct mmu *m, uint64_t va, struct fetch *out, struct fault *fault)
{
    const struct fetch_page *page = mmu_fetch_page(m, va);

    if (LIKELY(page->tag == mmu_tag(va, 2, m->fetch_key))) {
        out->host = (const uint8_t *)(page->addend + va);
        out->pa = page->page_pa + (va & MMU_PAGE_MASK);
        out->bytes = (unsigned)(MMU_PAGE_SIZE - (va & MMU_PAGE_MASK));
        return true;
    }
    return mmu_fetch_slow(m, va, out, fault);
}

MUST_USE bool mmu_fetch_next(struct mmu *m, uint64_t va, struct fetch *out,
                             struct fault *fault);
void mmu_count_fetch_slow(struct mmu *m, uint64_t va, unsigned size);

/* Whether fetches must be counted, and the bytes of a line for that
 * (1: no two instructions share one). */
/*
 * For an engine that makes fetches which hit by itself, with models: its code
 * is in DRAM, and it stamps the way of L1I and the slot of the ITLB with times
 * of its own, later than m->fetch_filter.now. Before it begins to,
 * mmu_own_fetches; then, before anybody looks, mmu_count_fetches: how many there
 * were, how many of them had a second line, and a time that none is behind.
 */
void mmu_own_fetches(struct mmu *m);
void mmu_count_fetches(struct mmu *m, uint64_t fetches, uint64_t second_lines,
                       uint64_t now);
/* Whether L1I is modelled. Where it holds a line (physical address >>
 * fetch_filter.line_shift): its contents and its stamp; false: it does not. */
bool mmu_has_l1i(const struct mmu *m);
MUST_USE bool mmu_find_in_l1i(struct mmu *m, uint64_t number,
                              const uint64_t **line, uint64_t **touched);

/* Whether hits may go by unseen: nobody reads a trace, or wants to know of each
 * use of what is stale. */
bool mmu_hits_unseen(const struct mmu *m);

static inline bool mmu_counts_fetches(const struct mmu *m)
{
    return m->models || m->sees_all;
}

static inline unsigned mmu_fetch_line_bytes(const struct mmu *m)
{
    return m->sees_all ? 1 : (unsigned)m->fetch_line_mask + 1;
}

static ALWAYS_INLINE void mmu_count_fetch(struct mmu *m, uint64_t va,
                                          unsigned size)
{
    uint64_t last = va + size - 1;

    if (LIKELY(((last & ~m->fetch_line_mask) | m->fetch_key) == m->fetch_line &&
               (va & m->fetch_line_mask) <= (last & m->fetch_line_mask)))
        m->repeat_fetches++;
    else if (m->models || m->sees_all)
        mmu_count_fetch_slow(m, va, size);
}

/* Decoded code: the hart marks what it has decoded, by physical address; each
 * later write to a marked 64-byte line, by any hart or by DMA, calls
 * port.code_written. mmu_unmark_code drops all marks of pa's frame. */
void mmu_mark_code(struct mmu *m, uint64_t pa, uint64_t len);
void mmu_unmark_code(struct mmu *m, uint64_t pa);

/* Tells of each store of this hart to the doubleword of DRAM at pa, by
 * port.watched_written. Its frame is stored to the slow way from now on. At
 * most MMU_MAX_WATCHES, for good. */
void mmu_watch_stores(struct mmu *m, uint64_t pa);

/* DMA is about to read, or has written, DRAM: for all joined harts at once,
 * on any of them. */
void mmu_snoop_dma_read(struct mmu *m, uint64_t pa, uint64_t len);
void mmu_snoop_dma_write(struct mmu *m, uint64_t pa, uint64_t len);

/* No store goes unseen from now on, until its frame is marked again (see
 * bus_mark_written): for who digests DRAM. Changes no count. */
void mmu_forget_stores(struct mmu *m);

/* The host looks: what `va` means now for such an access, with no effect at
 * all (no A or D, no TLB, no count, no device). False: it would fault. */
MUST_USE bool mmu_peek_translate(const struct mmu *m, uint64_t va,
                                 enum access access, enum privilege priv,
                                 uint64_t *pa);

/* What was modelled. All 0 where it was not. */
struct tlb_counts {
    uint64_t accesses, hits, misses;
};
struct cache_counts {
    uint64_t accesses, hits, misses, writebacks, writethroughs;
};
/* Page walks, the entries they read, and the updates of A and D. */
struct walk_stats {
    uint64_t walks, reads, updates;
};
struct mmu_counts {
    struct tlb_counts itlb, dtlb, l2tlb;
    struct cache_counts l1i, l1d;
    struct cache_counts l2; /* of all harts */
    struct walk_stats walks;
};
void mmu_count(struct mmu *m, struct mmu_counts *counts);

/* Switches the models on, which empties them, or off; counts stay. For all
 * harts at once; the shared L2 is the caller's to empty. */
void mmu_switch_models(struct mmu *m, bool on);

/* The modelled structures, for the visualiser; 0 entries where there are
 * none. Slots as tlb_look and ways as cache_look number them. */
enum mmu_tlb { MMU_ITLB, MMU_DTLB, MMU_L2TLB };
enum mmu_cache { MMU_L1I, MMU_L1D, MMU_L2 };
unsigned mmu_tlb_entries(const struct mmu *m, enum mmu_tlb which,
                         unsigned *ways);
void mmu_tlb_look(const struct mmu *m, enum mmu_tlb which, unsigned slot,
                  struct tlb_view *view);
unsigned mmu_cache_lines(const struct mmu *m, enum mmu_cache which,
                         unsigned *ways, unsigned *line_bytes);
/* "l1i", "l1d" or "l2", if c is one of this hart's, else NULL. */
const char *mmu_cache_name(const struct mmu *m, const struct cache *c);
void mmu_cache_look(const struct mmu *m, enum mmu_cache which, unsigned way,
                    struct cache_view *view);
/* Misses of a set since the start. */
uint64_t mmu_cache_set_misses(const struct mmu *m, enum mmu_cache which,
                              unsigned set);

/* DMA is not coherent with the caches from now on, L2 included; the watch
 * (mmu/cache.h) is told of what would have been stale. */
void mmu_watch_dma(struct mmu *m, const struct cache_watch *watch);

/* Notes accesses in `heat` (mmu/heat.h) from now on, or no longer (NULL).
 * mmu_heat_epoch, called now and then with the machine's time, makes the
 * next access to each frame a new one. Neither changes a count. */
void mmu_set_heat(struct mmu *m, struct heat *heat);
void mmu_heat_epoch(struct mmu *m, uint64_t now);

/* Writes every access to `trace` from now on, which may be shared by harts, or
 * no longer (NULL). `number` is what the lines call this hart. Changes no
 * count. Blocks decoded before count their fetches wrongly: hart_set_trace. */
void mmu_set_trace(struct mmu *m, struct trace *trace, unsigned number);
/* Calls report (NULL: no longer) for each use of a stale entry, once an entry
 * and change, before the access happens. The same about blocks. */
void mmu_watch_stale(struct mmu *m,
                     void (*report)(void *ctx, const struct mmu_stale_use *use),
                     void *ctx);

/* Modelled TLBs, reservation, PMP; caches, as counters show them to
 * the guest. After a restore the hart pushes satp and mode. */
void mmu_archive(struct mmu *m, struct archive *a);

#endif
