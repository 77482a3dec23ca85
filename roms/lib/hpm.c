/*
 * Programs and reads the first event counters.
 */
#include "roms/lib/hpm.h"

#define SET_EVENT(i, n)                                                        \
    case i:                                                                    \
        csr_write(mhpmevent##n, event);                                        \
        csr_write(mhpmcounter##n, 0);                                          \
        break

static void set_event(unsigned i, uint32_t event)
{
    switch (i) {
        SET_EVENT(0, 3);
        SET_EVENT(1, 4);
        SET_EVENT(2, 5);
        SET_EVENT(3, 6);
        SET_EVENT(4, 7);
        SET_EVENT(5, 8);
    }
}

void hpm_begin(const uint32_t *events, unsigned n)
{
    csr_write(mcountinhibit, 0);
    csr_write(mcounteren, ~0u);
    csr_write(scounteren, ~0u);
    for (unsigned i = 0; i < HPM_COUNTERS; i++)
        set_event(i, i < n ? events[i] : HPM_NONE);
}

uint32_t hpm_since(unsigned i)
{
    switch (i) {
    case 0:
        return csr_read(mhpmcounter3);
    case 1:
        return csr_read(mhpmcounter4);
    case 2:
        return csr_read(mhpmcounter5);
    case 3:
        return csr_read(mhpmcounter6);
    case 4:
        return csr_read(mhpmcounter7);
    default:
        return csr_read(mhpmcounter8);
    }
}
