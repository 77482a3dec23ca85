/*
 * Modelled TLBs.
 */
#include "mmu/tlb.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bits.h"
#include "mmu/pte.h"

const char *tlb_geometry_check(const struct tlb_geometry *g)
{
    if (!g->entries)
        return NULL;
    if (g->entries > 65536 || !g->ways || g->entries % g->ways ||
        !is_power_of_two(g->entries / g->ways))
        return "a power of two of sets, at most 65536 entries";
    if (g->ways > REPLACE_MAX_WAYS)
        return "at most 1024 ways";
    if (g->replacement == REPLACE_PLRU && !is_power_of_two(g->ways))
        return "a power of two of ways for plru";
    return NULL;
}

static bool is_fully_associative(const struct tlb *t)
{
    return !t->set_mask;
}

void tlb_init(struct tlb *t, const struct tlb_geometry *g, unsigned index_bits,
              uint32_t first_random)
{
    memset(t, 0, sizeof *t);
    t->geometry = *g;
    t->index_bits = index_bits;
    t->set_mask = g->entries / g->ways - 1;
    t->key = alloc_zeroed(g->entries, sizeof *t->key);
    t->mask = alloc_zeroed(g->entries, sizeof *t->mask);
    t->info = alloc_zeroed(g->entries, sizeof *t->info);
    memset(t->key, 0xff, g->entries * sizeof *t->key);
    replace_init(&t->order, g->replacement, g->entries, g->ways, first_random);
    t->now = REPLACE_MAX_WAYS;
    tlb_clear(t);
}

void tlb_free(struct tlb *t)
{
    free(t->key);
    free(t->mask);
    free(t->info);
    replace_free(&t->order);
    memset(t, 0, sizeof *t);
}

/* Which of n_pieces a page's superpage is counted in; virtual addresses
 * differ in their high bits, so these are mixed in. */
static unsigned piece_index(const struct tlb *t, uint64_t vpn)
{
    return (unsigned)((vpn >> t->index_bits) * UINT64_C(0x9e3779b97f4a7c15) >>
                      58);
}

/* The count that an entry of this number and level is part of. */
static uint32_t *piece_count(struct tlb *t, uint64_t vpn, unsigned level)
{
    return level == 1 ? &t->n_pieces[piece_index(t, vpn)] : &t->n_large_pieces;
}

static ALWAYS_INLINE void count_piece(struct tlb *t, uint32_t slot,
                                      uint32_t change)
{
    unsigned level = tlb_level(t, slot);

    if (level && !(t->info[slot] & TLB_WHOLE))
        *piece_count(t, t->key[slot] >> TLB_ASID_BITS, level) += change;
}

static unsigned page_index(uint64_t vpn)
{
    return (unsigned)(vpn ^ vpn >> 8 ^ vpn >> 16) & 255;
}

/* The entry comes or goes (change: 1 or -1), in n_pages and n_whole. */
static ALWAYS_INLINE void count_entry(struct tlb *t, uint32_t slot,
                                      uint32_t change)
{
    if (!is_fully_associative(t))
        return;
    if (t->info[slot] & TLB_WHOLE)
        t->n_whole += change;
    else
        t->n_pages[page_index(t->key[slot] >> TLB_ASID_BITS)] += change;
}

static bool may_have_page(const struct tlb *t, uint64_t key)
{
    return t->n_pages[page_index(key >> TLB_ASID_BITS)] || t->n_whole;
}

void tlb_drop(struct tlb *t, uint32_t slot)
{
    count_piece(t, slot, UINT32_MAX); /* one less */
    if (tlb_is_valid(t, slot))
        count_entry(t, slot, UINT32_MAX);
    t->key[slot] = TLB_INVALID_KEY;
    t->mask[slot] = ~UINT64_C(0);
    t->info[slot] = 0;
    replace_invalidate(&t->order, slot);
}

void tlb_clear(struct tlb *t)
{
    for (uint32_t slot = 0; slot < t->geometry.entries; slot++)
        tlb_drop(t, slot);
    replace_clear(&t->order);
}

uint32_t tlb_first_of_set(const struct tlb *t, uint64_t key)
{
    return (uint32_t)(key >> TLB_ASID_BITS & t->set_mask) * t->geometry.ways;
}

uint32_t tlb_peek(const struct tlb *t, uint64_t key)
{
    uint32_t first = tlb_first_of_set(t, key);

    for (uint32_t slot = first; slot < first + t->geometry.ways; slot++) {
        if (tlb_matches(t, slot, key))
            return slot;
    }
    return TLB_NO_SLOT;
}

static void set_hint(struct tlb *t, uint64_t key, uint32_t slot)
{
    t->hint_key[tlb_hint(key)] = key;
    t->hint_slot[tlb_hint(key)] = slot;
}

static void clear_hints(struct tlb *t)
{
    memset(t->hint_key, 0xff, sizeof t->hint_key);
}

uint32_t tlb_find(struct tlb *t, uint64_t key)
{
    uint32_t slot = t->hint_slot[tlb_hint(key)];

    if (!is_fully_associative(t))
        return tlb_peek(t, key);
    if (t->hint_key[tlb_hint(key)] == key && tlb_matches(t, slot, key))
        return slot;
    slot = may_have_page(t, key) ? tlb_peek(t, key) : TLB_NO_SLOT;
    if (slot != TLB_NO_SLOT)
        set_hint(t, key, slot);
    return slot;
}

uint32_t tlb_victim(struct tlb *t, uint64_t key)
{
    return replace_victim(&t->order, tlb_first_of_set(t, key));
}

static uint64_t level_mask(const struct tlb *t, unsigned level)
{
    return (UINT64_C(1) << level * t->index_bits) - 1;
}

static uint64_t mask_of(const struct tlb *t, uint64_t info)
{
    uint64_t mask = ~UINT64_C(0);

    if (info & TLB_WHOLE)
        mask &= ~(level_mask(t, info >> TLB_LEVEL_SHIFT & 7) << TLB_ASID_BITS);
    if (info & PTE_G)
        mask &= ~((UINT64_C(1) << TLB_ASID_BITS) - 1);
    return mask;
}

void tlb_set(struct tlb *t, uint32_t slot, const struct tlb_fill *f)
{
    bool is_whole = f->level && !f->is_piece && is_fully_associative(t);
    uint64_t pa = f->page_pa;

    if (is_whole)
        pa &= ~(level_mask(t, f->level) << 12);
    t->info[slot] = pa | f->flags | f->level << TLB_LEVEL_SHIFT |
                    (is_whole ? TLB_WHOLE : 0);
    t->mask[slot] = mask_of(t, t->info[slot]);
    t->key[slot] = f->key & t->mask[slot];
    count_piece(t, slot, 1);
    count_entry(t, slot, 1);
    if (t->mask[slot] != ~UINT64_C(0))
        clear_hints(t);
    else
        set_hint(t, f->key, slot);
}

bool tlb_is_fenced(const struct tlb *t, uint32_t slot,
                   const struct tlb_fence *f)
{
    uint64_t difference = t->key[slot] >> TLB_ASID_BITS ^ f->vpn;

    if (!tlb_is_valid(t, slot))
        return false;
    if (f->has_asid &&
        (t->info[slot] & PTE_G || (t->key[slot] & 0xffff) != f->asid))
        return false;
    return !f->has_vpn || !(difference & ~level_mask(t, tlb_level(t, slot)));
}

/* Without pieces, an entry that a fence by an address drops matches it, and
 * so is in its set. */
static uint32_t next_match(const struct tlb *t, uint32_t slot,
                           const struct tlb_fence *f)
{
    uint64_t key = tlb_key(f->vpn, 0), vpn_mask = ~tlb_key(0, UINT16_MAX);
    uint32_t first = tlb_first_of_set(t, key), end = first + t->geometry.ways;

    for (slot = slot < first ? first : slot; slot < end; slot++) {
        if (UNLIKELY(!((t->key[slot] ^ key) & t->mask[slot] & vpn_mask)) &&
            tlb_is_fenced(t, slot, f))
            return slot;
    }
    return TLB_NO_SLOT;
}

static bool may_have_pieces(const struct tlb *t, uint64_t vpn)
{
    return t->n_large_pieces || t->n_pieces[piece_index(t, vpn)];
}

uint32_t tlb_next_fenced(const struct tlb *t, uint32_t slot,
                         const struct tlb_fence *f)
{
    if (f->has_vpn && !may_have_pieces(t, f->vpn))
        return next_match(t, slot, f);
    for (; slot < t->geometry.entries; slot++) {
        if (tlb_is_fenced(t, slot, f))
            return slot;
    }
    return TLB_NO_SLOT;
}

void tlb_look(const struct tlb *t, uint32_t slot, struct tlb_view *v)
{
    memset(v, 0, sizeof *v);
    v->is_valid = tlb_is_valid(t, slot);
    v->rank = replace_rank(&t->order, slot);
    if (!v->is_valid)
        return;
    v->is_global = t->info[slot] & PTE_G;
    v->is_whole = t->info[slot] & TLB_WHOLE;
    v->va = t->key[slot] >> TLB_ASID_BITS << 12;
    v->pa = t->info[slot] & ~UINT64_C(0xfff);
    v->asid = t->key[slot] & 0xffff;
    v->level = tlb_level(t, slot);
    v->flags = t->info[slot] & TLB_FLAGS;
}

/* An entry that this TLB could have come to by itself. */
static bool is_possible(const struct tlb *t, uint32_t slot)
{
    uint64_t key = t->key[slot], info = t->info[slot];
    unsigned level = tlb_level(t, slot);

    if (!tlb_is_valid(t, slot))
        return !info && !t->order.stamp[slot];
    if (!t->order.stamp[slot] || key & ~t->mask[slot] || info >> 56)
        return false;
    if (info & TLB_WHOLE)
        return level && is_fully_associative(t) &&
               !(info >> 12 & level_mask(t, level));
    return tlb_first_of_set(t, key) == slot / t->geometry.ways * t->geometry.ways;
}

static bool is_consistent(const struct tlb *t)
{
    for (uint32_t slot = 0; slot < t->geometry.entries; slot++) {
        if (!is_possible(t, slot))
            return false;
    }
    return replace_is_consistent(&t->order);
}

static void forget_counts(struct tlb *t)
{
    memset(t->n_pieces, 0, sizeof t->n_pieces);
    memset(t->n_pages, 0, sizeof t->n_pages);
    t->n_large_pieces = t->n_whole = 0;
}

/* What follows from the entries, once they are known to make sense. */
static bool derive(struct tlb *t)
{
    forget_counts(t);
    for (uint32_t slot = 0; slot < t->geometry.entries; slot++) {
        if (tlb_level(t, slot) >= 5)
            return false;
        t->mask[slot] = mask_of(t, t->info[slot]);
        count_piece(t, slot, 1);
        if (tlb_is_valid(t, slot))
            count_entry(t, slot, 1);
    }
    return is_consistent(t);
}

static void check_loaded(struct tlb *t, struct archive *a)
{
    bool ok = !archive_error(a) && derive(t);

    archive_check(a, ok, "tlb: entries and replacement do not fit");
    if (!ok) {
        tlb_clear(t);
        forget_counts(t);
    }
    clear_hints(t);
    t->now = REPLACE_MAX_WAYS;
}

void tlb_archive(struct tlb *t, const char *name, struct archive *a)
{
    size_t bytes = t->geometry.entries * sizeof *t->key;

    archive_section(a, name);
    archive_bytes(a, "key", t->key, bytes);
    archive_bytes(a, "info", t->info, bytes);
    replace_archive(&t->order, a);
    if (archive_is_stored(a)) {
        archive_u64(a, "accesses", &t->stats.accesses);
        archive_u64(a, "misses", &t->stats.misses);
    }
    if (archive_is_loading(a))
        check_loaded(t, a);
}
