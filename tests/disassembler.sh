#!/bin/sh
# Our disassembly of random instructions of every row equals GNU objdump's,
# and docs/isa.md is what the tables say.
echo 1..2
. "$top_srcdir/tests/lib.sh"
tool=$top_builddir/tests/isa_tool
base=0x80000000
seed=${QUIRE_SEED:-1}
echo "# QUIRE_SEED=$seed"

# address, bits, text; what differs on purpose is made alike: objdump appends
# comments, calls unknown words .word or .short, knows no pause, takes the
# reserved c.addi16sp of 0, and names shifts by 0 as RV128 would.
normalize() {
    sed -e 's/ *#.*//' -e 's/ *<.*//' \
        -e 's/\t\.[0-9a-z]*\t.*/\t.data/' -e 's/\tpause$/\tfence\tw,unknown/' \
        -e 's/\tc\.addi16sp\tsp,0$/\t.data/' \
        -e 's/\tc\.\(s..i\)64\t\(.*\)/\tc.\1\t\2,0x0/' \
        -e 's/[ \t]*$//' "$1"
}

# The words as an ELF file whose attributes name the extensions.
as_elf() {
    arch=rv32imac_zicsr_zifencei_zicbom_zicboz_zba_zbb_zbs_svinval
    "${OBJDUMP_GUEST%objdump}as" -march=$arch -mabi=ilp32 \
        -o "$work/attributes.o" /dev/null &&
        "${OBJDUMP_GUEST%objdump}ld" -m elf32lriscv -s -e 0 -Tdata=$base \
            -o "$work/words.elf" "$work/attributes.o" -b binary "$work/words"
}

if "$tool" words "$seed" >"$work/words" && as_elf &&
    "$tool" text "$work/words" $base >"$work/ours.raw" &&
    "$OBJDUMP_GUEST" -D -z -j .data -M no-aliases "$work/words.elf" |
    sed -n 's/^ *\([0-9a-f]*\):\t\([0-9a-f]*\) *\t/\1\t\2\t/p' \
        >"$work/theirs.raw"; then
    normalize "$work/ours.raw" >"$work/ours"
    normalize "$work/theirs.raw" >"$work/theirs"
    diff "$work/ours" "$work/theirs" >"$work/diff"
    lines=$(wc -l <"$work/ours")
    if [ ! -s "$work/diff" ] && [ "$lines" -gt 3000 ]; then
        echo "ok 1 - the disassembly of $lines words equals objdump's"
    else
        head -n 40 "$work/diff" | sed 's/^/# /'
        echo "not ok 1 - the disassembly of $lines words equals objdump's"
    fi
else
    echo "not ok 1 - the tools run"
fi

if "$tool" doc | diff "$top_srcdir/docs/isa.md" - >"$work/diff"; then
    echo "ok 2 - docs/isa.md is what the tables say"
else
    head -n 20 "$work/diff" | sed 's/^/# /'
    echo "not ok 2 - docs/isa.md is what the tables say: make update-isa-doc"
fi
