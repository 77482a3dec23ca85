#!/bin/bash
# Quire's engines beside QEMU's TCG: the same programs in one run, each engine
# in turn, RUNS times. What is measured goes into a file, a line of JSON a
# program; at the end there is a table. Run by `make bench`, or as
#
#     top_builddir=build RUNS=3 OUT=build/bench/results.json \
#         ENGINES='qemu jit-off' bench/run.sh [NAME...]
#
# Without ENGINES: qemu, interp-off, interp-on, jit-off and jit-on, as far as
# the host has them; off and on are the models of TLBs and caches.
set -euo pipefail
folder=$(dirname "$0")
: "${top_builddir:=build}" "${RUNS:=3}"
: "${OUT:=$top_builddir/bench/results.json}"
: "${QEMU32=$(command -v qemu-system-riscv32 || true)}"
quire=$top_builddir/quire
names=("$@")
[ $# -gt 0 ] || names=(compute stream random compute_vm stream_vm tlb
    pagefault ecall boot swap)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT=%U
PATH=$PATH:/usr/sbin:/sbin
models_off=(-tlb none -cache none)

has_engine() {
    "$quire" -engine "$1" -help >/dev/null 2>&1 &&
        "$quire" -engine "$1" -bios none -serial null -limit insns=1 \
            -kernel "$top_builddir/bench/guest/ecall.elf" \
            >"$work/out" 2>&1 </dev/null
    [ $? = 126 ]
}

# Can `perf` count what user code of the host executes?
has_counter() {
    perf stat -e instructions:u -x, -o "$work/perf" true 2>"$work/out" &&
        grep -q '^[0-9]*,' "$work/perf"
}

available() {
    [ -z "$QEMU32" ] || echo qemu
    for name in interp jit; do
        ! has_engine $name || echo $name-off $name-on
    done
}

engines=()
for name in $(available); do
    case " ${ENGINES:-$name} " in *" $name "*) engines+=("$name") ;; esac
done
[ ${#engines[@]} -gt 0 ] || {
    echo "bench/run.sh: no engine of '$ENGINES' is there" >&2
    exit 2
}
counter=no
has_counter && counter=yes

# Octavo's swap disk, and what its demonstration must print.
prepare_octavo() {
    truncate -s 64M "$work/swap.img"
    mkswap -q "$work/swap.img"
    "$top_builddir/tests/demo_expect" bigsort 48 1 >"$work/expected"
    "$top_builddir/tests/demo_expect" cow 6 4 1 >>"$work/expected"
}

# Sets `command` for a program and an engine, and `times`, how often it runs
# for one measurement.
choose() {
    local append= init=
    times=1
    case $1 in
    boot) append='init=/bin/sh -- -c exit' times=10 ;;
    swap) append='init=/bin/sh -- /etc/demo.sh' ;;
    esac
    if [ "$2" = qemu ]; then
        command=("$QEMU32" -M virt -nographic)
    else
        command=("$quire" -nographic -pace none -engine "${2%-*}")
        [ "${2#*-}" = on ] || command+=("${models_off[@]}")
    fi
    if [ -z "$append" ]; then
        command+=(-bios none -kernel "$top_builddir/bench/guest/$1.elf")
        return
    fi
    command+=(-m 16M -bios "$top_builddir/firmware32.elf" -snapshot
        -kernel "$top_builddir/octavo32.elf" -append "$append")
    add_drive "$2" root "$top_builddir/octavo32.img" readonly=on
    add_drive "$2" swap "$work/swap.img"
}

add_drive() { # engine, name, file, option
    local drive=file=$3,format=raw${4:+,$4}

    if [ "$1" = qemu ]; then
        command+=(-drive "$drive,if=none,id=$2"
            -device "virtio-blk-device,drive=$2")
    else
        command+=(-drive "$drive")
    fi
}

fail() {
    tail -n 20 "$work/out" >&2
    echo "bench/run.sh: $1: ${command[*]}" >&2
    exit 1
}

# Runs `command` with what the arguments put before it; the guest's verdict is
# its status, and for the demonstration the lines that it prints as well.
run() {
    timeout --foreground 600 "$@" "${command[@]}" </dev/null \
        >"$work/out" 2>&1 || fail failed
}

check_output() {
    local line
    [ "$1" = swap ] || return 0
    while read -r line; do
        tr -d '\r' <"$work/out" | grep -qxF -- "$line" || fail "no '$line'"
    done <"$work/expected"
}

repeat() {
    local i
    for ((i = 0; i < times; i++)); do
        run
    done
}

# Once without a clock: the instructions of the guest (Quire's exact count) and
# of the host. Lines of samples: program, engine, what, value.
count() {
    local host=() guest=null
    choose "$@"
    [ $counter = no ] ||
        host=(perf stat -e instructions:u -x, -o "$work/perf" --)
    [ "$2" = qemu ] || command+=(-stats "json:$work/stats")
    run "${host[@]}"
    check_output "$1"
    [ "$2" = qemu ] ||
        guest=$(sed -n 's/^  "steps": \([0-9]*\),*$/\1/p' "$work/stats")
    echo "$1 $2 guest $guest" >>"$work/samples"
    [ $counter = no ] || awk -F, -v name="$1" -v engine="$2" \
        '/instructions/ { print name, engine, "host", $1 }' \
        "$work/perf" >>"$work/samples"
}

measure() {
    choose "$@"
    { time repeat 2>&3; } 3>&2 2>"$work/time"
    awk -v name="$1" -v engine="$2" -v times=$times \
        '{ print name, engine, "seconds", $1 / times }' \
        "$work/time" >>"$work/samples"
}

# The compiler of a program and its flags, as the program itself says.
producer() {
    readelf --debug-dump=info "$1" 2>"$work/out" | awk '
        !done && /DW_AT_producer.*GNU C/ {
            sub(/.*: GNU C/, "GNU C")
            print
            done = 1
        }'
}

# What a reader must know to compare with another run.
describe() {
    echo
    awk -F': *' '/^model name/ && !done {
            print "host:  " $2
            done = 1
        }' /proc/cpuinfo
    echo "quire: $(producer "$quire")"
    echo "guest: $(producer "$top_builddir/bench/guest/compute.r32.o")"
    if [ -n "$QEMU32" ]; then
        "$QEMU32" --version | sed -n '1s/^/qemu:  /p'
    else
        echo "no qemu-system-riscv32, so no ratios"
    fi
    [ $counter = yes ] || echo "no counter of host instructions (perf stat)"
    echo "time:  user CPU, the middle one of $RUNS, start-up included"
}

prepare_octavo
: >"$work/samples"
for name in "${names[@]}"; do
    for engine in "${engines[@]}"; do
        count "$name" "$engine"
    done
    for ((round = 0; round < RUNS; round++)); do
        for engine in "${engines[@]}"; do
            measure "$name" "$engine"
        done
    done
    echo "bench/run.sh: $name done" >&2
done
awk -f "$folder/table.awk" -v out="$OUT" "$folder/goals.tsv" "$work/samples"
describe
