#!/bin/sh
# High memory in the machine: tests/octavo/highmem.c and the kernel's own test
# of its windows (kmap), with 1.25 GiB and with the zones scaled down to 64
# MiB, on one hart and on several; bounce buffers and a swap disk that does
# not reach high memory.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/octavo_report.sh"
PATH=$PATH:/usr/sbin:/sbin
image=$work/root.img
ends='the program ends, the kernel has no complaint'

# boot KERNEL HARTS MEMORY PARAMETERS OPTION...: commands on stdin.
boot() {
    kernel=$1 harts=$2 memory=$3 parameters=$4
    shift 4
    { echo; cat; echo exit 0; } |
        timeout 300 "$top_builddir/quire" -smp "$harts" -m "$memory" \
            -nographic -pace none -kernel "$top_builddir/$kernel.elf" \
            -append "$parameters" -drive "file=$image,readonly=on" "$@" \
            >"$work/out" 2>&1
}

# said PATTERN: a line of the session.
said() {
    tr -d '\r' <"$work/out" | sed 's/^\(# \)*//' | grep -Eq "$1"
}

cp "$top_builddir/octavo32.img" "$image"
printf 'write %s /bin/highmem\nsif /bin/highmem mode 0100755\n' \
    "$top_builddir/tests/octavo/highmem" >"$work/commands"
"$DEBUGFS" -w -f "$work/commands" "$image" >/dev/null 2>&1
truncate -s 64M "$work/swap"

# 1.25 GiB: zones and user pages where they should be.
for harts in 1 4; do
    boot octavo32 $harts 1280M 'console=ttyS0' <<'S'
highmem files pages=16 fork=8
cat /proc/meminfo
echo 1 > /sys/kernel/debug/kmap/test
echo audit > /proc/mm
S
    where="1280 MiB, harts: $harts"
    report "$where" "$ends"
    said '^ *DMA +\[mem 0x080000000-0x080ffffff\]' &&
        said '^ *Normal +\[mem 0x081000000-0x0b7ffffff\]' &&
        said '^ *HighMem +\[mem 0x0b8000000-0x0cfffffff\]'
    point "$where: zones end at 16 and 896 MiB"
    said '^HighTotal: +393216 kB' && said '^HighFree: +39[0-9]{4} kB'
    point "$where: meminfo knows high memory"
    said '^kmap: [0-9]+ looks at 1280 pages, none wrong'
    point "$where: kmap shows the right pages and makes who comes late wait"
    said ' 0 references in flight$' && said '^audit: passed$'
    point "$where: the audit passes, and nothing is left in flight"
done

# The same zones in 64 MiB.
for harts in 1 2 4; do
    boot octavo32 $harts 64M 'lowmem=48M dma=2M' <<'S'
highmem files pages=6 fork=3 fill=30
echo 1 > /sys/kernel/debug/kmap/test
cat /sys/kernel/debug/kmap/stats
echo audit > /proc/mm
S
    where="64 MiB, harts: $harts"
    report "$where" "$ends"
    said '^kmap: [0-9]+ looks at 1280 pages, none wrong' && said '^used 0$'
    point "$where: kmap shows the right pages and makes who comes late wait"
    said ' 0 references in flight$' && said '^audit: passed$'
    point "$where: the audit passes, and nothing is left in flight"
done

# More than memory, with a swap disk that reaches 2 MiB.
for harts in 1 2 4; do
    mkswap -q "$work/swap"
    boot octavo32 $harts 24M 'lowmem=12M dma=2M' -dma reach=2M \
        -drive "file=$work/swap,if=quire" <<'S'
highmem swap=27
cat /proc/vmstat
echo audit > /proc/mm
S
    where="24 MiB and swap, harts: $harts"
    report "$where" "$ends"
    said '^bounce_in [0-9]{4}' && said '^bounce_out [0-9]{4}'
    point "$where: it went through bounce buffers of ZONE_DMA"
    said ' 0 references in flight$' && said '^audit: passed$'
    point "$where: the audit passes, and nothing is left in flight"
done

# No TLB shows a slot's last page: the emulator looks at every hit.
boot octavo32 4 64M 'lowmem=48M dma=2M' -d tlb-stale -D "$work/log" <<'S'
echo 1 > /sys/kernel/debug/kmap/test
S
said '^kmap: .* none wrong' && ! grep '^tlb-stale' "$work/log" | grep -q .
point "no entry of a TLB outlives the slot it is for"

# Lock order, under the load of all of it.
mkswap -q "$work/swap"
boot octavo32-debug 2 24M 'lowmem=12M dma=2M' -dma reach=2M \
    -drive "file=$work/swap,if=quire" <<'S'
highmem pages=3 swap=26
echo 1 > /sys/kernel/debug/kmap/test
echo audit > /proc/mm
S
report "with lockdep, harts: 2" "$ends"
said '^kmap: .* none wrong' && ! said 'lockdep:|WARNING'
point "lockdep has no complaint"
echo "1..$number"
