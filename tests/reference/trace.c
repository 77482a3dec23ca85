/*
 * Takes trace lines apart. Nothing but the exact form is taken: single blanks,
 * lower case, no leading zeros.
 */
#include "tests/reference/trace.h"

#include <string.h>

#define ABSENT 'a'
#define BAD 'b'
#define THERE 't'

static const char bad_number[] = "a field is not a number of its kind";
static const char bad_shape[] = "not a line of the trace";

/* A number that ends at a blank or at the end; moves past both. A field of one
 * `hole` character is absent. */
static char number(const char **at, unsigned base, uint64_t max, char hole,
                   uint64_t *value)
{
    const char *p = *at;
    uint64_t n = 0;

    if (hole && p[0] == hole && (p[1] == ' ' || !p[1])) {
        *at = p + (p[1] ? 2 : 1);
        return ABSENT;
    }
    if (p[0] == '0' && p[1] != ' ' && p[1])
        return BAD;
    for (; *p && *p != ' '; p++) {
        unsigned digit = 99;

        if (*p >= '0' && *p <= '9')
            digit = (unsigned)(*p - '0');
        else if (*p >= 'a' && *p <= 'f')
            digit = (unsigned)(*p - 'a') + 10;
        if (digit >= base || n > max / base)
            return BAD;
        n = n * base + digit;
    }
    if (p == *at || n > max)
        return BAD;
    *value = n;
    *at = p + (*p ? 1 : 0);
    return THERE;
}

static bool needed(const char **at, unsigned base, uint64_t max,
                   uint64_t *value)
{
    return number(at, base, max, 0, value) == THERE;
}

static bool optional(const char **at, unsigned base, uint64_t max, char hole,
                     uint64_t *value, bool *is_there)
{
    char found = number(at, base, max, hole, value);

    *is_there = found == THERE;
    return found != BAD;
}

static bool parse_hart(const char **at, struct event *e)
{
    uint64_t hart = 0;

    if (!needed(at, 10, 255, &hart))
        return false;
    e->hart = (unsigned)hart;
    return true;
}

static bool parse_va(const char **at, char hole, struct event *e)
{
    uint64_t va = 0;

    if (!optional(at, 16, UINT32_MAX, hole, &va, &e->has_va))
        return false;
    e->va = (uint32_t)va;
    return true;
}

static bool parse_asid(const char **at, char hole, struct event *e)
{
    uint64_t asid = 0;

    if (!optional(at, 16, 0x1ff, hole, &asid, &e->has_asid))
        return false;
    e->asid = (unsigned)asid;
    return true;
}

static bool parse_level(const char **at, struct event *e)
{
    uint64_t level = 0;

    if (!optional(at, 10, 1, '-', &level, &e->has_level))
        return false;
    e->level = (unsigned)level;
    return true;
}

/* g is there if `wanted`; else it is `-`. */
static bool parse_global(const char **at, bool wanted, struct event *e)
{
    uint64_t global = 0;
    bool is_there;

    if (!optional(at, 10, 1, '-', &global, &is_there) || is_there != wanted)
        return false;
    e->is_global = global;
    return true;
}

static bool parse_place(const char **at, struct event *e)
{
    uint64_t size = 0;

    if (!needed(at, 16, (1ULL << 34) - 1, &e->pa) ||
        !needed(at, 10, UINT32_MAX, &size) || !size)
        return false;
    e->size = (unsigned)size;
    return true;
}

/* i, r, w, p, P: hart va pa size asid level g */
static bool parse_access(const char **at, struct event *e)
{
    bool is_walk = e->kind == 'p' || e->kind == 'P';

    return parse_hart(at, e) && parse_va(at, '-', e) && parse_place(at, e) &&
           parse_asid(at, '-', e) && parse_level(at, e) &&
           parse_global(at, e->has_level && !is_walk, e) &&
           e->has_va == e->has_asid && e->has_va == e->has_level &&
           (!is_walk || e->has_va);
}

/* d, D: - - pa size - - - */
static bool parse_dma(const char **at, struct event *e)
{
    if (strncmp(*at, "- - ", 4) != 0)
        return false;
    *at += 4;
    if (!parse_place(at, e) || strcmp(*at, "- - -") != 0)
        return false;
    *at += 5;
    return true;
}

/* x: i|r|w hart va asid level g */
static bool parse_lookup(const char **at, struct event *e)
{
    e->access = **at;
    if (!e->access || !strchr("irw", e->access) || (*at)[1] != ' ')
        return false;
    *at += 2;
    return parse_hart(at, e) && parse_va(at, 0, e) && parse_asid(at, 0, e) &&
           parse_level(at, e) && parse_global(at, e->has_level, e);
}

static bool parse_word(const char **at, const char *const *words,
                       struct event *e)
{
    for (; *words; words++) {
        size_t length = strlen(*words);

        if (!strncmp(*at, *words, length) &&
            ((*at)[length] == ' ' || !(*at)[length])) {
            memcpy(e->word, *words, length + 1);
            *at += length + ((*at)[length] ? 1 : 0);
            return true;
        }
    }
    return false;
}

static bool parse_fields(const char **at, struct event *e)
{
    static const char *const operations[] = {"clean", "flush", "inval", NULL};
    static const char *const states[] = {"on", "off", NULL};

    switch (e->kind) {
    case 'i':
    case 'r':
    case 'w':
    case 'p':
    case 'P':
        return parse_access(at, e);
    case 'd':
    case 'D':
        return parse_dma(at, e);
    case 'x':
        return parse_lookup(at, e);
    case 'f':
        return parse_hart(at, e) && parse_va(at, '*', e) &&
               parse_asid(at, '*', e);
    case 'I':
        return parse_hart(at, e);
    case 's':
        return parse_hart(at, e) && needed(at, 16, UINT32_MAX, &e->pa);
    case 'z':
        return parse_hart(at, e) && parse_word(at, operations, e) &&
               needed(at, 16, (1ULL << 34) - 1, &e->pa);
    case 'm':
        return parse_word(at, states, e);
    default:
        return false;
    }
}

const char *trace_parse(const char *text, struct event *e)
{
    const char *at = text;

    memset(e, 0, sizeof(*e));
    e->kind = *at;
    e->access = *at;
    if (!at[0] || at[1] != ' ')
        return bad_shape;
    at += 2;
    if (!parse_fields(&at, e))
        return bad_number;
    return *at || at[-1] == ' ' ? bad_shape : NULL;
}
