/*
 * The hardware performance counters mhpmcounter3 to 31 (Zihpm): one const
 * table of the events that mhpmevent selects. A counter is what its event has
 * counted since power-on, which the models know anyway, plus an offset; so it
 * costs nothing while nobody reads it.
 */
#ifndef QUIRE_CPU_HPM_H
#define QUIRE_CPU_HPM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HPM_FIRST 3
#define HPM_COUNTERS 29

struct hart;

struct hpm_event {
    uint8_t number; /* abi/hpm.h */
    const char *name;
    const char *meaning;
    size_t at; /* in what hpm.c samples */
};

extern const struct hpm_event hpm_events[];
extern const size_t n_hpm_events;

/* Whether mhpmevent can hold it. */
bool hpm_is_event(uint64_t number);

/* For the CSR table; i counts from HPM_FIRST. A read sees the fetch of the
 * instruction that reads; a write takes effect after it. */
uint64_t hpm_read(const struct hart *h, unsigned i);
uint64_t hpm_read_high(const struct hart *h, unsigned i);
void hpm_write(struct hart *h, unsigned i, uint64_t value);
void hpm_write_high(struct hart *h, unsigned i, uint64_t value);
uint64_t hpm_read_event(const struct hart *h, unsigned i);
void hpm_write_event(struct hart *h, unsigned i, uint64_t value);

/* All 64 bits of a counter. */
void hpm_set(struct hart *h, unsigned i, uint64_t value);
/* Sets mcountinhibit; the counters of Zihpm keep their values over it. */
void hpm_inhibit(struct hart *h, uint64_t mcountinhibit);

#endif
