/*
 * Bit manipulation (Zba, Zbb, Zbs) on registers that hold words
 * sign-extended.
 */
#ifndef QUIRE_CPU_BITMANIP_H
#define QUIRE_CPU_BITMANIP_H

#include <stdint.h>

#include "cpu/isa.h"

/* The result of such an operation on rs1 = a, rs2 = b. */
uint64_t bitmanip(const struct insn *d, uint64_t a, uint64_t b);

#endif
