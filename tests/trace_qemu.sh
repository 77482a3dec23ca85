#!/bin/sh
# -trace-mem against what a plugin sees in QEMU's TCG: the same fetches, loads
# and stores, in the same order, at the same addresses, from the first
# instruction in DRAM on. Programs under Sv32, without interrupts.
. "$top_srcdir/tests/lib.sh"
quire=$top_builddir/quire
lines=300000
programs="pagefault tlb stream_vm compute_vm"

if [ ! -x "$QEMU32" ]; then
    echo "1..0 # SKIP no qemu-system-riscv32"
    exit 0
fi
for program in $programs; do
    set -- -m 64M -bios none -kernel "$top_builddir/bench/guest/$program.elf"
    if ! timeout 60 "$QEMU32" -M virt -display none -serial null \
        -monitor none -plugin \
        "$top_builddir/tests/trace_plugin.so,out=$work/qemu,n=$lines" "$@" \
        </dev/null >"$work/error" 2>&1; then
        if grep -q -i plugin "$work/error"; then
            skipped "$program" "QEMU takes no plugins"
            continue
        fi
        sed 's/^/# /' "$work/error"
    fi
    "$quire" "$@" -serial null -trace-mem /dev/stdout \
        -limit insns=$lines </dev/null 2>/dev/null |
        awk -v n=$lines '
        /^[irw] / {
            if (!begun && $4 != "80000000")
                next
            begun = 1
            print $1, $3 == "-" ? $4 : $3, $4, $5
            if (++done == n)
                exit
        }' >"$work/quire"
    [ "$(wc -l <"$work/qemu")" = $lines ] &&
        cmp "$work/qemu" "$work/quire" >"$work/error" 2>&1
    point "$program: QEMU sees the same $lines accesses" || {
        shown "$work/error"
        diff "$work/qemu" "$work/quire" | head -n 6 | sed 's/^/# /'
    }
done
echo "1..$number"
