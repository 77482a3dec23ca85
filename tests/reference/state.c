/*
 * The state as text, one line a fact, to be compared with the emulator's by
 * diff:
 *
 *     cache <name> sets <sets> ways <ways> line <bytes> <policy>
 *     tlb <name> sets <sets> ways <ways> <policy>
 *     random <hex>                         the generator, under random
 *     set <index> plru <bits>              the tree, root first, if not all 0
 *     way <index> <way> <pa> <dirty> <rank>
 *     entry <index> <way> <vpn> <asid> <g> <level> page|whole|piece <rank>
 *
 * where rank is the place by age, 0 the oldest, `-` under plru and random; then
 * `<name> <value>` for each counter.
 */
#include "tests/reference/state.h"

#include <inttypes.h>

static const char *const policy_names[] = {"lru", "plru", "fifo", "random"};

static void print_generator(const struct sets *s, FILE *out)
{
    if (s->policy == POLICY_RANDOM)
        fprintf(out, "random %" PRIx32 "\n", s->random);
}

static void print_tree(const struct sets *s, unsigned set, FILE *out)
{
    const uint8_t *tree = s->set[set].tree;
    bool has_bit = false;

    for (unsigned i = 1; i < s->ways; i++)
        has_bit = has_bit || tree[i];
    if (s->policy != POLICY_PLRU || !has_bit)
        return;
    fprintf(out, "set %u plru ", set);
    for (unsigned i = 1; i < s->ways; i++)
        fputc('0' + tree[i], out);
    fputc('\n', out);
}

static void print_rank(const struct sets *s, unsigned set, unsigned way,
                       FILE *out)
{
    if (s->policy == POLICY_LRU || s->policy == POLICY_FIFO)
        fprintf(out, " %u\n", sets_rank(s, set, way));
    else
        fputs(" -\n", out);
}

static void print_name(int hart, const char *name, FILE *out)
{
    if (hart < 0)
        fputs(name, out);
    else
        fprintf(out, "hart%d.%s", hart, name);
}

static void print_cache(const struct cache *c, int hart, const char *name,
                        FILE *out)
{
    const struct sets *s = &c->sets;

    if (!s->count)
        return;
    fputs("cache ", out);
    print_name(hart, name, out);
    fprintf(out, " sets %u ways %u line %u %s\n", s->count, s->ways,
            c->line_bytes, policy_names[s->policy]);
    print_generator(s, out);
    for (unsigned set = 0; set < s->count; set++) {
        print_tree(s, set, out);
        for (unsigned way = 0; way < s->ways; way++) {
            const struct line *line = &c->line[set * s->ways + way];

            if (!sets_valid(s, set, way))
                continue;
            fprintf(out, "way %u %u %" PRIx64 " %d", set, way, line->pa,
                    line->is_dirty);
            print_rank(s, set, way, out);
        }
    }
}

static void print_entry(const struct entry *e, FILE *out)
{
    fprintf(out, " %" PRIx32, e->vpn);
    if (e->is_global)
        fputs(" -", out);
    else
        fprintf(out, " %x", e->asid);
    fprintf(out, " %d %u %s", e->is_global, e->level,
            !e->level     ? "page"
            : e->is_whole ? "whole"
                          : "piece");
}

static void print_tlb(const struct tlb *t, int hart, const char *name,
                      FILE *out)
{
    const struct sets *s = &t->sets;

    if (!s->count)
        return;
    fputs("tlb ", out);
    print_name(hart, name, out);
    fprintf(out, " sets %u ways %u %s\n", s->count, s->ways,
            policy_names[s->policy]);
    print_generator(s, out);
    for (unsigned set = 0; set < s->count; set++) {
        print_tree(s, set, out);
        for (unsigned way = 0; way < s->ways; way++) {
            if (!sets_valid(s, set, way))
                continue;
            fprintf(out, "entry %u %u", set, way);
            print_entry(&t->entry[set * s->ways + way], out);
            print_rank(s, set, way, out);
        }
    }
}

static void print_count(int hart, const char *structure, const char *name,
                        uint64_t value, FILE *out)
{
    print_name(hart, structure, out);
    fprintf(out, ".%s %" PRIu64 "\n", name, value);
}

static void print_cache_counts(const struct cache *c, int hart,
                               const char *name, FILE *out)
{
    print_count(hart, name, "accesses", c->accesses, out);
    print_count(hart, name, "hits", c->hits, out);
    print_count(hart, name, "misses", c->misses, out);
    print_count(hart, name, "writebacks", c->writebacks, out);
    print_count(hart, name, "writethroughs", c->writethroughs, out);
}

static void print_tlb_counts(const struct tlb *t, int hart, const char *name,
                             FILE *out)
{
    print_count(hart, name, "accesses", t->accesses, out);
    print_count(hart, name, "hits", t->hits, out);
    print_count(hart, name, "misses", t->misses, out);
}

void state_print(const struct replay *r, FILE *out)
{
    static const char *const tlb_names[TLBS] = {"itlb", "dtlb", "l2tlb"};

    for (int i = 0; i < (int)r->geometry.harts; i++) {
        print_cache(&r->caches.l1i[i], i, "l1i", out);
        print_cache(&r->caches.l1d[i], i, "l1d", out);
        for (unsigned k = 0; k < TLBS; k++)
            print_tlb(&r->hart[i].tlbs.level[k], i, tlb_names[k], out);
    }
    print_cache(&r->caches.l2, -1, "l2", out);
    for (int i = 0; i < (int)r->geometry.harts; i++) {
        const struct tlbs *t = &r->hart[i].tlbs;

        print_cache_counts(&r->caches.l1i[i], i, "l1i", out);
        print_cache_counts(&r->caches.l1d[i], i, "l1d", out);
        for (unsigned k = 0; k < TLBS; k++)
            print_tlb_counts(&t->level[k], i, tlb_names[k], out);
        print_count(i, "tlb", "walks", t->walks, out);
        print_count(i, "tlb", "walk_reads", t->walk_reads, out);
        print_count(i, "tlb", "walk_updates", t->walk_updates, out);
    }
    print_cache_counts(&r->caches.l2, -1, "l2", out);
}
