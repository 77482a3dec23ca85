#!/bin/sh
# Octavo when its disk or its memory fails: the process that cannot go on
# dies, with a line that says why, and the rest lives.
quire=$top_builddir/quire
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$PATH:/usr/sbin:/sbin
number=0

point() { # name; the verdict is the last command's status
    verdict=$?
    number=$((number + 1))
    [ $verdict = 0 ] || printf 'not '
    printf 'ok %d - %s\n' $number "$1"
    [ $verdict = 0 ] || sed 's/^/# /' "$work/console" | tail -20
}

# boot DRIVE: the commands come from standard input.
boot() {
    timeout 120 "$quire" -m 16M -dma reach=2M -nographic -pace none \
        -kernel "$top_builddir/octavo32.elf" -append 'dma=2M lowmem=12M' \
        -drive "file=$top_builddir/octavo32.img,readonly=on" "$@" \
        >"$work/console.raw" 2>"$work/errors"
    status=$?
    tr -d '\r' <"$work/console.raw" | sed 's/^\(# \)*//' >"$work/console"
    return $status
}

said() { grep -q "$1" "$work/console"; }

commands() {
    printf '\nbigsort -m %s\necho status $?\necho alive\nexit 0\n' "$1"
}

truncate -s 64M "$work/swap"
mkswap -q "$work/swap"
swap=file=$work/swap,if=quire

echo 1..11
commands 20 | boot -drive "$swap,fault=read:eio@lba=2000-100000"
point "a machine whose swap disk cannot be read runs on"
said '^Read-error on swap-device (qda:' && said '^Bus error$' &&
    said '^status 135$'
point "the process whose page is lost gets SIGBUS"
said '^alive$'
point "the shell lives"

mkswap -q "$work/swap"
commands 20 | boot -drive "$swap,fault=write:eio@lba=8-1000000"
point "a machine whose swap disk cannot be written runs on"
said '^Write-error on swap-device (qda:' &&
    said '^Out of memory: Killed process [0-9]* (bigsort)' &&
    said '^Killed$' && said '^status 137$'
point "pages that cannot be written stay, until memory is out"
said '^alive$'
point "the shell lives"
[ "$(wc -l <"$work/console")" -lt 100 ]
point "repeated errors do not flood the console"

printf '\ncow -m 10 -c 4\necho alive\nexit 0\n' | boot
point "a machine without swap runs on"
said 'invoked oom-killer: ' &&
    said '^Out of memory: Killed process [0-9]* (cow)'
point "the OOM killer takes the hog and says so"
said '^alive$'
point "the shell lives"

commands 1000 | boot
said '^bigsort: ' && said '^status 1$' && said '^alive$'
point "what can never fit is refused"
