#!/bin/sh
# Octavo on QEMU's virt board, with our firmware: the shell, the programs, and
# a sort that needs the swap disk.
. "$top_srcdir/tests/octavo_session.sh"

if [ -z "$QEMU32" ]; then
    echo "1..0 # SKIP qemu-system-riscv32 is not installed"
    exit 0
fi

boot() {
    timeout 300 "$QEMU32" -M virt -smp "$harts" -m 64M -nographic \
        -bios "$top_builddir/firmware32.elf" \
        -kernel "$top_builddir/octavo32.elf" \
        -drive "file=$top_builddir/octavo32.img,format=raw,if=none,id=root,readonly=on" \
        -device virtio-blk-device,drive=root \
        -drive "file=$work/swap.img,format=raw,if=none,id=swap" \
        -device virtio-blk-device,drive=swap
}

for harts in 1 2 4; do
    where="harts: $harts"
    run_session 80
    check_session 80 7
    awk '$1 == "pswpout" && $2 > 5000 { ok = 1 } END { exit !ok }' "$work/console"
    point "the sort went through the swap disk"
done
echo "1..$number"
