/*
 * Privilege modes, kinds of access, and what an access that fails returns:
 * a value, which only cpu/trap.c turns into a trap.
 */
#ifndef QUIRE_MMU_FAULT_H
#define QUIRE_MMU_FAULT_H

#include <stdint.h>

enum privilege { PRIV_U = 0, PRIV_S = 1, PRIV_M = 3 };

enum access { ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE };

/* Exception codes of mcause (priv 1.12, table 3.6). */
enum cause {
    CAUSE_FETCH_MISALIGNED = 0,
    CAUSE_FETCH_ACCESS = 1,
    CAUSE_ILLEGAL = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL_U = 8,
    CAUSE_ECALL_S = 9,
    CAUSE_ECALL_M = 11,
    CAUSE_FETCH_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
};

struct fault {
    uint64_t tval; /* the first byte that could not be accessed */
    enum cause cause;
};

#endif
