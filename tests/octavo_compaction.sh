#!/bin/sh
# Compaction in the machine, on 1, 2 and 4 harts and with swap: processes lose
# nothing while all memory is compacted under them, a request for 4 MiB that
# failed succeeds after it, and the counters and the trace say the same.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/octavo_report.sh"
PATH=$PATH:/usr/sbin:/sbin
image=$work/root.img
ends='the program ends, the kernel has no complaint'

cp "$top_builddir/octavo32.img" "$image"
printf 'write %s /bin/compact\nsif /bin/compact mode 0100755\n' \
    "$top_builddir/tests/octavo/compact" >"$work/commands"
"$DEBUGFS" -w -f "$work/commands" "$image" >/dev/null 2>&1

# boot HARTS KERNEL OPTION...: commands from stdin.
boot() {
    harts=$1
    kernel=$2
    shift 2
    timeout 600 "$top_builddir/quire" -smp "$harts" -nographic -pace none \
        -kernel "$top_builddir/$kernel" -drive "file=$image,readonly=on" \
        "$@" >"$work/out" 2>&1
}

for harts in 1 2 4; do
    printf '\ncompact run %d\necho audit > /proc/mm\nexit\n' $((harts + 2)) |
        boot $harts octavo32.elf -m 48M
    report "harts: $harts" "$ends"
    grep -q '^audit: passed' "$work/out"
    point "harts $harts: the audit passes after it"
done

truncate -s 64M "$work/swap"
mkswap -q "$work/swap"
printf '\ncompact run 3 1\necho audit > /proc/mm\ngrep pswp /proc/vmstat\nexit\n' |
    boot 4 octavo32-debug.elf -m 16M -dma reach=2M -append 'dma=2M lowmem=12M' \
        -drive "file=$work/swap,if=quire"
report "with swap, bounce buffers and high memory, lockdep on" "$ends"
grep -q '^audit: passed' "$work/out" &&
    awk '/^pswpout/ { n = $2 } END { exit !(n > 100) }' "$work/out"
point "pages were swapped meanwhile, and the audit passes"

# Nine tenths of the memory is held in every other page of it.
printf '%s\n' '' 'holes -m 59 -s 3 &' 'sleep 1' 'echo alloc 10 > /proc/mm' \
    'echo now' 'echo 1 > /proc/sys/vm/compact_memory' \
    'echo alloc 10 > /proc/mm' 'wait' 'cat /proc/buddyinfo' \
    'grep compact_ /proc/vmstat' 'grep pgmigrate /proc/vmstat' exit |
    boot 1 octavo32.elf -trace 'compaction:*,migrate:*' -D "$work/trace"
tr -d '\r' <"$work/out" | sed 's/^\(# \)*//' >"$work/said"
sed '/^now/,$d' "$work/said" | grep -q '^echo: .*Not enough space' &&
    sed '1,/^now/d' "$work/said" | grep -q '^alloc: order 10 at frame'
point "a request for 4 MiB fails, and succeeds after compaction" ||
    shown "$work/said" 40
grep -q '^holes: 0 pages changed' "$work/said"
point "the pages that were moved are as they were" || shown "$work/said"

# fields EVENT NAME: the sum of NAME=n over the lines of the event.
fields() {
    grep " $1:" "$work/trace" | sed "s/.* $2=\([0-9]*\).*/\1/" |
        awk '{ n += $1 } END { print n + 0 }'
}
said() { awk -v name="$1" '$1 == name { print $2 }' "$work/said"; }
[ "$(fields mm_migrate_pages nr_succeeded)" = "$(said pgmigrate_success)" ] &&
    [ "$(said pgmigrate_success)" -gt 1000 ]
point "lines of mm_migrate_pages add up to pgmigrate_success"
[ "$(fields mm_compaction_isolate_migratepages nr_taken)" = \
    "$(said compact_isolated)" ] &&
    [ "$(fields mm_compaction_isolate_migratepages nr_scanned)" = \
        "$(said compact_migrate_scanned)" ] &&
    [ "$(fields mm_compaction_isolate_freepages nr_scanned)" = \
        "$(said compact_free_scanned)" ]
point "lines of the scanners add up to compact_*"
[ "$(fields mm_compaction_migratepages nr_migrated)" = \
    "$(said pgmigrate_success)" ]
point "so do those of mm_compaction_migratepages"
grep -q 'mm_compaction_end: zone_start=0x[0-9a-f]* migrate_pfn=0x[0-9a-f]* free_pfn=0x[0-9a-f]* zone_end=0x[0-9a-f]*, mode=sync status=complete' \
    "$work/trace" &&
    grep -q 'mm_migrate_pages_start: mode=MIGRATE_SYNC reason=compaction' \
        "$work/trace" &&
    grep -q 'mm_compaction_finished: node=0 zone=Normal   order=' "$work/trace"
point "the lines are Linux's" || shown "$work/trace"

printf '%s\n' '' 'holes -m 59 -s 3 &' 'sleep 1' \
    'echo alloc 10 wake > /proc/mm' 'sleep 1' 'echo alloc 10 > /proc/mm' \
    'wait' 'grep compact_ /proc/vmstat' exit |
    boot 2 octavo32.elf -trace 'compaction:*kcompactd*' -D "$work/trace"
tr -d '\r' <"$work/out" | sed 's/^\(# \)*//' >"$work/said"
grep -q '^alloc: order 10 at frame' "$work/said" &&
    [ "$(said compact_daemon_wake)" -ge 1 ] &&
    [ "$(said compact_daemon_migrate_scanned)" -gt 0 ] &&
    grep -q 'mm_compaction_wakeup_kcompactd: nid=0 order=10 classzone_idx=Normal  ' \
        "$work/trace" &&
    grep -q '^holes: 0 pages changed' "$work/said"
point "who cannot wait wakes kcompactd" || shown "$work/said"

printf '%s\n' '' 'holes -m 59 -s 3 &' 'sleep 1' \
    'echo alloc 10 wait > /proc/mm' 'wait' 'grep compact_ /proc/vmstat' \
    exit | boot 2 octavo32.elf
tr -d '\r' <"$work/out" | sed 's/^\(# \)*//' >"$work/said"
grep -q '^alloc: order 10 at frame' "$work/said" &&
    [ "$(said compact_success)" = 1 ] && [ "$(said compact_stall)" -ge 1 ] &&
    grep -q '^holes: 0 pages changed' "$work/said"
point "who can wait compacts for itself" || shown "$work/said"
echo "1..$number"
