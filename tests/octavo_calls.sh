#!/bin/sh
# The claims of tests/octavo/calls.c: under qemu-riscv32, that is on Linux, so
# what Octavo is held to is true; then on Octavo, on QEMU's machine and ours.
program=$top_builddir/tests/octavo/calls
kernel=$top_builddir/octavo32.elf
firmware=$top_builddir/firmware32.elf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
image=$work/root.img
count=0

# The points of a run, numbered on, with where it ran; a run must end with its
# plan and the status 0.
points() { # where
    tr -d '\r' <"$work/out" | awk -v count="$count" -v where="$1" '
        /^(not )?ok [0-9]+ - / {
            sub(/^[^-]*- /, /^not/ ? "not ok " ++count " - " where ": " \
                                   : "ok " ++count " - " where ": ")
            print
            seen++
        }
        /^1\.\.[0-9]+$/ { planned = substr($0, 4) }
        END {
            if (!seen || seen != planned)
                print "not ok " ++count " - " where ": the program ends"
            else
                print "ok " ++count " - " where ": the program ends"
        }'
}

report() { # where
    points "$1" >"$work/points"
    cat "$work/points"
    count=$((count + $(grep -c . "$work/points")))
}

if [ -n "$QEMU_USER32" ]; then
    timeout 60 "$QEMU_USER32" "$program" >"$work/out" 2>&1
    report Linux
fi

cp "$top_builddir/octavo32.img" "$image"
printf 'write %s /bin/calls\nsif /bin/calls mode 0100755\n' "$program" \
    >"$work/commands"
"$DEBUGFS" -w -f "$work/commands" "$image" >/dev/null 2>&1

if [ -n "$QEMU32" ]; then
    timeout 120 "$QEMU32" -M virt -m 32M -nographic -bios "$firmware" \
        -kernel "$kernel" -append 'quiet init=/bin/calls' \
        -drive "file=$image,format=raw,if=none,id=root,readonly=on" \
        -device virtio-blk-device,drive=root </dev/null >"$work/out" 2>&1
    report 'Octavo on QEMU'
fi

timeout 120 "$top_builddir/quire" -m 32M -nographic -bios "$firmware" \
    -kernel "$kernel" -append 'quiet init=/bin/calls' \
    -drive "file=$image,readonly=on" </dev/null >"$work/out" 2>&1
report 'Octavo on Quire'
echo "1..$count"
