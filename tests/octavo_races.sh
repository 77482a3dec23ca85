#!/bin/sh
# The claims of tests/octavo/races.c on Octavo with 4 harts that take turns of
# 20 steps, with swap; then every frame is looked at.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/octavo_report.sh"
PATH=$PATH:/usr/sbin:/sbin
image=$work/root.img

cp "$top_builddir/octavo32.img" "$image"
printf 'write %s /bin/races\nsif /bin/races mode 0100755\n' \
    "$top_builddir/tests/octavo/races" >"$work/commands"
"$DEBUGFS" -w -f "$work/commands" "$image" >/dev/null 2>&1
truncate -s 32M "$work/swap"
mkswap -q "$work/swap"
printf '\nraces\necho audit > /proc/mm\nexit 0\n' |
    timeout 600 "$top_builddir/quire" -smp 4 -m 12M -dma reach=2M \
        -nographic -pace none -clock 200M -kernel "$top_builddir/octavo32.elf" \
        -append 'dma=2M lowmem=8M' -drive "file=$image,readonly=on" \
        -drive "file=$work/swap,if=quire" >"$work/out" 2>&1
report Octavo 'the program ends, the kernel has no complaint'
grep -q 'audit: passed' "$work/out"
point "every frame has one owner"
echo "1..$number"
