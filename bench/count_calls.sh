#!/bin/bash
# count_calls.sh KERNEL FUNCTION...: what each call of these functions of
# Octavo took in instructions, callees included, from a trace of `-d exec` on
# standard input. Prints what count_calls.awk prints.
set -euo pipefail
kernel=$1
shift
mapfile -t arguments < <(nm -S "$kernel" | awk -v wanted="$*" '
    BEGIN {
        n = split(wanted, name, " ")
        for (i = 1; i <= n; i++)
            is_wanted[name[i]] = 1
    }
    $4 in is_wanted { print $4, $1, $2 }' |
    while read -r name start size; do
        printf '%s=%s-%08x\n' "$name" "$start" $((0x$start + 0x$size))
    done)
exec awk -f "$(dirname "$0")/count_calls.awk" "${arguments[@]}"
