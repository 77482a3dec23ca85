/*
 * The flags of /proc/kpageflags by the names and letters of Linux's
 * page-types, and conditions on them. Bits from 32 on are for those who work
 * on the kernel; from 48 on they are page-types' own.
 */
#include "guestos/user/page-types/flags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIT(n) (UINT64_C(1) << (n))
#define PM_SOFT_DIRTY BIT(55)
#define PM_MMAP_EXCLUSIVE BIT(56)
#define PM_FILE BIT(61)
#define MAX_FILTERS 64

enum {
    ERROR = 1,
    ACTIVE = 6,
    SLAB = 7,
    WRITEBACK = 8,
    RECLAIM = 9,
    COMPOUND_HEAD = 15,
    COMPOUND_TAIL = 16,
    HUGE = 17,
    PRIVATE = 35,
    SOFTDIRTY = 40,
    READAHEAD = 48,
    SLOB_FREE = 49,
    SLUB_FROZEN = 50,
    SLUB_DEBUG = 51,
    ON_FILE = 61,
    IN_SWAP = 62,
    MAPPED_ONCE = 63,
};

static const struct {
    unsigned char bit;
    char letter;
    const char *name;
} flags_known[] = {
    {0, 'L', "locked"},         {ERROR, 'E', "error"},
    {2, 'R', "referenced"},     {3, 'U', "uptodate"},
    {4, 'D', "dirty"},          {5, 'l', "lru"},
    {ACTIVE, 'A', "active"},    {SLAB, 'S', "slab"},
    {WRITEBACK, 'W', "writeback"}, {RECLAIM, 'I', "reclaim"},
    {10, 'B', "buddy"},         {11, 'M', "mmap"},
    {12, 'a', "anonymous"},     {13, 's', "swapcache"},
    {14, 'b', "swapbacked"},    {COMPOUND_HEAD, 'H', "compound_head"},
    {COMPOUND_TAIL, 'T', "compound_tail"}, {HUGE, 'G', "huge"},
    {18, 'u', "unevictable"},   {19, 'X', "hwpoison"},
    {20, 'n', "nopage"},        {21, 'x', "ksm"},
    {22, 't', "thp"},           {23, 'o', "offline"},
    {24, 'z', "zero_page"},     {25, 'i', "idle_page"},
    {26, 'g', "pgtable"},       {32, 'r', "reserved"},
    {33, 'm', "mlocked"},       {34, 'd', "mappedtodisk"},
    {PRIVATE, 'P', "private"},  {36, 'p', "private_2"},
    {37, 'O', "owner_private"}, {38, 'h', "arch"},
    {39, 'c', "uncached"},      {SOFTDIRTY, 'f', "softdirty"},
    {41, 'H', "arch_2"},        {READAHEAD, 'I', "readahead"},
    {SLOB_FREE, 'P', "slob_free"}, {SLUB_FROZEN, 'A', "slub_frozen"},
    {SLUB_DEBUG, 'E', "slub_debug"}, {ON_FILE, 'F', "file"},
    {IN_SWAP, 'w', "swap"},     {MAPPED_ONCE, '1', "mmap_exclusive"},
};
#define NR_KNOWN (sizeof flags_known / sizeof *flags_known)

/* wanted ~0: any of mask; else those of mask must be exactly wanted. */
static struct {
    uint64_t mask, wanted;
} filters[MAX_FILTERS];
static unsigned nr_filters;

const char *flag_letters(uint64_t flags)
{
    static char text[NR_KNOWN + 1];

    for (size_t i = 0; i < NR_KNOWN; i++)
        text[i] =
            flags >> flags_known[i].bit & 1 ? flags_known[i].letter : '_';
    return text;
}

const char *flag_names(uint64_t flags)
{
    static char text[NR_KNOWN * 16];
    size_t n = 0;

    text[0] = 0;
    for (size_t i = 0; i < NR_KNOWN; i++)
        if (flags >> flags_known[i].bit & 1)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s",
                                  n ? "," : "", flags_known[i].name);
    return text;
}

void flag_list(void)
{
    for (size_t i = 0; i < NR_KNOWN; i++)
        printf("%16s%s%s", flags_known[i].name,
               flags_known[i].bit >= 48   ? "(o)"
               : flags_known[i].bit >= 32 ? "(r)"
                                          : "   ",
               i % 4 == 3 || i + 1 == NR_KNOWN ? "\n" : "");
    printf("%35s(r) raw mode bits  (o) overloaded bits\n", "");
}

/* A flag that means something else beside another. */
static uint64_t exchange(uint64_t flags, int from, int to)
{
    return flags & BIT(from) ? flags ^ (BIT(from) | BIT(to)) : flags;
}

static uint64_t expand(uint64_t flags, uint64_t pme)
{
    if (flags & BIT(SLAB)) {
        flags = exchange(flags, PRIVATE, SLOB_FREE);
        flags = exchange(flags, ACTIVE, SLUB_FROZEN);
        flags = exchange(flags, ERROR, SLUB_DEBUG);
    }
    if (!(flags & BIT(WRITEBACK)))
        flags = exchange(flags, RECLAIM, READAHEAD);
    if (pme & PM_SOFT_DIRTY)
        flags |= BIT(SOFTDIRTY);
    if (pme & PM_FILE)
        flags |= BIT(ON_FILE);
    if (pme & PM_SWAP)
        flags |= BIT(IN_SWAP);
    if (pme & PM_MMAP_EXCLUSIVE)
        flags |= BIT(MAPPED_ONCE);
    return flags;
}

uint64_t flags_shown(uint64_t word, uint64_t pme, bool is_raw)
{
    if (is_raw)
        return expand(word, pme);
    word &= BIT(32) - 1;
    if (!(word & BIT(HUGE))) /* kernel blocks that happen to be compound */
        word &= ~(BIT(COMPOUND_HEAD) | BIT(COMPOUND_TAIL));
    return word;
}

/* The first flag whose name begins so. */
static uint64_t parse_one(const char *name, size_t n)
{
    char *end;
    uint64_t value;

    if (!n)
        return 0;
    if (n <= 8 && !strncmp("compound", name, n))
        return BIT(COMPOUND_HEAD) | BIT(COMPOUND_TAIL);
    for (size_t i = 0; i < NR_KNOWN; i++)
        if (!strncmp(flags_known[i].name, name, n))
            return BIT(flags_known[i].bit);
    value = strtoull(name, &end, 0);
    if (end != name + n) {
        fprintf(stderr, "page-types: invalid name or number: %.*s\n", (int)n,
                name);
        exit(1);
    }
    return value;
}

/* Up to '=' or the end; of those with '~' only if `with_negated`. */
static uint64_t parse_list(const char *text, bool with_negated)
{
    uint64_t flags = 0;

    for (;;) {
        size_t n = strcspn(text, ",=");
        bool is_negated = *text == '~';

        if (!is_negated)
            flags |= parse_one(text, n);
        else if (with_negated)
            flags |= parse_one(text + 1, n - 1);
        if (text[n] != ',')
            return flags;
        text += n + 1;
    }
}

uint64_t flags_parse(const char *text)
{
    return parse_list(text, false);
}

void filter_add(const char *text)
{
    const char *equal = strchr(text, '=');
    uint64_t mask = ~UINT64_C(0), wanted = ~UINT64_C(0);

    if (nr_filters == MAX_FILTERS) {
        fprintf(stderr, "page-types: too many bit filters\n");
        exit(1);
    }
    if (equal != text)
        mask = parse_list(text, !equal);
    if (equal)
        wanted = parse_list(equal + 1, false);
    else if (strchr(text, '~'))
        wanted = parse_list(text, false);
    filters[nr_filters].mask = mask;
    filters[nr_filters++].wanted = wanted;
}

bool filter_passes(uint64_t flags)
{
    for (unsigned i = 0; i < nr_filters; i++) {
        uint64_t found = flags & filters[i].mask;

        if (filters[i].wanted == ~UINT64_C(0) ? !found
                                              : found != filters[i].wanted)
            return false;
    }
    return true;
}
