#!/bin/sh
# Octavo's block drivers, without the rest of it, on Quire's own disk and on
# virtio-blk of both versions, here and on QEMU; with data, errors, bounces.
. "$top_srcdir/tests/lib.sh"
program=$top_builddir/tests/drivers.elf

# carries NAME PATTERN COMMAND..: passes if the command does, and its output has
# the pattern.
carries() {
    name=$1 pattern=$2
    shift 2
    dd if=/dev/zero of="$good" bs=512 count=4096 2>/dev/null
    dd if=/dev/zero of="$bad" bs=512 count=100 2>/dev/null
    text=$("$@" 2>&1 </dev/null)
    status=$?
    test $status = 0 && echo "$text" | grep -q "$pattern"
    point "$name" "status $status" || echo "$text" | sed 's/^/# /'
}

on_quire() {
    timeout 60 "$top_builddir/quire" -bios none -kernel "$program" -nographic \
        -dma reach=12M "$@"
}

on_qemu() {
    if test -z "$QEMU32"; then
        echo "4096 sectors: not checked, there is no QEMU"
        return
    fi
    timeout 60 "$QEMU32" -M virt -m 64M -nographic -bios none \
        -kernel "$program" -drive file="$good",format=raw,if=none,id=a \
        -device virtio-blk-device,drive=a "$@"
}

good=$work/good bad=$work/bad
rules='fault=read:eio@lba=50-59;write:eio@lba=50-59'
echo 1..7
carries "quire,disk carries data, and bounces" 'qda: 4096 .* [1-9][0-9]* pages' \
    on_quire -drive file="$good",if=quire
carries "quire,disk tells which request failed" 'qda: 100 ' \
    on_quire -drive file="$bad",if=quire,"$rules"
carries "virtio-blk carries data, two disks at a time" 'vdb: 100 .* 0 pages' \
    on_quire -drive file="$good" -drive file="$bad","$rules"
carries "virtio-blk of version 1 does, too" 'vda: 4096 .* 0 pages' \
    on_quire -global virtio-mmio.force-legacy=on -drive file="$good"
carries "and tells which request failed" 'vda: 100 ' \
    on_quire -global virtio-mmio.force-legacy=on -drive file="$bad","$rules"
carries "virtio-blk carries data on QEMU" '4096 sectors' \
    on_qemu -global virtio-mmio.force-legacy=false
carries "virtio-blk of version 1 does, too, on QEMU" '4096 sectors' \
    on_qemu -global virtio-mmio.force-legacy=true
