/*
 * Reads the encoding column of the instruction table: the manual's notation
 * becomes fixed bits and slices of fields.
 */
#include "cpu/isa_pattern.h"

#include <stdlib.h>
#include <string.h>

/* A word of the notation, and where the next bits go. */
struct cursor {
    struct isa_pattern *pattern;
    unsigned at; /* bits not yet placed */
    bool is_wrong;
};

static bool starts_with(const char *s, const char *prefix)
{
    return !strncmp(s, prefix, strlen(prefix));
}

static void add_slice(struct cursor *c, enum isa_field field, unsigned width,
                      unsigned to)
{
    struct isa_pattern *p = c->pattern;

    if (width > c->at || p->n_slices == ISA_MAX_SLICES) {
        c->is_wrong = true;
        return;
    }
    p->slices[p->n_slices++] = (struct isa_slice){
        (uint8_t)(c->at - width), (uint8_t)width, (uint8_t)to, (uint8_t)field};
}

static void place_fixed(struct cursor *c, const char *word)
{
    for (; *word; word++) {
        if (!c->at || (*word != '0' && *word != '1')) {
            c->is_wrong = true;
            return;
        }
        c->at--;
        c->pattern->mask |= 1u << c->at;
        if (*word == '1')
            c->pattern->match |= 1u << c->at;
    }
}

/* [12|10:5]: pieces of an immediate, from its upper bits down. */
static void place_pieces(struct cursor *c, const char *s, bool is_signed)
{
    struct isa_pattern *p = c->pattern;

    while (*s && *s != ']') {
        char *end;
        unsigned long hi = strtoul(s, &end, 10), lo = hi;

        if (*end == ':')
            lo = strtoul(end + 1, &end, 10);
        if (end == s || hi < lo || hi > 31) {
            c->is_wrong = true;
            return;
        }
        add_slice(c, FIELD_IMM, (unsigned)(hi - lo + 1), (unsigned)lo);
        c->at -= c->is_wrong ? 0 : (unsigned)(hi - lo + 1);
        if (is_signed && hi + 1 > p->imm_width)
            p->imm_width = (uint8_t)(hi + 1);
        s = *end == '|' ? end + 1 : end;
    }
}

static bool place_immediate(struct cursor *c, const char *word)
{
    const char *bracket = strchr(word, '[');

    if (!bracket)
        return false;
    c->pattern->imm_not_zero |= starts_with(word, "nz");
    place_pieces(c, bracket + 1,
                 starts_with(word, "imm") || starts_with(word, "nzimm"));
    return true;
}

static bool place_named(struct cursor *c, const char *word)
{
    static const struct {
        const char *name;
        unsigned width, to;
        enum isa_field field;
    } named[] = {
        {"csr", 12, 0, FIELD_IMM}, {"zimm", 5, 0, FIELD_RS1},
        {"fm", 4, 8, FIELD_IMM},   {"pred", 4, 4, FIELD_IMM},
        {"succ", 4, 0, FIELD_IMM}, {"aq", 1, 1, FIELD_IMM},
        {"rl", 1, 0, FIELD_IMM},
    };

    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (strcmp(word, named[i].name))
            continue;
        add_slice(c, named[i].field, named[i].width, named[i].to);
        c->at -= c->is_wrong ? 0 : named[i].width;
        return true;
    }
    return false;
}

static uint8_t register_value(const char *s)
{
    return (uint8_t)(!strcmp(s, "ra") ? 1 : !strcmp(s, "sp") ? 2 : 0);
}

/* !=0 or !={0,2} */
static uint32_t excluded_values(const char *s)
{
    uint32_t values = 0;

    for (s += strspn(s, "!={"); *s >= '0' && *s <= '9'; s += *s == ',') {
        char *end;

        values |= 1u << (strtoul(s, &end, 10) & 31);
        s = end;
    }
    return values;
}

/* rd, rd', rd/rs1, rd!=0, rd=ra */
static void place_register(struct cursor *c, const char *word)
{
    static const char *const names[] = {"rd", "rs1", "rs2"};
    struct isa_pattern *p = c->pattern;
    size_t condition = strcspn(word, "!=");
    bool is_implied = word[condition] == '=', found = false;
    bool is_short = memchr(word, '\'', condition) != NULL;
    unsigned width = is_short ? 3 : 5;

    for (unsigned i = FIELD_RD; i <= FIELD_RS2; i++) {
        const char *name = strstr(word, names[i]);

        if (!name || name >= word + condition)
            continue;
        found = true;
        if (is_implied) {
            p->base[i] = register_value(word + condition + 1);
            continue;
        }
        p->base[i] = is_short ? 8 : 0;
        if (word[condition])
            p->excluded[i] = excluded_values(word + condition);
        add_slice(c, (enum isa_field)i, width, 0);
    }
    c->is_wrong |= !found || (!is_implied && width > c->at);
    if (!is_implied && !c->is_wrong)
        c->at -= width;
}

static void place(struct cursor *c, const char *word)
{
    if (word[0] == '0' || word[0] == '1')
        place_fixed(c, word);
    else if (!place_immediate(c, word) && !place_named(c, word))
        place_register(c, word);
}

bool isa_parse(const struct isa_row *row, struct isa_pattern *pattern)
{
    unsigned bits = row->extension == 'C' ? 16 : 32;
    struct cursor c = {pattern, bits, false};
    const char *s = row->encoding;

    memset(pattern, 0, sizeof *pattern);
    pattern->size = (uint8_t)(bits / 8);
    while (*s) {
        size_t length = strcspn(s, " ");
        char word[40];

        if (length >= sizeof word)
            return false;
        memcpy(word, s, length);
        word[length] = 0;
        place(&c, word);
        s += length;
        s += strspn(s, " ");
    }
    return !c.is_wrong && c.at == 0;
}
