#!/bin/sh
# The claims of tests/octavo/calls.c: under qemu-riscv32, that is on Linux, so
# what Octavo is held to is true; then on Octavo, on QEMU's machine and ours.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/octavo_report.sh"
program=$top_builddir/tests/octavo/calls
kernel=$top_builddir/octavo32.elf
firmware=$top_builddir/firmware32.elf
image=$work/root.img
ends='the program ends'

if [ -n "$QEMU_USER32" ]; then
    timeout 60 "$QEMU_USER32" "$program" >"$work/out" 2>&1
    report Linux "$ends"
fi

cp "$top_builddir/octavo32.img" "$image"
printf 'write %s /bin/calls\nsif /bin/calls mode 0100755\n' "$program" \
    >"$work/commands"
"$DEBUGFS" -w -f "$work/commands" "$image" >/dev/null 2>&1

if [ -n "$QEMU32" ]; then
    timeout 120 "$QEMU32" -M virt -m 32M -nographic -bios "$firmware" \
        -kernel "$kernel" -append 'quiet init=/bin/calls' \
        -drive "file=$image,format=raw,if=none,id=root,readonly=on" \
        -device virtio-blk-device,drive=root </dev/null >"$work/out" 2>&1
    report 'Octavo on QEMU' "$ends"
fi

for harts in 1 2 4; do
    timeout 300 "$top_builddir/quire" -smp $harts -m 32M -nographic \
        -bios "$firmware" -kernel "$kernel" -append 'quiet init=/bin/calls' \
        -drive "file=$image,readonly=on" </dev/null >"$work/out" 2>&1
    report "Octavo on Quire, harts: $harts" "$ends"
done
echo "1..$number"
