#!/bin/sh
# A short run of the torture test, always with the same seeds: Quire in all its
# ways, and QEMU where it is installed.
torture=$top_builddir/tests/torture/torture
batch=$top_builddir/tests/torture/batch.elf
quirks=$top_srcdir/tests/torture/quirks.tsv
echo "1..2"

# point NUMBER NAME COMMAND...
point() {
    number=$1 name=$2
    shift 2
    if text=$("$@" 2>&1); then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
    fi
    printf '%s\n' "$text" | sed 's/^/# /'
}

point 1 "Quire agrees with itself" "$torture" -b "$batch" -s 0 -n 512
if test -n "$QEMU32"; then
    point 2 "QEMU agrees with Quire" "$torture" -b "$batch" -q "$QEMU32" \
        -k "$quirks" -s 512 -n 512
else
    echo "ok 2 - QEMU agrees with Quire # SKIP qemu-system-riscv32 is not" \
        "installed"
fi
