/*
 * The sets of the reference's caches and TLBs: with lists, ages and the bits of
 * trees in place of stamps and tags.
 */
#ifndef QUIRE_TESTS_REF_SETS_H
#define QUIRE_TESTS_REF_SETS_H

#include <stdbool.h>
#include <stdint.h>

/* How a structure chooses its victims. */
struct ref_choice {
    char policy; /* of lru, plru, fifo, random */
    unsigned ways;
    bool *bits; /* plru: of each set `ways`, node n's children 2n and 2n + 1 */
    uint32_t x; /* random: the generator */
};

struct ref_line {
    bool is_valid, is_dirty;
    uint64_t number;
    unsigned age; /* 0: the one touched (fifo: filled) last in its set */
};

struct ref_cache {
    unsigned sets, ways, line_bytes; /* sets == 0: none */
    bool is_through, is_no_allocate;
    struct ref_choice choice;
    struct ref_line *lines; /* set by set */
    uint64_t accesses, misses, writebacks, writethroughs;
};

struct ref_entry {
    bool is_valid, is_global, is_whole;
    uint64_t vpn, asid, frame; /* of the page; of the superpage if whole */
    unsigned flags, level, age;
};

struct ref_tlb {
    unsigned sets, ways;
    struct ref_choice choice;
    struct ref_entry *entries;
    uint64_t accesses, misses;
};

/* x is the random sequence's first number. */
void ref_make_cache(struct ref_cache *c, unsigned size, unsigned ways,
                    unsigned line_bytes, char policy, uint32_t x);
void ref_make_tlb(struct ref_tlb *t, unsigned entries, unsigned ways,
                  char policy, uint32_t x);
void ref_free_cache(struct ref_cache *c);
void ref_free_tlb(struct ref_tlb *t);

/* plru: how many ways of the set go before this one; random: 0 for the way
 * that it takes next, 1 for others; lru and fifo: by age among n_valid. */
unsigned ref_rank(const struct ref_choice *c, unsigned set, unsigned way,
                  unsigned age, unsigned n_valid);

/* Of a cache: the line of an address, or NULL; a line was used; the line that
 * makes room; it goes; a new one comes into its place. */
struct ref_line *ref_cache_lookup(struct ref_cache *c, uint64_t pa);
void ref_cache_hit(struct ref_cache *c, struct ref_line *l);
struct ref_line *ref_cache_victim(struct ref_cache *c, uint64_t pa);
void ref_cache_remove(struct ref_cache *c, struct ref_line *l);
void ref_cache_put(struct ref_cache *c, struct ref_line *l, uint64_t pa);

/* Of a TLB the same; put makes room by itself. */
struct ref_entry *ref_tlb_lookup(struct ref_tlb *t, uint64_t vpn,
                                 uint64_t asid);
void ref_tlb_hit(struct ref_tlb *t, struct ref_entry *e);
void ref_tlb_remove(struct ref_tlb *t, struct ref_entry *e);
struct ref_entry *ref_tlb_put(struct ref_tlb *t, uint64_t vpn,
                              const struct ref_entry *what);
/* Pages that an entry of this level spans. */
uint64_t ref_span(unsigned level);

#endif
