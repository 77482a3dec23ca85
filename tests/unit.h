/*
 * The main of a unit test: runs one Check suite and prints TAP on stdout.
 */
#ifndef QUIRE_TESTS_UNIT_H
#define QUIRE_TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>

/* Runs the suite without forking, so that the sanitizers see all of it; the
 * TAP lines carry the verdict. */
static inline int unit_main(Suite *suite)
{
    SRunner *runner = srunner_create(suite);

    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    srunner_free(runner);
    return EXIT_SUCCESS;
}

#endif
