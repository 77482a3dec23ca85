/*
 * Finds hooks by address.
 */
#include "cpu/hook.h"

size_t hook_find(const struct hook_set *set, uint64_t pa)
{
    size_t low = 0, high = set->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (set->pas[middle] < pa)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool hook_is_at(const struct hook_set *set, uint64_t pa)
{
    size_t i;

    if (!set)
        return false;
    i = hook_find(set, pa);
    return i < set->n && set->pas[i] == pa;
}
