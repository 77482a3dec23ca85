/*
 * Replacement policies as stamps, and stamps as ranks.
 */
#include "mmu/replace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

uint32_t replace_seed(uint64_t seed, unsigned hart, enum replace_kind kind)
{
    uint32_t x = ((uint32_t)seed + 1) * UINT32_C(2654435769) +
                 (8 * hart + (uint32_t)kind) * UINT32_C(40503);

    return x ? x : 1;
}

static uint32_t next_random(uint32_t x)
{
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}

void replace_init(struct replace *r, enum replacement policy, uint32_t n,
                  uint32_t ways, uint32_t first_random)
{
    r->policy = policy;
    r->n = n;
    r->ways = ways;
    r->first_random = first_random;
    r->stamp = alloc_zeroed((size_t)n + 1, sizeof *r->stamp);
    r->touched = policy == REPLACE_LRU
                     ? r->stamp
                     : alloc_zeroed((size_t)n + 1, sizeof *r->touched);
    if (n == ways && (policy == REPLACE_LRU || policy == REPLACE_FIFO))
        r->place = alloc_zeroed(n, sizeof *r->place);
    replace_clear(r);
}

void replace_free(struct replace *r)
{
    free(r->place);
    if (r->touched != r->stamp)
        free(r->touched);
    free(r->stamp);
    memset(r, 0, sizeof *r);
}

/* ---- the queue ---- */

/* Any order is right where all were placed before the first stamp. */
static void queue_reset(struct replace *r)
{
    if (!r->place)
        return;
    for (uint32_t i = 0; i < r->n; i++) {
        r->place[i].stamp = 0;
        r->place[i].earlier = (i ? i : r->n) - 1;
        r->place[i].later = i + 1 < r->n ? i + 1 : 0;
    }
    r->oldest = r->lowest = r->n_invalid = 0;
    for (uint32_t i = 0; i < r->n; i++)
        r->n_invalid += !r->stamp[i];
}

static void queue_remove(struct replace_place *place, uint32_t i)
{
    place[place[i].earlier].later = place[i].later;
    place[place[i].later].earlier = place[i].earlier;
}

static void queue_insert(struct replace_place *place, uint32_t i,
                         uint32_t earlier)
{
    uint32_t later = place[earlier].later;

    place[i].earlier = earlier;
    place[i].later = later;
    place[earlier].later = place[later].earlier = i;
}

/* The oldest was used since it was placed: to where it belongs now, which is
 * mostly near one end or the other. Returns how many it passed. */
static uint32_t queue_place_oldest(struct replace *r)
{
    struct replace_place *place = r->place;
    uint32_t i = r->oldest, first = place[i].later, last = place[i].earlier;
    uint64_t stamp = place[i].stamp = r->stamp[i];
    uint32_t passed = 0;

    if (r->n == 1 || stamp < place[first].stamp)
        return 0;
    queue_remove(place, i);
    r->oldest = first;
    while (place[last].stamp > stamp && place[first].stamp < stamp) {
        last = place[last].earlier;
        first = place[first].later;
        passed++;
    }
    queue_insert(place, i,
                 place[last].stamp <= stamp ? last : place[first].earlier);
    return passed;
}

static uint32_t queue_victim(struct replace *r)
{
    uint32_t passed = 0;

    if (r->n_invalid) {
        while (r->stamp[r->lowest])
            r->lowest++;
        assert(r->lowest < r->n);
        return r->lowest;
    }
    while (r->place[r->oldest].stamp != r->stamp[r->oldest]) {
        if (passed > r->n) /* most were used, in another order */
            return replace_oldest(r->stamp, r->n);
        passed += queue_place_oldest(r);
    }
    return r->oldest;
}

/* ---- policies ---- */

void replace_clear(struct replace *r)
{
    size_t bytes = ((size_t)r->n + 1) * sizeof *r->stamp;

    if (!r->stamp)
        return;
    memset(r->stamp, 0, bytes);
    memset(r->touched, 0, bytes);
    r->random = r->first_random;
    queue_reset(r);
}

static uint64_t newest(const uint64_t *touched, uint32_t n)
{
    uint64_t most = 0;

    for (uint32_t i = 0; i < n; i++)
        most = touched[i] > most ? touched[i] : most;
    return most;
}

/* Whether the node over these n ways points to its upper half. */
static bool points_up(const uint64_t *touched, uint32_t n)
{
    return newest(touched, n / 2) > newest(touched + n / 2, n / 2);
}

static uint32_t tree_victim(const uint64_t *touched, uint32_t ways)
{
    uint32_t way = 0;

    for (; ways > 1; ways /= 2) {
        if (points_up(touched + way, ways))
            way += ways / 2;
    }
    return way;
}

/* How many ways the tree would replace before this one, if each victim was
 * touched in turn. */
static uint32_t tree_rank(const uint64_t *touched, uint32_t ways, uint32_t way)
{
    uint32_t rank = 0;

    for (; ways > 1; ways /= 2) {
        bool is_up = way >= ways / 2;

        if (is_up != points_up(touched, ways))
            rank += ways / 2;
        if (is_up) {
            touched += ways / 2;
            way -= ways / 2;
        }
    }
    return rank;
}

static uint32_t first_invalid(const uint64_t *stamp, uint32_t ways)
{
    uint32_t way = 0;

    while (way < ways && stamp[way])
        way++;
    return way;
}

uint32_t replace_other_victim(struct replace *r, uint32_t first)
{
    const uint64_t *stamp = r->stamp + first;
    uint32_t way;

    if (r->place)
        return queue_victim(r);
    if (r->policy == REPLACE_LRU || r->policy == REPLACE_FIFO)
        return first + replace_oldest(stamp, r->ways);
    way = first_invalid(stamp, r->ways);
    if (way < r->ways)
        return first + way;
    if (r->policy == REPLACE_PLRU)
        return first + tree_victim(r->touched + first, r->ways);
    r->random = next_random(r->random);
    return first + r->random % r->ways;
}

unsigned replace_rank(const struct replace *r, uint32_t i)
{
    uint32_t first = i / r->ways * r->ways;
    unsigned rank = 0;

    switch (r->policy) {
    case REPLACE_PLRU:
        return tree_rank(r->touched + first, r->ways, i - first);
    case REPLACE_RANDOM:
        return next_random(r->random) % r->ways != i - first;
    case REPLACE_LRU:
    case REPLACE_FIFO:
        break;
    }
    for (uint32_t j = first; j < first + r->ways; j++)
        rank += r->stamp[j] && r->stamp[j] < r->stamp[i];
    return rank;
}

/* ---- state ---- */

/* Whether a set is as it was when its stamps were last made ranks: a touch or
 * a fill since would be beyond any rank, and an invalidation leaves a gap. */
static bool is_ranked(const uint64_t *stamp, uint32_t ways)
{
    uint64_t most = 0, n_valid = 0;

    for (uint32_t i = 0; i < ways; i++) {
        most = stamp[i] > most ? stamp[i] : most;
        n_valid += stamp[i] != 0;
    }
    return most == n_valid;
}

/* 1 for the oldest valid entry of a set, and so on; random has no order. */
static void normalize_set(const struct replace *r, uint32_t first)
{
    uint64_t rank[REPLACE_MAX_WAYS];
    bool has_order = r->policy == REPLACE_LRU || r->policy == REPLACE_FIFO;

    if (has_order && is_ranked(r->stamp + first, r->ways))
        return;
    for (uint32_t i = 0; i < r->ways; i++) {
        rank[i] = r->stamp[first + i] != 0;
        if (rank[i] && has_order)
            rank[i] += replace_rank(r, first + i);
    }
    memcpy(r->stamp + first, rank, r->ways * sizeof *rank);
    if (r->policy != REPLACE_PLRU ||
        (r->touched[first] && is_ranked(r->touched + first, r->ways)))
        return;
    for (uint32_t i = 0; i < r->ways; i++)
        rank[i] = 1 + tree_rank(r->touched + first, r->ways, i);
    memcpy(r->touched + first, rank, r->ways * sizeof *rank);
}

void replace_archive(struct replace *r, struct archive *a)
{
    size_t bytes = r->n * sizeof *r->stamp;

    for (uint32_t first = 0; first < r->n; first += r->ways)
        normalize_set(r, first);
    archive_bytes(a, "stamp", r->stamp, bytes);
    if (r->policy == REPLACE_PLRU)
        archive_bytes(a, "touched", r->touched, bytes);
    if (r->policy == REPLACE_RANDOM)
        archive_u32(a, "random", &r->random);
    queue_reset(r);
}

/* Ranks of the valid: each once, without a gap. */
static bool are_ranks(const uint64_t *stamp, uint32_t ways)
{
    bool seen[REPLACE_MAX_WAYS + 1] = {false};
    uint64_t most = 0, n_valid = 0;

    for (uint32_t i = 0; i < ways; i++) {
        if (stamp[i] > ways || (stamp[i] && seen[stamp[i]]))
            return false;
        seen[stamp[i]] = true;
        n_valid += stamp[i] != 0;
        if (stamp[i] > most)
            most = stamp[i];
    }
    return most == n_valid;
}

static bool is_flag(const uint64_t *stamp, uint32_t ways)
{
    for (uint32_t i = 0; i < ways; i++) {
        if (stamp[i] > 1)
            return false;
    }
    return true;
}

static bool is_tree(const uint64_t *touched, uint32_t ways)
{
    for (uint32_t i = 0; i < ways; i++) {
        if (touched[i] != 1 + tree_rank(touched, ways, i))
            return false;
    }
    return true;
}

static bool set_is_consistent(const struct replace *r, uint32_t first)
{
    if (r->policy == REPLACE_LRU || r->policy == REPLACE_FIFO)
        return are_ranks(r->stamp + first, r->ways);
    if (r->policy == REPLACE_PLRU && !is_tree(r->touched + first, r->ways))
        return false;
    return is_flag(r->stamp + first, r->ways);
}

bool replace_is_consistent(const struct replace *r)
{
    for (uint32_t first = 0; first < r->n; first += r->ways) {
        if (!set_is_consistent(r, first))
            return false;
    }
    return r->policy != REPLACE_RANDOM || r->random;
}
