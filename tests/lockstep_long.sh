#!/bin/sh
# Two engines in lock-step for TOTAL steps (10G) in all: Octavo's boot and a
# load that swaps, on 1, 2 and 4 harts, and torture programs, without models and
# in several geometries, over and over with other slices. Prints the sum; the first
# difference ends it with status 1. `make lockstep-long` runs it.
. "$top_srcdir/tests/lib.sh"
lockstep=$top_builddir/tests/lockstep
a=${A:-interp} b=${B:-jit}
total=${TOTAL:-10000000000}
every=${EVERY:-5000} # steps between comparisons of Octavo, about
sum=0

# more NAME OPTION...: adds a run's steps to the sum
more() {
    name=$1
    shift
    QUIRE_SEED=$seed "$lockstep" -a "$a" -b "$b" "$@" >"$work/out" 2>&1 \
        </dev/null || {
        echo "$name, QUIRE_SEED=$seed: $lockstep -a $a -b $b $*"
        cat "$work/out"
        exit 1
    }
    steps=$(awk '/ steps, .* equal$/ { print $2 }' "$work/out")
    sum=$((sum + steps))
    echo "$name, QUIRE_SEED=$seed: $steps steps, $sum in all"
}

truncate -s 32M "$work/swap"
"$(command -v mkswap || echo /sbin/mkswap)" -q "$work/swap"

# octavo NAME HARTS STEPS OPTION...
octavo() {
    name=$1 harts=$2 most=$3
    shift 3
    more "$name, $harts harts" -smp "$harts" -steps "$most" -every "$every" -m 16M \
        -bios "$top_builddir/firmware32.elf" \
        -kernel "$top_builddir/octavo32.elf" -dma reach=2M \
        -append "dma=2M lowmem=12M init=/bin/bigsort -- -m 14 -s $seed" \
        -drive "file=$top_builddir/octavo32.img,readonly=on" \
        -drive "file=$work/swap,if=quire" "$@"
}

# torture NAME HARTS OPTION...: a batch of 512 random programs (tests/torture)
torture() {
    name=$1 harts=$2
    shift 2
    folder=$top_builddir/tests/torture
    batch=$(((seed * 4 + harts) * 512))
    "$folder/torture" -b "$folder/batch.elf" -s $batch -w "$work/image"
    more "$name from $batch" -steps 20M -every 700 -bios none -m 64M \
        -kernel "$folder/batch.elf" -image "$work/image@0x80fff000" "$@"
}

seed=${QUIRE_SEED:-1}
while [ $sum -lt "$total" ]; do
    for harts in 1 2 4; do
        octavo "no models" $harts 1G -tlb none -cache none
        octavo "default models" $harts 100M
        octavo "tiny, random" $harts 50M -timing on \
            -cache l1i=256:1:16,l1d=512:2:32:fifo,l2=4K:4:64:random \
            -tlb i=2,d=3,l2=8:2:plru
        octavo "write-through, plru" $harts 50M \
            -cache l1i=3K:3:64:fifo,l1d=1K:4:16:plru:wt:noalloc,l2=none \
            -tlb i=4:1,d=8:2:random,l2=none
        torture "torture" $harts
        torture "torture, no models" $harts -tlb none -cache none
        octavo "TLBs alone" $harts 50M -cache none -tlb i=1,d=1,l2=64:4
        octavo "caches alone" $harts 50M -tlb none -cache \
            l1i=8K:2:32,l1d=8K:2:32:plru,l2=64K:16:128:fifo
    done
    seed=$((seed + 1))
done
echo "lockstep: $sum steps in all, equal"
