/*
 * A modelled TLB. It is real: its contents translate, so a guest that omits a
 * fence sees the stale entry.
 *
 * A superpage stays whole in a fully associative TLB and enters a
 * set-associative one as the 4 KiB piece that was asked for; a piece still
 * knows its superpage's level, for a fence by an address drops them all.
 */
#ifndef QUIRE_MMU_TLB_H
#define QUIRE_MMU_TLB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/compiler.h"
#include "mmu/geometry.h"
#include "mmu/replace.h"

#define TLB_NO_SLOT UINT32_MAX

struct tlb_stats {
    uint64_t accesses, misses; /* hits are the difference */
};

/* An entry: key and mask match an address, info is what it gives. */
#define TLB_ASID_BITS 16
/* key: virtual page number << TLB_ASID_BITS | asid */
#define TLB_INVALID_KEY UINT64_MAX
/* info: the page frame's address (the superpage's, if whole) and */
#define TLB_FLAGS UINT64_C(0xff) /* the leaf's bits 7:0; G if any level has */
#define TLB_LEVEL_SHIFT 8        /* the leaf's level, 3 bits */
#define TLB_WHOLE UINT64_C(0x800)

#define TLB_HINTS 64

struct tlb {
    struct tlb_geometry geometry;
    unsigned index_bits; /* of the scheme, a level */
    uint64_t set_mask;
    /* How many entries are pieces of superpages: of level 1 by number, of
     * larger ones. A fence by an address searches beyond its set only where
     * there may be some. */
    uint32_t n_pieces[64], n_large_pieces;
    uint64_t *key, *mask, *info;
    struct replace order;
    /* Of a fully associative one: how many entries are for one page, by a hash
     * of it, and for more, so that it need not look at each to know that none
     * is. */
    uint32_t n_pages[256];
    uint32_t n_whole;
    uint64_t now; /* of a second level; others use their hart's clock */
    /* Where a page was found last, for the fully associative. A hint counts
     * if its key is the one asked for and the slot still matches; all are
     * cleared when an entry comes that can match beside another. */
    uint64_t hint_key[TLB_HINTS];
    uint32_t hint_slot[TLB_HINTS];
    struct tlb_stats stats;
};

/* The geometry must have been checked, and not be "none". */
void tlb_init(struct tlb *t, const struct tlb_geometry *g, unsigned index_bits,
              uint32_t first_random);
void tlb_free(struct tlb *t);
/* Drops everything, and sets the policy as at first; counts stay. */
void tlb_clear(struct tlb *t);

static inline uint64_t tlb_key(uint64_t vpn, uint64_t asid)
{
    return vpn << TLB_ASID_BITS | asid;
}

static inline bool tlb_matches(const struct tlb *t, uint32_t slot, uint64_t key)
{
    return !((t->key[slot] ^ key) & t->mask[slot]);
}

/* The lowest entry that translates this page, or TLB_NO_SLOT. */
uint32_t tlb_find(struct tlb *t, uint64_t key);
/* The same without touching a hint. */
uint32_t tlb_peek(const struct tlb *t, uint64_t key);

/* Where the hint for a page is; higher bits are folded in, so that buffers a
 * power of two apart do not take turns in one. */
static inline unsigned tlb_hint(uint64_t key)
{
    uint64_t vpn = key >> TLB_ASID_BITS;

    return (unsigned)(vpn ^ vpn >> 6 ^ vpn >> 12) & (TLB_HINTS - 1);
}

/* The same where it costs little, else TLB_NO_SLOT: of a fully associative one
 * only by its hint. */
static inline uint32_t tlb_find_quickly(const struct tlb *t, uint64_t key)
{
    unsigned hint = tlb_hint(key);
    uint32_t slot = t->hint_slot[hint];

    if (t->set_mask)
        return tlb_peek(t, key);
    return t->hint_key[hint] == key && tlb_matches(t, slot, key) ? slot
                                                                 : TLB_NO_SLOT;
}

/* What a walk or the next level found. */
struct tlb_fill {
    uint64_t key;     /* of the page asked for */
    uint64_t page_pa; /* of the 4 KiB page asked for */
    unsigned flags;   /* the leaf's bits 7:0, G as above */
    unsigned level;   /* of the leaf */
    bool is_piece;    /* of a superpage, even where it could be whole */
};

/* The first slot of the set where this page can be. */
uint32_t tlb_first_of_set(const struct tlb *t, uint64_t key);
/* The entry that a fill of this page takes. */
uint32_t tlb_victim(struct tlb *t, uint64_t key);
/* Puts it there, where nothing may be (tlb_drop); the caller
 * marks it filled in t->order. */
void tlb_set(struct tlb *t, uint32_t slot, const struct tlb_fill *f);
void tlb_drop(struct tlb *t, uint32_t slot);

static inline bool tlb_is_valid(const struct tlb *t, uint32_t slot)
{
    return t->key[slot] != TLB_INVALID_KEY;
}

static inline unsigned tlb_level(const struct tlb *t, uint32_t slot)
{
    return t->info[slot] >> TLB_LEVEL_SHIFT & 7;
}

/* The 4 KiB frame that a matching entry gives for the page of key. */
static inline uint64_t tlb_page_pa(const struct tlb *t, uint32_t slot,
                                   uint64_t key)
{
    uint64_t base = t->info[slot] & ~UINT64_C(0xfff);
    uint64_t vpn = key >> TLB_ASID_BITS;
    uint64_t within = 0;

    if (t->info[slot] & TLB_WHOLE)
        within = (UINT64_C(1) << tlb_level(t, slot) * t->index_bits) - 1;
    return base | (vpn & within) << 12;
}

/* Whether sfence.vma in this form drops the entry. */
struct tlb_fence {
    bool has_vpn, has_asid;
    uint64_t vpn, asid;
};
bool tlb_is_fenced(const struct tlb *t, uint32_t slot,
                   const struct tlb_fence *f);
/* The first entry from `slot` on that is fenced, or TLB_NO_SLOT. */
uint32_t tlb_next_fenced(const struct tlb *t, uint32_t slot,
                         const struct tlb_fence *f);

/* A slot as the visualiser shows it. */
struct tlb_view {
    bool is_valid, is_global, is_whole;
    uint64_t va, pa; /* of the page, or of the whole superpage */
    uint64_t asid;
    unsigned level; /* of the leaf */
    unsigned flags; /* the leaf's bits 7:0 */
    unsigned rank;  /* replace_rank; plru: of an invalid entry too */
};
void tlb_look(const struct tlb *t, uint32_t slot, struct tlb_view *v);

/* Contents and replacement; counts in snapshots only. */
void tlb_archive(struct tlb *t, const char *name, struct archive *a);

#endif
