#!/bin/bash
# Quire's speed beside QEMU's: for each program a line of JSON with the
# number of instructions (exact, Quire's own count), millions of them a second
# of user CPU time, models off and on, and the ratios to QEMU's TCG. All in
# one run, same binaries. Run by `make bench`, or as
#
#     top_builddir=build bench/run.sh [NAME...]
set -euo pipefail
: "${top_builddir:=build}"
: "${QEMU32=$(command -v qemu-system-riscv32 || true)}"
names=("$@")
[ $# -gt 0 ] || names=(compute stream random compute_vm stream_vm tlb
    pagefault ecall)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT=%U

# Seconds of user CPU time of a command; fails when the command does.
seconds() {
    { time timeout 600 "$@" </dev/null >"$work/out" 2>&1; } 2>"$work/time" || {
        cat "$work/out" >&2
        echo "bench/run.sh: failed: $*" >&2
        exit 1
    }
    cat "$work/time"
}

# The middle one of three.
median() {
    { seconds "$@"; seconds "$@"; seconds "$@"; } | sort -n | sed -n 2p
}

run_quire() {
    local elf=$1
    shift
    median "$top_builddir/quire" -bios none -kernel "$elf" -nographic \
        -stats "json:$work/stats" "$@"
}

run_qemu() {
    if [ -n "$QEMU32" ]; then
        median "$QEMU32" -M virt -bios none -kernel "$1" -nographic
    else
        echo null
    fi
}

for name in "${names[@]}"; do
    elf=$top_builddir/bench/guest/$name.elf
    off=$(run_quire "$elf" -tlb none -cache none)
    on=$(run_quire "$elf")
    steps=$(sed -n 's/^  "steps": \([0-9]*\),*$/\1/p' "$work/stats")
    qemu=$(run_qemu "$elf")
    awk -v name="$name" -v steps="$steps" -v off="$off" -v on="$on" \
        -v qemu="$qemu" '
        function mips(s) { return steps / s / 1e6 }
        BEGIN {
            printf "{\"bench\": \"%s\", \"instructions\": %s", name, steps
            printf ", \"mips_models_off\": %.1f", mips(off)
            printf ", \"mips_models_on\": %.1f", mips(on)
            if (qemu == "null")
                printf ", \"mips_qemu\": null"
            else
                printf ", \"mips_qemu\": %.1f, \"ratio_models_off\": %.3f" \
                    ", \"ratio_models_on\": %.3f", mips(qemu), qemu / off, \
                    qemu / on
            print "}"
        }'
done
