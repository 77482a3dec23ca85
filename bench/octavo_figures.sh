#!/bin/bash
# The figures of Octavo's physical memory, beside what they should be at least
# and what is aimed at: exact counts of the emulator, the same on every run.
# First the compiler and its flags, and what the kernel has on.
#
#     make -C build bench-octavo
#
# Fast paths: of a call, by the hart's own count (page_alloc_test, slab_bench);
# the pages of profiles by function are bench/octavo_pages.sh,
# bench/octavo_migration.sh and bench/octavo_memory.sh.
set -euo pipefail
: "${top_builddir:=build}"
export top_builddir
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What stands in the Makefile, its variables written out.
variable() {
    make -s -f - -C "$top_builddir" <<<"include Makefile
print-it: ; @echo '\$($1)'" print-it
}

row() { # name, number, unit, at least, aim, less|more
    local verdict=missed
    awk -v n="$2" -v at_least="$4" -v way="$6" 'BEGIN {
        exit !(way == "less" ? n <= at_least : n >= at_least) }' &&
        verdict=reached
    awk -v n="$2" -v aim="$5" -v way="$6" 'BEGIN {
        exit !(way == "less" ? n <= aim : n >= aim) }' && verdict=aim
    printf '| %-46s | %7s %-12s | %8s | %6s | %-7s |\n' "$1" "$2" "$3" "$4" \
        "$5" "$verdict"
}

boot() { # parameters; commands on stdin
    { echo; cat; echo 'exit 0'; } | timeout 300 "$top_builddir/quire" -m 64M \
        -nographic -exit raw -pace none -kernel "$top_builddir/octavo32.elf" \
        -append "$*" -drive "file=$top_builddir/octavo32.img,readonly=on" \
        2>&1 | tr -d '\r,' >"$work/console"
}

echo "# $($(variable CC_GUEST) --version | head -n 1)"
echo "# flags: $(variable CFLAGS_K32 | tr -s ' \t' ' ')"
echo "# on: tracepoints (patched out), pcp, migrate types, SLUB, rmap, LRU," \
    "swap, checks at prep and free; off: lockdep, fault injection, page_owner"
echo "| path | counted | at least | aim | |"
echo "|---|---|---|---|---|"

boot slab=slub slab_bench=1 <<<'echo cost > /sys/kernel/debug/page_alloc_test/run'
read -r alloc free split < <(sed -n 's/.*page_alloc_test: alloc_pages \([0-9]*\) free_unref_page \([0-9]*\) alloc_pages that splits order 10 \([0-9]*\) .*/\1 \2 \3/p' "$work/console")
read -r object_alloc object_free < <(sed -n \
    's/.*slab_bench slub: kmem_cache_alloc \([0-9]*\) kmem_cache_free \([0-9]*\).*/\1 \2/p' "$work/console")
row 'order-0 alloc, per-CPU hit' "$alloc" instructions 150 40 less
row 'order-0 free, per-CPU hit' "$free" instructions 120 30 less
row 'kmem_cache_alloc, fast path (SLUB)' "$object_alloc" instructions 70 20 less
row 'kmem_cache_free, fast path (SLUB)' "$object_free" instructions 80 20 less
row 'order-0 alloc that splits order 10' "$split" instructions 1200 500 less

per_page=$("$here/octavo_migration.sh" | sed -n \
    "s/^migration of a page, without the copy: \([0-9]*\) .*/\1/p")
row 'migration of a page, without the copy' "$per_page" instructions 2500 900 less

"$top_builddir/tests/test_mm_compaction" 2>/dev/null >"$work/log" || true
read -r before after < <(sed -n \
    's/^# 64 MiB: .* order 10 \([0-9]*\) % before and \([0-9]*\) % after.*/\1 \2/p' "$work/log")
row 'free memory in order 10, fragmented' "$before" '%' 0 60 more
row 'free memory in order 10, compacted' "$after" '%' 60 90 more

boot quiet <<<'cat /proc/meminfo'
used=$(awk '/^(# )*MemFree:/ { print 65536 - $(NF - 1) }' "$work/console")
row 'memory after boot (64 MiB - MemFree)' "$used" KiB 4096 1536 less
