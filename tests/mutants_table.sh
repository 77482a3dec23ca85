#!/bin/sh
# The tables of planted faults agree with the tree: each row's text stands in
# its file, each part exists, and no ROM is without a row. Whether the parts
# notice, `make mutants` tells; this says in a moment that it can be asked.
. "$top_srcdir/tests/roms_lib.sh"
. "$top_srcdir/tests/mutants_lib.sh"
table=$top_srcdir/tests/mutants.tsv

# holds CLAIM: $work/wrong has no line.
holds() {
    ! [ -s "$work/wrong" ]
    point "$1" || shown "$work/wrong" 50
}

echo 1..11
grep -v '^#' "$table" >"$work/table"
while IFS=$tab read -r part file text replacement; do
    [ "$text" != "$replacement" ] &&
        grep -qF -e "$text" "$top_srcdir/$file" 2>/dev/null ||
        echo "$part: $file: $text"
done <"$work/table" >"$work/wrong"
holds "each row replaces a text of its file"

for part in $(cut -f 1 "$work/table" | sort -u); do
    rom_names | grep -qx "$part" || [ -f "$top_srcdir/$part.c" ] ||
        echo "$part: neither a ROM nor a unit test"
done >"$work/wrong"
holds "each row names a ROM or a unit test"

for rom in $(rom_names); do
    grep -q "^$rom$tab" "$work/table" || echo "$rom"
done >"$work/wrong"
holds "each ROM has a row"

# faults NAME FILE: those of a table that names functions, of FILE.tsv.
faults() {
    grep -v '^#' "$top_srcdir/tests/$2.tsv" >"$work/table"
    while IFS=$tab read -r test file function t1 r1 t2 r2 t3 r3; do
        cp "$top_srcdir/$file" "$work/planted" &&
            replace "$work/planted" "$function" "$t1" "$r1" \
                ${t2:+"$t2" "$r2"} ${t3:+"$t3" "$r3"} &&
            ! cmp -s "$top_srcdir/$file" "$work/planted" ||
            echo "$file: $function: $t1"
    done <"$work/table" >"$work/wrong" 2>&1
    holds "$1: each row changes its function"

    sort "$work/table" | uniq -d >"$work/wrong"
    holds "$1: no row stands twice"

    for test in $(cut -f 1 "$work/table" | sort -u); do
        case $test in
        *.sh) [ -f "$top_srcdir/$test" ] ;;
        *) [ -f "$top_srcdir/$test.c" ] ;;
        esac || echo "$test: no such test"
    done >"$work/wrong"
    holds "$1: each row names a test"

    [ "$(grep -c . "$work/table")" -ge 30 ]
    point "$1: at least 30 faults are planted"
}

faults Octavo octavo_mutants
faults "The translator" jit_mutants
