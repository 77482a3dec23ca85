# A scripted session with Octavo's shell, whatever machine it runs on: sourced
# by octavo_quire.sh and octavo_qemu.sh, which define boot: it runs the guest
# with the commands on its standard input and prints what the console says.
#
# Every command's output is compared with what Linux programs must print, or
# with what the host computes. What the console echoes is the command itself.

. "$top_srcdir/tests/lib.sh"
expect=$top_builddir/tests/demo_expect
PATH=$PATH:/usr/sbin:/sbin

# All lines of $1 stand in the console, in this order.
said() {
    awk -v wanted="$1" '
        BEGIN { n = split(wanted, line, "\n"); at = 1 }
        at <= n && $0 == line[at] { at++ }
        END {
            if (at <= n)
                print "# the console lacks: " line[at]
            exit at <= n
        }' "$work/console"
}

session() { # sort size in MiB
    # Turning the UART's FIFO on may drop what was typed before.
    cat <<S

echo hello, \$0
cat /etc/demo.sh
bigsort -m $1 -s 3
cow -m 2 -c 3 -s 5
malloctest -s 3
ls /bin
ls -l /nowhere
false || echo status \$?
echo one two | cat | cat
nosuchcommand
sleep 60 & kill -9 \$!
wait
ps
free
vmstat
cat /proc/swaps
grep pswp /proc/vmstat
exit 7
S
}

run_session() { # sort size in MiB
    truncate -s 64M "$work/swap.img"
    mkswap -q "$work/swap.img"
    session "$1" >"$work/commands"
    boot <"$work/commands" >"$work/console.raw" 2>"$work/errors"
    status=$?
    tr -d '\r' <"$work/console.raw" | sed 's/^\(# \)*//' >"$work/console"
}

check_session() { # sort size in MiB, status that exit 7 gives
    grep -q '^Octavo [0-9]' "$work/console"
    point "the kernel's first line names it"
    grep -q 'kswapd0\]$' "$work/console" &&
        awk '$NF == "[kswapd0]" && $1 == 2 { ok = 1 } END { exit !ok }' \
            "$work/console"
    point "kswapd is process 2"
    said "hello, /bin/sh"
    point "the shell answers"
    said "$(sed 's/^\(# \)*//' "$top_srcdir/guestos/user/demo.sh")"
    point "a file of the root file system is read"
    said "$($expect bigsort "$1" 3)"
    point "bigsort of $1 MiB gives the host's checksum"
    said "$($expect cow 2 3 5)"
    point "forked processes see their own writes only"
    said "malloctest: 20000 steps, no overlap"
    point "malloc survives a random load"
    said "$(cd "$top_builddir/guestos/user/root/bin" && LC_ALL=C ls)"
    point "/bin holds the programs"
    said "ls: /nowhere: No such file or directory
status 1
one two
sh: nosuchcommand: not found"
    point "errors, statuses and pipelines"
    grep -q '^Swap: *655[0-9][0-9] ' "$work/console"
    point "free shows the swap disk"
    awk '$2 == "partition" && $3 ~ /^655[0-9][0-9]$/ { ok = 1 }
         END { exit !ok }' "$work/console"
    point "/proc/swaps lists it"
    [ "$status" = "$2" ]
    point "exit 7 ends the machine with status $2 (got $status)" ||
        sed 's/^/# /' "$work/errors" "$work/console" | tail -30
}
