/*
 * Decodes blocks, finds them again by physical address, and drops them when
 * their code is written. See cpu/block.h for the idea.
 */
#include "cpu/block.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bits.h"
#include "cpu/hook.h"
#include "cpu/internal.h"

#define MAX_BLOCKS (1u << 16)
#define MAX_INSNS (1u << 19)
#define N_BUCKETS (1u << 15)
#define N_PAGES (1u << 12)

/* ---- decoding ---- */

void block_make_page_relative(struct insn *d)
{
    if (d->op == OP_JAL || d->op == OP_AUIPC ||
        op_is_branch((enum op)d->op))
        d->imm = (int32_t)((uint32_t)d->imm + d->offset);
}

static bool ends_block(const struct insn *d)
{
    return d->op == OP_ILLEGAL || d->op >= OP_FENCE_I;
}

/* Where a block is being written to. */
struct writer {
    struct blocks *blocks;
    struct insn *to;
    uint32_t n, steps;
    struct insn *fetch; /* the run of fetches that is open, or NULL */
};

static bool is_in_line(const struct blocks *blocks, const struct insn *fetch,
                       const struct insn *d)
{
    uint64_t mask = blocks->line_mask;
    unsigned last = d->offset + d->size - 1u;

    return (fetch->offset & mask) == (last & mask);
}

static void write_fetch(struct writer *w, const struct insn *d)
{
    if (w->fetch && is_in_line(w->blocks, w->fetch, d)) {
        w->fetch->imm++;
        return;
    }
    w->fetch = &w->to[w->n++];
    *w->fetch = *d;
    w->fetch->op = OP_FETCH;
    w->fetch->imm = 1;
    if (!is_in_line(w->blocks, d, d))
        w->fetch = NULL; /* straddles: the next is counted in full */
}

static void write_insn(struct writer *w, struct insn d, unsigned offset)
{
    d.offset = (uint16_t)offset;
    d.index = (uint8_t)w->steps;
    block_make_page_relative(&d);
    if (w->blocks->counts_fetches)
        write_fetch(w, &d);
    w->to[w->n++] = d;
    w->steps++;
}

static void write_end(struct writer *w, unsigned offset)
{
    w->to[w->n++] = (struct insn){
        .op = OP_END, .index = (uint8_t)w->steps, .offset = (uint16_t)offset};
}

/* Decodes from `offset` up to `stop`; returns where it stopped. An instruction
 * that goes on in the next page is left to decode_single. */
static unsigned decode_run(const struct isa *isa, struct writer *w,
                           const uint8_t *host, unsigned offset, unsigned stop)
{
    while (w->steps < w->blocks->limit && offset < stop) {
        uint32_t bits = (uint32_t)load_le(host + offset, 2);
        struct insn d;

        if (isa_length(bits) == 4) {
            if (offset + 4 > MMU_PAGE_SIZE)
                break;
            bits = (uint32_t)load_le(host + offset, 4);
        }
        d = isa_decode(isa, bits);
        write_insn(w, d, offset);
        offset += d.size;
        if (ends_block(&d))
            return offset;
    }
    write_end(w, offset);
    return offset;
}

static unsigned bucket_of(uint64_t pa)
{
    return (unsigned)(pa >> 1 ^ pa >> 16) & (N_BUCKETS - 1);
}

static unsigned page_of(uint64_t pa)
{
    return (unsigned)(pa >> MMU_PAGE_SHIFT) & (N_PAGES - 1);
}

/* Where a block from pa on, `offset` in its page, must end: at the next hook,
 * or with the page. */
static unsigned stop_of(const struct hart *h, uint64_t pa, unsigned offset)
{
    unsigned rest = (unsigned)MMU_PAGE_SIZE - offset;
    size_t next;

    if (!h->hooks)
        return (unsigned)MMU_PAGE_SIZE;
    next = hook_find(h->hooks, pa + 1);
    if (next < h->hooks->n && h->hooks->pas[next] - pa < rest)
        rest = (unsigned)(h->hooks->pas[next] - pa);
    return offset + rest;
}

static struct block *decode(struct hart *h, uint64_t pa, unsigned offset)
{
    struct blocks *blocks = h->blocks;
    struct block *b;
    struct writer w = {.blocks = blocks};
    unsigned end;

    if (blocks->n_blocks == MAX_BLOCKS ||
        blocks->n_insns + 2 * BLOCK_LIMIT + 2 > MAX_INSNS)
        blocks_drop_all(blocks);
    w.to = blocks->insns + blocks->n_insns;
    end = decode_run(h->isa, &w, blocks->page.host, offset,
                     stop_of(h, pa, offset));
    b = &blocks->pool[blocks->n_blocks++];
    *b = (struct block){.pa = pa,
                        .insns = w.to,
                        .steps = w.steps,
                        .length = w.n,
                        .link = {&blocks->none, &blocks->none},
                        .next_in_bucket = blocks->buckets[bucket_of(pa)],
                        .next_on_page = blocks->pages[page_of(pa)]};
    blocks->buckets[bucket_of(pa)] = b;
    blocks->pages[page_of(pa)] = b;
    blocks->n_insns += w.n;
    mmu_mark_code(&h->mmu, pa, end - offset);
    return b;
}

/* One instruction on its own, decoded each time: it has a hook, or lies in two
 * pages, or PMP divides its page; the page of the last fetch is then not
 * known. */
static struct block *decode_single(struct hart *h, const struct fetch *f,
                                   struct fault *fault)
{
    struct blocks *blocks = h->blocks;
    struct block *b = &blocks->partial;
    struct writer w = {.blocks = blocks, .to = blocks->partial_insns};
    uint32_t bits = (uint32_t)load_le(f->host, 2);
    unsigned offset = h->pc & MMU_PAGE_MASK;
    struct fetch next = {.pa = f->pa + 2, .host = f->host + 2, .bytes = 2};
    struct insn d;

    if (f->bytes == 2)
        blocks->page.va = 1;
    if (isa_length(bits) == 4) {
        if (f->bytes == 2 && !mmu_fetch_next(&h->mmu, h->pc, &next, fault))
            return NULL;
        bits |= (uint32_t)load_le(next.host, 2) << 16;
    }
    d = isa_decode(h->isa, bits);
    write_insn(&w, d, offset);
    if (!ends_block(&d))
        write_end(&w, offset + d.size);
    *b = (struct block){.pa = BLOCK_DEAD,
                        .insns = w.to,
                        .steps = 1,
                        .length = w.n,
                        .link = {&blocks->none, &blocks->none}};
    if (hook_is_at(h->hooks, f->pa))
        h->hooks->reached(h->hooks->ctx, h, hook_find(h->hooks, f->pa));
    return b;
}

static bool is_crossing(const struct fetch *f)
{
    return f->bytes == 2 && isa_length((uint32_t)load_le(f->host, 2)) == 4;
}

static struct block *find(const struct blocks *blocks, uint64_t pa)
{
    struct block *b = blocks->buckets[bucket_of(pa)];

    while (b && b->pa != pa)
        b = b->next_in_bucket;
    return b;
}

struct block *block_at(struct hart *h, struct fault *fault)
{
    struct exec_page *page = &h->blocks->page;
    unsigned offset = h->pc & MMU_PAGE_MASK;
    unsigned rest = (unsigned)MMU_PAGE_SIZE - offset;
    struct fetch f;
    struct block *b;

    if (page->va == h->pc - offset) {
        f = (struct fetch){.pa = page->pa + offset,
                           .host = page->host + offset,
                           .bytes = rest};
    } else {
        page->va = 1;
        if (!mmu_fetch(&h->mmu, h->pc, &f, fault))
            return NULL;
        if (f.bytes < rest)
            return decode_single(h, &f, fault);
        *page =
            (struct exec_page){h->pc - offset, f.pa - offset, f.host - offset};
    }
    b = find(h->blocks, f.pa);
    if (b)
        return b;
    if (is_crossing(&f) || hook_is_at(h->hooks, f.pa))
        return decode_single(h, &f, fault);
    return decode(h, f.pa, offset);
}

struct block *block_part(struct blocks *blocks, const struct block *b,
                         unsigned steps)
{
    struct insn *to = blocks->partial_insns;
    const struct insn *from = b->insns;
    uint32_t n = 0;

    for (; n < b->length && (from[n].op == OP_END || from[n].index < steps);
         n++) {
        to[n] = from[n];
        if (to[n].op == OP_FETCH && to[n].imm > (int)(steps - to[n].index))
            to[n].imm = (int)(steps - to[n].index);
    }
    if (n < b->length)
        to[n] = (struct insn){.op = OP_END,
                              .index = (uint8_t)steps,
                              .offset = from[n].offset},
        n++;
    blocks->partial = (struct block){.pa = BLOCK_DEAD,
                                     .insns = to,
                                     .steps = steps,
                                     .length = n,
                                     .link = {&blocks->none, &blocks->none}};
    return &blocks->partial;
}

struct block *block_single(struct blocks *blocks, const struct insn *d)
{
    struct insn *to = blocks->partial_insns;

    memmove(to, d, sizeof *d);
    to[0].index = 0;
    to[1] = (struct insn){.op = OP_END,
                          .index = 1,
                          .offset = (uint16_t)(to[0].offset + to[0].size)};
    blocks->partial = (struct block){.pa = BLOCK_DEAD,
                                     .insns = to,
                                     .steps = 1,
                                     .length = ends_block(to) ? 1 : 2,
                                     .link = {&blocks->none, &blocks->none}};
    return &blocks->partial;
}

/* ---- dropping ---- */

static void unlink_from_bucket(struct blocks *blocks, struct block *b)
{
    struct block **at = &blocks->buckets[bucket_of(b->pa)];

    while (*at != b)
        at = &(*at)->next_in_bucket;
    *at = b->next_in_bucket;
}

static void drop_page(struct hart *h, uint64_t page_pa)
{
    struct block **at = &h->blocks->pages[page_of(page_pa)];

    while (*at) {
        struct block *b = *at;

        if ((b->pa & ~MMU_PAGE_MASK) != page_pa) {
            at = &b->next_on_page;
            continue;
        }
        unlink_from_bucket(h->blocks, b);
        b->pa = BLOCK_DEAD;
        *at = b->next_on_page;
    }
    mmu_unmark_code(&h->mmu, page_pa);
}

void blocks_drop(struct hart *h, uint64_t pa, uint64_t len)
{
    uint64_t last = (pa + len - 1) & ~MMU_PAGE_MASK;

    if (!len)
        return;
    for (uint64_t page = pa & ~MMU_PAGE_MASK;; page += MMU_PAGE_SIZE) {
        drop_page(h, page);
        if (page == last)
            break;
    }
}

/* The marks of their pages stand; at worst a write calls for nothing. */
void blocks_drop_all(struct blocks *blocks)
{
    for (size_t i = 0; i < blocks->n_blocks; i++)
        blocks->pool[i].pa = BLOCK_DEAD;
    memset(blocks->buckets, 0, N_BUCKETS * sizeof(struct block *));
    memset(blocks->pages, 0, N_PAGES * sizeof(struct block *));
    blocks->n_blocks = blocks->n_insns = 0;
    blocks->page.va = 1;
}

/* ---- life ---- */

void blocks_count_for(struct blocks *b, const struct mmu *mmu)
{
    b->counts_fetches = mmu_counts_fetches(mmu);
    b->line_mask = ~(uint64_t)(mmu_fetch_line_bytes(mmu) - 1);
    blocks_drop_all(b);
}

struct blocks *blocks_new(const struct mmu *mmu, unsigned limit)
{
    struct blocks *b = alloc_zeroed(1, sizeof *b);

    b->pool = alloc_map(MAX_BLOCKS * sizeof *b->pool);
    b->insns = alloc_map(MAX_INSNS * sizeof *b->insns);
    b->buckets = alloc_map(N_BUCKETS * sizeof(struct block *));
    b->pages = alloc_zeroed(N_PAGES, sizeof(struct block *));
    b->limit = limit && limit < BLOCK_LIMIT ? limit : BLOCK_LIMIT;
    b->none.pa = b->partial.pa = BLOCK_DEAD;
    blocks_count_for(b, mmu);
    return b;
}

void blocks_free(struct blocks *b)
{
    if (!b)
        return;
    alloc_unmap(b->pool, MAX_BLOCKS * sizeof *b->pool);
    alloc_unmap(b->insns, MAX_INSNS * sizeof *b->insns);
    alloc_unmap(b->buckets, N_BUCKETS * sizeof(struct block *));
    free(b->pages);
    free(b);
}

static bool check_block(const struct block *b)
{
    const struct insn *last = &b->insns[b->length - 1];

    for (uint32_t i = 0; i + 1 < b->length; i++)
        if (b->insns[i].op == OP_END || ends_block(&b->insns[i]))
            return false;
    return b->steps && b->steps <= BLOCK_LIMIT &&
           b->length <= 2 * BLOCK_LIMIT + 1 &&
           (last->op == OP_END || ends_block(last)) &&
           (b->insns[0].offset == (b->pa & MMU_PAGE_MASK));
}

bool blocks_check(const struct blocks *blocks)
{
    for (size_t i = 0; i < blocks->n_blocks; i++) {
        const struct block *b = &blocks->pool[i], *found;

        if (b->pa == BLOCK_DEAD)
            continue;
        found = blocks->buckets[bucket_of(b->pa)];
        while (found && found != b)
            found = found->next_in_bucket;
        if (!found || !check_block(b))
            return false;
    }
    return true;
}
