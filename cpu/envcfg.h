/*
 * The environment configuration: what menvcfg and senvcfg switch for less
 * privileged modes.
 */
#ifndef QUIRE_CPU_ENVCFG_H
#define QUIRE_CPU_ENVCFG_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu/isa.h"

struct hart;

/* menvcfg after a reset. */
uint64_t envcfg_at_reset(const struct hart *h);
/* Whether menvcfg and senvcfg have no bits but those that they can come to. */
bool envcfg_is_possible(const struct hart *h);
/* Tells the MMU and the timer what menvcfg says; after each change of it. */
void envcfg_push(struct hart *h);

/* For the CSR table. */
uint64_t envcfg_read_menvcfg(const struct hart *h, unsigned i);
void envcfg_write_menvcfg(struct hart *h, unsigned i, uint64_t value);
uint64_t envcfg_read_menvcfgh(const struct hart *h, unsigned i);
void envcfg_write_menvcfgh(struct hart *h, unsigned i, uint64_t value);
uint64_t envcfg_read_senvcfg(const struct hart *h, unsigned i);
void envcfg_write_senvcfg(struct hart *h, unsigned i, uint64_t value);

/* Whether stimecmp drives STIP. */
bool envcfg_has_timer(const struct hart *h);

/* What a cbo instruction does in this mode; false if it is illegal. */
bool envcfg_permits_cbo(const struct hart *h, enum op op, enum op *does);

#endif
