#!/bin/sh
# Two engines in lock-step (tests/lockstep.c): all ROMs, Octavo's boot and a load
# that swaps, on 1, 2 and 4 harts, with and without models, in odd geometries;
# torture programs. Where the host has no jit, the interpreter with blocks of
# one instruction stands for it.
. "$top_srcdir/tests/roms_lib.sh"
lockstep=$top_builddir/tests/lockstep
a=interp b=jit

# equal NAME OPTION...
equal() {
    name=$1
    shift
    timeout 500 "$lockstep" -a $a -b $b "$@" >"$work/out" 2>&1 </dev/null &&
        tail -n 1 "$work/out" | grep -q ', equal$'
    point "$name" || shown "$work/out"
}

# ends HOW: how the guest of the last run ended
ends() {
    grep -q "^# the end: $1\$" "$work/out"
    point "$name: ends with $1" || shown "$work/out"
}

"$lockstep" -a $a -b $b -steps 1 -rom "$roms_folder/isa/jumps.elf" \
    >/dev/null 2>&1
if [ $? = 77 ]; then
    echo "# this host has no jit: interp with blocks of one instruction"
    b=interp,block-limit=1
fi

none="-tlb none -cache none"
tiny="-cache l1i=256:1:16,l1d=512:2:32:fifo,l2=4K:4:64:random
    -tlb i=2,d=3,l2=8:2:plru"
odd="-cache l1i=3K:3:64:fifo,l1d=1K:4:16:plru:wt:noalloc,l2=none
    -tlb i=4:1,d=8:2:random,l2=none"

for rom in $(rom_names); do
    options=$(rom_options "$rom" 2)
    roms="-rom $roms_folder/$rom.elf -steps 4M -every 2000"
    equal "$rom" $roms $options
    equal "$rom: no models" $roms $options $none
    equal "$rom: odd caches, checked" $roms $options $odd -check -every 30000
    equal "$rom: tiny, -timing on" $roms $options $tiny -timing on -every 9000
done

truncate -s 32M "$work/swap"
"$(command -v mkswap || echo /sbin/mkswap)" -q "$work/swap"
octavo="-bios $top_builddir/firmware32.elf
    -kernel $top_builddir/octavo32.elf
    -drive file=$top_builddir/octavo32.img,readonly=on"

# swaps NAME STEPS OPTION...: a program that wants more than there is
swaps() {
    name=$1 steps=$2
    shift 2
    equal "$name" $octavo -m 16M -dma reach=2M -steps "$steps" -every 20000 \
        -append "dma=2M lowmem=12M init=/bin/bigsort -- -m 14 -s 3" \
        -drive "file=$work/swap,if=quire" "$@"
}

for harts in 1 2 4; do
    equal "boot, $harts harts" $octavo -smp $harts -steps 60M \
        -input 'ls /bin\nexit\n'
    ends "a pass"
    equal "boot, $harts harts, no models" $octavo -smp $harts -steps 60M \
        $none -input 'ls /bin\nexit\n'
    swaps "swap, $harts harts, no models" 2G $none -smp $harts
    ends "a pass"
    swaps "swap, $harts harts" 20M -smp $harts
    swaps "swap, $harts harts, odd caches" 10M $odd -smp $harts
    swaps "swap, $harts harts, tiny, -timing on" 10M $tiny -timing on \
        -smp $harts
done
torture=$top_builddir/tests/torture
for seed in 0 512; do
    "$torture/torture" -b "$torture/batch.elf" -s $seed -w "$work/image"
    for models in "" "$none" "$odd"; do
        equal "torture programs from $seed, models: ${models:-as by default}" \
            -bios none -kernel "$torture/batch.elf" -m 64M -steps 20M \
            -every 1500 -image "$work/image@0x80fff000" $models
        ends "a pass"
    done
done
if [ $b = jit ]; then
    b=jit,tb-size=64K
    swaps "swap, little room for code" 20M $none
    b=jit
fi
echo "1..$number"
