#!/bin/sh
# The claims of tests/octavo/calls.c under qemu-riscv32, that is on Linux: so
# what Octavo is held to is true.
program=$top_builddir/tests/octavo/calls

if [ -z "$QEMU_USER32" ]; then
    echo "1..0 # SKIP qemu-riscv32 is not installed"
    exit 0
fi
timeout 60 "$QEMU_USER32" "$program"
