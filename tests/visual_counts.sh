#!/bin/sh
# The picture's counts are Octavo's own: in the middle of heavy swapping, what
# the frames show at the step at which the kernel writes /proc/meminfo and
# /proc/buddyinfo equals what it writes.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
PATH=$PATH:/usr/sbin:/sbin
number=0

point() { # NAME; true if the last command was
    verdict=$?
    number=$((number + 1))
    [ $verdict = 0 ] || printf 'not '
    printf 'ok %d - %s\n' $number "$1"
}

truncate -s 64M "$work/swap.img"
mkswap -q "$work/swap.img"
cat >"$work/commands" <<'S'
bigsort -m 24 -s 3 &
cow -m 2 -c 3 -s 5 &
sleep 1
echo WATCH
cat /proc/meminfo
cat /proc/buddyinfo
cat /proc/meminfo
echo DONE
kill -9 %1
exit 0
S
timeout 300 "$top_builddir/tests/view_counts" -m 16M -dma reach=2M \
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
sed -n 's/^\(Node 0, zone.*\)/\1/p' "$work/console" | sed 's/ *$//' \
    >"$work/said"
[ -s "$work/said" ] && cmp -s "$work/said" "$work/seen"
point "free blocks by zone and order are those of buddyinfo" ||
    diff "$work/said" "$work/seen" | sed 's/^/# /'

# The last reading of each.
value() { # PREFIX NAME
    awk -v prefix="$1" -v name="$2" '
        { sub(/^# /, "") }
        prefix == "" && $1 == name { v = $2 }
        prefix != "" && $1 == prefix && $2 == name { v = $3 }
        END { print v }' "$work/console"
}
for name in MemFree: Cached: SwapCached: 'Active(anon):' 'Inactive(anon):' \
    'Active(file):' 'Inactive(file):' SwapFree: Dirty: AnonPages: Slab: \
    KernelStack: PageTables:; do
    said=$(value "" "$name")
    seen=$(value view: "$name")
    [ -n "$said" ] && [ "$said" = "$seen" ]
    point "$name is $said kB, the picture shows $seen kB"
done

swapped=$(value view: SwapFree:)
[ "${swapped:-65536}" -lt 60000 ]
point "and that while pages are in swap"
echo "1..$number"
