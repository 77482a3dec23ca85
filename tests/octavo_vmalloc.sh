#!/bin/bash
# vmalloc and its areas in the machine, from the shell: what /proc shows, a
# fragmented memory, areas that come and go on several harts (four of them with
# lockdep), the page behind
# an area, and what the walk over it costs beside kmalloc's.
. "$top_srcdir/tests/lib.sh"

run() { # harts, options; the commands come from standard input
    harts=$1
    shift
    { echo; cat; echo exit; } | timeout 200 "$top_builddir/quire" \
        -smp "$harts" -nographic -pace none \
        -kernel "${kernel:-$top_builddir/octavo32.elf}" \
        -drive "file=$top_builddir/octavo32.img,readonly=on" "$@" 2>&1 |
        tr -d '\r' | sed 's/^\(# \)*//' >"$work/out"
}

said() { # a basic regular expression for a whole line
    grep -q "^$1\$" "$work/out"
}

holds() { # name
    point "$1" || shown "$work/out" 40
}

test=/sys/kernel/debug/vmalloc_test
hex='0x[0-9a-f]*'
run 1 -m 16M <<S
cat /proc/vmallocinfo
cat /proc/meminfo
echo fragments > $test/run && echo no error
echo audit > /proc/mm
echo purge > $test/run
cat /proc/vmallocinfo
S
said "$hex-$hex    8192 $hex phys=0x0000000010000000 ioremap"
holds "vmallocinfo shows device registers"
said "$hex-$hex   16384 $hex pages=2 vmalloc N0=2"
holds "and kernel stacks"
said "$hex-$hex  *[0-9]* unpurged vm_area"
holds "and what waits for a flush"
! sed '/^no error/,$!d' "$work/out" | grep -q "    8192 unpurged"
holds "which a purge gives back"
awk '/pages=[0-9]* vmalloc/ && !done { sub(/.*pages=/, ""); n += $1 }
     /^VmallocTotal: *98304 kB$/ { total = 1 }
     /^VmallocUsed:/ { used = $2; done = 1 }
     /^VmallocChunk: *0 kB$/ { chunk = 1 }
     END { exit !(total && chunk && n && used == 4 * n) }' "$work/out"
holds "meminfo has the sum of its pages"
said 'vmalloc_test: [0-9]* free pages, alloc_pages of order 4 fails, vmalloc of as much succeeds' &&
    said 'no error' && said 'audit: passed'
holds "memory in single pages is enough for vmalloc, not for alloc_pages"

for harts in 1 2 4; do
    [ $harts != 4 ] || kernel=$top_builddir/octavo32-debug.elf
    run $harts -m 32M <<S
echo churn > $test/run & echo churn > $test/run & echo churn > $test/run &
bigsort -m 2 -s 3 & cow -m 1 -c 4 &
wait
echo audit > /proc/mm
cat $test/stats
S
    kernel=
    said 'audit: passed' && said 'bigsort: 2 MiB, .*' &&
        awk '$1 == "purges" { p = $2 } $1 == "areas_purged" { a = $2 }
             END { exit !(p > 0 && a > 50 * p) }' "$work/out" &&
        ! grep -q 'panic\|WARNING\|BUG' "$work/out"
    holds "$harts harts: areas come and go, with more than 50 to a flush"
done

run 1 -m 16M <<S
echo guard > $test/run
S
at=$(sed -n 's/^vmalloc_test: reading behind \(0x\)*//p' "$work/out")
behind=$(printf '%08x' $((0x${at:-0} + 8192)))
said "$behind is in the guard page of the 2-page vmalloc region starting at $at allocated at $hex" &&
    said "Kernel panic - not syncing: page fault at .* in the kernel, address $behind"
holds "the page behind an area faults, and the report names the area"

top_builddir=$top_builddir bash "$top_srcdir/bench/vmalloc.sh" >"$work/out" 2>&1
sed 's/^/# /' "$work/out"
awk '$1 == "kmalloc" { k = $2 } $1 == "vmalloc" { v = $2 }
     END { exit !(v >= 1000 && v > 10 * (k + 1)) }' "$work/out"
point "a walk over vmalloc's pages misses the TLB, over kmalloc's it does not"
awk '$1 == "slab_colours" { c = $5 } $1 == "slab_nocolour" { n = $5 }
     END { exit !(n > 30 && n > 4 * (c + 1)) }' "$work/out"
point "colours save misses of the data cache"
echo "1..$number"
