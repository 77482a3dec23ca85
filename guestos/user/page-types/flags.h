/* The flags of a frame in /proc/kpageflags: names, and what selects by them. */
#ifndef OCTAVO_USER_PAGE_TYPES_FLAGS_H
#define OCTAVO_USER_PAGE_TYPES_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

/* Words of /proc/PID/pagemap. */
#define PM_FRAME(word) ((word) & ((UINT64_C(1) << 55) - 1))
#define PM_SWAP_OFFSET(word) (PM_FRAME(word) >> 5)
#define PM_SWAP (UINT64_C(1) << 62)
#define PM_PRESENT (UINT64_C(1) << 63)

/* A letter a flag, or _ where it is not set; the next call overwrites it. */
const char *flag_letters(uint64_t flags);
/* The names of those that are set, with commas; overwritten likewise. */
const char *flag_names(uint64_t flags);
/* All names, four a line. */
void flag_list(void);

/* What is shown of a word of kpageflags. Raw: all of it, flags with two
 * meanings told apart, and what `pme`, the page's word of pagemap, adds. */
uint64_t flags_shown(uint64_t word, uint64_t pme, bool is_raw);

/* Names and numbers with commas; ends the program with what it does not
 * know. */
uint64_t flags_parse(const char *text);

/* A condition, as --help tells; ends the program where it makes no sense. */
void filter_add(const char *text);
/* Whether all conditions hold. */
bool filter_passes(uint64_t flags);

#endif
