#!/bin/sh
# tests/octavo/failnth.c on Octavo's debug kernel: each allocation behind fork,
# exec, mmap, pipe, open and others fails once, on one hart and on two, with
# both slab allocators. slub_debug makes the counts of objects exact.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/octavo_report.sh"
image=$work/root.img

cp "$top_builddir/octavo32.img" "$image"
printf 'write %s /bin/failnth\nsif /bin/failnth mode 0100755\n' \
    "$top_builddir/tests/octavo/failnth" >"$work/commands"
"$DEBUGFS" -w -f "$work/commands" "$image" >/dev/null 2>&1
for boot in '1 slab=slub' '2 slab=slub' '1 slab=slab'; do
    printf '\nfailnth\nexit 0\n' |
        timeout 300 "$top_builddir/quire" -smp "${boot% *}" -m 16M -nographic \
            -pace none -kernel "$top_builddir/octavo32-debug.elf" \
            -append "slub_debug=FZPU ${boot#* }" \
            -drive "file=$image,readonly=on" >"$work/out" 2>&1
    report "harts and allocator: $boot" \
        'the program ends, the kernel has no complaint'
    grep '^# .* failed in turn' "$work/out" | tr -d '\r'
done
echo "1..$number"
