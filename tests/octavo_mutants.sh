#!/bin/sh
# Shows that Octavo's tests can fail: plants the faults of octavo_mutants.tsv
# in a copy of the tree, one at a time: a lock that is not taken, a reference
# that is not dropped, a block that is not merged, a list that is not drained,
# a TLB that is not flushed. Each time it runs the test that must notice: one
# of the natively built memory manager, or a script that boots the machine.
# Prints a point for each, and the score by file; the status says whether all
# were caught. Before that each test must pass without a fault. Takes minutes;
# `make mutants` runs it (tests/mutants_table.sh is in `make check`).
# ONLY='tests/test_mm_pcp tests/octavo_load.sh' restricts it to these tests,
# FILE=guestos/mm/pcp.c to faults in that file.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/mutants_lib.sh"
# script_notices TEST: it boots the kernels of the copy with all else of this
# build.
script_notices() {
    (cd "$build" && make -s -j2 octavo32.elf octavo32-debug.elf) \
        >"$work/log" 2>&1 || {
        detail="does not compile"
        return 1
    }
    top_builddir=$build timeout -k 1 300 sh "$source/$1" >"$work/log" 2>&1 \
        </dev/null
    detail="status $?: $(grep -m 1 '^not ok' "$work/log")"
    case $detail in
    "status 124: " | "status 0: ") return 1 ;;
    esac
}

notices() { # test
    case $1 in
    *.sh) script_notices "$1" ;;
    *) unit_notices "$1" 300 ;;
    esac
}

choose_rows "$top_srcdir/tests/octavo_mutants.tsv"
copy_tree libmm-san.a
for built in quire octavo32.img firmware32.elf tests/demo_expect \
    tests/octavo/stress tests/octavo/smp tests/octavo/calls \
    tests/octavo/failnth; do
    [ ! -e "$top_builddir/$built" ] || {
        mkdir -p "$build/${built%/*}" 2>/dev/null
        ln -sf "$(realpath "$top_builddir/$built")" "$build/$built"
    }
done

pass_without_faults
plant_all
