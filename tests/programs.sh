#!/bin/sh
# Octavo's own programs under qemu-riscv32: they are ordinary RV32 Linux
# programs, and what they print does not depend on whose kernel runs them.
. "$top_srcdir/tests/lib.sh"
bin=$top_builddir/guestos/user/root/bin
expect=$top_builddir/tests/demo_expect

same() { # name wanted got
    [ "$2" = "$3" ]
    point "$1" ||
        printf 'wanted:\n%s\ngot:\n%s\n' "$2" "$3" | sed 's/^/# /'
}

run() { timeout 60 "$QEMU_USER32" "$bin/$@" 2>&1; }

if [ -z "$QEMU_USER32" ]; then
    echo "1..0 # SKIP qemu-riscv32 is not installed"
    exit 0
fi
echo 1..9
same "bigsort sorts what the host sorts" \
    "$($expect bigsort 8 7)" "$(run bigsort -m 8 -s 7)"
same "cow's children see their own writes only" \
    "$($expect cow 2 3 9)" "$(run cow -m 2 -c 3 -s 9)"
same "echo joins its words" "a b  c" "$(run echo a 'b  c')"
same "cat copies a pipe" "one
two" "$(printf 'one\ntwo\n' | run cat)"
same "ls names what is missing" \
    "ls: /nowhere: No such file or directory" "$(run ls /nowhere)"

script=$(mktemp)
trap 'rm -f "$script"' EXIT
cat >"$script" <<'S'
X=word
echo "$X $1 $#" '$X' # comment
false || echo or
true && echo and
false && echo never; echo $?
nosuchcommand
echo $?
exit 3
S
same "the shell runs a script" 'word one 1 $X
or
and
1
sh: nosuchcommand: not found
127' "$(run sh "$script" one)"
run sh "$script" one >/dev/null
same "the shell exits with the script's status" 3 $?
same "the shell refuses an open quote" "sh: a quote is not closed" \
    "$(run sh -c 'echo "a')"
same "malloc survives a random load" "malloctest: 20000 steps, no overlap" \
    "$(run malloctest -s 5)"
