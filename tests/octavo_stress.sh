#!/bin/sh
# The claims of tests/octavo/stress.c: under qemu-riscv32, that is on Linux,
# as far as it goes there; then on Octavo with 16 MiB, bounce buffers and a
# swap disk that all of it must go through.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/octavo_report.sh"
program=$top_builddir/tests/octavo/stress
PATH=$PATH:/usr/sbin:/sbin
image=$work/root.img
ends='the program ends, the kernel has no complaint'

if [ -n "$QEMU_USER32" ]; then
    timeout 60 "$QEMU_USER32" "$program" >"$work/out" 2>&1
    report Linux "$ends"
fi

cp "$top_builddir/octavo32.img" "$image"
printf 'write %s /bin/stress\nsif /bin/stress mode 0100755\n' "$program" \
    >"$work/commands"
"$DEBUGFS" -w -f "$work/commands" "$image" >/dev/null 2>&1
truncate -s 64M "$work/swap"
for harts in 1 2 4; do
    mkswap -q "$work/swap"
    printf '\nstress octavo\nsleep 2\nps\nexit 0\n' |
        timeout 600 "$top_builddir/quire" -smp $harts -m 16M -dma reach=2M \
            -nographic -pace none -kernel "$top_builddir/octavo32.elf" \
            -append 'dma=2M lowmem=12M' -drive "file=$image,readonly=on" \
            -drive "file=$work/swap,if=quire" >"$work/out" 2>&1
    report "Octavo on Quire, harts: $harts" "$ends"
    ! grep -q '^ *[0-9]* *[0-9]* [RSDZT] .*stress' "$work/out"
    point "harts $harts: no process is left of it"
done
echo "1..$number"
