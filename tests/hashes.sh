#!/bin/sh
# The same command gives the same -hash lines; watching, logging, drawing and
# what the guest cannot observe do not change them; what it can, does.
quire=$top_builddir/quire
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
head -c 65536 /dev/zero >"$work/disk"

# lines ROM OPTION...: its hash lines, and how it ended.
lines() {
    rom=$top_builddir/roms/$1.elf
    shift
    timeout 60 "$quire" -bios none -kernel "$rom" -hash every=50k \
        -D "$work/log" "$@" </dev/null >/dev/null 2>&1
    echo "status $?"
    grep '^hash' "$work/log"
}

# point NAME RESULT
point() {
    number=$((number + 1))
    if [ "$2" = 0 ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
    fi
}

same() { # NAME OPTION...
    name=$1
    shift
    [ "$(lines $rom_name "$@")" = "$plain" ]
    point "$rom_name: $name" $?
}

other() { # NAME OPTION...
    name=$1
    shift
    [ "$(lines $rom_name "$@")" != "$plain" ]
    point "$rom_name: $name" $?
}

for rom_name in devices/plic mmu/permissions; do
    plain=$(lines $rom_name)
    [ "$(echo "$plain" | grep -c hash)" -gt 2 ]
    point "$rom_name: there are lines" $?
    same "the same command gives the same lines"
    same "logging instructions changes nothing" -d exec
    same "logging traps changes nothing" -d int
    same "a pace changes nothing" -pace host
    same "pictures change nothing" -display "png:$work/p%d.png,every=70001"
    same "counting changes nothing" -stats "json:$work/stats"
    same "cuts elsewhere change nothing" -limit insns=1G
    same "other caches cannot be observed" \
        -cache l1i=1K:1:16,l1d=4K:4:128,l2=64K:2:32
    same "nor can their absence" -cache none
    other "another seed can" -seed 7
    other "so can more memory" -m 65M
done
rom_name=mmu/permissions
plain=$(lines $rom_name)
other "TLBs of another shape are another state" -tlb i=4,d=4,l2=none
[ "$(lines $rom_name -tlb none | head -n 1)" = "status 0" ]
point "$rom_name: without TLBs it passes all the same" $?
echo "1..$number"
