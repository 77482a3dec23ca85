#!/bin/sh
# -dma coherent=off: software that maintains its caches uses nothing stale,
# software that does not is told of each kind of use; the guest itself sees no
# difference.
. "$top_srcdir/tests/lib.sh"
quire=$top_builddir/quire
roms=$top_builddir/roms/devices

# found NAME: the last command was true; if not, what it found.
found() {
    point "$1" || shown "$work/log" 5
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
    found "$2 of '$1'"
}

run dma_cbo -dma coherent=off && ! [ -s "$work/log" ]
found "maintained caches have nothing stale"
run dma_sloppy && ! [ -s "$work/log" ]
found "with coherent DMA there is nothing to find"
run dma_sloppy -dma coherent=off -cache none && ! [ -s "$work/log" ]
found "nor without caches"
run dma_sloppy -dma coherent=off && grep -q '^ok' "$work/verdict"
found "the data is right in spite of stale lines"
counts '^dma-stale - -: DMA reads [0-9a-f]* in l1d, where it is dirty' 1
counts '^dma-stale 0 [0-9a-f]*: load from [0-9a-f]* in l1d, ' 2
counts '^dma-stale 0 [0-9a-f]*: fetch from [0-9a-f]* in l1i, ' 1
counts '^dma-stale 0 [0-9a-f]*: write-back of 8[0-9a-f]*000 in l1d, ' 2
cp "$work/log" "$work/first"
run dma_sloppy -dma coherent=off && cmp -s "$work/log" "$work/first"
found "a second run finds the same"
run dma_sloppy -dma coherent=off -trace-mem /dev/null &&
    cmp -s "$work/log" "$work/first"
found "so does a traced one"
"$quire" -M quire32,dumpdtb="$work/dtb" -dma coherent=off &&
    grep -q dma-noncoherent "$work/dtb"
found "the device tree says so"
echo "1..$number"
