/*
 * Octavo's tasks, what their page tables map, where their pages are in swap,
 * and the VMAs of one of them.
 */
#include <stdio.h>
#include <string.h>

#include "machine/octavo_internal.h"
#include "mmu/pte.h"

#define TASKS_MAX 4096 /* links of the task list that are followed */
#define VMA_BYTES_MAX 512
#define SLOT_FRAMES 64 /* frames from which a process has a colour */

/* Octavo's VM_ flags, and its swap entries (asm/pgtable.h): type in bits
 * 11..7, offset from bit 12, V and bit 5 clear. */
#define VM_READ 1
#define VM_WRITE 2
#define VM_EXEC 4
#define VM_SHARED 8
#define SWAP_NOT_MASK 0x3f
#define SWAP_TYPE(pte) ((pte) >> 7 & 31)
#define SWAP_OFFSET(pte) ((pte) >> 12)
#define SWAP_MAP_BAD 0x3f

static char state_letter(const struct octavo_view *o, const uint8_t *task)
{
    uint64_t state = octavo_get(o, task, TASK_STATE);

    if (octavo_get(o, task, TASK_EXIT_STATE))
        return 'Z';
    if (state & 1)
        return 'S';
    if (state & 2)
        return 'D';
    return state & 4 ? 'T' : 'R';
}

static bool mm_is_known(const struct octavo_view *o, uint64_t mm)
{
    for (unsigned i = 0; i < o->v->n_processes; i++)
        if (o->mm_va[i] == mm)
            return true;
    return false;
}

static void add_task(struct octavo_view *o, uint64_t task_va)
{
    struct view_snapshot *v = o->v;
    const struct symbol_member *comm = &o->fields.members[TASK_COMM];
    struct view_process *p;
    uint64_t mm = octavo_get(o, o->task, TASK_MM);

    if (v->n_processes == VIEW_PROCESSES || (mm && mm_is_known(o, mm)))
        return;
    p = &v->processes[v->n_processes];
    memset(p, 0, sizeof *p);
    for (size_t i = 0; i < comm->size && i + 1 < sizeof p->comm; i++) {
        char c = (char)o->task[comm->offset + i];

        if (!c)
            break;
        p->comm[i] = c < ' ' || c > '~' ? '?' : c;
    }
    p->pid = (int32_t)octavo_get(o, o->task, TASK_PID);
    p->state = state_letter(o, o->task);
    p->slot = VIEW_NONE;
    p->is_kernel = !mm;
    p->major = octavo_get(o, o->task, TASK_MAJ_FLT);
    p->minor = octavo_get(o, o->task, TASK_MIN_FLT);
    o->mm_va[v->n_processes] = mm;
    o->task_va[v->n_processes] = task_va;
    v->n_processes++;
}

static void read_tasks(struct octavo_view *o)
{
    const struct octavo_fields *f = &o->fields;
    uint64_t link = f->members[TASK_TASKS].offset;
    uint64_t first = f->variables[VAR_INIT_TASK].va, task = first;

    for (unsigned i = 0; i < TASKS_MAX; i++) {
        uint64_t next;

        if (!octavo_read(o, task, o->task, f->types[TYPE_TASK])) {
            view_badge(o->v, "the task list leaves memory");
            return;
        }
        if (task != first)
            add_task(o, task);
        next = load_le(o->task + link + f->members[LIST_NEXT].offset, o->word);
        if (!next) /* before the list is made */
            return;
        task = next - link;
        if (task == first)
            return;
    }
    view_badge(o->v, "the task list has no end");
}

/* Swap. */

/* The structure of area i: swap_info is an array of pointers. */
static bool swap_area(const struct octavo_view *o, unsigned i, uint64_t *map,
                      uint64_t *slots)
{
    const struct octavo_fields *f = &o->fields;
    uint64_t area, va = f->variables[VAR_SWAP_INFO].va;

    *slots = 0;
    if (!va || (i + 1) * o->word > f->variables[VAR_SWAP_INFO].size ||
        !f->members[SWAP_MAP].size || !f->members[SWAP_MAX].size ||
        !octavo_read_word(o, va + i * o->word, &area) || !area)
        return false;
    return octavo_read_word(o, area + f->members[SWAP_MAP].offset, map) &&
           octavo_read(
               o, area + f->members[SWAP_MAX].offset, slots,
               f->members[SWAP_MAX].size > 8 ? 8 : f->members[SWAP_MAX].size);
}

static void read_swap_map(struct octavo_view *o, uint64_t map, uint32_t base,
                          uint32_t slots)
{
    struct view_snapshot *v = o->v;

    for (uint32_t at = 0; at < slots; at += sizeof o->slots_map) {
        uint32_t n = slots - at < sizeof o->slots_map
                         ? slots - at
                         : (uint32_t)sizeof o->slots_map;

        memset(o->slots_map, 0, sizeof o->slots_map);
        if (!octavo_read(o, map + at, o->slots_map, n))
            view_badge(v, "a swap map lies outside of the direct map");
        for (uint32_t i = 0; i < n; i++) {
            uint8_t count = o->slots_map[i];
            uint8_t *slot = &v->swap[base + at + i];

            *slot = VIEW_SLOT_FREE;
            if ((count & SWAP_MAP_BAD) == SWAP_MAP_BAD)
                *slot = VIEW_SLOT_BAD;
            else if (count)
                *slot = VIEW_SLOT_CACHED; /* until a PTE is found */
            v->swap_used += *slot == VIEW_SLOT_CACHED;
        }
    }
}

static void read_swap(struct octavo_view *o)
{
    struct view_snapshot *v = o->v;

    for (unsigned i = 0; i < SWAP_AREAS; i++) {
        uint64_t map, slots;

        o->swap_base[i] = v->n_swap;
        o->swap_size[i] = 0;
        if (!swap_area(o, i, &map, &slots))
            continue;
        if (slots > VIEW_SWAP_SLOTS - v->n_swap)
            slots = VIEW_SWAP_SLOTS - v->n_swap;
        o->swap_size[i] = (uint32_t)slots;
        v->n_swap += (uint32_t)slots;
        read_swap_map(o, map, o->swap_base[i], o->swap_size[i]);
    }
}

/* Index in the snapshot's swap of what an entry without V refers to. */
static bool swap_slot(const struct octavo_view *o, uint64_t pte, uint32_t *slot)
{
    unsigned type = SWAP_TYPE(pte);
    uint64_t offset = SWAP_OFFSET(pte);

    if (pte & SWAP_NOT_MASK || type >= SWAP_AREAS ||
        offset >= o->swap_size[type])
        return false;
    *slot = o->swap_base[type] + (uint32_t)offset;
    return true;
}

/* Page tables. */

static void note_present(struct octavo_view *o, uint64_t va, uint64_t pte)
{
    struct view_process *p = &o->v->processes[o->process];
    uint32_t frame = octavo_frame(o, page_tree_pa(o->scheme, pte));
    struct view_frame *f;

    if (frame == OCTAVO_NO_FRAME)
        return;
    f = &o->v->frames[frame];
    if (f->process == VIEW_NONE)
        f->process = (uint8_t)o->process;
    else if (f->process != o->process)
        f->sharer = (uint8_t)o->process;
    if (f->va == VIEW_NO_VA) {
        f->va = va;
        f->pte = (uint8_t)pte;
    }
    f->flags |= VIEW_MAPPED_NOW;
    if (pte & PTE_A)
        f->flags |= VIEW_PTE_ACCESSED;
    if (pte & PTE_D)
        f->flags |= VIEW_PTE_DIRTY;
    if (f->owner == VIEW_FILE_CLEAN || f->owner == VIEW_FILE_DIRTY)
        p->file++;
    else if (f->owner == VIEW_ANON || f->owner == VIEW_ANON_SHARED)
        p->anon++;
}

static void note_swapped(struct octavo_view *o, uint64_t pte)
{
    uint32_t slot;
    uint8_t *who;

    if (!swap_slot(o, pte, &slot))
        return;
    o->v->processes[o->process].swapped++;
    who = &o->v->swap[slot];
    if (*who == VIEW_SLOT_CACHED)
        *who = (uint8_t)o->process;
    else if (*who != o->process)
        *who = VIEW_SLOT_SHARED;
}

static void note_entry(void *ctx, uint64_t va, uint64_t pte, unsigned level)
{
    struct octavo_view *o = ctx;

    if (level)
        return;
    /* PROT_NONE keeps its frame without V. */
    if (pte & (PTE_V | PTE_G))
        note_present(o, va, pte);
    else
        note_swapped(o, pte);
}

static void note_table(void *ctx, uint64_t pa)
{
    struct octavo_view *o = ctx;
    uint32_t frame = octavo_frame(o, pa);

    o->v->processes[o->process].page_tables++;
    if (frame != OCTAVO_NO_FRAME &&
        o->v->frames[frame].owner == VIEW_PAGE_TABLE)
        o->v->frames[frame].process = (uint8_t)o->process;
}

static bool root_of(const struct octavo_view *o, unsigned process, uint64_t *pa)
{
    uint64_t va;

    if (!o->mm_va[process] ||
        !octavo_read_word(
            o, o->mm_va[process] + o->fields.members[MM_PGD].offset, &va) ||
        va < o->user_va_end || va >= o->direct_map_end)
        return false;
    *pa = va - o->user_va_end + o->memory->ram_base_pa;
    return true;
}

static void visit_process(struct octavo_view *o, unsigned process)
{
    struct page_tree tree = {.memory = o->memory,
                             .scheme = o->scheme,
                             .va_end = o->user_va_end,
                             .budget = &o->tables_left,
                             .table = note_table,
                             .entry = note_entry,
                             .ctx = o};
    uint64_t root;

    o->process = process;
    if (!root_of(o, process, &root))
        return;
    o->v->processes[process].pgd_pa = root;
    if (!page_tree_visit(&tree, root))
        view_badge(o->v, "page tables of %s are no tree",
                   o->v->processes[process].comm);
}

/* Colours. */

static struct colour_slot *slot_of(struct octavo_view *o, unsigned process)
{
    for (unsigned i = 0; i < COLOUR_SLOTS; i++)
        if (o->slots[i].pid == o->v->processes[process].pid &&
            o->slots[i].task_va == o->task_va[process])
            return &o->slots[i];
    return NULL;
}

static void keep_slots(struct octavo_view *o)
{
    struct view_snapshot *v = o->v;

    for (unsigned i = 0; i < COLOUR_SLOTS; i++)
        o->slots[i].is_alive = false;
    for (unsigned i = 0; i < v->n_processes; i++) {
        struct colour_slot *slot = slot_of(o, i);

        if (slot && slot->pid) {
            slot->is_alive = true;
            v->processes[i].slot = (uint8_t)(slot - o->slots);
        }
    }
    for (unsigned i = 0; i < COLOUR_SLOTS; i++)
        if (!o->slots[i].is_alive)
            o->slots[i].pid = 0;
}

static void give_slots(struct octavo_view *o)
{
    struct view_snapshot *v = o->v;

    keep_slots(o);
    for (unsigned i = 0; i < v->n_processes; i++) {
        struct view_process *p = &v->processes[i];

        if (p->slot != VIEW_NONE || p->anon + p->file < SLOT_FRAMES)
            continue;
        for (unsigned k = 0; k < COLOUR_SLOTS; k++)
            if (!o->slots[k].pid) {
                o->slots[k] = (struct colour_slot){p->pid, o->task_va[i], true};
                p->slot = (uint8_t)k;
                break;
            }
    }
}

/* VMAs. */

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
    } else if (swap_slot(o, pte, &index)) {
        vma->swapped++;
        if (page)
            *page = VIEW_PAGE(VIEW_PAGE_SWAPPED, index);
    }
}

static void fill_vmas(struct octavo_view *o, unsigned process)
{
    uint64_t budget = o->v->n_frames, root;
    struct page_tree tree = {.memory = o->memory,
                             .scheme = o->scheme,
                             .va_end = o->user_va_end,
                             .budget = &budget,
                             .entry = note_page,
                             .ctx = o};

    if (process == VIEW_NONE || !root_of(o, process, &root))
        return;
    o->v->vma_pid = o->v->processes[process].pid;
    read_vmas(o, o->mm_va[process]);
    o->vma = 0;
    if (!page_tree_visit(&tree, root))
        view_badge(o->v, "page tables of %s are no tree",
                   o->v->processes[process].comm);
}

void octavo_fill_tasks(struct octavo_view *o, int32_t pid)
{
    read_tasks(o);
    read_swap(o);
    for (unsigned i = 0; i < o->v->n_processes; i++)
        visit_process(o, i);
    give_slots(o);
    fill_vmas(o, choose_process(o, pid));
}
