#!/bin/sh
# Octavo audits all of its memory while processes use it and afterwards: on 1,
# 2 and 4 harts, with 8 MiB (and more in use than there is, by a swap disk),
# 64 MiB and 1.25 GiB, with the debug kernel on the smallest. Each line of the
# table is a machine. ROUNDS=50 tests/octavo_load.sh takes longer.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/octavo_report.sh"
image=$work/root.img
PATH=$PATH:/usr/sbin:/sbin

cp "$top_builddir/octavo32.img" "$image"
printf 'write %s /bin/stress\nsif /bin/stress mode 0100755\n' \
    "$top_builddir/tests/octavo/stress" >"$work/commands"
"$DEBUGFS" -w -f "$work/commands" "$image" >/dev/null 2>&1
truncate -s 32M "$work/swap"

# kernel, memory, harts, workers, MiB in use, rounds
while read -r kernel memory harts workers mib rounds; do
    mkswap -q "$work/swap"
    printf '\nstress load %u %u %u\nsleep 1\necho audit > /proc/mm\nexit 0\n' \
        "$workers" "$mib" $((rounds * ${ROUNDS:-1})) |
        timeout 600 "$top_builddir/quire" -smp "$harts" -m "$memory" \
            -nographic -pace none -kernel "$top_builddir/$kernel" \
            -drive "file=$image,readonly=on" \
            -drive "file=$work/swap,if=quire" >"$work/out" 2>&1
    report "$memory, harts: $harts, $kernel" \
        'the program ends, the kernel has no complaint'
    tr -d '\r' <"$work/out" | grep '^# [0-9]* processes'
    ! grep -q 'WARNING' "$work/out" &&
        grep 'per-CPU lists, .* in flight' "$work/out" | tail -n 1 |
        grep -q ' 0 in flight' &&
        grep 'audit: .* page tables' "$work/out" | tail -n 1 |
        grep -q ' 0 references in flight'
    point "$memory, harts: $harts, $kernel: at the end nothing is in flight" ||
        shown "$work/out"
done <<'T'
octavo32-debug.elf 8M 1 4 10 6
octavo32-debug.elf 8M 2 4 10 6
octavo32-debug.elf 8M 4 6 10 6
octavo32.elf 8M 4 6 10 12
octavo32.elf 64M 1 4 40 10
octavo32.elf 64M 2 6 40 10
octavo32.elf 64M 4 8 40 10
octavo32.elf 1280M 1 4 100 6
octavo32.elf 1280M 2 6 100 6
octavo32.elf 1280M 4 8 100 6
T
echo "1..$number"
