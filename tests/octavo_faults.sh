#!/bin/sh
# Octavo when its disk or its memory fails: the process that cannot go on
# dies, with a line that says why, and the rest lives.
. "$top_srcdir/tests/lib.sh"
quire=$top_builddir/quire
PATH=$PATH:/usr/sbin:/sbin

# holds NAME: the last command was true; if not, what the console says.
holds() {
    point "$1" || shown "$work/console"
}

# boot DRIVE: the commands come from standard input.
boot() {
    timeout 300 "$quire" -smp "$harts" -m 16M -dma reach=2M -nographic -pace none \
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

for harts in 1 2 4; do
    where="harts: $harts"
    commands 20 | boot -drive "$swap,fault=read:eio@lba=2000-100000"
    holds "a machine whose swap disk cannot be read runs on"
    said '^Read-error on swap-device (qda:' && said '^Bus error$' &&
        said '^status 135$'
    holds "the process whose page is lost gets SIGBUS"
    said '^alive$'
    holds "the shell lives"

    mkswap -q "$work/swap"
    commands 20 | boot -drive "$swap,fault=write:eio@lba=8-1000000"
    holds "a machine whose swap disk cannot be written runs on"
    said '^Write-error on swap-device (qda:' &&
        said '^Out of memory: Killed process [0-9]* (bigsort)' &&
        said '^Killed$' && said '^status 137$'
    holds "pages that cannot be written stay, until memory is out"
    said '^alive$'
    holds "the shell lives"
    [ "$(grep -c "rror.* sector \|^Write-error" "$work/console")" -le 40 ]
    holds "repeated errors do not flood the console"

    printf '\ncow -m 10 -c 4\necho alive\nexit 0\n' | boot
    holds "a machine without swap runs on"
    said 'invoked oom-killer: ' &&
        said '^Out of memory: Killed process [0-9]* (cow)'
    holds "the OOM killer takes the hog and says so"
    said '^alive$'
    holds "the shell lives"

    commands 1000 | boot
    said '^bigsort: ' && said '^status 1$' && said '^alive$'
    holds "what can never fit is refused"
done
echo "1..$number"
