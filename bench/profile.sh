#!/bin/bash
# Where the host's instructions go when Quire runs a program of bench/guest, by
# function, as `perf` counts them. Further options go to Quire:
#
#     top_builddir=build bench/profile.sh tlb -cache none -tlb none
set -euo pipefail
: "${top_builddir:=build}" "${LINES_SHOWN:=20}"
[ $# -ge 1 ] || {
    echo "usage: bench/profile.sh NAME [OPTION...]" >&2
    exit 2
}
name=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
perf record -q -e instructions:u -c 1000003 -o "$work/data" -- \
    "$top_builddir/quire" -bios none -nographic -serial null \
    -kernel "$top_builddir/bench/guest/$name.elf" \
    -stats "json:$work/stats" "$@" </dev/null
steps=$(sed -n 's/^  "steps": \([0-9]*\),*$/\1/p' "$work/stats")
# A sample stands for 1000003 instructions.
perf report -i "$work/data" --stdio -q --no-children -n -F overhead,sample,sym \
    -w 8,10,60 2>"$work/errors" |
    awk -v steps="$steps" -v shown="$LINES_SHOWN" '
        $1 ~ /%$/ {
            n = $2 * 1000003 / steps
            total += n
            sub(/^ *[^ ]+ +[^ ]+ +/, "")
            if (++line <= shown)
                printf "%8.3f  %s\n", n, $0
        }
        END {
            printf "%8.3f  host instructions for each of %d of the guest\n",
                total, steps
        }'
