/*
 * An access as the watcher sees it: by S or U, or with their rights. At that
 * time the tables are as the access will find them.
 */
#ifndef QUIRE_TESTS_TORTURE_SEEN_H
#define QUIRE_TESTS_TORTURE_SEEN_H

#include <stdbool.h>
#include <stdint.h>

struct machine;

enum { FETCH, LOAD, STORE, N_ACCESSES };

struct seen {
    const struct machine *m;
    uint32_t va, satp, status;
    unsigned size, access;
    bool is_s, is_by_mprv;
};

/* A word of physical memory, as an entry of a table. */
bool seen_word(const struct seen *s, uint64_t pa, uint32_t *value);

#endif
