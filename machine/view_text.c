/*
 * Snapshots in lines of text.
 */
#include "machine/view_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void print_owners(const struct view_snapshot *v, FILE *out)
{
    struct view_counts counts;
    uint64_t of_process[VIEW_PROCESSES] = {0};

    view_count(v, &counts);
    for (uint32_t i = 0; i < v->n_frames; i++)
        if (v->frames[i].owner == VIEW_ANON &&
            v->frames[i].process < v->n_processes)
            of_process[v->frames[i].process]++;
    for (int i = 0; i < VIEW_OWNERS; i++) {
        if (!counts.owner[i])
            continue;
        fprintf(out, "%8" PRIu64 "  %s\n", counts.owner[i],
                view_owner_name((enum view_owner)i));
        for (unsigned k = 0; i == VIEW_ANON && k < v->n_processes; k++)
            if (of_process[k])
                fprintf(out, "%8" PRIu64 "    of %s [%d]\n", of_process[k],
                        v->processes[k].comm, v->processes[k].pid);
    }
    fprintf(out, "%8" PRIu32 "  frames\n", v->n_frames);
}

static void print_flag(const struct view_snapshot *v, uint16_t flag,
                       const char *name, FILE *out)
{
    uint64_t n = 0;

    for (uint32_t k = 0; k < v->n_frames; k++)
        n += (v->frames[k].flags & flag) != 0;
    fprintf(out, "%8" PRIu64 "  %s\n", n, name);
}

static void print_flags(const struct view_snapshot *v, FILE *out)
{
    print_flag(v, VIEW_PTE_ACCESSED, "accessed (PTE)", out);
    print_flag(v, VIEW_PTE_DIRTY, "dirty (PTE)", out);
    print_flag(v, VIEW_MAPPED_NOW, "mapped", out);
    for (size_t i = 0; view_page_flags[i].name; i++)
        print_flag(v, view_page_flags[i].flag, view_page_flags[i].name, out);
}

static void print_zones(const struct view_snapshot *v, FILE *out)
{
    fprintf(out, "zone        present   managed      free       min       low"
                 "      high\n");
    for (unsigned i = 0; i < v->n_zones; i++) {
        const struct view_zone *z = &v->zones[i];

        fprintf(out,
                "%-8s %10" PRIu64 "%10" PRIu64 "%10" PRIu64 "%10" PRIu64
                "%10" PRIu64 "%10" PRIu64 "%s\n",
                z->name, z->present, z->managed, z->free, z->min, z->low,
                z->high, z->kswapd_runs ? "  kswapd on" : "");
    }
}

/* As /proc/buddyinfo, but counted from the marks of the frames. */
static void print_buddy(const struct view_snapshot *v, FILE *out)
{
    struct view_counts counts;

    view_count(v, &counts);
    for (unsigned i = 0; i < v->n_zones; i++) {
        fprintf(out, "Node 0, zone %8s ", v->zones[i].name);
        for (unsigned k = 0; k < VIEW_ORDERS; k++)
            fprintf(out, "%6" PRIu64 " ", counts.blocks[i][k]);
        fputc('\n', out);
    }
}

static void print_processes(const struct view_snapshot *v, FILE *out)
{
    fprintf(out, "  pid s      anon      file   swapped    tables    majflt  "
                 "name\n");
    for (unsigned i = 0; i < v->n_processes; i++) {
        const struct view_process *p = &v->processes[i];

        fprintf(out,
                "%5d %c%10" PRIu64 "%10" PRIu64 "%10" PRIu64 "%10" PRIu64
                "%10" PRIu64 "  %s\n",
                p->pid, p->state, p->anon, p->file, p->swapped, p->page_tables,
                p->major, p->comm);
    }
}

static void print_vmas(const struct view_snapshot *v, FILE *out)
{
    fprintf(out, "process %d\n", v->vma_pid);
    for (unsigned i = 0; i < v->n_vmas; i++) {
        const struct view_vma *vma = &v->vmas[i];

        fprintf(out,
                "%08" PRIx64 "-%08" PRIx64 " %s %8" PRIu64 " resident %8" PRIu64
                " swapped  %s\n",
                vma->start, vma->end, vma->rights, vma->resident, vma->swapped,
                vma->name);
    }
}

static void print_swap(const struct view_snapshot *v, FILE *out)
{
    uint64_t cached = 0, shared = 0, bad = 0;
    uint64_t of_process[VIEW_PROCESSES] = {0};

    for (uint32_t i = 0; i < v->n_swap; i++) {
        cached += v->swap[i] == VIEW_SLOT_CACHED;
        shared += v->swap[i] == VIEW_SLOT_SHARED;
        bad += v->swap[i] == VIEW_SLOT_BAD;
        if (v->swap[i] < v->n_processes)
            of_process[v->swap[i]]++;
    }
    fprintf(out, "%8" PRIu32 "  slots, %" PRIu32 " used\n", v->n_swap,
            v->swap_used);
    fprintf(out,
            "%8" PRIu64 "  cached only\n%8" PRIu64 "  shared\n%8" PRIu64
            "  bad\n",
            cached, shared, bad);
    for (unsigned i = 0; i < v->n_processes; i++)
        if (of_process[i])
            fprintf(out, "%8" PRIu64 "  of %s [%d]\n", of_process[i],
                    v->processes[i].comm, v->processes[i].pid);
}

static void print_tlb(const struct view_snapshot *v, FILE *out)
{
    for (unsigned i = 0; i < v->tlb.n; i++) {
        const struct view_tlb_entry *e = &v->tlb.slots[i];
        char flags[] = "vrwxugad";

        if (!e->is_valid)
            continue;
        for (int k = 0; k < 8; k++)
            if (!(e->flags >> k & 1))
                flags[k] = '-';
        fprintf(out,
                "%3u  %08" PRIx64 " -> %08" PRIx64 "  %s  asid %4u  %s%s\n", i,
                e->va, e->pa, e->level ? "4M" : "4K", e->asid, flags,
                e->is_stale ? "  STALE" : "");
    }
}

/* As /proc/pagetypeinfo, from the marks of frames and pageblocks. */
static void print_types(const struct view_snapshot *v, FILE *out)
{
    struct view_type_counts c;

    view_count_types(v, &c);
    for (unsigned i = 0; i < v->n_zones; i++)
        for (unsigned type = 0; type < v->n_types; type++) {
            fprintf(out, "Node    0, zone %8s, type %12s ", v->zones[i].name,
                    v->types[type]);
            for (unsigned k = 0; k < VIEW_ORDERS; k++)
                fprintf(out, "%6" PRIu64 " ", c.blocks[i][type][k]);
            fputc('\n', out);
        }
    fprintf(out, "%-23s", "Number of blocks type ");
    for (unsigned type = 0; type < v->n_types; type++)
        fprintf(out, "%12s ", v->types[type]);
    fputc('\n', out);
    for (unsigned i = 0; i < v->n_zones; i++) {
        fprintf(out, "Node 0, zone %8s ", v->zones[i].name);
        for (unsigned type = 0; type < v->n_types; type++)
            fprintf(out, "%12" PRIu64 " ", c.pageblocks[i][type]);
        fputc('\n', out);
    }
}

static unsigned shown_cpus(const struct view_snapshot *v)
{
    return v->n_cpus < v->n_harts ? v->n_cpus : v->n_harts;
}

/* What /proc/zoneinfo says under "pagesets". */
static void print_percpu(const struct view_snapshot *v, FILE *out)
{
    fprintf(out, "zone       cpu     count      high     batch\n");
    for (unsigned i = 0; i < v->n_zones; i++)
        for (unsigned cpu = 0; cpu < shown_cpus(v); cpu++) {
            const struct view_pageset *s = &v->zones[i].pagesets[cpu];

            fprintf(out,
                    "%-10s %3u%10" PRIu32 "%10" PRIu32 "%10" PRIu32 "\n",
                    v->zones[i].name, cpu, s->count, s->high, s->batch);
        }
}

/* Of the caches that have slabs, those of most frames first. */
static void print_slabs(const struct view_snapshot *v, FILE *out)
{
    uint8_t order[VIEW_SLABS];
    unsigned n = view_slabs_by_size(v, order);

    fprintf(out, "    objs    inuse objsize    slabs   frames  name\n");
    for (unsigned i = 0; i < n; i++) {
        const struct view_slab *s = &v->slabs[order[i]];

        fprintf(out,
                "%8" PRIu64 " %8" PRIu64 " %7" PRIu32 " %8" PRIu64 " %8" PRIu64
                "  %s\n",
                s->objects, s->in_use, s->object_bytes, s->slabs, s->frames,
                s->name);
    }
}

/* Hart 0's L1D: a set a line, with the objects of slabs that begin in it. */
static void print_l1d(const struct view_snapshot *v, FILE *out)
{
    const struct view_cache *c = &v->l1d;
    uint64_t *first = view_first_objects(v, VIEW_NONE);

    fprintf(out, "  set   valid   dirty    misses  first objects\n");
    for (unsigned set = 0; set < c->sets; set++) {
        unsigned valid = 0, dirty = 0;

        for (unsigned way = 0; way < c->ways; way++) {
            const struct view_line *line = &c->lines[set * c->ways + way];

            valid += line->is_valid;
            dirty += line->is_valid && line->is_dirty;
        }
        fprintf(out, "%5u %7u %7u %9" PRIu64 " %14" PRIu64 "\n", set, valid,
                dirty, c->set_misses[set], first ? first[set] : 0);
    }
    free(first);
}

static const struct {
    const char *name, *meaning;
    void (*print)(const struct view_snapshot *v, FILE *out);
} topics[] = {
    {"owners", "frames by owner", print_owners},
    {"flags", "frames by flag", print_flags},
    {"zones", "zones and watermarks", print_zones},
    {"buddy", "free blocks by zone and order", print_buddy},
    {"types", "free blocks and pageblocks by migrate type", print_types},
    {"percpu", "the page lists of each CPU", print_percpu},
    {"slabs", "slab caches, the largest first", print_slabs},
    {"ps", "processes and their pages", print_processes},
    {"vmas", "the largest process's VMAs", print_vmas},
    {"swap", "swap slots by owner", print_swap},
    {"tlb", "the data TLB's entries", print_tlb},
    {"l1d", "the L1 data cache by sets", print_l1d},
};

const char *view_topic(size_t i, const char **meaning)
{
    if (i >= ARRAY_SIZE(topics))
        return NULL;
    *meaning = topics[i].meaning;
    return topics[i].name;
}

bool view_print(const struct view_snapshot *v, const char *topic, FILE *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(topics); i++)
        if (strcmp(topics[i].name, topic) == 0) {
            if (v->badge[0])
                fprintf(out, "(%s)\n", v->badge);
            topics[i].print(v, out);
            return true;
        }
    return false;
}
