#!/bin/sh
# The device tree under dtc's checks: no machine's gives a warning.
. "$top_srcdir/tests/lib.sh"
quire=$top_builddir/quire
if ! command -v dtc >/dev/null; then
    echo "1..0 # SKIP dtc (device-tree-compiler) is not installed"
    exit 0
fi

# is_clean OPTION...: the tree as text to $work/dts, warnings to $work/err
is_clean() {
    "$quire" -M "quire32,dumpdtb=$work/dtb" "$@" 2>"$work/err" </dev/null &&
        dtc -I dtb -O dts -o "$work/dts" "$work/dtb" 2>>"$work/err" &&
        ! [ -s "$work/err" ]
}

truncate -s 64K "$work/disk"
is_clean
point "the default machine" || shown "$work/err"
is_clean -smp 8 -m 14G -dma reach=2M,coherent=off -append x \
    -drive "file=$work/disk,if=quire,readonly=on" -drive "file=$work/disk,if=virtio,readonly=on"
point "a machine with much in it" || shown "$work/err"
is_clean -bios none -kernel "$top_builddir/tests/htif_pass.elf"
point "a machine with tohost" || shown "$work/err"
grep -q '^	htif {' "$work/dts"
point "whose node stands at the root"
printf '/dts-v1/;\n/ { soc { a@0 { }; }; };\n' |
    dtc -I dts -O dtb -o /dev/null - 2>"$work/err"
[ -s "$work/err" ]
point "dtc does warn"
echo "1..$number"
