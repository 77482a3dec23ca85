/*
 * Values of options: sizes, numbers, and lists of `key=value`.
 */
#ifndef QUIRE_FRONTEND_PARSE_H
#define QUIRE_FRONTEND_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* A whole number, decimal or 0x.., nothing behind it. */
MUST_USE bool parse_u64(const char *text, uint64_t *value);
/* Bytes: a number with K, M or G (powers of 1024, either case, `B` or `iB`
 * may follow); without one it counts `unit` bytes. */
MUST_USE bool parse_size(const char *text, uint64_t unit, uint64_t *bytes);
/* A number with k, M or G as powers of 1000. */
MUST_USE bool parse_decimal(const char *text, uint64_t *value);
/* "on" or "off". */
MUST_USE bool parse_switch(const char *text, bool *value);
/* A date YYYY-MM-DD or YYYY-MM-DDThh:mm:ss from 1970 on, as seconds since. */
MUST_USE bool parse_date(const char *text, uint64_t *seconds);

/* One part of a list whose parts are separated by commas; `,,` stands for a
 * comma inside. A part without `=` has an empty key. */
struct part {
    char key[32];
    char value[1024];
};

/* Takes the next part off *list, which is NULL at its end. False at the end,
 * or with *is_bad set for a part that is too long or a key that is empty. */
MUST_USE bool parse_part(const char **list, struct part *part, bool *is_bad);

/* Which of n names is closest to `word` by edit distance, if it is close
 * enough to be meant; else NULL. Names are `stride` bytes apart, each a
 * const char * at the start of an element. */
const char *parse_nearest(const char *word, const void *names, size_t n,
                          size_t stride);

#endif
