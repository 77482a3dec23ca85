#!/bin/sh
# The windows of Octavo's page allocator, from its shell, on one hart and on
# four, while programs run: Linux's lines, sums that agree, settings that are
# followed, and an audit that finds nothing.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0

point() { # name, and the verdict as status
    verdict=$?
    number=$((number + 1))
    [ $verdict = 0 ] || printf 'not '
    printf 'ok %d - %s\n' $number "$1"
}

run() { # harts, kernel parameters; commands on stdin
    { echo; cat; echo exit; } |
        timeout 200 "$top_builddir/quire" -smp "$1" -nographic -pace none \
            -kernel "$top_builddir/octavo32.elf" ${2:+-append "$2"} \
            -drive "file=$top_builddir/octavo32.img,readonly=on" 2>&1 |
        tr -d '\r' | sed 's/^\(# \)*//' >"$work/out"
}

for harts in 1 4; do
    run $harts '' <<'S'
cat /proc/pagetypeinfo /proc/buddyinfo
echo 4096 > /proc/sys/vm/min_free_kbytes
cat /proc/sys/vm/min_free_kbytes
echo 1 2 3 4 > /proc/sys/vm/lowmem_reserve_ratio
cat /proc/sys/vm/lowmem_reserve_ratio
bigsort -m 6 & cow -m 2 -c 3 & cow -m 1 -c 4 &
echo audit > /proc/mm
echo audit > /proc/mm
echo audit > /proc/mm
wait
cat /sys/kernel/debug/extfrag/extfrag_index
cat /sys/kernel/debug/extfrag/unusable_index
echo audit > /proc/mm
S
    grep -q '^Page block order: 10$' "$work/out" &&
        grep -q '^Pages per block:  1024$' "$work/out"
    point "$harts harts: pagetypeinfo begins as Linux's"
    # Free blocks by type add up to buddyinfo's, up to a few that programs
    # take or give between the two files.
    awk '
        /^Node +0, zone +Normal, type/ { for (o = 0; o <= 10; o++) typed += $(7 + o) * 2 ^ o }
        /^Node 0, zone +Normal +[0-9]+ / && NF == 15 { for (o = 0; o <= 10; o++) all += $(5 + o) * 2 ^ o }
        END {
            print "# " typed " frames by type, " all " by order"
            exit !(typed > 1000 && typed - all < 100 && all - typed < 100)
        }' "$work/out"
    point "$harts harts: its blocks are those of buddyinfo"
    awk '/^Node 0, zone +Normal +[0-9]/ && NF == 9 { n = $5 + $6 + $7 + $8 + $9 }
        END { exit n != 12 }' "$work/out"
    point "$harts harts: every pageblock has a type"
    grep -qx 4096 "$work/out"
    point "$harts harts: min_free_kbytes takes a number"
    grep -qx "256	32	0" "$work/out"
    point "$harts harts: lowmem_reserve_ratio takes no more than there are"
    awk '
        /^Node 0, zone +(DMA|Normal) +-?[01]\.[0-9][0-9][0-9] / && NF == 15 {
            lines++
            for (o = 6; $5 != -1 && o <= 15; o++)
                bad += $o < $(o - 1)
        }
        END { exit lines != 4 || bad }' "$work/out"
    point "$harts harts: extfrag has two tables, which grow with the order"
    [ "$(grep -c '^audit: passed$' "$work/out")" = 4 ]
    point "$harts harts: the audit passes, under load and after it" ||
        tail -30 "$work/out" | sed 's/^/# /'
    grep -q 'bigsort: 6 MiB' "$work/out" &&
        [ "$(grep -c 'cow: .* parent sum' "$work/out")" = 2 ]
    point "$harts harts: the programs came to their end"
done

run 2 page_owner=on <<'S'
cat /proc/page_owner
cat /proc/pagetypeinfo
echo audit > /proc/mm
S
[ "$(grep -c '^Page allocated via order' "$work/out")" -gt 50 ] &&
    grep -q 'order 0, mask 0x[0-9a-f]*(GFP_HIGHUSER_MOVABLE' "$work/out" &&
    [ "$(grep -c '^Page allocated' "$work/out")" = \
        "$(grep -c '^PFN [0-9]* type [A-Z][a-z]* Block [0-9]* type ' "$work/out")" ]
point "page_owner has a record of each allocation"
grep -q '^Number of mixed blocks ' "$work/out"
point "pagetypeinfo counts mixed pageblocks"
grep -q '^audit: passed$' "$work/out"
point "the audit passes without per-CPU lists"
echo "1..$number"
