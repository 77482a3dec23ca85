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
table=$top_srcdir/tests/octavo_mutants.tsv

for test in $ONLY; do
    grep -q "^$test$tab" "$table" || {
        echo "octavo_mutants: no row for '$test': give tests of" \
            "tests/octavo_mutants.tsv, as ONLY='tests/test_mm_pcp'" >&2
        exit 2
    }
done

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

# plant TEST FILE FUNCTION TEXT REPLACEMENT...: 0 if the test notices.
plant() {
    test=$1
    planted=$source/$2
    shift 2
    cp "$planted" "$work/original"
    if ! replace "$planted" "$@"; then
        detail="no such text in $1"
        return 1
    fi
    notices "$test"
    verdict=$?
    cp "$work/original" "$planted"
    return $verdict
}

grep -v '^#' "$table" | awk -F "$tab" -v only=" $ONLY " -v file="$FILE" '
    (only == "  " || index(only, " " $1 " ")) && (file == "" || $2 == file)
' >"$work/table"
copy_tree libmm-san.a
for built in quire octavo32.img firmware32.elf tests/demo_expect \
    tests/octavo/stress tests/octavo/smp tests/octavo/calls \
    tests/octavo/failnth; do
    [ ! -e "$top_builddir/$built" ] || {
        mkdir -p "$build/${built%/*}" 2>/dev/null
        ln -sf "$(realpath "$top_builddir/$built")" "$build/$built"
    }
done

cut -f 1 "$work/table" | sort -u >"$work/tests"
while read -r test; do
    if notices "$test" || [ "${detail% }" != "status 0:" ]; then
        echo "Bail out! $test fails without a fault: $detail"
        exit 1
    fi
done <"$work/tests"

missed=0
: >"$work/score"
while IFS=$tab read -r test file function t1 r1 t2 r2 t3 r3; do
    if plant "$test" "$file" "$function" "$t1" "$r1" \
        ${t2:+"$t2" "$r2"} ${t3:+"$t3" "$r3"}; then
        number=$((number + 1))
        echo "ok $number - $file: $function: $t1: $test: $detail"
        echo "$file 1" >>"$work/score"
    else
        number=$((number + 1))
        echo "not ok $number - $file: $function: $t1: $test # $detail"
        echo "$file 0" >>"$work/score"
        missed=$((missed + 1))
    fi
done <"$work/table"
awk '
    { planted[$1]++; caught[$1] += $2; all++; good += $2 }
    END {
        for (file in planted)
            printf "# %s: %d of %d caught\n", file, caught[file], planted[file]
        printf "# all: %d of %d caught\n", good, all
    }' "$work/score" | sort
echo "1..$number"
test $missed = 0
