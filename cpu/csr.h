/*
 * Control and status registers: one table (cpu/csr_table.c) of what exists,
 * and the access that the CSR instructions make, with all its checks.
 */
#ifndef QUIRE_CPU_CSR_H
#define QUIRE_CPU_CSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "cpu/isa.h"

struct hart;

/* Fields of mstatus. */
enum {
    MSTATUS_SIE = 1 << 1,
    MSTATUS_MIE = 1 << 3,
    MSTATUS_SPIE = 1 << 5,
    MSTATUS_MPIE = 1 << 7,
    MSTATUS_SPP = 1 << 8,
    MSTATUS_MPP = 3 << 11,
    MSTATUS_MPP_SHIFT = 11,
    MSTATUS_MPRV = 1 << 17,
    MSTATUS_SUM = 1 << 18,
    MSTATUS_MXR = 1 << 19,
    MSTATUS_TVM = 1 << 20,
    MSTATUS_TW = 1 << 21,
    MSTATUS_TSR = 1 << 22,
};

/* A register, or `count` of them with numbers that follow each other. The
 * number itself says who may access it: bits 9:8 the lowest privilege, 11:10
 * = 3 read-only (priv 1.12, 2.1). */
struct csr_row {
    uint16_t number;
    uint8_t count;
    uint8_t xlens;    /* enum isa_xlen */
    const char *name; /* # stands for the number of a group's member */
    uint8_t first;    /* of a group: the number of the first member */
    /* Either a field of struct csrs with its writable bits, or functions;
     * `i` is the member of a group. No write function: writes are ignored. */
    size_t field;
    uint64_t writable;
    uint64_t (*read)(const struct hart *h, unsigned i);
    void (*write)(struct hart *h, unsigned i, uint64_t value);
    const char *meaning;
};

extern const struct csr_row csr_table[];
extern const size_t csr_table_rows;

#define CSR_NO_FIELD SIZE_MAX

/* Fills in which CSRs this hart has; its xlen and MMU must be set. */
void csr_index(struct hart *h);

/* The register's name, at most 15 characters; false if it does not exist on
 * any machine. */
MUST_USE bool csr_name(unsigned number, char name[16]);

/* Whether the registers have no bits but those that they can come to; for what
 * was restored. */
MUST_USE bool csr_are_possible(const struct hart *h);

enum csr_change { CSR_KEEP, CSR_SET, CSR_CLEAR, CSR_REPLACE };

/* One access by the guest: *old is the value before it, sign-extended. False:
 * illegal, and nothing happened. */
MUST_USE bool csr_access(struct hart *h, unsigned number,
                         enum csr_change change, uint64_t operand,
                         uint64_t *old);

/* Whether an access in the hart's mode is legal and comes to no more than
 * reading or writing a field of struct csrs: its offset, and the bits that a
 * write changes. What the answer depends on is the mode alone. */
MUST_USE bool csr_is_plain(const struct hart *h, unsigned number, bool is_write,
                           size_t *field, uint64_t *writable);

#endif
