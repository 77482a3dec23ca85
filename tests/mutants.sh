#!/bin/sh
# Shows that the tests can fail: plants the faults of mutants.tsv in a copy
# of the emulator, one at a time, and runs the part of the tests that must
# notice: a regression ROM, or a unit test. Prints a point for each, and the
# score by folder; the status says whether all were caught. Takes minutes;
# `make mutants` runs it, `make check` does not (tests/mutants_table.sh is in
# there). ONLY='a/b tests/test_c' restricts it to these parts.
. "$top_srcdir/tests/roms_lib.sh"
. "$top_srcdir/tests/mutants_lib.sh"
table=$top_srcdir/tests/mutants.tsv

for part in $ONLY; do
    grep -q "^$part$tab" "$table" || {
        echo "mutants: no row for '$part': give parts of tests/mutants.tsv," \
            "as ONLY='mmu/fence tests/test_mmu'" >&2
        exit 2
    }
done

copy_tree quire CFLAGS=-O1

# rom_notices NAME: 0 if it fails with the fault that is planted now, on one
# engine or the other; how, in $detail.
rom_notices() {
    (cd "$build" && make -s quire) >"$work/log" 2>&1 || {
        detail="does not compile"
        return 1
    }
    for engine in interp jit; do
        detail=$(timeout -k 1 20 "$build/quire" -engine $engine \
            $(rom_options "$1" 2) -rom "$roms_folder/$1.elf" 2>&1 </dev/null)
        case $detail in
        "not ok ${1##*/} - case "* | "not ok ${1##*/} - needs "*) return 0 ;;
        esac
    done
    return 1
}

# plant PART FILE TEXT REPLACEMENT: 0 if the part notices.
plant() {
    cp "$source/$2" "$work/original"
    if ! replace "$source/$2" "" "$3" "$4"; then
        detail="no such text in $2"
        return 1
    fi
    case $1 in
    tests/*) unit_notices "$1" ;;
    *) rom_notices "$1" ;;
    esac
    verdict=$?
    cp "$work/original" "$source/$2"
    return $verdict
}

number=0
caught=
missed=0
grep -v '^#' "$table" >"$work/table"
while IFS=$tab read -r part file text replacement; do
    case " ${ONLY:-$part} " in
    *" $part "*) ;;
    *) continue ;;
    esac
    number=$((number + 1))
    if plant "$part" "$file" "$text" "$replacement"; then
        echo "ok $number - $part: $file: $detail"
        echo "$file caught" >>"$work/score"
        caught="$caught $part"
    else
        echo "not ok $number - $part: $file: $text # $detail"
        echo "$file missed" >>"$work/score"
        missed=$((missed + 1))
    fi
done <"$work/table"
for rom in $(rom_names); do
    case "$caught " in
    *" $rom "*) continue ;;
    esac
    test -n "$ONLY" && continue
    number=$((number + 1))
    echo "not ok $number - $rom has caught no fault"
    missed=$((missed + 1))
done
awk '{
        file = $1
        sub(/\/[^\/]*$/, "", $1)
        planted[$1]++
        caught[$1] += $2 == "caught"
        if ($1 == "mmu" || file == "cpu/trap.c" || file == "cpu/interp.c") {
            core++
            core_caught += $2 == "caught"
        }
        all++
        good += $2 == "caught"
    }
    END {
        for (folder in planted)
            printf "# %s: %d of %d caught\n", folder, caught[folder],
                planted[folder]
        printf "# mmu, cpu/trap.c and cpu/interp.c: %d of %d caught\n",
            core_caught, core
        printf "# all: %d of %d caught\n", good, all
    }' "$work/score" | sort
echo "1..$number"
test $missed = 0
