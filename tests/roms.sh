#!/bin/sh
# Runs every regression ROM on Quire, a point each: with the models of TLBs and
# caches as they are by default, without them, and with TLBs so small that
# entries are evicted all the time. The guest must not notice.
. "$top_srcdir/tests/roms_lib.sh"
quire=$top_builddir/quire
small="-tlb i=2,d=2:1,l2=4:2 -cache l1i=1K:1:32,l1d=1K:1:32,l2=2K:2:32"

# run_all LABEL OPTIONS
run_all() {
    for name in $(rom_names); do
        line=$(timeout -k 1 60 "$quire" $2 $(rom_options "$name" 2) \
            -rom "$roms_folder/$name.elf" 2>&1 </dev/null)
        status=$?
        case $status:$line in
        "0:ok ${name##*/}"*) true ;;
        *) false ;;
        esac
        point "$name, $1" "status $status: $line"
    done
}

run_all "models on" ""
run_all "models off" "-tlb none -cache none"
run_all "tiny models" "$small"
echo "1..$number"
