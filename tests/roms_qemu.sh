#!/bin/sh
# Runs every regression ROM that uses only standard hardware on QEMU's virt
# board: a point each, so that the ROMs themselves are checked by a peer.
. "$top_srcdir/tests/roms_lib.sh"
if test -z "$QEMU32"; then
    echo "1..0 # SKIP qemu-system-riscv32 is not installed"
    exit 0
fi
set -- $(rom_names)
echo "1..$#"
for name; do
    reason=$(rom_column qemu-skip.tsv "$name" 2)
    if test -n "$reason"; then
        skipped "$name" "$reason"
        continue
    fi
    # QEMU's harts are threads: a busy host can starve one that holds a lock.
    for try in 1 2 3; do
        text=$(timeout 60 "$QEMU32" -M virt -m 64M -nographic -bios none \
            $(rom_options "$name" 3) -kernel "$roms_folder/$name.elf" \
            2>&1 </dev/null)
        status=$?
        [ $status = 124 ] || break
    done
    test $status = 0
    point "$name" "status $status: $text"
done
