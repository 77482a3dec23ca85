/*
 * Values of options.
 */
#include "frontend/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/compiler.h"

#define MAX_WORD 64

/* Reads digits at *text and moves behind them. */
static bool read_number(const char **text, uint64_t *value)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *value = strtoull(
        *text, &end, (*text)[0] == '0' && tolower((*text)[1]) == 'x' ? 16 : 10);
    *text = end;
    return !errno;
}

bool parse_u64(const char *text, uint64_t *value)
{
    return read_number(&text, value) && !*text;
}

static bool multiply(uint64_t *value, uint64_t factor)
{
    if (*value > UINT64_MAX / factor)
        return false;
    *value *= factor;
    return true;
}

bool parse_size(const char *text, uint64_t unit, uint64_t *bytes)
{
    static const char units[] = "BKMG";
    const char *at;

    if (!read_number(&text, bytes))
        return false;
    if (!*text)
        return multiply(bytes, unit);
    at = strchr(units, toupper((unsigned char)*text));
    if (!at)
        return false;
    text++;
    if (at != units && (!strcmp(text, "B") || !strcmp(text, "iB")))
        text += strlen(text);
    return !*text && multiply(bytes, UINT64_C(1) << 10 * (at - units));
}

bool parse_decimal(const char *text, uint64_t *value)
{
    static const char *const units = "kMG";
    const char *at;
    uint64_t factor = 1;

    if (!read_number(&text, value))
        return false;
    if (*text) {
        at = strchr(units, *text == 'K' ? 'k' : *text);
        if (!at || text[1])
            return false;
        for (const char *p = units; p <= at; p++)
            factor *= 1000;
    }
    return multiply(value, factor);
}

bool parse_switch(const char *text, bool *value)
{
    *value = !strcmp(text, "on");
    return *value || !strcmp(text, "off");
}

/* A field of n digits, and `stop` behind it unless that is 0. */
static bool take_digits(const char **text, unsigned n, char stop, int *value)
{
    *value = 0;
    for (unsigned i = 0; i < n; i++, ++*text) {
        if (!isdigit((unsigned char)**text))
            return false;
        *value = *value * 10 + (**text - '0');
    }
    return !stop || *(*text)++ == stop;
}

bool parse_date(const char *text, uint64_t *seconds)
{
    struct tm t = {0}, back;
    time_t at;

    if (!take_digits(&text, 4, '-', &t.tm_year) ||
        !take_digits(&text, 2, '-', &t.tm_mon) ||
        !take_digits(&text, 2, 0, &t.tm_mday))
        return false;
    if (*text && (*text++ != 'T' || !take_digits(&text, 2, ':', &t.tm_hour) ||
                  !take_digits(&text, 2, ':', &t.tm_min) ||
                  !take_digits(&text, 2, 0, &t.tm_sec) || *text))
        return false;
    t.tm_year -= 1900;
    t.tm_mon--;
    back = t;
    at = timegm(&back); /* makes of 31 February a date that differs */
    *seconds = (uint64_t)at;
    return t.tm_year >= 70 && back.tm_mon == t.tm_mon &&
           back.tm_mday == t.tm_mday && back.tm_hour == t.tm_hour &&
           back.tm_min == t.tm_min && back.tm_sec == t.tm_sec;
}

/* Copies up to `stop` or a single comma, doubled ones as one. Returns what
 * comes behind, or NULL if it does not fit. */
static const char *copy_until(const char *from, char stop, char *to,
                              size_t size)
{
    size_t n = 0;

    for (; *from && *from != stop; from++) {
        if (*from == ',' && from[1] == ',')
            from++;
        else if (*from == ',')
            break;
        if (n + 1 == size)
            return NULL;
        to[n++] = *from;
    }
    to[n] = 0;
    return from;
}

bool parse_part(const char **list, struct part *part, bool *is_bad)
{
    const char *at = *list, *equals;
    size_t length;

    *is_bad = false;
    if (!at)
        return false;
    length = strcspn(at, ",");
    equals = memchr(at, '=', length);
    part->key[0] = 0;
    if (equals) {
        *is_bad = equals == at || (size_t)(equals - at) >= sizeof part->key;
        if (*is_bad)
            return false;
        memcpy(part->key, at, (size_t)(equals - at));
        part->key[equals - at] = 0;
        at = equals + 1;
    }
    at = copy_until(at, 0, part->value, sizeof part->value);
    *is_bad = !at;
    if (*is_bad)
        return false;
    *list = *at ? at + 1 : NULL;
    return true;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance, a row at a time. */
static size_t distance(const char *a, const char *b)
{
    size_t row[MAX_WORD + 1], n = strlen(b);

    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t above = row[j];

            row[j] = least(least(above, row[j - 1]) + 1,
                           diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[n];
}

const char *parse_nearest(const char *word, const void *names, size_t n,
                          size_t stride)
{
    const char *best = NULL;
    size_t best_distance = 0;

    if (strlen(word) > MAX_WORD)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const char *name;
        size_t d;

        memcpy(&name, (const char *)names + i * stride, sizeof name);
        if (strlen(name) > MAX_WORD)
            continue;
        d = distance(word, name);
        if (d <= strlen(name) / 2 && (!best || d < best_distance)) {
            best = name;
            best_distance = d;
        }
    }
    return best;
}
