#!/bin/bash
# What vmalloc costs in TLB misses, and what slab colouring saves in cache
# misses: exact counts of the emulator. Four megabytes of kmalloc, in the direct
# map's megapages, and four of vmalloc, in pages, are walked a word a page; the
# first words of 40 slabs of SLAB are read in turn, with colours and without.
# What the rest of a boot costs is in two runs with other numbers of rounds the
# same, and goes away. A table, with what the guest was built with:
#
#     top_builddir=build bench/vmalloc.sh
set -euo pipefail
: "${top_builddir:=build}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

boot() { # parameters: leaves the statistics
    timeout 300 "$top_builddir/quire" -m 32M -nographic -exit raw -pace none \
        -kernel "$top_builddir/octavo32.elf" -append "quiet $*" \
        -drive "file=$top_builddir/octavo32.img,readonly=on" \
        -stats "txt:$work/stats" <<<$'\nexit 0' >"$work/console" 2>&1 || {
        cat "$work/console" >&2
        exit 1
    }
}

counts() { # the counters' values, on a line
    awk '$1 == "tlb.dtlb.misses" || $1 == "tlb.l2tlb.misses" ||
         $1 == "tlb.walk_reads" || $1 == "cache.l1d.misses" { n[$1] = $2 }
         END { print n["tlb.dtlb.misses"], n["tlb.l2tlb.misses"], \
                     n["tlb.walk_reads"], n["cache.l1d.misses"] }' "$work/stats"
}

per_round() { # name, parameter with N for the rounds, others
    name=$1
    bench=$2
    shift 2
    boot "${bench/N/100}" "$@"
    once=$(counts)
    boot "${bench/N/200}" "$@"
    echo "$name $once $(counts)" | awk '{
        printf "%-22s %10.2f %10.2f %10.2f %10.2f\n", $1, ($6 - $2) / 100,
            ($7 - $3) / 100, ($8 - $4) / 100, ($9 - $5) / 100
    }'
}

printf '%-22s %10s %10s %10s %10s\n' "misses a round" DTLB "L2 TLB" \
    "PTE reads" L1D
per_round kmalloc vmalloc_bench=N,kmalloc
per_round vmalloc vmalloc_bench=N,vmalloc
per_round slab_colours slab_bench=N slab=slab
per_round slab_nocolour slab_bench=N slab=slab slab_nocolour
strings -a "$top_builddir/octavo32.elf" | grep -m1 '^Octavo .*gcc' |
    sed 's/^/built as: /; s/)$/, -O2 -march=rv32imac -mabi=ilp32)/'
