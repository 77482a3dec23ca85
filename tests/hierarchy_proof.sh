#!/bin/sh
# The modelled hierarchy against the reference in tests/reference, which knows
# nothing but the trace: every shape of hierarchy_geometries.tsv with every
# program below, all counters and the whole state, after several numbers of
# steps. `long` (make hierarchy-proof) runs all of it; without it each shape
# meets one program, the next one each time, and stops early.
. "$top_srcdir/tests/lib.sh"
quire=$top_builddir/quire
tool=$top_builddir/tests/hierarchy_tool
reference=$top_builddir/tests/reference/hierarchy
table=$top_srcdir/tests/hierarchy_geometries.tsv
accesses=0
lines=0
differences=0
tab=$(printf '\t')

# Sets `machine` (options of the machine alone), `both` (those that the
# reference needs too), `append` and `steps` for a program.
programs="pagefault tlb stream_vm fences permissions switched incoherent harts swap"
program() {
    both=
    steps="60007 400000 2000000"
    case $1 in
    pagefault | tlb | stream_vm) # Sv32: a storm of faults, fences, cache misses
        machine="-bios none -kernel $top_builddir/bench/guest/$1.elf"
        ;;
    fences) # ASIDs, global pages, megapages, every form of the fence
        machine="-rom $top_builddir/roms/mmu/fence.elf"
        steps="810000 830000 2000000"
        ;;
    permissions)
        machine="-rom $top_builddir/roms/mmu/permissions.elf"
        ;;
    switched) # models on for a while only
        machine="-rom $top_builddir/roms/mmu/permissions.elf
            -models from=50000,to=350000"
        steps="60000 300000 360000"
        ;;
    incoherent) # DMA that the caches do not follow, and cbo.*
        both="-dma coherent=off"
        machine="-rom $top_builddir/roms/devices/dma_caches.elf"
        steps="20000 100000"
        ;;
    harts) # two of them, on the same data
        both="-smp 2"
        machine="-bios none -kernel $top_builddir/roms/smp/workload.elf"
        ;;
    swap) # Octavo with less memory than its program wants, disk and DMA
        both="-m 8M"
        machine="-dma reach=2M -snapshot -bios $top_builddir/firmware32.elf
            -kernel $top_builddir/octavo32.elf
            -drive file=$top_builddir/octavo32.img,readonly=on
            -drive file=$work/swap,if=quire"
        append='dma=2M lowmem=6M init=/bin/bigsort -- -m 8 -s 3'
        # What is written to the swap disk begins after 10 million steps; every
        # third shape goes that far.
        steps="1000000 3000000"
        [ $((row % 3)) = 0 ] && steps="1000000 16000000"
        ;;
    esac
}
short_steps() {
    case $1 in
    fences) echo 830000 ;;
    incoherent) echo 100000 ;;
    *) echo 300000 ;;
    esac
}

# compare SHAPE PROGRAM STEPS, with `shape` set to its options.
compare() {
    { "$tool" $machine ${append:+-append "$append"} $both $shape \
        -limit insns="$3" -trace-mem /dev/fd/3 3>&1 >"$work/state" \
        2>"$work/error"; } | "$reference" $both $shape >"$work/expected" \
        2>"$work/complaints"
    if ! [ -s "$work/state" ]; then
        sed 's/^/# /' "$work/error"
        differences=$((differences + 1))
        return 1
    fi
    lines=$((lines + $(wc -l <"$work/state")))
    accesses=$((accesses + $(awk '/l1[id].accesses/ { n += $2 }
        /[id]tlb.accesses/ { t += $2 } END { print n ? n : t }' \
        "$work/state")))
    different=$(diff "$work/expected" "$work/state" | grep -c '^[<>]')
    different=$((different + $(wc -l <"$work/complaints")))
    differences=$((differences + different))
    [ "$different" = 0 ] && return 0
    echo "# $1, $2, $3 steps: $different lines differ"
    diff "$work/expected" "$work/state" | head -n 6 | sed 's/^/# /'
    head -n 3 "$work/complaints" | sed 's/^/# /'
    return 1
}

# The counters that the tool prints are those of -stats.
stated() {
    "$quire" $machine $both $shape -limit insns="$1" \
        -stats "txt:$work/stats" -serial null </dev/null >/dev/null 2>&1
    awk 'NR == FNR { value[$1] = $2; next }
        $2 ~ /^[0-9]+$/ && NF == 2 {
            name = $1
            sub(/^hart/, "harts.", name)
            if (name ~ /tlb/ && name !~ /\.tlb\./)
                sub(/\.[id2l]*tlb/, ".tlb&", name)
            sub(/\.l1/, ".cache.l1", name)
            sub(/^l2\./, "cache.l2.", name)
            if (value[name] != $2)
                print "# " $1 ": " $2 ", in -stats " value[name]
            n++
        }
        END { if (n < 24) print "# only " n " counters" }' \
        "$work/stats" "$work/state" >"$work/wrong"
    cat "$work/wrong"
    [ ! -s "$work/wrong" ]
}

truncate -s 32M "$work/swap"
"$(command -v mkswap || echo /sbin/mkswap)" -q "$work/swap" 2>/dev/null

row=0
while IFS=$tab read -r name cache tlb more; do
    case $name in '#'*) continue ;; esac
    shape="-cache $cache -tlb $tlb $more"
    i=0
    for each in $programs; do
        i=$((i + 1))
        [ "$1" = long ] ||
            [ $((row % $(echo $programs | wc -w))) = $((i - 1)) ] || continue
        append=
        program $each
        [ "$1" = long ] || steps=$(short_steps $each)
        result=0
        for n in $steps; do
            compare "$name" $each "$n" || result=1
        done
        [ $result = 0 ]
        point "$name: $each"
    done
    if [ $((row % 8)) = 0 ]; then
        append=
        program pagefault
        compare "$name" pagefault 100000 && stated 100000
        point "$name: -stats has the same counters"
    fi
    row=$((row + 1))
done <"$table"
[ "$row" -ge 30 ]
point "there are $row shapes"
echo "# $accesses accesses, $lines lines of state and counters," \
    "$differences differences"
[ "$1" != long ] || [ "$accesses" -ge 100000000 ]
point "there were $accesses accesses"
echo "1..$number"
