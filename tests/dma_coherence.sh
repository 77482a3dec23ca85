#!/bin/sh
# -dma coherent=off: software that maintains its caches uses nothing stale,
# software that does not is told of each kind of use; the guest itself sees no
# difference.
quire=$top_builddir/quire
roms=$top_builddir/roms/devices
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

point() { # NAME STATUS
    number=$((number + 1))
    if [ "$2" = 0 ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        head -n 5 "$work/log" | sed 's/^/# /'
    fi
}

run() { # ROM OPTION...: findings in $work/log
    rom=$1
    shift
    "$quire" "$@" -D "$work/log" -rom "$roms/$rom.elf" >"$work/verdict" \
        2>&1 </dev/null
}

# counts PATTERN N: so many findings match
counts() {
    [ "$(grep -c "$1" "$work/log")" = "$2" ]
    point "$2 of '$1'" $?
}

run dma_cbo -dma coherent=off && ! [ -s "$work/log" ]
point "maintained caches have nothing stale" $?
run dma_sloppy && ! [ -s "$work/log" ]
point "with coherent DMA there is nothing to find" $?
run dma_sloppy -dma coherent=off -cache none && ! [ -s "$work/log" ]
point "nor without caches" $?
run dma_sloppy -dma coherent=off && grep -q '^ok' "$work/verdict"
point "the data is right in spite of stale lines" $?
counts '^dma-stale - -: DMA reads [0-9a-f]* in l1d, where it is dirty' 1
counts '^dma-stale 0 [0-9a-f]*: load from [0-9a-f]* in l1d, ' 2
counts '^dma-stale 0 [0-9a-f]*: fetch from [0-9a-f]* in l1i, ' 1
counts '^dma-stale 0 [0-9a-f]*: write-back of 8[0-9a-f]*000 in l1d, ' 2
cp "$work/log" "$work/first"
run dma_sloppy -dma coherent=off && cmp -s "$work/log" "$work/first"
point "a second run finds the same" $?
run dma_sloppy -dma coherent=off -trace-mem /dev/null &&
    cmp -s "$work/log" "$work/first"
point "so does a traced one" $?
"$quire" -M quire32,dumpdtb="$work/dtb" -dma coherent=off &&
    grep -q dma-noncoherent "$work/dtb"
point "the device tree says so" $?
echo "1..$number"
