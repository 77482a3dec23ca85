#!/bin/sh
# tests/octavo/smp.c on Linux (qemu-riscv32) and on Octavo with 1, 2 and 4
# harts: processes that run at once. No entry of a TLB is used after its table
# changed, and the same run is the same to the last bit.
program=$top_builddir/tests/octavo/smp
work=$(mktemp -d)
PATH=$PATH:/usr/sbin:/sbin
trap 'rm -rf "$work"' EXIT
image=$work/root.img
count=0

point() { # name; the verdict is the last command's status
    verdict=$?
    [ $verdict = 0 ] || printf 'not '
    echo "ok $((count += 1)) - $1"
    [ $verdict = 0 ] || sed 's/^/# /' "$work/out" | tail -40
}

# The points of a run, numbered on, with where it ran; a run must end with its
# plan.
report() { # where
    tr -d '\r' <"$work/out" | awk -v count="$count" -v where="$1" '
        /^(not )?ok [0-9]+ - / {
            sub(/^[^-]*- /, /^not/ ? "not ok " ++count " - " where ": " \
                                   : "ok " ++count " - " where ": ")
            print
            seen++
        }
        /^1\.\.[0-9]+$/ { planned = substr($0, 4) }
        /BUG|WARNING|panic/ { bad = 1 }
        END {
            good = seen && seen == planned && !bad
            print (good ? "ok " : "not ok ") ++count " - " where \
                ": the program ends, the kernel has no complaint"
        }' >"$work/points"
    cat "$work/points"
    ! grep -q '^not ok' "$work/points" || sed 's/^/# /' "$work/out" | tail -40
    count=$((count + $(grep -c . "$work/points")))
}

# boot HARTS ARGUMENTS OPTION...: smp as process 1.
boot() {
    harts=$1
    arguments=$2
    shift 2
    timeout 600 "$top_builddir/quire" -smp "$harts" -m 32M -nographic \
        -pace none -kernel "$top_builddir/octavo32.elf" \
        -append "quiet init=/bin/smp -- $arguments" \
        -drive "file=$image,readonly=on" "$@" </dev/null >"$work/out" 2>&1
}

cp "$top_builddir/octavo32.img" "$image"
printf 'write %s /bin/smp\nsif /bin/smp mode 0100755\n' "$program" \
    >"$work/commands"
"$DEBUGFS" -w -f "$work/commands" "$image" >/dev/null 2>&1

if [ -n "$QEMU_USER32" ]; then
    timeout 120 "$QEMU_USER32" "$program" >"$work/out" 2>&1
    report Linux
fi
for harts in 1 2 4; do
    boot $harts "octavo $harts"
    report "Octavo on $harts"
done

boot 4 'octavo 4 calm' -d tlb-stale -D "$work/log" -hash every=4M
[ "$(grep -c '^ok' "$work/out")" -gt 20 ] &&
    ! grep '^tlb-stale' "$work/log" | head -5 | sed 's/^/# /' | grep .
point "no entry is used that the table has no longer"
grep '^hash' "$work/log" >"$work/hashes"
boot 4 'octavo 4 calm' -D "$work/log" -hash every=4M
[ "$(grep -c '^hash' "$work/log")" -gt 1 ] &&
    grep '^hash' "$work/log" | cmp -s - "$work/hashes"
point "the same run again is the same state"

truncate -s 32M "$work/swap"
mkswap -q "$work/swap"
printf '\nsmp octavo 4 calm\nbigsort -m 13 -s 3\nsmp proc 4\nexit 0\n' |
    timeout 600 "$top_builddir/quire" -smp 4 -m 16M -dma reach=2M \
        -nographic -pace none -kernel "$top_builddir/octavo32-debug.elf" \
        -append 'dma=2M lowmem=12M' -drive "file=$image,readonly=on" \
        -drive "file=$work/swap,if=quire" >"$work/out" 2>&1 &&
    grep -q 'records in order' "$work/out" &&
    grep -q '^1\.\.' "$work/out" && ! grep -q WARNING "$work/out"
point "lockdep has no complaint, with swap and on 4 harts"

boot 4 'octavo 2' -append 'quiet maxcpus=2 init=/bin/smp -- octavo 2 calm'
grep -q '^ok [0-9]* - /proc/cpuinfo has one block each' "$work/out"
point "maxcpus=2 brings up two of four"
boot 4 'octavo 1' -append 'quiet nosmp init=/bin/smp -- proc 1'
grep -q '^ok [0-9]* - /proc/stat has one line each' "$work/out"
point "nosmp brings up none but the first"
boot 4 alone -trace sbi_remote_sfence_vma,flush_tlb_range -D "$work/log"
[ "$(grep -c ' smp-1 .*flush_tlb_range' "$work/log")" -ge 100 ] &&
    ! grep -q ' smp-1 .*sbi_remote_sfence_vma' "$work/log"
point "who is alone in its memory fences on no other CPU"
boot 4 crash
[ $? = 1 ] && grep -q '^Kernel panic - not syncing: Attempted to kill init' \
    "$work/out"
point "a panic on another CPU ends the machine"
echo "1..$count"
