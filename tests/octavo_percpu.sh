#!/bin/sh
# The per-CPU allocator in the machine, on 1, 2 and 4 harts: each counts in a
# copy of its own, the copies lie whole pages apart, chunks come when the first
# is full; what debugfs and meminfo say of it.
. "$top_srcdir/tests/lib.sh"

test=/sys/kernel/debug/percpu_test/run
said() { # a basic regular expression for a whole line
    grep -q "^$1\$" "$work/out"
}

for harts in 1 2 4; do
    printf '\n%s\n' "echo counters > $test && echo counted" \
        "echo chunks > $test && echo kept" \
        'cat /sys/kernel/debug/percpu_stats' 'cat /proc/meminfo' \
        'echo audit > /proc/mm' exit |
        timeout 200 "$top_builddir/quire" -smp $harts -m 32M -nographic \
            -pace none -kernel "$top_builddir/octavo32.elf" \
            -drive "file=$top_builddir/octavo32.img,readonly=on" 2>&1 |
        tr -d '\r' | sed 's/^\(# \)*//' >"$work/out"
    [ "$(grep -c '^percpu_test: CPU [0-9]* at .* counted 100$' "$work/out")" = \
        $harts ] &&
        said "percpu_test: ${harts}00 in all, percpu_counter $((harts * 700))" &&
        said counted
    point "$harts harts: each counts in a copy of its own" || shown "$work/out"
    said 'percpu_test: 600 objects, 0 wrong, Percpu [0-9]* kB' && said kept &&
        said 'audit: passed'
    point "$harts harts: objects beyond the first chunk keep what they have" ||
        shown "$work/out"
    # The figures are one another's sums.
    awk -v harts=$harts '
        /^  unit_size  / { unit = $3 }
        /^  static_size  / { rest = unit - $3 }
        /^  dyn_size  / { ok = $3 == rest }
        /^  alloc_size  / { ok = ok && $3 == unit * harts }
        /^  nr_max_chunks  / { ok = ok && $3 > 1 }
        /^Chunk: <- First Chunk$/ { first = 1 }
        /^Percpu: / { ok = ok && $2 * 1024 >= unit * harts }
        END { exit !(ok && first && unit) }' "$work/out"
    point "$harts harts: percpu_stats and meminfo agree" || shown "$work/out" 60
done
echo "1..$number"
