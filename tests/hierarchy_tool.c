/*
 * Runs a machine as quire would, without a console, and prints the whole
 * state of its modelled hierarchy at the end, for comparison with what
 * tests/reference makes of the trace alone:
 *
 *     hierarchy_tool OPTION...      those of quire that make a machine, -limit
 *                                   and -trace-mem
 *
 * The text is, in this order, for each hart its l1i, l1d, itlb, dtlb, l2tlb,
 * then l2, then the counters. What is not modelled prints nothing.
 *
 *     cache <name> sets <sets> ways <ways> line <bytes> <policy>
 *     tlb <name> sets <sets> ways <ways> <policy>
 *     random <hex>                  the generator, under random
 *     set <index> plru <bits>       the tree, root first, if not all are 0
 *     way <index> <way> <pa> <dirty> <rank>
 *     entry <index> <way> <vpn> <asid> <g> <level> page|whole|piece <rank>
 *     <counter> <value>
 *
 * Names are hart<n>.l1i and so on, and l2. Sets and ways ascend; only valid
 * ways have a line. Addresses, page numbers, ASIDs and the generator are hex;
 * the asid of a global entry is `-`. rank: 0 is the oldest valid way of its
 * set, by last touch (lru) or fill (fifo), `-` for others. A TLB entry's frame,
 * rights, A and D are left out, as a trace tells them late or never; the
 * reference compares the frame with each access.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "frontend/mem_trace.h"
#include "frontend/options.h"
#include "machine/machine.h"
#include "mmu/cache.h"
#include "mmu/models.h"
#include "mmu/trace.h"

static const char *const policies[] = {
    [REPLACE_LRU] = "lru",
    [REPLACE_PLRU] = "plru",
    [REPLACE_FIFO] = "fifo",
    [REPLACE_RANDOM] = "random",
};

static void print_random(const struct replace *r)
{
    if (r->policy == REPLACE_RANDOM)
        printf("random %" PRIx32 "\n", r->random);
}

static uint64_t latest(const uint64_t *touched, uint32_t n)
{
    uint64_t most = 0;

    for (uint32_t i = 0; i < n; i++)
        most = touched[i] > most ? touched[i] : most;
    return most;
}

/* The bit of a node over n ways: 1 if the lower half was touched last. */
static bool tree_bit(const uint64_t *touched, uint32_t n)
{
    return latest(touched, n / 2) > latest(touched + n / 2, n / 2);
}

static void print_tree(const struct replace *r, uint32_t set)
{
    const uint64_t *touched = r->touched + (size_t)set * r->ways;

    if (r->policy != REPLACE_PLRU || r->ways == 1 || !latest(touched, r->ways))
        return;
    for (int pass = 0; pass < 2; pass++) {
        bool has_bit = false;

        for (uint32_t n = r->ways; n > 1; n /= 2) {
            for (uint32_t at = 0; at < r->ways; at += n) {
                bool bit = tree_bit(touched + at, n);

                has_bit |= bit;
                if (pass)
                    putchar('0' + bit);
            }
        }
        if (!has_bit)
            return;
        if (!pass)
            printf("set %" PRIu32 " plru ", set);
    }
    putchar('\n');
}

static void print_rank(const struct replace *r, uint32_t i)
{
    if (r->policy == REPLACE_LRU || r->policy == REPLACE_FIFO)
        printf(" %u\n", replace_rank(r, i));
    else
        puts(" -");
}

static void print_cache(const char *name, const struct cache *c)
{
    uint32_t ways = c->geometry.ways;

    printf("cache %s sets %" PRIu32 " ways %" PRIu32 " line %" PRIu32 " %s\n",
           name, c->n_lines / ways, ways, c->geometry.line_bytes,
           policies[c->order.policy]);
    print_random(&c->order);
    for (uint32_t i = 0; i < c->n_lines; i++) {
        if (i % ways == 0)
            print_tree(&c->order, i / ways);
        if (c->line[i] == CACHE_NO_LINE)
            continue;
        printf("way %" PRIu32 " %" PRIu32 " %" PRIx64 " %d", i / ways, i % ways,
               c->line[i] << c->line_shift, c->is_dirty[i]);
        print_rank(&c->order, i);
    }
}

static void print_entry(const struct tlb *t, uint32_t slot)
{
    bool is_global = t->info[slot] & PTE_G;

    printf(" %" PRIx64, t->key[slot] >> TLB_ASID_BITS);
    if (is_global)
        printf(" -");
    else
        printf(" %" PRIx64, t->key[slot] & 0xffff);
    printf(" %d %u %s", is_global, tlb_level(t, slot),
           !tlb_level(t, slot)         ? "page"
           : t->info[slot] & TLB_WHOLE ? "whole"
                                       : "piece");
}

static void print_tlb(const char *name, const struct tlb *t)
{
    uint32_t ways = t->geometry.ways;

    if (!t->geometry.entries)
        return;
    printf("tlb %s sets %" PRIu32 " ways %" PRIu32 " %s\n", name,
           t->geometry.entries / ways, ways, policies[t->order.policy]);
    print_random(&t->order);
    for (uint32_t i = 0; i < t->geometry.entries; i++) {
        if (i % ways == 0)
            print_tree(&t->order, i / ways);
        if (!tlb_is_valid(t, i))
            continue;
        printf("entry %" PRIu32 " %" PRIu32, i / ways, i % ways);
        print_entry(t, i);
        print_rank(&t->order, i);
    }
}

static const char *name_of(unsigned hart, const char *name)
{
    static char text[32];

    snprintf(text, sizeof text, "hart%u.%s", hart, name);
    return text;
}

static void print_hart(const struct hart *h)
{
    const struct models *s = h->mmu.kept;

    if (s && s->has_caches) {
        print_cache(name_of(h->id, "l1i"), &s->l1i);
        print_cache(name_of(h->id, "l1d"), &s->l1d);
    }
    if (s && s->has_tlbs) {
        print_tlb(name_of(h->id, "itlb"), &s->itlb);
        print_tlb(name_of(h->id, "dtlb"), &s->dtlb);
        print_tlb(name_of(h->id, "l2tlb"), &s->l2tlb);
    }
}

static void print_cache_counts(const char *name, const struct cache_counts *c)
{
    printf("%s.accesses %" PRIu64 "\n%s.hits %" PRIu64 "\n%s.misses %" PRIu64
           "\n%s.writebacks %" PRIu64 "\n%s.writethroughs %" PRIu64 "\n",
           name, c->accesses, name, c->hits, name, c->misses, name,
           c->writebacks, name, c->writethroughs);
}

static void print_tlb_counts(const char *name, const struct tlb_counts *c)
{
    printf("%s.accesses %" PRIu64 "\n%s.hits %" PRIu64 "\n%s.misses %" PRIu64
           "\n",
           name, c->accesses, name, c->hits, name, c->misses);
}

static void print_hart_counts(struct hart *h)
{
    struct mmu_counts c;

    mmu_count(&h->mmu, &c);
    print_cache_counts(name_of(h->id, "l1i"), &c.l1i);
    print_cache_counts(name_of(h->id, "l1d"), &c.l1d);
    print_tlb_counts(name_of(h->id, "itlb"), &c.itlb);
    print_tlb_counts(name_of(h->id, "dtlb"), &c.dtlb);
    print_tlb_counts(name_of(h->id, "l2tlb"), &c.l2tlb);
    printf("hart%u.tlb.walks %" PRIu64 "\n", h->id, c.walks.walks);
    printf("hart%u.tlb.walk_reads %" PRIu64 "\n", h->id, c.walks.reads);
    printf("hart%u.tlb.walk_updates %" PRIu64 "\n", h->id, c.walks.updates);
}

static void print_l2_counts(const struct cache *l2)
{
    struct cache_counts c = {0};

    if (l2)
        c = (struct cache_counts){
            l2->stats.accesses, l2->stats.accesses - l2->stats.misses,
            l2->stats.misses, l2->stats.writebacks, l2->stats.writethroughs};
    print_cache_counts("l2", &c);
}

static void print_state(struct machine *m)
{
    const struct models *s = m->harts[0].mmu.kept;
    const struct cache *l2 = s ? s->l2 : NULL;

    for (unsigned i = 0; i < m->n_harts; i++)
        print_hart(&m->harts[i]);
    if (l2)
        print_cache("l2", l2);
    for (unsigned i = 0; i < m->n_harts; i++)
        print_hart_counts(&m->harts[i]);
    print_l2_counts(l2);
}

int main(int argc, char **argv)
{
    struct options options;
    struct machine *m;
    struct trace *trace = NULL;
    int error;

    options_parse(&options, argc, argv);
    if (options.trace_file)
        trace = mem_trace_open(options.trace_file);
    m = machine_create(&options.machine);
    machine_set_trace(m, trace);
    (void)machine_run(m, options.has_limit ? options.limit : UINT64_MAX);
    error = trace_close(trace);
    if (error)
        die(EXIT_HOST_IO, "-trace-mem %s: %s", options.trace_file,
            strerror(error));
    print_state(m);
    fprintf(stderr, "%" PRIu64 " steps\n", machine_steps(m));
    machine_free(m);
    options_free(&options);
    return 0;
}
