#!/bin/sh
# Runs every regression ROM on Quire: a point each.
. "$top_srcdir/tests/roms_lib.sh"
quire=$top_builddir/quire
names=$(rom_names)
if ! test -x "$quire"; then
    echo "1..0 # SKIP quire is not built"
    exit 0
fi
set -- $names
echo "1..$#"
number=0
for name; do
    number=$((number + 1))
    line=$(timeout 60 "$quire" $(rom_options "$name" 2) \
        -rom "$roms_folder/$name.elf" 2>&1 </dev/null)
    status=$?
    case $status:$line in
    "0:ok ${name##*/}"*) echo "ok $number - $name" ;;
    *) echo "not ok $number - $name # status $status: $line" ;;
    esac
done
