#!/bin/sh
# The console: input reaches the guest whole and reproducibly, keys of Ctrl-A,
# the other ends of -serial, -expect, and a terminal that is left as found.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/elf_lib.sh"
quire=$top_builddir/quire

# Prints back what it reads, and passes after a q.
make_elf "$work/echo" 1 243 2 0x80000000 56 56 \
    0x100002b7 0x00100313 0x00628123 `# uart, FIFOs on` \
    0x0052c303 0x00137313 0xfe030ce3 `# until data is ready` \
    0x0002c303 0x00628023            `# the byte` \
    0x07100393 0xfe7314e3            `# until q` \
    0x001002b7 0x00005337 0x55530313 0x0062a023
# Prints "$ " without an end of line, and loops.
make_elf "$work/prompt" 1 243 2 0x80000000 24 24 \
    0x100002b7 0x02400313 0x00628023 0x02000313 0x00628023 0x0000006f
# Waits for nothing.
make_elf "$work/wfi" 1 243 2 0x80000000 4 4 0x10500073

run() { timeout 60 "$quire" -bios none -kernel "$@"; }

i=0
while [ $i -lt 40 ]; do
    echo "line $i of the input, which is longer than any FIFO"
    i=$((i + 1))
done >"$work/lines"
echo q >>"$work/lines"

run "$work/echo" <"$work/lines" >"$work/out"
test $? = 0 && printf '%s' "$(cat "$work/lines")" | cmp -s - "$work/out"
point "every byte of a file reaches the guest, in order"

cat "$work/lines" | run "$work/echo" >"$work/out"
printf '%s' "$(cat "$work/lines")" | cmp -s - "$work/out"
point "and of a pipe"

run "$work/echo" -m 4M -hash every=1M <"$work/lines" >/dev/null 2>"$work/one"
cat "$work/lines" | run "$work/echo" -m 4M -hash every=1M \
    -D "$work/two" -d int >/dev/null
test -s "$work/one" && cmp -s "$work/one" "$work/two"
point "equal input gives equal runs, from a file, from a pipe, watched"

printf 'ab\001x' | run "$work/echo" >"$work/out"
test $? = 0
point "Ctrl-A x ends the run"

printf 'a\001\001q' | run "$work/echo" | od -An -tx1 | grep -q '61 01 71'
point "Ctrl-A Ctrl-A sends one"

printf '\001hq' | run "$work/echo" | grep -q 'end the run'
point "Ctrl-A h helps"

printf '\001cinfo status\nx/2i $pc\nfrob\nquit\n' | run "$work/echo" >"$work/out"
test $? = 0 && grep -q '^running; [0-9]* steps' "$work/out" &&
    grep -q 'lbu' "$work/out" && grep -q 'frob: unknown' "$work/out"
point "Ctrl-A c reaches the monitor"

printf '\001cx/9999x 0\nxp/4xb 0x100000\nx /2q 0\nx\nxp $nothing\nquit\n' |
    run "$work/echo" >"$work/out"
test $? = 0 && grep -q 'cannot read memory at 0x100000' "$work/out" &&
    test "$(grep -c 'COUNT' "$work/out")" = 4
point "the monitor bears nonsense, and reads no device"

printf '\001cstop\n' | run "$work/echo" -limit insns=1M >/dev/null 2>&1
test $? = 126
point "a machine that was stopped goes on when nobody is left to tell it"

printf 'info registers\nq\n' |
    run "$work/prompt" -monitor stdio -serial null >"$work/out"
test $? = 0 && grep -q '^pc  *80000014' "$work/out"
point "-monitor stdio takes the console's place"

printf 'info l1d\nq\n' |
    run "$work/prompt" -monitor stdio -serial null -cache l1d=8K:2:64 \
        >"$work/out"
test $? = 0 && test "$(grep -cE '^ *[0-9]+ +[0-2] +[0-2] +[0-9]+ +0$' "$work/out")" = 64
point "info l1d has a line a set"

(sleep 1; echo q) | run "$work/echo" >/dev/null
point "a machine that waits for a pipe gets it later"

(sleep 1) | run "$work/wfi" 2>/dev/null
test $? = 4
point "a guest that only input could wake dies with the end of input"

# Ticks of the host's CPU that process $1 has used.
cpu_ticks() {
    awk '{ print $14 + $15 }' "/proc/$1/stat"
}

mkfifo "$work/fifo"
sleep 60 >"$work/fifo" &
holder=$!
"$quire" -bios none -kernel "$work/wfi" <"$work/fifo" 2>/dev/null &
idle=$!
sleep 1
before=$(cpu_ticks $idle)
sleep 1
after=$(cpu_ticks $idle)
kill -TERM $idle
wait $idle
status=$?
kill $holder
test -n "$before" && test $((after - before)) -le 5
point "a guest that waits for input alone leaves the host's CPU alone"
test $status = 143
point "... and can be killed"

run "$work/echo" -serial "file:$work/file" -limit insns=1k <"$work/lines" \
    >"$work/out" 2>/dev/null
test $? = 126 && test -f "$work/file" && ! test -s "$work/out"
point "-serial file: writes there and reads nothing"

echo q | run "$work/echo" -serial null -limit insns=1M 2>/dev/null >"$work/out"
test $? = 126 && ! test -s "$work/out"
point "-serial null has no input"

run "$work/prompt" -expect '^[$] $' -timeout 30 </dev/null >/dev/null
point "-expect sees a prompt"

run "$work/echo" -expect 'line 5 of' <"$work/lines" >"$work/out"
test $? = 0 && tail -n 1 "$work/out" | grep -q 'line 5 of'
point "-expect ends the run with the line"

run "$work/prompt" -timeout 30 </dev/null >/dev/full 2>"$work/err"
test $? = 7 && grep -q console "$work/err"
point "a console that the host refuses is status 7"

(ulimit -f 0; run "$work/prompt" -timeout 30 -serial "file:$work/file") \
    </dev/null 2>&1 | grep -q 'console: File too large'
point "so is one that grows beyond a limit"

run "$work/prompt" </dev/null >/dev/null 2>&1 &
pid=$!
sleep 1
kill $pid
wait $pid
test $? = 143
point "SIGTERM is status 143"

# In a terminal, made by script(1): its modes before and after, and keys.
# tty_run COMMAND...: there; "status N", and "same" if the modes are as before.
tty_run() {
    cat >"$work/in_tty" <<END
before=\$(stty -g)
$*
echo "status \$?"
[ "\$before" = "\$(stty -g)" ] && echo same
END
    timeout 60 script -qec "sh $work/in_tty" /dev/null
}
if script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
    (sleep 1; printf 'a\003q') |
        tty_run "$quire" -bios none -kernel "$work/echo" >"$work/out"
    grep -q 'status 0' "$work/out" && grep -q same "$work/out" &&
        od -An -c "$work/out" | grep -q '003'
    point "in a terminal Ctrl-C goes to the guest, and modes are restored"

    (sleep 1; printf '\001x') |
        tty_run "$quire" -bios none -kernel "$work/wfi" >"$work/out"
    grep -q 'status 0' "$work/out" && grep -q same "$work/out"
    point "so they are after Ctrl-A x"

    tty_run "$quire" -bios none -kernel "$work/prompt" -timeout 1 \
        </dev/null >"$work/out"
    grep -q 'status 124' "$work/out" && grep -q same "$work/out"
    point "so they are after a timeout"

    tty_run timeout --foreground -s TERM 1 \
        "$quire" -bios none -kernel "$work/prompt" </dev/null >"$work/out"
    grep -q 'status 124' "$work/out" && grep -q same "$work/out"
    point "so they are after a signal"

    tty_run timeout --foreground --preserve-status -s USR1 1 \
        "$quire" -bios none -kernel "$work/prompt" </dev/null >"$work/out"
    grep -q 'status 138' "$work/out" && grep -q same "$work/out"
    point "whichever it was"
else
    skipped "terminal modes" "no pseudo-terminals here"
fi
echo "1..$number"
