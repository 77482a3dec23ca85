#!/bin/sh
# The device tree under dtc's checks: no machine's gives a warning.
quire=$top_builddir/quire
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
if ! command -v dtc >/dev/null; then
    echo "1..0 # SKIP dtc (device-tree-compiler) is not installed"
    exit 0
fi

point() { # NAME; true if the last command was
    verdict=$?
    number=$((number + 1))
    [ $verdict = 0 ] || printf 'not '
    printf 'ok %d - %s\n' $number "$1"
    [ $verdict = 0 ] || sed 's/^/# /' "$work/err"
}

# is_clean OPTION...: the tree as text to $work/dts, warnings to $work/err
is_clean() {
    "$quire" -M "quire32,dumpdtb=$work/dtb" "$@" 2>"$work/err" </dev/null &&
        dtc -I dtb -O dts -o "$work/dts" "$work/dtb" 2>>"$work/err" &&
        ! [ -s "$work/err" ]
}

truncate -s 64K "$work/disk"
is_clean
point "the default machine"
is_clean -smp 8 -m 14G -dma reach=2M,coherent=off -append x \
    -drive "file=$work/disk,if=quire" -drive "file=$work/disk,if=virtio"
point "a machine with much in it"
is_clean -bios none -kernel "$top_builddir/tests/htif_pass.elf"
point "a machine with tohost"
grep -q '^	htif {' "$work/dts"
point "whose node stands at the root"
printf '/dts-v1/;\n/ { soc { a@0 { }; }; };\n' |
    dtc -I dts -O dtb -o /dev/null - 2>"$work/err"
[ -s "$work/err" ]
point "dtc does warn"
echo "1..$number"
