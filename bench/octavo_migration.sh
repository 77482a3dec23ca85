#!/bin/bash
# What it costs Octavo to move a page, in instructions of RV32, exact and the
# same on every run: a process holds every other page of 8 MiB, all memory is
# compacted, and migrate_pages is counted with all that it calls, the search of
# free frames included, by the pages that moved. Then the functions it calls,
# and the figure less the copy of the contents:
#
#     top_builddir=build bench/octavo_migration.sh
set -euo pipefail
: "${top_builddir:=build}"
here=$(dirname "$0")
kernel=$top_builddir/octavo32.elf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

functions=(migrate_pages try_to_migrate remove_migration_ptes
    copy_user_highpage isolate_freepages putback_lru_page put_page)

fail() {
    cat "$work/console" >&2
    exit 1
}

session() {
    printf '%s\n' '' 'holes -m 8 -s 3 &' 'sleep 1' \
        'echo 1 > /proc/sys/vm/compact_memory' 'wait' \
        'grep pgmigrate /proc/vmstat' exit
}

mkfifo "$work/trace"
"$here/count_calls.sh" "$kernel" "${functions[@]}" <"$work/trace" \
    >"$work/counts" &
session | "$top_builddir/quire" -m 32M -nographic -pace none \
    -kernel "$kernel" -drive "file=$top_builddir/octavo32.img,readonly=on" \
    -d exec -D "$work/trace" >"$work/out" 2>&1 || true
wait
tr -d '\r' <"$work/out" | sed 's/^\(# \)*//' >"$work/console"

grep -q '^holes: 0 pages changed' "$work/console" || fail
moved=$(awk '$1 == "pgmigrate_success" { print $2 }' "$work/console")
failed=$(awk '$1 == "pgmigrate_fail" { print $2 }' "$work/console")
[ "${moved:-0}" -ge 500 ] || fail
sort "$work/counts"
echo "pages moved: $moved, not: $failed"
awk -v moved="$moved" '
    $1 == "migrate_pages" && $2 == "called:" { all = $NF }
    $1 == "copy_user_highpage" && $2 == "called:" {
        for (i = 3; i < NF; i++)
            if ($i == "median")
                copy = $(i + 1) + 0
    }
    END {
        if (!all || !copy)
            exit 1
        printf "migration of a page, without the copy: %d instructions\n",
            all / moved - copy
    }' "$work/counts"
