/*
 * Octavo's tasks, what their page tables map, and their colours.
 */
#include <string.h>

#include "machine/octavo_internal.h"
#include "mmu/pte.h"

#define TASKS_MAX 4096 /* links of the task list that are followed */
#define SLOT_FRAMES 64 /* frames from which a process has a colour */

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
    else if (f->process != o->process && f->sharer == VIEW_NONE)
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

    if (!octavo_swap_slot(o, pte, &slot))
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
    if (!octavo_page_root(o, process, &root))
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

void octavo_fill_tasks(struct octavo_view *o)
{
    read_tasks(o);
    for (unsigned i = 0; i < o->v->n_processes; i++)
        visit_process(o, i);
    give_slots(o);
}
