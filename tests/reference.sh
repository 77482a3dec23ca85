#!/bin/sh
# The reference model of the memory hierarchy on traces so small that their
# counts and states follow on paper; and traces that contradict it.
hierarchy=$top_builddir/tests/reference/hierarchy
. "$top_srcdir/tests/lib.sh"
echo 1..51

# holds NAME 'OPTIONS' 'LINE;LINE...': with these options the trace on standard
# input contradicts nothing, and the state has these lines.
holds() {
    "$hierarchy" $2 >"$work/out" 2>"$work/err"
    status=$?
    printf '%s\n' "$3" | tr ';' '\n' | sed 's/^ *//; /^$/d' |
        grep -vxF -f "$work/out" >"$work/missing"
    if [ $status = 0 ] && [ ! -s "$work/missing" ]; then
        echo "ok - $1"
        return
    fi
    echo "not ok - $1"
    sed 's/^/# missing: /' "$work/missing"
    sed 's/^/# /' "$work/err" "$work/out"
}

# refused NAME 'OPTIONS' 'MESSAGE': the trace on standard input is refused.
refused() {
    "$hierarchy" $2 >"$work/out" 2>"$work/err"
    status=$?
    if [ $status = 1 ] && head -1 "$work/err" | grep -qxF "hierarchy: $3"; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        sed 's/^/# /' "$work/err"
    fi
}

# Trace lines. HART and ADDRESS without its leading 8000, of DRAM untranslated.
on() { echo 'm on'; }
load() { echo "r $1 - 8000$2 4 - - -"; }
store() { echo "w $1 - 8000$2 4 - - -"; }
fetch() { echo "i $1 - 8000$2 4 - - -"; }

# walk VPN(3 digits) ASID [P]: a walk of hart 0 for a page of the first 4 MiB,
# by tables at 80100000 and 80101000, for va VPN000.
walk() {
    index=$(printf '%03x' $((0x$1 % 1024 * 4)))
    echo "p 0 ${1}000 80100000 4 $2 1 -"
    echo "p 0 ${1}000 80101$index 4 $2 0 -"
    [ -z "$3" ] || echo "P 0 ${1}000 80101$index 4 $2 0 -"
}
# KIND VPN ASID [G]: an access to va VPN000, which lies at 80200000 + va.
at() { echo "$1 0 ${2}000 80${2}000 4 $3 0 ${4:-0}"; }

# Caches.
for at in 0000 0010 0020 0030 0040 0050 0060 0070; do
    load 0 $at
done | { on; cat; } | holds "a stride of 16 misses each line of 64 once" "" \
    "hart0.l1d.accesses 8; hart0.l1d.hits 6; hart0.l1d.misses 2; l2.misses 2"

# Lines 0, 40 and 80 are of one set of two ways.
overflow() {
    on
    for at in 0000 0040 0000 0080 0040; do
        load 0 $at
    done
}
overflow | holds "lru: the third line of a set takes the way touched first" \
    "-cache l1d=128:2:32:lru,l2=none" \
    "hart0.l1d.hits 1; hart0.l1d.misses 4; way 0 0 80000040 0 1;
    way 0 1 80000080 0 0"
overflow | holds "fifo: it takes the way filled first, hit or not" \
    "-cache l1d=128:2:32:fifo,l2=none" \
    "hart0.l1d.hits 2; hart0.l1d.misses 3; way 0 0 80000080 0 1;
    way 0 1 80000040 0 0"

# After A, B, C, D the tree is 000; A makes it 110: E takes way 2 (011), F takes
# way 1 (101).
{
    on
    for at in 0000 0020 0040 0060 0000 0080 00a0; do
        load 0 $at
    done
} | holds "plru: the victim is where the bits lead" \
    "-cache l1d=128:4:32:plru,l2=none" \
    "set 0 plru 101; way 0 0 80000000 0 -; way 0 1 800000a0 0 -;
    way 0 2 80000080 0 -; way 0 3 80000060 0 -"

# x starts as 9e3779b9 + 9e37 = 9e3817f0. The shifts make of it, on paper,
# 040d6bf3 and 8718b60a, so that way 1 goes first and then way 0.
overflow | holds "random: ways come from the sequence that the manual gives" \
    "-cache l1d=128:2:32:random,l2=none" \
    "random 8718b60a; way 0 0 80000040 0 -; way 0 1 80000080 0 -"
on | holds "random: each structure has a start of its own" \
    "-smp 2 -seed 6 -cache l1i=64:2:32:random,l2=64:2:32:random" \
    "random 5384540f; random 538945c7; random 5385907d"

{
    on
    store 0 0000
    load 0 0020
} | holds "a dirty victim reaches the L2 before the fill's read" \
    "-cache l1d=32:1:32,l2=64:2:32" \
    "hart0.l1d.writebacks 1; l2.accesses 3; l2.hits 1; l2.misses 2;
    way 0 0 80000000 1 0; way 0 1 80000020 0 1; l2.writebacks 0"

{
    on
    store 0 0000
    store 0 0004
} | holds "write-through: a miss fills, then each store goes to the L2" \
    "-cache l1d=64:2:32:lru:wt,l2=64:2:32" \
    "hart0.l1d.misses 1; hart0.l1d.hits 1; hart0.l1d.writethroughs 2;
    hart0.l1d.writebacks 0; l2.accesses 3; l2.hits 2; l2.misses 1;
    way 0 0 80000000 0 0; way 0 0 80000000 1 0"

{
    on
    store 0 0000
    store 0 0000
    load 0 0000
    store 0 0000
} | holds "noalloc: a store that misses fills nothing but goes to the L2" \
    "-cache l1d=64:2:32:lru:wb:noalloc,l2=64:2:32:lru:wb:noalloc" \
    "hart0.l1d.misses 3; hart0.l1d.hits 1; hart0.l1d.writethroughs 2;
    l2.accesses 3; l2.misses 3; l2.writethroughs 2; way 0 0 80000000 1 0"

{
    on
    store 0 0000
    load 0 0080
} | holds "an L1 line is several of the L2's, or a part of one" \
    "-cache l1i=64:1:64,l1d=128:1:128,l2=256:2:32" \
    "l2.accesses 12; l2.misses 8; l2.hits 4; hart0.l1d.writebacks 1"

{
    on
    echo 'w 0 - 8000003e 4 - - -'
    echo 'i 0 - 8000003e 4 - - -'
} | holds "what crosses a line is an access to each" "" \
    "hart0.l1d.accesses 2; hart0.l1i.accesses 2; l2.accesses 4; l2.hits 2"

{
    on
    load 0 0000
    echo 'r 0 - 10000005 1 - - -'
    echo 'i 0 - 1000 4 - - -'
    echo 'r 0 - 80100000 4 - - -'
} | holds "only DRAM is cached" "-m 1" \
    "hart0.l1d.accesses 1; hart0.l1i.accesses 0"

# cbo.*, DMA, harts.
dirty_pair="-cache l1d=256:2:32,l2=512:2:32"
dirty() {
    on
    store 0 0000
    store 0 0020
}
{ dirty; echo 'z 0 clean 80000000'; } |
    holds "cbo.clean writes back what the block holds, and keeps it" \
        "$dirty_pair" "hart0.l1d.writebacks 2; l2.writebacks 2;
        way 0 0 80000000 0 0; way 1 0 80000020 0 0; l2.accesses 4"
{ dirty; echo 'z 0 flush 80000000'; load 0 0000; } |
    holds "cbo.flush writes back and invalidates" "$dirty_pair" \
        "hart0.l1d.writebacks 2; l2.writebacks 2; l2.misses 3"
{ dirty; echo 'z 0 inval 80000000'; load 0 0000; } |
    holds "cbo.inval invalidates only" "$dirty_pair" \
        "hart0.l1d.writebacks 0; l2.writebacks 0; l2.misses 3"
{ dirty; echo 'd - - 80000010 32 - - -'; load 0 0000; } |
    holds "a DMA read cleans the lines that it touches" "$dirty_pair" \
        "hart0.l1d.writebacks 2; l2.writebacks 2; hart0.l1d.hits 1"
{ dirty; fetch 0 0000; echo 'D - - 80000000 4 - - -'; load 0 0000
    load 0 0020; fetch 0 0000; } |
    holds "a DMA write invalidates them everywhere" "$dirty_pair" \
        "hart0.l1d.writebacks 0; l2.writebacks 0; hart0.l1d.hits 1;
        hart0.l1d.misses 3; hart0.l1i.misses 2; l2.misses 3; l2.hits 4"
{ dirty; echo 'D - - 80000000 64 - - -'; load 0 0000; } |
    holds "with coherence off it does nothing" "$dirty_pair -dma coherent=off" \
        "hart0.l1d.hits 1; way 0 0 80000000 1 0"
{ on; fetch 0 0000; echo 'I 0'; fetch 0 0000; fetch 1 0000; echo 'I 0'
    fetch 1 0000; } | holds "fence.i empties the L1I of its hart" "-smp 2" \
    "hart0.l1i.misses 2; hart1.l1i.misses 1; hart1.l1i.hits 1"
{
    on
    store 0 0000
    load 1 0000
    load 0 0000
    store 0 0000
    load 1 0000
} | holds "a load cleans another hart's line, a store takes it" \
    "-smp 2 -cache l1d=64:2:32,l2=64:2:32" \
    "hart0.l1d.writebacks 2; hart1.l1d.misses 2; hart0.l1d.hits 2;
    l2.accesses 5; l2.hits 4; hart0.l1d.misses 1"

# TLBs.
small="-tlb i=2,d=2,l2=none"
{
    on
    for vpn in 201 202 201 203 202; do
        case $vpn in 201) [ -n "$seen" ] || walk 201 1 ;; *) walk $vpn 1 ;; esac
        seen=yes
        at r $vpn 1
    done
} | holds "a third page goes beyond the reach of two entries" "$small" \
    "hart0.dtlb.accesses 5; hart0.dtlb.hits 1; hart0.dtlb.misses 4;
    hart0.tlb.walks 4; hart0.tlb.walk_reads 8; entry 0 0 202 1 0 0 page 1;
    entry 0 1 203 1 0 0 page 0; hart0.l1d.accesses 13"

{
    on
    echo 'p 0 801000 80100008 4 1 1 -'
    echo 'r 0 801000 80001000 4 1 1 0'
    echo 'r 0 802000 80002000 4 1 1 0'
    echo 'i 0 801000 80001000 4 1 1 0'
    echo 'p 0 803000 80100008 4 1 1 -'
    echo 'i 0 803000 80003000 4 1 1 0'
    echo 'f 0 bfffff 1'
    echo 'p 0 803000 80100008 4 1 1 -'
    echo 'i 0 803000 80003000 4 1 1 0'
} | holds "a superpage is whole or in pieces, and fenced as one" "" \
    "hart0.dtlb.hits 1; hart0.itlb.misses 3; hart0.l2tlb.hits 1;
    hart0.l2tlb.misses 3; hart0.tlb.walks 3"
{
    on
    echo 'p 0 801000 80100008 4 1 1 -'
    echo 'r 0 801000 80001000 4 1 1 0'
    echo 'i 0 801000 80001000 4 1 1 0'
} | holds "a piece of the second level fills the first with that piece" "" \
    "entry 0 0 800 1 0 1 whole 0; entry 0 0 801 1 0 1 piece 0;
    entry 1 0 801 1 0 1 piece 0; hart0.tlb.walks 1"

entries() { # one of ASID 1, one global, one of ASID 2
    on
    walk 201 1
    at r 201 1
    walk 202 1
    at r 202 1 1
    walk 203 2
    at r 203 2
    echo "$1"
    shift
    for again; do
        walk ${again%:*} ${again#*:}
        at r ${again%:*} ${again#*:} $([ $again = 202:1 ] && echo 1)
    done
}
hits() { at r 201 1; at r 202 2 1; at r 203 2; }
{ entries 'f 0 * *' 201:1 202:1 203:2; hits; } |
    holds "sfence drops everything" "" "hart0.tlb.walks 6"
{ entries 'f 0 * 1' 201:1; hits; } |
    holds "sfence of an ASID spares others' and global entries" "" \
        "hart0.tlb.walks 4"
{ entries 'f 0 202abc *' 202:1; hits; } |
    holds "sfence of an address drops global entries too" "" \
        "hart0.tlb.walks 4"
{ entries 'f 0 202000 1'; hits; } |
    holds "sfence of both spares them" "" "hart0.tlb.walks 3"
{ entries 'f 0 203000 2' 203:2; hits; } |
    holds "sfence of both drops the page of the ASID" "" "hart0.tlb.walks 4"

{
    on
    walk 201 1
    at r 201 1
    walk 201 1 P
    at w 201 1
    at w 201 1
    walk 202 1 P
    at w 202 1
    at w 202 1
} | holds "a store through an entry without D walks, and looks up once" "" \
    "hart0.dtlb.accesses 5; hart0.dtlb.hits 3; hart0.l2tlb.accesses 2;
    hart0.tlb.walks 3; hart0.tlb.walk_updates 2; hart0.l1d.accesses 13"
{
    on
    walk 201 1
    at r 201 1
    walk 202 1
    at r 202 1
    walk 202 1 P
    at w 202 1
    at r 201 1
} | holds "... which takes no second place in either level" \
    "-tlb i=1,d=1,l2=2:2" \
    "hart0.l2tlb.hits 1; entry 0 1 202 1 0 0 page 0"
{
    on
    walk 201 1
    at r 201 1
    walk 201 1 P
    at r 201 1
    at w 201 1
    at r 201 1
} | holds "an AMO looks up once, as a store" "" \
    "hart0.dtlb.accesses 3; hart0.dtlb.hits 2; hart0.l1d.accesses 9"
{
    on
    echo 'p 0 201ffe 80100000 4 1 1 -'
    echo 'p 0 201ffe 80101804 4 1 0 -'
    echo 'p 0 202000 80100000 4 1 1 -'
    echo 'p 0 202000 80101808 4 1 0 -'
    echo 'r 0 201ffe 80205ffe 2 1 0 0'
    echo 'r 0 202000 80207000 2 1 0 0'
} | holds "what crosses a page looks both up" "" \
    "hart0.dtlb.accesses 2; hart0.tlb.walks 2; hart0.l1d.accesses 6"
{
    on
    echo 'p 0 201000 80100000 4 1 1 -'
    echo 'x r 0 201000 1 - -'
    walk 201 1
    echo 'x w 0 201000 1 0 0'
    walk 201 1 P
    at w 201 1
    walk 202 1
    echo 'x r 0 202000 1 0 0'
    walk 202 1 P
    at r 202 1
} | holds "a failing walk leaves nothing, a refused access leaves its entry" \
    "" "hart0.dtlb.accesses 5; hart0.dtlb.hits 2; hart0.tlb.walks 5;
    hart0.tlb.walk_reads 9; hart0.tlb.walk_updates 2"
{
    echo 'm off'
    load 0 0000
    echo 'm on'
    load 0 0000
    echo 'm off'
    load 0 0000
    echo 'm on'
    load 0 0000
} | holds "models are empty when switched on, and count only then" "" \
    "hart0.l1d.misses 2; hart0.l1d.accesses 2"
{ on; load 0 0000; on; load 0 0000; } |
    holds "a reset empties the hart's structures and not the L2" "" \
        "hart0.l1d.misses 2; l2.misses 1; l2.hits 1"
{ on; walk 201 1; at r 201 1; echo 'I 0'; walk 202 1; at r 202 1; } |
    holds "the state is printed where it is asked for" "-at 4,5" \
        "at 4; at 5; hart0.tlb.walks 1; hart0.tlb.walks 2"

# Contradictions.
{ on; at r 201 1; } | refused "a missing walk" "" \
    "line 2: no walk, where no entry should have been found"
{ on; walk 201 1; at r 201 1; walk 201 1; at r 201 1; } |
    refused "a walk too many" "" \
        "line 7: a walk, where an entry should have been found"
{ on; walk 201 1 P; at w 201 1; walk 201 1; at w 201 1; } |
    refused "a walk for a store whose D is set" "" \
        "line 8: a walk, where an entry should have been found"
{ on; walk 201 1; at r 201 1; echo 'r 0 201000 80202000 4 1 0 0'; } |
    refused "another place than the entry's" "" \
        "line 5: pa is not where the entry leads"
{ on; walk 201 1; at r 201 1; at r 201 1 1; } |
    refused "another g than the entry's" "" \
        "line 5: level or g are not the entry's"
{ on; walk 201 1; at r 201 1; echo 'x r 0 201000 1 - -'; } |
    refused "a failing walk where there is an entry" "" \
        "line 5: the walk failed, where an entry should have been found"
{ on; walk 201 1; at r 202 1; } |
    refused "p lines of another page" "" \
        "line 4: no walk, where no entry should have been found"
{ on; walk 201 1; echo 'I 0'; } |
    refused "p lines without their access" "" \
        "line 4: p lines before are for no access"
{ on; echo 's 0 80480101'; walk 201 1; at r 201 1; } |
    refused "a root that is not satp's" "" \
        "line 3: pa is not in the root table of satp"
{ on; echo 's 0 80080100'; walk 201 1; at r 201 1; } |
    refused "an ASID that is not satp's" "" \
        "line 3: the asid is not that of satp"
{ on; walk 201 1; echo 'r 0 201000 80401000 4 1 1 0'; } |
    refused "a walk that goes too deep" "" \
        "line 4: the walk before does not end at this level"
{ on; load 0 0000; store 0 0004; } |
    refused "an AMO of two places" "" "line 3: the lines of an AMO differ"
{ echo 'i 0 - 80000000 4 - - -'; } | refused "a trace without a start" "" \
    "line 1: the trace must start with an m line"
{ on; echo 'i 0 - 080000000 4 - - -'; } | refused "a malformed number" "" \
    "line 2: a field is not a number of its kind"
{ on; load 1 0000; } | refused "a hart too many" "" \
    "line 2: there is no such hart (-smp)"
