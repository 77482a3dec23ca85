/*
 * Reads option strings such as `l1d=32K:8:64:plru:wt,l2=none`. Whatever is not
 * named keeps its default.
 */
#include "tests/reference/geometry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const cache_names[CACHES] = {"l1i", "l1d", "l2"};
static const char *const tlb_names[TLBS] = {"i", "d", "l2"};
static const char *const policy_names[] = {"lru", "plru", "fifo", "random"};

void geometry_default(struct geometry *g)
{
    const struct cache_shape l1 = {32768, 8, 64, POLICY_LRU, false, false};
    const struct cache_shape l2 = {524288, 8, 64, POLICY_LRU, false, false};

    *g = (struct geometry){
        .cache = {l1, l1, l2},
        .tlb = {{32, 32, POLICY_LRU},
                {32, 32, POLICY_LRU},
                {512, 4, POLICY_LRU}},
        .harts = 1,
        .ram_bytes = 64U << 20,
        .is_dma_coherent = true,
    };
}

/* A number up to `max` that ends the word, with K, M or G if `scaled`. */
static bool read_number(const char *word, bool scaled, uint64_t max,
                        uint64_t *value)
{
    char *end;
    unsigned shift = 0;

    if (*word < '0' || *word > '9')
        return false;
    errno = 0;
    *value = strtoull(word, &end, 0);
    if (scaled && (*end == 'K' || *end == 'M' || *end == 'G')) {
        shift = *end == 'K' ? 10 : *end == 'M' ? 20 : 30;
        end++;
    }
    if (errno || *end || *value > max >> shift)
        return false;
    *value <<= shift;
    return true;
}

static bool read_unsigned(const char *word, bool scaled, unsigned *value)
{
    uint64_t wide;

    if (!word || !read_number(word, scaled, 1U << 30, &wide) || !wide)
        return false;
    *value = (unsigned)wide;
    return true;
}

static bool read_policy(const char *word, enum policy *policy)
{
    for (unsigned i = 0; i < 4; i++) {
        if (!strcmp(word, policy_names[i])) {
            *policy = (enum policy)i;
            return true;
        }
    }
    return false;
}

static bool is_power_of_two(uint64_t n)
{
    return n && !(n & (n - 1));
}

/* SIZE:WAYS:LINE[:POLICY][:wb|wt][:alloc|noalloc] */
static bool read_cache(struct cache_shape *c, char *text)
{
    char *rest;
    const char *word = strtok_r(text, ":", &rest);
    unsigned size, ways, line;

    *c = (struct cache_shape){.policy = POLICY_LRU};
    if (word && !strcmp(word, "none"))
        return !*rest;
    if (!read_unsigned(word, true, &size) ||
        !read_unsigned(strtok_r(NULL, ":", &rest), false, &ways) ||
        !read_unsigned(strtok_r(NULL, ":", &rest), false, &line))
        return false;
    *c = (struct cache_shape){
        .size_bytes = size, .ways = ways, .line_bytes = line};
    while ((word = strtok_r(NULL, ":", &rest))) {
        if (!strcmp(word, "wb") || !strcmp(word, "wt"))
            c->is_write_through = word[1] == 't';
        else if (!strcmp(word, "alloc") || !strcmp(word, "noalloc"))
            c->has_no_allocate = word[0] == 'n';
        else if (!read_policy(word, &c->policy))
            return false;
    }
    return is_power_of_two(line) && size % ((uint64_t)ways * line) == 0 &&
           ways <= UINT16_MAX &&
           (c->policy != POLICY_PLRU || is_power_of_two(ways));
}

/* ENTRIES[:WAYS][:POLICY] */
static bool read_tlb(struct tlb_shape *t, char *text)
{
    char *rest;
    const char *word = strtok_r(text, ":", &rest);

    *t = (struct tlb_shape){.policy = POLICY_LRU};
    if (word && !strcmp(word, "none"))
        return !*rest;
    if (!read_unsigned(word, true, &t->entries))
        return false;
    t->ways = t->entries;
    word = strtok_r(NULL, ":", &rest);
    if (word && read_unsigned(word, false, &t->ways))
        word = strtok_r(NULL, ":", &rest);
    if (word && !read_policy(word, &t->policy))
        return false;
    return !*rest && t->entries % t->ways == 0 && t->ways <= UINT16_MAX &&
           (t->policy != POLICY_PLRU || is_power_of_two(t->ways));
}

/* LEVEL=VALUE,... ; `none` alone is all of them. */
static bool read_levels(struct geometry *g, char *text, bool are_caches)
{
    char *rest;

    if (!strcmp(text, "none")) {
        if (are_caches)
            memset(g->cache, 0, sizeof(g->cache));
        else
            memset(g->tlb, 0, sizeof(g->tlb));
        return true;
    }
    for (char *level = strtok_r(text, ",", &rest); level;
         level = strtok_r(NULL, ",", &rest)) {
        char *value = strchr(level, '=');
        unsigned i = 0;

        if (!value)
            return false;
        *value++ = 0;
        while (i < 3 &&
               strcmp(level, (are_caches ? cache_names : tlb_names)[i]) != 0)
            i++;
        if (i == 3 || !(are_caches ? read_cache(&g->cache[i], value)
                                   : read_tlb(&g->tlb[i], value)))
            return false;
    }
    return true;
}

/* reach=SIZE says nothing about the hierarchy. */
static bool read_dma(struct geometry *g, char *text)
{
    char *rest;

    for (char *word = strtok_r(text, ",", &rest); word;
         word = strtok_r(NULL, ",", &rest)) {
        if (!strcmp(word, "coherent=on") || !strcmp(word, "coherent=off"))
            g->is_dma_coherent = word[10] == 'n';
        else if (strncmp(word, "reach=", 6) != 0)
            return false;
    }
    return true;
}

static bool read_memory(struct geometry *g, const char *text)
{
    if (read_number(text, false, 14336, &g->ram_bytes))
        g->ram_bytes <<= 20;
    else if (!read_number(text, true, 14ULL << 30, &g->ram_bytes))
        return false;
    return g->ram_bytes;
}

static bool read_value(struct geometry *g, const char *name, char *value)
{
    uint64_t harts;

    if (!strcmp(name, "cache") || !strcmp(name, "tlb"))
        return read_levels(g, value, name[0] == 'c');
    if (!strcmp(name, "dma"))
        return read_dma(g, value);
    if (!strcmp(name, "m"))
        return read_memory(g, value);
    if (!strcmp(name, "seed"))
        return read_number(value, false, INT64_MAX, &g->seed);
    if (strcmp(name, "smp") != 0 ||
        !read_number(value, false, MAX_HARTS, &harts) || !harts)
        return false;
    g->harts = (unsigned)harts;
    return true;
}

bool geometry_option(struct geometry *g, const char *name, const char *value,
                     const char **why)
{
    char copy[256];
    size_t length = strlen(value);

    *why = "the option or its value is not as quire(1) has it";
    if (length >= sizeof(copy))
        return false;
    memcpy(copy, value, length + 1);
    return read_value(g, name, copy);
}

bool geometry_check(struct geometry *g, const char **why)
{
    *why = "DRAM would end beyond the physical addresses";
    if (g->ram_bytes > (1ULL << 34) - DRAM_BASE)
        return false;
    if (!g->cache[L1I].size_bytes || !g->cache[L1D].size_bytes)
        memset(g->cache, 0, sizeof(g->cache));
    if (!g->tlb[ITLB].entries || !g->tlb[DTLB].entries)
        memset(g->tlb, 0, sizeof(g->tlb));
    return true;
}
