/*
 * The main of a test of the natively compiled memory manager: like unit.h,
 * but each test runs in a process of its own, since a kernel boots but once.
 */
#ifndef QUIRE_TESTS_MM_UNIT_H
#define QUIRE_TESTS_MM_UNIT_H

#include <check.h>
#include <stdlib.h>

#include "guestos/arch/host/host.h"
#include "fault-inject.h"

/* Free frames, those at hand on a CPU too. */
static inline unsigned long all_free_pages(void)
{
    drain_all_pages(NULL);
    return nr_free_pages();
}

static inline int mm_unit_main(Suite *suite)
{
    SRunner *runner = srunner_create(suite);

    srunner_set_fork_status(runner, CK_FORK);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    srunner_free(runner);
    return EXIT_SUCCESS;
}

#endif
