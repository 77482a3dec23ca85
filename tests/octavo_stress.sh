#!/bin/sh
# The claims of tests/octavo/stress.c: under qemu-riscv32, that is on Linux,
# as far as it goes there; then on Octavo with 16 MiB, bounce buffers and a
# swap disk that all of it must go through.
program=$top_builddir/tests/octavo/stress
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$PATH:/usr/sbin:/sbin
image=$work/root.img
count=0

# The points of a run, numbered on, with where it ran; a run must end with its
# plan.
report() { # where
    tr -d '\r' <"$work/out" | sed 's/^\(# \)*//' |
        awk -v count="$count" -v where="$1" '
        /^(not )?ok [0-9]+ - / {
            sub(/^[^-]*- /, /^not/ ? "not ok " ++count " - " where ": " \
                                   : "ok " ++count " - " where ": ")
            print
            seen++
        }
        /^1\.\.[0-9]+$/ { planned = substr($0, 4) }
        /BUG|panic/ { bad = 1 }
        END {
            good = seen && seen == planned && !bad
            print (good ? "ok " : "not ok ") ++count " - " where \
                ": the program ends, the kernel has no complaint"
        }' >"$work/points"
    cat "$work/points"
    if grep -q '^not ok' "$work/points"; then
        sed 's/^/# /' "$work/out" | grep -v "^# \["|tail -60
    fi
    count=$((count + $(grep -c . "$work/points")))
}

if [ -n "$QEMU_USER32" ]; then
    timeout 60 "$QEMU_USER32" "$program" >"$work/out" 2>&1
    report Linux
fi

cp "$top_builddir/octavo32.img" "$image"
printf 'write %s /bin/stress\nsif /bin/stress mode 0100755\n' "$program" \
    >"$work/commands"
"$DEBUGFS" -w -f "$work/commands" "$image" >/dev/null 2>&1
truncate -s 64M "$work/swap"
mkswap -q "$work/swap"
printf '\nstress octavo\nsleep 2\nps\nexit 0\n' |
    timeout 180 "$top_builddir/quire" -m 16M -dma reach=2M -nographic \
        -pace none -kernel "$top_builddir/octavo32.elf" \
        -append 'dma=2M lowmem=12M' -drive "file=$image,readonly=on" \
        -drive "file=$work/swap,if=quire" >"$work/out" 2>&1
report 'Octavo on Quire'
[ "$(grep -c '^ *[0-9]* *[0-9]* [RSDZT] .*stress' "$work/out")" = 0 ] ||
    printf 'not '
echo "ok $((count += 1)) - Octavo on Quire: no process is left of it"
echo "1..$count"
