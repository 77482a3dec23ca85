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
table=$top_srcdir/tests/jit_mutants.tsv

for test in $ONLY; do
    grep -q "^$test$tab" "$table" || {
        echo "jit_mutants: no row for '$test': give tests of" \
            "tests/jit_mutants.tsv, as ONLY='tests/test_engine_flow'" >&2
        exit 2
    }
done

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
    unit_notices "$test" 60
    verdict=$?
    cp "$work/original" "$planted"
    return $verdict
}

grep -v '^#' "$table" | awk -F "$tab" -v only=" $ONLY " -v file="$FILE" '
    (only == "  " || index(only, " " $1 " ")) && (file == "" || $2 == file)
' >"$work/table"
copy_tree libquire-san.a
cut -f 1 "$work/table" | sort -u >"$work/tests"
while read -r test; do
    if unit_notices "$test" 60 || [ "${detail% }" != "status 0:" ]; then
        echo "Bail out! $test fails without a fault: $detail"
        exit 1
    fi
done <"$work/tests"

missed=0
: >"$work/score"
while IFS=$tab read -r test file function t1 r1 t2 r2; do
    number=$((number + 1))
    if plant "$test" "$file" "$function" "$t1" "$r1" ${t2:+"$t2" "$r2"}; then
        echo "ok $number - $file: $function: $t1: $test: $detail"
        echo "$file 1" >>"$work/score"
    else
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
