/*
 * Recency as stamps, and as ranks.
 */
#include "mmu/recency.h"

#include <string.h>

static void normalize_group(uint64_t *stamp, uint32_t ways)
{
    uint64_t rank[RECENCY_MAX_WAYS];

    for (uint32_t i = 0; i < ways; i++) {
        rank[i] = stamp[i] != 0;
        for (uint32_t j = 0; j < ways; j++)
            rank[i] += stamp[j] && stamp[j] < stamp[i];
    }
    memcpy(stamp, rank, ways * sizeof *stamp);
}

void recency_normalize(uint64_t *stamp, uint32_t n, uint32_t ways)
{
    for (uint32_t first = 0; first < n; first += ways)
        normalize_group(stamp + first, ways);
}

static bool group_is_normal(const uint64_t *stamp, uint32_t ways)
{
    bool seen[RECENCY_MAX_WAYS + 1] = {false};
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

bool recency_is_normal(const uint64_t *stamp, uint32_t n, uint32_t ways)
{
    for (uint32_t first = 0; first < n; first += ways) {
        if (!group_is_normal(stamp + first, ways))
            return false;
    }
    return true;
}
