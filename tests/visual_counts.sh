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
echo WATCH
cat /proc/meminfo
cat /proc/buddyinfo
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

sed -n 's/^view: \(Node.*\)/\1/p' "$work/console" | sed 's/ *$//' \
    >"$work/seen"
sed -n 's/^[# ]*\(Node 0, zone.*\)/\1/p' "$work/console" | sed 's/ *$//' \
    >"$work/said"
[ -s "$work/said" ] && cmp -s "$work/said" "$work/seen"
point "free blocks by zone and order are those of buddyinfo" ||
    diff "$work/said" "$work/seen" | sed 's/^/# /'

# meminfo is read several times: the kernel may give the hart to bigsort while
# it writes a file, after the snapshot. One reading at least must be whole.
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
