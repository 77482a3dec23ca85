#!/bin/sh
# The table of planted faults agrees with the tree: each row's text stands in
# its file, each part exists, and no ROM is without a row. Whether the parts
# notice, `make mutants` tells; this says in a moment that it can be asked.
. "$top_srcdir/tests/roms_lib.sh"
table=$top_srcdir/tests/mutants.tsv
tab=$(printf '\t')

# holds CLAIM: $work/wrong has no line.
holds() {
    ! [ -s "$work/wrong" ]
    point "$1" || shown "$work/wrong" 50
}

echo 1..3
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
