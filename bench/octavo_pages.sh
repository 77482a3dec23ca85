#!/bin/bash
# What Octavo's page allocator costs, in instructions of RV32, exact and the
# same on every run: a session is traced with `-d exec`, and the calls of each
# function counted, callees included. Run by hand as
#
#     top_builddir=build bench/octavo_pages.sh
#
# alloc_pages and free_unref_page alone: a frame that the CPU has at hand, or
# keeps at hand. rmqueue_pcplist called: a list is refilled; the most is a split
# of the largest block.
set -euo pipefail
: "${top_builddir:=build}"
here=$(dirname "$0")
kernel=$top_builddir/octavo32.elf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

functions=(alloc_pages get_page_from_freelist rmqueue_pcplist
    free_unref_page __free_pages free_to_pcp_slow __free_one_page)

session() {
    printf '\ncow -m 1 -c 2 -s 1\nls /bin\nexit\n'
}

mkfifo "$work/trace"
"$here/count_calls.sh" "$kernel" "${functions[@]}" <"$work/trace" \
    >"$work/counts" &
session | "$top_builddir/quire" -nographic -kernel "$kernel" \
    -drive "file=$top_builddir/octavo32.img,readonly=on" \
    -d exec -D "$work/trace" >"$work/console"
wait
grep -q '^cow: 1 MiB' <(tr -d '\r' <"$work/console") || {
    cat "$work/console" >&2
    exit 1
}
sort "$work/counts"
