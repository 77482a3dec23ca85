#!/bin/sh
# Shows that each regression ROM can fail: plants the faults of rom_faults.tsv
# in a copy of the emulator, one at a time, and runs the ROM that must notice.
# Takes minutes; `make mutants` runs it, `make check` does not. ONLY='a/b c/d'
# restricts it to these ROMs.
. "$top_srcdir/tests/roms_lib.sh"
source=$work/source
build=$work/build
table=$top_srcdir/tests/rom_faults.tsv
tab=$(printf '\t')

# The tree without what git or a build left in it.
mkdir -p "$source" "$build"
(cd "$top_srcdir" && tar cf - --exclude=./build --exclude=./.git \
    --exclude=autom4te.cache .) | (cd "$source" && tar xf -)
(cd "$build" && "$source/configure" --quiet CFLAGS=-O1 &&
    make -s -j2 quire) >"$work/log" 2>&1 || {
    tail -20 "$work/log"
    echo "Bail out! the copy does not build"
    exit 1
}

# replace FILE TEXT REPLACEMENT: its first occurrence; fails if there is none.
replace() {
    TEXT=$2 REPLACEMENT=$3 awk '
        BEGIN { text = ENVIRON["TEXT"]; new = ENVIRON["REPLACEMENT"] }
        !done && (at = index($0, text)) {
            $0 = substr($0, 1, at - 1) new substr($0, at + length(text))
            done = 1
        }
        { print }
        END { exit !done }' "$1" >"$1.new" && mv "$1.new" "$1"
}

# plant ROM FILE TEXT REPLACEMENT: 0 if a case of the ROM fails with the fault;
# says how in $detail.
plant() {
    name=$1
    cp "$source/$2" "$work/original"
    if ! replace "$source/$2" "$3" "$4"; then
        detail="no such text in $2"
        rm -f "$source/$2.new"
        return 1
    fi
    detail="does not compile"
    verdict=1
    if (cd "$build" && make -s quire) >"$work/log" 2>&1; then
        detail=$(timeout -k 1 20 "$build/quire" $(rom_options "$name" 2) \
            -rom "$roms_folder/$name.elf" 2>&1 </dev/null)
        case $detail in
        "not ok ${name##*/} - case "*) verdict=0 ;;
        esac
    fi
    cp "$work/original" "$source/$2"
    return $verdict
}

number=0
caught=
grep -v '^#' "$table" >"$work/table"
while IFS=$tab read -r rom file text replacement; do
    case " ${ONLY:-$rom} " in
    *" $rom "*) ;;
    *) continue ;;
    esac
    number=$((number + 1))
    if plant "$rom" "$file" "$text" "$replacement"; then
        echo "ok $number - $rom: $detail"
        caught="$caught $rom"
    else
        echo "not ok $number - $rom: $file: $text # $detail"
    fi
done <"$work/table"
for rom in $(rom_names); do
    case "$caught " in
    *" $rom "*) continue ;;
    esac
    test -n "$ONLY" && continue
    number=$((number + 1))
    echo "not ok $number - $rom has caught no fault"
done
echo "1..$number"
