#!/bin/sh
# The same session on Quire: 16 MiB of RAM in three zones, the swap disk
# behind the DMA engine, the root file system on virtio-blk.
. "$top_srcdir/tests/octavo_session.sh"

boot() {
    timeout 300 "$top_builddir/quire" -smp "$harts" -m 16M -dma reach=2M \
        -nographic \
        -kernel "$top_builddir/octavo32.elf" -append "dma=2M lowmem=12M" \
        -drive "file=$top_builddir/octavo32.img,readonly=on" \
        -drive "file=$work/swap.img,if=quire" \
        -exit raw -pace none -stats "txt:$work/stats"
}

# A statistic by its name.
stat() { awk -v name="$1" '$1 == name { print $2 }' "$work/stats"; }

for harts in 1 2 4; do
    where="harts: $harts"
    run_session 24
    check_session 24 7
    [ "$(stat disks.1.bytes_written)" -gt $((8 << 20)) ]
    point "the sort went out to the swap disk"
    [ "$(stat disks.1.bytes_read)" -gt $((8 << 20)) ]
    point "and came back from it"
    [ "$(stat dma.bytes)" -ge "$(stat disks.1.bytes_read)" ]
    point "through the DMA engine"
done
echo "1..$number"
