#!/bin/sh
# Shows that the tests of the translator can fail: plants the faults of
# jit_mutants.tsv in a copy of the tree, one at a time, and runs the unit test
# that must notice. Prints a point for each, and the score by file; the status
# says whether all were caught. Before that each test must pass without a
# fault. Takes minutes; `make mutants` runs it (tests/mutants_table.sh is in
# `make check`). ONLY='tests/test_engine_flow' restricts it to these tests,
# FILE=cpu/jit/flow.c to faults in that file.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/mutants_lib.sh"

notices() { # test
    unit_notices "$1" 60
}

choose_rows "$top_srcdir/tests/jit_mutants.tsv"
copy_tree libquire-san.a
pass_without_faults
plant_all
