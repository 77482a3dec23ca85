#!/bin/sh
# -trace-mem: its lines have the documented form, agree with the counts, and
# change nothing else; a file that cannot take them ends the run.
. "$top_srcdir/tests/lib.sh"
quire=$top_builddir/quire

# Lines that docs/machine.md does not know; none is good.
strange() {
    awk '
    function hex(s) { return s ~ /^(0|[1-9a-f][0-9a-f]*)$/ }
    function dec(s) { return s ~ /^(0|[1-9][0-9]*)$/ }
    function leaf(a, b) { return a ~ /^[01]$/ && b ~ /^[01]$/ }
    function size(s) { return s ~ /^([1-8]|64)$/ }
    function bare() {
        return $3 == "-" && $6 == "-" && $7 == "-" && $8 == "-"
    }
    { ok = 0 }
    /^[irw] / {
        ok = NF == 8 && dec($2) && hex($4) && size($5) &&
             (bare() || (hex($3) && hex($6) && leaf($7, $8)))
    }
    /^[pP] / {
        ok = NF == 8 && dec($2) && hex($3) && hex($4) && $5 == 4 &&
             hex($6) && $7 ~ /^[01]$/ && $8 == "-"
    }
    /^[dD] / { ok = NF == 8 && $2 == "-" && hex($4) && dec($5) && bare() }
    /^x [irw] / {
        ok = NF == 7 && dec($3) && hex($4) && hex($5) &&
             (leaf($6, $7) || ($6 == "-" && $7 == "-"))
    }
    /^f / {
        ok = NF == 4 && dec($2) && ($3 == "*" || hex($3)) &&
             ($4 == "*" || hex($4))
    }
    /^I / { ok = NF == 2 && dec($2) }
    /^s / { ok = NF == 3 && dec($2) && hex($3) }
    /^z / { ok = NF == 4 && dec($2) && $3 ~ /^(clean|flush|inval)$/ && hex($4) }
    /^m / { ok = NF == 2 && $2 ~ /^(on|off)$/ }
    !ok { print "# " $0; if (++bad == 5) exit }'
}

# What a trace says of the counts that every line gives away.
counted() {
    awk '
    { looks = $3 != "-" }
    /^i / && looks { itlb++ }
    /^x i/ { itlb++ }
    /^[rw] / && looks && !($1 == "w" && last == "r") { dtlb++ }
    /^x [rw]/ { dtlb++ }
    /^p / { reads++ }
    /^P / { updates++ }
    { last = $1 }
    END {
        print "tlb.itlb.accesses", itlb + 0
        print "tlb.dtlb.accesses", dtlb + 0
        print "tlb.walk_reads", reads + 0
        print "tlb.walk_updates", updates + 0
    }'
}

shape() {
    [ "$(strange <"$work/trace" | tee "$work/strange" | wc -l)" = 0 ]
    point "$name $options: each line is a documented one"
    cat "$work/strange"
}

# A ROM's trace, its counts, and that the run is otherwise the same.
for name in mmu/straddle isa/cbo devices/dma atomic/faults devices/reset; do
    for options in '' '-tlb i=1,d=2,l2=4:1' '-tlb none -cache none'; do
        set -- -rom "$top_builddir/roms/$name.elf" -hash every=20k $options
        "$quire" "$@" -stats "txt:$work/plain" >"$work/out" 2>&1 </dev/null
        "$quire" "$@" -stats "txt:$work/traced" -trace-mem "$work/trace" \
            >"$work/out2" 2>&1 </dev/null
        cmp "$work/out" "$work/out2" && cmp "$work/plain" "$work/traced"
        point "$name $options: the trace changes nothing"
        case $options in *l2=4*) ;; *) shape ;; esac
        case $options in *none*) continue ;; esac
        counted <"$work/trace" | tee "$work/counted" |
            while read -r key value; do
                grep -q "^$key *$value #" "$work/plain" ||
                    echo "# $key: $value in the trace"
            done >"$work/wrong"
        [ ! -s "$work/wrong" ] && [ -s "$work/counted" ]
        point "$name $options: it has as many lookups and walks as -stats"
        cat "$work/wrong"
    done
done

set -- -rom "$top_builddir/roms/mmu/fence.elf"
"$quire" "$@" -trace-mem "$work/trace" >/dev/null </dev/null
mkfifo "$work/fifo"
cksum <"$work/fifo" >"$work/sum" &
"$quire" "$@" -trace-mem "$work/fifo" >/dev/null </dev/null
wait
[ "$(cksum <"$work/trace")" = "$(cat "$work/sum")" ]
point "a FIFO gets the same"
"$quire" "$@" -serial null -trace-mem /dev/stdout </dev/null |
    grep -v '^ok ' | cmp - "$work/trace"
point "so does the standard output"

ends() { # STATUS PATTERN COMMAND...
    status=$1
    pattern=$2
    shift 2
    "$@" >"$work/out" 2>"$work/error" </dev/null
    [ $? = "$status" ] && [ "$(wc -l <"$work/error")" = 1 ] &&
        grep -q "$pattern" "$work/error"
}

ends 7 '^quire: -trace-mem /dev/full: ' \
    "$quire" -bios none -kernel "$top_builddir/roms/mmu/fence.elf" \
    -trace-mem /dev/full
point "a full device ends the run with status 7"
ends 7 '^quire: -trace-mem /dev/full: ' \
    "$quire" -bios none -kernel "$top_builddir/roms/mmu/fence.elf" \
    -limit insns=100 -trace-mem /dev/full
point "also if it is found out at the end"
head -c 10 <"$work/fifo" >/dev/null &
ends 7 "^quire: -trace-mem $work/fifo: " \
    "$quire" -bios none -kernel "$top_builddir/roms/mmu/permissions.elf" \
    -trace-mem "$work/fifo"
point "so does a reader that goes away"
wait
ends 3 "^quire: -trace-mem $work/no/trace: " \
    "$quire" -rom "$top_builddir/roms/mmu/fence.elf" \
    -trace-mem "$work/no/trace"
point "a folder that is not there is told before the run"

# -d tlb-stale: a ROM that leaves a fence out on purpose, and programs that
# leave none out.
"$quire" -rom "$top_builddir/roms/mmu/tables.elf" -d exec,tlb-stale \
    -D "$work/log" >/dev/null </dev/null
grep -B 1 '^tlb-stale' "$work/log" >"$work/stale"
rights='[r-][w-][x-][u-]'
address='[0-9a-f]{8}'
[ "$(grep -c -E "^tlb-stale 0 $address: load d0005000, entry $address $rights, \
walk $address $rights\$" "$work/stale")" = 1 ]
point "a stale entry is reported once, with both translations"
[ "$(awk '{ sub(":", "", $3); print $3 }' "$work/stale" | uniq | wc -l)" = 1 ]
point "at the instruction that uses it"
cat "$work/stale" | sed 's/^/# /'
for program in roms/mmu/permissions bench/guest/tlb; do
    "$quire" -bios none -kernel "$top_builddir/$program.elf" -serial null \
        -limit insns=1M -d tlb-stale -D "$work/log" >/dev/null 2>&1 </dev/null
    [ $? != 2 ] && [ ! -s "$work/log" ]
    point "$program: no entry is stale"
done
echo "1..$number"
