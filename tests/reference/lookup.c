/*
 * A lookup: first level, second level, walk. The trace must have p lines just
 * where the model walks. Whether an entry's A and D are set is not in the trace
 * but follows from what went through the entry; where it does not, the p lines
 * decide.
 */
#include "tests/reference/lookup.h"

#define SATP_SV32 0x80000000U

/* The p and P lines of one page. */
struct walk {
    struct event line[MAX_PENDING];
    unsigned count, reads, updates;
};

static const char *check_satp(const struct replay_hart *h,
                              const struct event *e)
{
    if (!h->is_satp_known)
        return NULL;
    if (!(h->satp & SATP_SV32))
        return "a translation while satp has none";
    if (e->asid != ((h->satp >> 22) & 0x1ff))
        return "the asid is not that of satp";
    return NULL;
}

/* Where in its table a walk reads. */
static const char *check_table(const struct replay_hart *h,
                               const struct event *e)
{
    uint64_t root = (uint64_t)(h->satp & 0x3fffff) << 12;
    uint32_t index = e->level ? e->va >> 22 : (e->va >> 12) & 0x3ff;

    if ((e->pa & 0xfff) != 4 * index)
        return "pa is not that of va's entry in a table";
    if (e->level && h->is_satp_known && e->pa != root + 4 * index)
        return "pa is not in the root table of satp";
    return NULL;
}

const char *lookup_walk_line(struct replay_hart *h, const struct event *e)
{
    const char *wrong = check_satp(h, e);

    if (!tlbs_modelled(&h->tlbs))
        return "a walk without a modelled TLB";
    if (h->is_in_amo)
        return "a walk between the lines of an AMO";
    if (e->size != 4)
        return "an entry of a table has 4 bytes";
    if (h->pending_count == MAX_PENDING)
        return "more p lines than an access can have";
    h->pending[h->pending_count++] = *e;
    return wrong ? wrong : check_table(h, e);
}

/* Takes the lines of this page from those that wait. */
static struct walk take_walk(struct replay_hart *h, const struct event *e)
{
    struct walk w = {.count = 0};
    unsigned left = 0;

    for (unsigned i = 0; i < h->pending_count; i++) {
        const struct event *one = &h->pending[i];

        if (one->va != e->va) {
            h->pending[left++] = *one;
            continue;
        }
        w.line[w.count++] = *one;
        if (one->kind == 'p')
            w.reads++;
        else
            w.updates++;
    }
    h->pending_count = left;
    return w;
}

/* Reads from level 1 downwards, then at most one write of the last entry. */
static const char *check_walk(const struct walk *w, const struct event *e)
{
    for (unsigned i = 0; i < w->reads; i++) {
        if (i > 1 || w->line[i].kind != 'p' || w->line[i].level != 1 - i)
            return "the walk before does not go from level 1 downwards";
    }
    if (!e->has_level)
        return w->updates ? "a failing walk wrote A or D" : NULL;
    if (w->reads != 2 - e->level)
        return "the walk before does not end at this level";
    if (w->updates > 1)
        return "the walk before wrote more than once";
    if (w->updates && w->line[w->reads].pa != w->line[w->reads - 1].pa)
        return "the walk before did not write the entry that it read last";
    if (w->updates && e->kind == 'x' && e->access != 'r')
        return "A or D was set for an access that did not happen";
    return NULL;
}

static const char *check_place(const struct event *e)
{
    uint64_t in_page = e->level ? 0x3fffff : 0xfff;

    if ((e->va & in_page) != (e->pa & in_page))
        return "pa and va differ within the page";
    if ((e->va & 0xfff) + e->size > 0x1000)
        return "more than a page in one line";
    return NULL;
}

/* What an entry gives must be what the trace says; what it has not shown yet
 * is learned. */
static const char *check_hit(struct entry *e, const struct event *line,
                             bool is_store)
{
    bool happened = line->kind != 'x';

    if (!line->has_level)
        return "the walk failed, where an entry should have been found";
    if (e->level != line->level || e->is_global != line->is_global)
        return "level or g are not the entry's";
    if (!happened)
        return NULL;
    if (e->is_pa_known && entry_pa(e, line->va) != line->pa)
        return "pa is not where the entry leads";
    entry_learn_pa(e, line->va, line->pa);
    e->is_a_known = true;
    e->is_d_known = e->is_d_known || is_store;
    return NULL;
}

static void fill(struct replay_hart *h, unsigned first, const struct event *e,
                 const struct walk *w, bool is_store)
{
    struct entry found = {
        .vpn = e->va >> 12,
        .asid = (uint16_t)e->asid,
        .is_global = e->is_global,
        .level = (uint8_t)e->level,
        .is_whole = e->level != 0,
        .is_a_known = e->kind != 'x' || w->updates,
        .is_d_known = e->kind != 'x' && is_store,
    };

    if (e->kind != 'x')
        entry_learn_pa(&found, e->va, e->pa);
    tlbs_fill(&h->tlbs, first, &found);
}

static const char *translate(struct replay_hart *h, const struct event *e,
                             bool is_store)
{
    unsigned first = e->access == 'i' ? ITLB : DTLB;
    struct walk w = take_walk(h, e);
    struct entry *hit = tlbs_look_up(&h->tlbs, first, e->va, e->asid);
    bool may_drop = hit && (!hit->is_a_known || (is_store && !hit->is_d_known));
    const char *wrong = NULL;

    if (hit && !w.count && (e->has_level || !may_drop))
        return check_hit(hit, e, is_store);
    if (hit && !may_drop)
        wrong = "a walk, where an entry should have been found";
    if (hit)
        tlbs_forget(&h->tlbs, first, e->va, e->asid);
    h->tlbs.walks++;
    h->tlbs.walk_reads += w.reads;
    h->tlbs.walk_updates += w.updates;
    if (!wrong && e->has_level && !w.reads)
        wrong = "no walk, where no entry should have been found";
    if (!wrong)
        wrong = check_walk(&w, e);
    if (e->has_level)
        fill(h, first, e, &w, is_store);
    return wrong;
}

const char *lookup_access(struct replay_hart *h, const struct event *e,
                          bool is_store)
{
    const char *wrong;

    if (!e->has_va)
        return NULL;
    if (!tlbs_modelled(&h->tlbs))
        return e->kind == 'x' ? "a lookup without a modelled TLB" : NULL;
    wrong = translate(h, e, is_store);
    if (!wrong && e->kind != 'x')
        wrong = check_place(e);
    return wrong ? wrong : check_satp(h, e);
}

const char *lookup_amo_write(const struct event *r, const struct event *w)
{
    if (w->pa != r->pa || w->size != r->size || w->va != r->va ||
        w->has_va != r->has_va || w->asid != r->asid || w->level != r->level ||
        w->is_global != r->is_global)
        return "the lines of an AMO differ";
    return NULL;
}
