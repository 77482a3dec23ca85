#!/bin/sh
# Octavo's slab allocators in the machine: the same load on both, on one hart
# and on two, with debugging and without; what /proc and /sys show, what can be
# written there, and what misuse on purpose makes the kernel say.
expect=$top_builddir/tests/demo_expect
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$PATH:/usr/sbin:/sbin
number=0

point() { # name, and the verdict as status
    verdict=$?
    number=$((number + 1))
    [ $verdict = 0 ] || printf 'not '
    printf 'ok %d - %s\n' $number "$1"
    [ $verdict = 0 ] || sed 's/^/# /' "$work/console" | tail -40
}

run() { # harts, kernel parameters; the commands are on the standard input
    truncate -s 0 "$work/swap.img"
    truncate -s 48M "$work/swap.img"
    mkswap -q "$work/swap.img"
    { echo; cat; echo exit 7; } | timeout 400 "$top_builddir/quire" -m 16M \
        -smp "$1" -nographic -kernel "$top_builddir/octavo32.elf" \
        -append "$2" -exit raw -pace none \
        -drive "file=$top_builddir/octavo32.img,readonly=on" \
        -drive "file=$work/swap.img,if=quire" >"$work/raw" 2>&1
    echo "status $?" >>"$work/raw"
    tr -d '\r' <"$work/raw" | sed 's/^\(# \)*//' >"$work/console"
}

said() { # a basic regular expression for a whole line
    grep -q "^$1\$" "$work/console"
}

load() {
    cat <<S
bigsort -m 18 -s 3
cow -m 2 -c 3 -s 5
S
}

loaded() { # what
    grep -qF "$($expect bigsort 18 3)" "$work/console" &&
        grep -qF "$($expect cow 2 3 5 | tail -1)" "$work/console" &&
        said 'status 7' && ! grep -q 'panic\|BUG \|WARNING' "$work/console"
    point "$1: the load ends well"
}

echo 1..22
for allocator in slub slab; do
    load | run 2 "slab=$allocator"
    loaded "$allocator on two harts"
    load | run 1 "slab=$allocator slub_debug=FZPU"
    loaded "$allocator with slub_debug=FZPU"
done

{
    load
    cat <<'S'
ls -l /bin
cat /sys/kernel/debug/shrinker/inode_cache-1/count
echo 0 0 1000 > /sys/kernel/debug/shrinker/inode_cache-1/scan
cat /sys/kernel/debug/shrinker/inode_cache-1/count
cat /sys/kernel/slab/kmalloc-96/object_size
cat /sys/kernel/slab/kmalloc-64/aliases
ls -l /sys/kernel/slab
cat /sys/kernel/slab/kmalloc-192/objs_per_slab
cat /sys/kernel/slab/task_struct/partial
echo 1 > /sys/kernel/slab/kmalloc-64/shrink
echo 9 > /sys/kernel/slab/kmalloc-64/min_partial
echo 4294967302 > /sys/kernel/slab/kmalloc-64/min_partial || echo too large
cat /sys/kernel/slab/kmalloc-64/min_partial
slabtop -o -s s
echo "kmalloc-64 60 30 2" > /proc/slabinfo || echo refused
S
} | run 1 "slab=slub slab_bench=1"
loaded "slub"
awk '/^0 [0-9]+$/ { n[++i] = $2 } END { exit !(n[1] >= 10 && n[2] < 10) }' \
    "$work/console"
point "the shrinker of inodes frees those that are not in use"
said 96 && said '.* filp -> :0000064' && said '.* :0000064' && said 21
point "/sys/kernel/slab has caches, and names for what is merged"
said 9 && said 'too large' && said refused
point "SLUB: min_partial can be written, arrays that are not there cannot"
said ' Active / Total Objects (% used)    : [0-9]* / [0-9]* ([0-9.]*%)' &&
    awk '/^  OBJS ACTIVE/ { getline; ok = $4 == "8.00K" && NF == 8 }
         END { exit !ok }' "$work/console"
point "slabtop prints what procps prints, sorted"
awk '/slab_bench slub: kmem_cache_alloc/ {
         sub(/.*slab_bench/, ""); gsub(",", "")
         ok = $3 > 10 && $3 <= 70 && $5 > 10 && $5 <= 80
     }
     END { exit !ok }' "$work/console"
point "SLUB's fast paths take no more than 70 and 80 instructions"

{
    load
    cat <<'S'
echo "kmalloc-64 10 5 2" > /proc/slabinfo
grep kmalloc-64 /proc/slabinfo
echo "nothing 10 5 2" > /proc/slabinfo || echo unknown
echo "kmalloc-64 32768 32768 32768" > /proc/slabinfo || echo too much
S
} | run 1 "slab=slab"
loaded "slab"
said 'kmalloc-64  *[0-9]*  *[0-9]*  *64  *62  *1 : tunables   10    5    2 : .*'
point "SLAB's tunables are read and written"
said unknown
point "and those of no cache are refused"
said "too much"
point "so are arrays whose size no number can hold"

for allocator in slub slab; do
    run 1 "slab=$allocator" <<'S'
echo overrun > /sys/kernel/debug/slab_test/misuse
echo double_free > /sys/kernel/debug/slab_test/misuse
echo use_after_free > /sys/kernel/debug/slab_test/misuse
echo alive
S
    said 'BUG TestSlab (Not tainted): Right Redzone overwritten' &&
        said '0x\(.*\)-0x\1 @offset=.*\. First byte 0x12 instead of 0xcc' &&
        said 'FIX TestSlab: Object at 0x.* not freed'
    point "$allocator: an overrun is reported with its address"
    said 'BUG TestSlab (Tainted: G    B            ): Object already free' &&
        said 'Freed in 0x.* age=[0-9]* cpu=0 pid=[0-9]*'
    point "$allocator: a double free, with who freed it first"
    said 'BUG TestSlab (Tainted: G    B            ): Poison overwritten' &&
        said 'Object   [0-9a-f]*: 6b 6b 6b 6b 6b 6b 6b 6b 6b 78 .*'
    point "$allocator: a write to a free object, with its bytes"
    said alive && said 'status 7'
    point "$allocator: and the kernel goes on"
done
