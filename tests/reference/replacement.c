/*
 * Replacement, as docs/machine.md words it: an invalid way first, the lowest;
 * then the oldest by touch or by fill, where the tree's bits lead, or a random
 * one.
 */
#include "tests/reference/replacement.h"

#include <assert.h>
#include <string.h>

#include "tests/reference/memory.h"

uint32_t sets_seed(uint64_t seed, unsigned k)
{
    uint32_t x = (uint32_t)((seed + 1) * 2654435769U + k * 40503U);

    return x ? x : 1;
}

void sets_make(struct sets *s, unsigned count, unsigned ways,
               enum policy policy, uint32_t random)
{
    s->count = count;
    s->ways = ways;
    s->policy = policy;
    s->random_at_first = random;
    s->set = memory_zeroed(count, sizeof(*s->set));
    s->is_valid = memory_zeroed((size_t)count * ways, sizeof(*s->is_valid));
    for (unsigned i = 0; i < count; i++) {
        s->set[i].aged = memory_zeroed(ways, sizeof(*s->set[i].aged));
        s->set[i].tree = memory_zeroed(ways, sizeof(*s->set[i].tree));
    }
    sets_reset(s);
}

void sets_free(struct sets *s)
{
    for (unsigned i = 0; i < s->count; i++) {
        memory_free(s->set[i].aged);
        memory_free(s->set[i].tree);
    }
    memory_free(s->set);
    memory_free(s->is_valid);
    memset(s, 0, sizeof(*s));
}

void sets_reset(struct sets *s)
{
    if (!s->count)
        return;
    s->random = s->random_at_first;
    for (unsigned i = 0; i < s->count; i++) {
        s->set[i].valid_count = 0;
        memset(s->set[i].tree, 0, s->ways);
    }
    memset(s->is_valid, 0, (size_t)s->count * s->ways);
}

unsigned sets_rank(const struct sets *s, unsigned set, unsigned way)
{
    const struct set *one = &s->set[set];

    for (unsigned i = 0; i < one->valid_count; i++) {
        if (one->aged[i] == way)
            return i;
    }
    assert(!"a way that is not valid has no age");
    return 0;
}

static void leave_list(struct sets *s, unsigned set, unsigned way)
{
    struct set *one = &s->set[set];
    unsigned at = sets_rank(s, set, way);

    one->valid_count--;
    memmove(&one->aged[at], &one->aged[at + 1],
            (one->valid_count - at) * sizeof(one->aged[0]));
}

static void become_youngest(struct sets *s, unsigned set, unsigned way)
{
    struct set *one = &s->set[set];

    if (one->valid_count && one->aged[one->valid_count - 1] == way)
        return;
    if (sets_valid(s, set, way))
        leave_list(s, set, way);
    one->aged[one->valid_count++] = (uint16_t)way;
}

/* From the root to the way, each node is made to point to its other half. */
static void point_away(uint8_t *tree, unsigned ways, unsigned way)
{
    unsigned node = 1, first = 0;

    for (unsigned half = ways / 2; half; half /= 2) {
        bool is_upper = way >= first + half;

        tree[node] = !is_upper;
        node = 2 * node + is_upper;
        first += is_upper ? half : 0;
    }
}

static unsigned follow_tree(const uint8_t *tree, unsigned ways)
{
    unsigned node = 1;

    while (node < ways)
        node = 2 * node + tree[node];
    return node - ways;
}

static unsigned draw(struct sets *s)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 17;
    s->random ^= s->random << 5;
    return s->random % s->ways;
}

unsigned sets_choose(struct sets *s, unsigned set)
{
    if (s->set[set].valid_count < s->ways) {
        unsigned way = 0;

        while (sets_valid(s, set, way))
            way++;
        return way;
    }
    switch (s->policy) {
    case POLICY_LRU:
    case POLICY_FIFO:
        return s->set[set].aged[0];
    case POLICY_PLRU:
        return follow_tree(s->set[set].tree, s->ways);
    case POLICY_RANDOM:
        return draw(s);
    }
    return 0;
}

void sets_fill(struct sets *s, unsigned set, unsigned way)
{
    become_youngest(s, set, way);
    s->is_valid[set * s->ways + way] = true;
    point_away(s->set[set].tree, s->ways, way);
}

void sets_touch(struct sets *s, unsigned set, unsigned way)
{
    if (s->policy == POLICY_LRU)
        become_youngest(s, set, way);
    else if (s->policy == POLICY_PLRU)
        point_away(s->set[set].tree, s->ways, way);
}

void sets_drop(struct sets *s, unsigned set, unsigned way)
{
    leave_list(s, set, way);
    s->is_valid[set * s->ways + way] = false;
}
