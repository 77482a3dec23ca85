#!/bin/sh
# The picture's counts are Octavo's own: in the middle of heavy swapping, what
# the frames show at the step at which the kernel writes /proc/meminfo and
# /proc/buddyinfo equals what it writes.
. "$top_srcdir/tests/lib.sh"
PATH=$PATH:/usr/sbin:/sbin

truncate -s 64M "$work/swap.img"
mkswap -q "$work/swap.img"
cat >"$work/commands" <<'S'
bigsort -m 24 -s 3 &
cow -m 2 -c 3 -s 5
cow -m 3 -c 3 -s 6
cow -m 3 -c 3 -s 7
kill -19 $!
sleep 0.01
echo WATCH
cat /proc/meminfo
cat /proc/buddyinfo
cat /proc/pagetypeinfo
cat /proc/zoneinfo
cat /proc/slabinfo
cat /proc/meminfo
cat /proc/buddyinfo
cat /proc/pagetypeinfo
cat /proc/zoneinfo
cat /proc/slabinfo
cat /proc/meminfo
cat /proc/buddyinfo
cat /proc/pagetypeinfo
cat /proc/zoneinfo
cat /proc/slabinfo
cat /proc/meminfo
cat /proc/meminfo
cat /proc/meminfo
cat /proc/meminfo
cat /proc/meminfo
echo DONE
kill -9 $!
exit 0
S
timeout 300 "$top_builddir/tests/view_counts" \
    -bios "$top_builddir/firmware32.elf" -m 16M -dma reach=2M \
    -kernel "$top_builddir/octavo32.elf" -append "dma=2M lowmem=12M" \
    -drive "file=$top_builddir/octavo32.img,readonly=on" \
    -drive "file=$work/swap.img,if=quire" \
    <"$work/commands" >"$work/out" 2>"$work/err"
tr -d '\r' <"$work/out" >"$work/console"

! grep -q '^view: badge' "$work/console"
point "nothing in the kernel's structures looks wrong" ||
    grep badge "$work/console" | sed 's/^/# /'

# bigsort is stopped for the reading: cat gets the hart just when bigsort waits
# for the disk, which then wakes it in the middle of a file, and the file mixes
# two moments. kswapd may still do so: one reading of several must be whole.
compare() { # NAME, how many lines a reading, what they match, FILE
    grep -E "^view: $3" "$4" | sed 's/^view: //; s/ *$//' >"$work/seen"
    sed 's/^\(# \)*//' "$4" | grep -E "^$3" | sed 's/ *$//' >"$work/said"
    awk -v n="$2" '
        NR == FNR { seen[++lines] = $0; next }
        {
            same += $0 == seen[FNR]
            if (FNR % n == 0) {
                whole += same == n
                same = 0
            }
        }
        END { exit !whole || FNR != lines }' "$work/seen" "$work/said"
    point "$1" || diff "$work/said" "$work/seen" | sed 's/^/# /'
}
compare "free blocks by zone and order are those of buddyinfo" 2 \
    'Node 0, zone +[A-Za-z]+( +[0-9]+){11} *$' "$work/console"
compare "and by migrate type those of pagetypeinfo" 10 \
    'Node +0, zone +[A-Za-z]+, type ' "$work/console"
compare "pageblocks are counted as pagetypeinfo counts them" 2 \
    'Node 0, zone +[A-Za-z]+( +[0-9]+){5} *$' "$work/console"

# Two files of another form than the picture's text, brought to one.
awk '
    { sub(/^(# )*/, "") }
    $1 == "Node" && $3 == "zone" { zone = $4 }
    $1 == "count:" { count = $2 }
    $1 == "high:" { high = $2 }
    $1 == "batch:" { print "percpu", zone, count, high, $2 }
    / : slabdata / && $3 > 0 { print "slab", $1, $3, $4, $15 }
    $1 == "view:" && NF == 6 && $3 == "0" {
        print "view: percpu", $2, $4, $5, $6
    }
    $1 == "view:" && NF == 7 && $2 > 0 && $2 !~ /[^0-9]/ {
        print "view: slab", $7, $2, $4, $5
    }' "$work/console" >"$work/forms"
compare "per-CPU lists are those of zoneinfo" 2 'percpu' "$work/forms"
# The picture has the largest caches first, so they are compared by name.
awk '
    $1 == "slab" { said[$2, $3, $4, $5] = 1 }
    $1 == "view:" && $2 == "slab" {
        caches[$3] = 1
        if (($3, $4, $5, $6) in said)
            same[$3] = 1
    }
    END {
        for (name in caches) {
            n++
            missing += !(name in same)
        }
        print "# " n + 0 " caches, " missing + 0 " otherwise"
        exit n < 10 || missing
    }' "$work/forms"
point "caches have the objects, sizes and slabs of slabinfo" ||
    grep slab "$work/forms" | sort | sed 's/^/# /'

awk '
    function key(name) { return name == "MemFree:" }
    { sub(/^[# ]*/, "") }
    function or_no(value) { return value == "" ? "no" : value }
    $1 == "view:" && $4 == "kB" { v += key($2); seen[v, $2] = $3 }
    $1 != "view:" && $3 == "kB" { s += key($1); said[s, $1] = $2 }
    END {
        n = split("MemFree: Cached: SwapCached: Active(anon): " \
            "Inactive(anon): Active(file): Inactive(file): SwapFree: " \
            "Dirty: AnonPages: Slab: KernelStack: PageTables:", names, " ")
        for (k = 1; k <= s; k++) {
            same = 0
            for (i = 1; i <= n; i++)
                same += said[k, names[i]] != "" &&
                    said[k, names[i]] == seen[k, names[i]]
            if (same > most || k == 1) {
                most = same
                best = k
            }
        }
        for (i = 1; i <= n; i++)
            print names[i], or_no(said[best, names[i]]),
                or_no(seen[best, names[i]])
    }' "$work/console" >"$work/values"
while read -r name said seen; do
    [ "$said" != no ] && [ "$said" = "$seen" ]
    point "$name is $said kB, the picture shows $seen kB"
done <"$work/values"

awk '$1 == "SwapFree:" && $3 > 0 && $3 < 62000 { ok = 1 }
    END { exit !ok }' "$work/values"
point "and that while pages are in swap"
echo "1..$number"
