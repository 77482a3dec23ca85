#!/bin/sh
# The same command gives the same -hash lines; watching, logging, drawing and
# what the guest cannot observe do not change them; what it can, does.
. "$top_srcdir/tests/lib.sh"
quire=$top_builddir/quire

# lines NAME OPTION...: its hash lines, and how it ended. A ROM, or `octavo`:
# with swap, in 16 MiB, a program that wants more.
lines() {
    name=$1
    shift
    case $name in
    octavo)
        set -- -m 16M -dma reach=2M -kernel "$top_builddir/octavo32.elf" \
            -append 'dma=2M lowmem=12M init=/bin/bigsort -- -m 14 -s 3' \
            -drive "file=$top_builddir/octavo32.img,readonly=on" \
            -drive "file=$work/swap,if=quire" -snapshot \
            -hash every=7M "$@"
        ;;
    *)
        set -- -bios none -kernel "$top_builddir/roms/$name.elf" \
            -hash every=50k "$@"
        ;;
    esac
    timeout 500 "$quire" -D "$work/log" "$@" </dev/null >"$work/out" 2>&1
    echo "status $?"
    grep '^hash' "$work/log"
}

same() { # NAME OPTION...
    name=$1
    shift
    [ "$(lines $guest "$@")" = "$plain" ]
    point "$guest: $name"
}

other() { # NAME OPTION...
    name=$1
    shift
    [ "$(lines $guest "$@")" != "$plain" ]
    point "$guest: $name"
}

for guest in devices/plic mmu/permissions; do
    plain=$(lines $guest)
    [ "$(echo "$plain" | grep -c hash)" -gt 2 ]
    point "$guest: there are lines"
    same "the same command gives the same lines"
    same "logging instructions changes nothing" -d exec
    same "logging traps changes nothing" -d int
    same "tracing changes nothing" -trace-mem /dev/null
    same "looking for stale entries changes nothing" -d tlb-stale
    same "a pace changes nothing" -pace host
    same "pictures change nothing" -display "png:$work/p%d.png,every=70001"
    same "counting changes nothing" -stats "json:$work/stats"
    same "cuts elsewhere change nothing" -limit insns=1G
    other "other caches are another state: counters can tell" \
        -cache l1i=1K:1:16,l1d=4K:4:128,l2=64K:2:32
    other "so is their absence" -cache none
    other "another seed can" -seed 7
    other "so can more memory" -m 65M
done
guest=mmu/permissions
plain=$(lines $guest)
other "TLBs of another shape are another state" -tlb i=4,d=4,l2=none
other "models for a part of the run are, too" -models from=30k,to=90k
other "so is time that misses take" -timing on
plain=$(lines $guest -timing on -models from=30k,to=120k)
same "logging instructions changes no time" -timing on \
    -models from=30k,to=120k -d exec
other "other caches take other time" -timing on \
    -models from=30k,to=120k -cache l1d=4K:1:64
[ "$(lines $guest -tlb none | head -n 1)" = "status 0" ]
point "$guest: without TLBs it passes all the same"

truncate -s 32M "$work/swap"
"$(command -v mkswap || echo /sbin/mkswap)" -q "$work/swap"
guest=octavo
plain=$(lines $guest)
echo "$plain" | grep -q 'status 0' && grep -q 'records in order' "$work/out"
point "octavo: it sorts more than memory has"
same "the same command gives the same lines"
same "logging traps changes nothing" -d int
same "pictures change nothing" \
    -display "png:$work/o%d.png,every=20000003"
short="-limit insns=2M -hash every=300k"
plain=$(lines $guest $short)
same "logging instructions changes nothing" $short -d exec
same "tracing changes nothing" $short -trace-mem /dev/null -d tlb-stale
echo "1..$number"
