#!/bin/sh
# ROMs on machines that lack something. One that needs options (roms/options.tsv)
# says so without them; without PMP those that are about it say that they need
# it, and all others pass.
. "$top_srcdir/tests/roms_lib.sh"
quire=$top_builddir/quire
number=0

# ends NAME WHAT STATUS PATTERN OPTION...
ends() {
    name=$1 what=$2 want=$3 pattern=$4
    shift 4
    number=$((number + 1))
    line=$(timeout -k 1 60 "$quire" "$@" -rom "$roms_folder/$name.elf" \
        2>&1 </dev/null)
    status=$?
    [ $status = "$want" ] && printf '%s\n' "$line" | grep -q -- "$pattern" ||
        printf 'not '
    echo "ok $number - $name, $what # status $status: $line"
}

for name in $(rom_names); do
    options=$(rom_column options.tsv "$name" 2)
    base=${name##*/}
    case $name:$options in
    *:) ;;
    csr/hpm:*) # its options are the defaults
        ends "$name" "by default" 0 "^ok $base"
        ends "$name" "without models" 1 \
            "^not ok $base - case .*; made for $options\$" -cache none -tlb none
        ;;
    counts/*)
        ends "$name" "by default" 1 \
            "^not ok $base - case .*; made for $options\$"
        ;;
    *) ends "$name" "by default" 1 "^not ok $base - needs $options\$" ;;
    esac
done

for name in $(rom_names); do
    if grep -q 'NEEDS_PMP\|pmp_set\|pmpcfg\|pmpaddr\|torture/replay' \
        "$top_srcdir/roms/$name.c"; then
        ends "$name" "without PMP" 1 "^not ok ${name##*/} - needs .*pmp=on\$" \
            -cpu rv32,pmp=off $(rom_options "$name" 2)
    else
        ends "$name" "without PMP" 0 "^ok ${name##*/}" \
            -cpu rv32,pmp=off $(rom_options "$name" 2)
    fi
done
echo "1..$number"
