/*
 * The VMAs of one of Octavo's processes, and where each page of them is.
 */
#include <stdio.h>
#include <string.h>

#include "machine/octavo_internal.h"
#include "mmu/pte.h"

#define VMA_BYTES_MAX 512

/* Octavo's VM_ flags. */
#define VM_READ 1
#define VM_WRITE 2
#define VM_EXEC 4
#define VM_SHARED 8

static unsigned choose_process(const struct octavo_view *o, int32_t pid)
{
    const struct view_snapshot *v = o->v;
    unsigned best = VIEW_NONE;
    uint64_t most = 0;

    for (unsigned i = 0; i < v->n_processes; i++) {
        const struct view_process *p = &v->processes[i];

        if (!o->mm_va[i])
            continue;
        if (pid && p->pid == pid)
            return i;
        if (p->anon + p->file + p->swapped > most) {
            most = p->anon + p->file + p->swapped;
            best = i;
        }
    }
    return best;
}

/* A range without a file by what it is used for. */
static const char *anonymous_name(const struct octavo_view *o, uint64_t mm,
                                  uint64_t start, uint64_t end)
{
    const struct symbol_member *m = o->fields.members;
    uint64_t start_brk = 0, brk = 0, stack = 0;

    if (m[MM_START_BRK].size && m[MM_BRK].size && m[MM_START_STACK].size &&
        octavo_read_word(o, mm + m[MM_START_BRK].offset, &start_brk) &&
        octavo_read_word(o, mm + m[MM_BRK].offset, &brk) &&
        octavo_read_word(o, mm + m[MM_START_STACK].offset, &stack)) {
        if (start <= brk && end >= start_brk && brk > start_brk)
            return "[heap]";
        if (start <= stack && stack < end)
            return "[stack]";
    }
    return "anon";
}

static void name_vma(const struct octavo_view *o, uint64_t mm,
                     const uint8_t *bytes, struct view_vma *vma)
{
    uint64_t file = octavo_get(o, bytes, VMA_FILE), path;

    if (file && o->fields.members[FILE_PATH].size &&
        octavo_read_word(o, file + o->fields.members[FILE_PATH].offset,
                         &path) &&
        octavo_read_string(o, path, vma->name, sizeof vma->name))
        return;
    snprintf(vma->name, sizeof vma->name, "%s",
             file ? "a file" : anonymous_name(o, mm, vma->start, vma->end));
}

static void add_vma(struct octavo_view *o, uint64_t mm, const uint8_t *bytes)
{
    struct view_snapshot *v = o->v;
    struct view_vma *vma = &v->vmas[v->n_vmas++];
    uint64_t flags = octavo_get(o, bytes, VMA_FLAGS), pages;

    memset(vma, 0, sizeof *vma);
    vma->start = octavo_get(o, bytes, VMA_START);
    vma->end = octavo_get(o, bytes, VMA_END);
    snprintf(vma->rights, sizeof vma->rights, "%c%c%c%c",
             flags & VM_READ ? 'r' : '-', flags & VM_WRITE ? 'w' : '-',
             flags & VM_EXEC ? 'x' : '-', flags & VM_SHARED ? 's' : 'p');
    name_vma(o, mm, bytes, vma);
    pages = (vma->end - vma->start) >> VIEW_PAGE_SHIFT;
    if (pages > VIEW_VMA_PAGES - v->n_vma_pages)
        pages = VIEW_VMA_PAGES - v->n_vma_pages;
    vma->first_page = v->n_vma_pages;
    vma->n_pages = (uint32_t)pages;
    memset(v->vma_pages + v->n_vma_pages, 0, pages * sizeof *v->vma_pages);
    v->n_vma_pages += (uint32_t)pages;
}

static void read_vmas(struct octavo_view *o, uint64_t mm)
{
    const struct symbol_member *m = o->fields.members;
    uint32_t size = m[VMA_FILE].offset + m[VMA_FILE].size, last_end = 0;
    uint8_t bytes[VMA_BYTES_MAX];
    uint64_t va;

    for (int i = VMA_START; i <= VMA_FILE; i++)
        if (m[i].offset + m[i].size > size)
            size = m[i].offset + m[i].size;
    if (size > sizeof bytes ||
        !octavo_read_word(o, mm + m[MM_MMAP].offset, &va))
        return;
    while (va && o->v->n_vmas < VIEW_VMAS) {
        uint64_t start, end;

        if (!octavo_read(o, va, bytes, size)) {
            view_badge(o->v, "a list of VMAs leaves memory");
            return;
        }
        start = octavo_get(o, bytes, VMA_START);
        end = octavo_get(o, bytes, VMA_END);
        if (start >= end || start < last_end || end > o->user_va_end) {
            view_badge(o->v, "VMAs are out of order");
            return;
        }
        last_end = (uint32_t)end;
        add_vma(o, mm, bytes);
        va = octavo_get(o, bytes, VMA_NEXT);
    }
}

/* Entries come in ascending order, as VMAs do. */
static void note_page(void *ctx, uint64_t va, uint64_t pte, unsigned level)
{
    struct octavo_view *o = ctx;
    struct view_snapshot *v = o->v;
    struct view_vma *vma;
    uint32_t *page = NULL, index;

    while (o->vma < v->n_vmas && va >= v->vmas[o->vma].end)
        o->vma++;
    if (level || o->vma == v->n_vmas || va < v->vmas[o->vma].start)
        return;
    vma = &v->vmas[o->vma];
    index = (uint32_t)((va - vma->start) >> VIEW_PAGE_SHIFT);
    if (index < vma->n_pages)
        page = &v->vma_pages[vma->first_page + index];
    if (pte & (PTE_V | PTE_G)) {
        uint32_t frame = octavo_frame(o, page_tree_pa(o->scheme, pte));

        vma->resident++;
        if (page && frame != OCTAVO_NO_FRAME) {
            uint8_t owner = v->frames[frame].owner;

            *page =
                VIEW_PAGE(owner == VIEW_FILE_CLEAN || owner == VIEW_FILE_DIRTY
                              ? VIEW_PAGE_FILE
                              : VIEW_PAGE_ANON,
                          frame);
        }
    } else if (octavo_swap_slot(o, pte, &index)) {
        vma->swapped++;
        if (page)
            *page = VIEW_PAGE(VIEW_PAGE_SWAPPED, index);
    }
}

void octavo_fill_vmas(struct octavo_view *o, int32_t pid)
{
    unsigned process = choose_process(o, pid);
    uint64_t budget = o->v->n_frames, root;
    struct page_tree tree = {.memory = o->memory,
                             .scheme = o->scheme,
                             .va_end = o->user_va_end,
                             .budget = &budget,
                             .entry = note_page,
                             .ctx = o};

    if (process == VIEW_NONE || !octavo_page_root(o, process, &root))
        return;
    o->v->vma_pid = o->v->processes[process].pid;
    read_vmas(o, o->mm_va[process]);
    o->vma = 0;
    if (!page_tree_visit(&tree, root))
        view_badge(o->v, "page tables of %s are no tree",
                   o->v->processes[process].comm);
}
