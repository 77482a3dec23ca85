/*
 * The view without symbols.
 */
#include "machine/hardware_view.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "machine/page_tree.h"
#include "mmu/pte.h"

#define PAGE_BYTES (1u << VIEW_PAGE_SHIFT)

static bool is_zero_page(const struct guest_memory *memory, uint64_t pa)
{
    uint64_t words[PAGE_BYTES / 8], any = 0;

    if (!guest_peek(memory, pa, words, sizeof words))
        return true;
    for (size_t i = 0; i < PAGE_BYTES / 8; i++)
        any |= words[i];
    return !any;
}

void hardware_view_contents(const struct guest_memory *memory,
                            struct view_snapshot *v)
{
    v->is_hardware = true;
    snprintf(v->kernel, sizeof v->kernel, "hardware view");
    for (uint32_t i = 0; i < v->n_frames; i++) {
        uint64_t pa = v->ram_base_pa + ((uint64_t)i << VIEW_PAGE_SHIFT);

        v->frames[i].owner =
            is_zero_page(memory, pa) ? VIEW_ZERO : VIEW_TOUCHED;
    }
}

struct space {
    struct view_snapshot *v;
    const struct walk_scheme *scheme;
};

/* Index of the frame at pa, or n_frames. */
static uint32_t frame_at(const struct view_snapshot *v, uint64_t pa)
{
    uint64_t at = (pa - v->ram_base_pa) >> VIEW_PAGE_SHIFT;

    return pa >= v->ram_base_pa && at < v->n_frames ? (uint32_t)at
                                                    : v->n_frames;
}

static void note_table(void *ctx, uint64_t pa)
{
    struct space *s = ctx;
    uint32_t frame = frame_at(s->v, pa);

    if (frame < s->v->n_frames)
        s->v->frames[frame].owner = VIEW_PAGE_TABLE;
}

static void note_mapping(struct view_frame *f, uint64_t va, uint64_t pte)
{
    enum view_owner owner = VIEW_MAPPED;

    if (f->va == VIEW_NO_VA) {
        f->va = va;
        f->pte = (uint8_t)pte;
    }
    f->flags |= VIEW_MAPPED_NOW;
    if (pte & PTE_A)
        f->flags |= VIEW_PTE_ACCESSED;
    if (pte & PTE_D)
        f->flags |= VIEW_PTE_DIRTY;
    if (f->owner == VIEW_PAGE_TABLE)
        return;
    if (pte & PTE_U)
        owner = VIEW_MAPPED_USER;
    if (pte & PTE_X && !(pte & PTE_W))
        owner = VIEW_MAPPED_CODE;
    /* A frame's own mapping says more than one of the whole memory. */
    if (f->owner != VIEW_MAPPED_CODE && f->owner != VIEW_MAPPED_USER)
        f->owner = (uint8_t)owner;
}

static void note_entry(void *ctx, uint64_t va, uint64_t pte, unsigned level)
{
    struct space *s = ctx;
    uint32_t first = frame_at(s->v, page_tree_pa(s->scheme, pte));
    uint64_t frames = UINT64_C(1) << level * s->scheme->index_bits;

    if (!(pte & PTE_V))
        return;
    for (uint64_t i = 0; i < frames && first + i < s->v->n_frames; i++) {
        struct view_frame *f = &s->v->frames[first + i];

        /* What a large mapping covers and never used stays what it is. */
        if (!level || f->owner != VIEW_ZERO)
            note_mapping(f, va + (i << VIEW_PAGE_SHIFT), pte);
    }
}

void hardware_view_space(const struct guest_memory *memory,
                         const struct walk_scheme *scheme, uint64_t root_pa,
                         struct view_snapshot *v)
{
    struct space space = {v, scheme};
    uint64_t budget = v->n_frames;
    struct page_tree tree = {.memory = memory,
                             .scheme = scheme,
                             .va_end = UINT64_MAX,
                             .budget = &budget,
                             .table = note_table,
                             .entry = note_entry,
                             .ctx = &space};

    if (!page_tree_visit(&tree, root_pa))
        view_badge(v, "page tables are no tree in memory");
}
