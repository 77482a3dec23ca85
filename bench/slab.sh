#!/bin/bash
# What Octavo's slab allocators cost, in exact counts of the emulator: the
# instructions of their fast paths, and how often the first words of the first
# objects of 40 slabs miss the L1 data cache (32 KiB in 8 ways) when all are
# read in turn, with SLAB's colouring and without. A line of JSON each:
#
#     top_builddir=build bench/slab.sh
set -euo pipefail
: "${top_builddir:=build}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Boots with the parameters; leaves the console and the statistics.
boot() {
    timeout 300 "$top_builddir/quire" -m 16M -nographic -exit raw -pace none \
        -kernel "$top_builddir/octavo32.elf" -append "$*" \
        -drive "file=$top_builddir/octavo32.img,readonly=on" \
        -stats "txt:$work/stats" <<<$'\nexit 0' >"$work/console" 2>&1 || {
        cat "$work/console" >&2
        exit 1
    }
}

misses() { # rounds, parameters
    boot "quiet" "slab=slab" "slab_bench=$1" "${@:2}"
    awk '$1 == "cache.l1d.misses" { print $2 }' "$work/stats"
}

for allocator in slub slab; do
    boot "slab=$allocator" slab_bench=1
    tr -d ',\r' <"$work/console" | awk -v name="$allocator" '
        /kmem_cache_alloc/ && /slab_bench/ {
            sub(/.*slab_bench/, "")
            printf "{\"bench\": \"%s\", \"kmem_cache_alloc\": %s, " \
                "\"kmem_cache_free\": %s, \"kmalloc\": %s, \"kfree\": %s}\n",
                name, $3, $5, $7, $9
        }'
done
# What the rest of the boot misses is the same for both numbers of rounds.
for colours in on off; do
    parameter=
    [ $colours = on ] || parameter=slab_nocolour
    once=$(misses 100 $parameter)
    twice=$(misses 200 $parameter)
    printf '{"bench": "colouring", "colours": "%s", ' $colours
    printf '"misses_a_round_of_40": %s}\n' $(((twice - once) / 100))
done
