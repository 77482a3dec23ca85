#!/bin/sh
# Test programs that end by HTIF, and what of the host they reach by it: the
# console and the end of the run.
. "$top_srcdir/tests/lib.sh"
quire=$top_builddir/quire

# runs NAME STATUS OUTPUT INPUT OPTION...: in a folder where nothing may appear
runs() {
    name=$1 want=$2 text=$3 input=$4
    shift 4
    mkdir "$work/here"
    got=$(cd "$work/here" && printf '%s' "$input" |
        timeout -k 1 60 "$quire" "$@" -limit insns=20M 2>"$work/err")
    status=$?
    [ $status = "$want" ] && [ "$got" = "$text" ] &&
        ! [ -s "$work/err" ] && rmdir "$work/here"
    point "$name" "status $status, output '$got'" || {
        rm -rf "$work/here"
        shown "$work/err"
    }
}

case $quire in
/*) ;;
*) quire=$PWD/$quire ;;
esac
folder=$(cd "$top_builddir/tests" && pwd)
pass="-bios none -kernel $folder/htif_pass.elf"
fail="-bios none -kernel $folder/htif_fail.elf"
calls="-exit raw -bios none -kernel $folder/htif_calls.elf"

runs "a test passes" 0 "" "" $pass
runs "a test passes with 128 MiB" 0 "" "" -m 128M $pass
runs "a test passes without models" 0 "" "" -tlb none -cache none $pass
runs "a test fails" 1 "" "" $fail
runs "a test fails with its code, at most 255" 255 "" "" $fail -exit raw
runs "a test is a ROM" 0 "ok htif_pass" "" -rom "$folder/htif_pass.elf"
runs "a test that fails is one too" 1 "not ok htif_fail - code 668" "" \
    -rom "$folder/htif_fail.elf"
runs "exit code 0" 0 "" p $calls
runs "exit code 7" 7 "" f $calls
runs "the lower half alone is seen after a while" 5 "" l $calls
runs "the upper half may come first" 6 "" h $calls
runs "pieces may lie anywhere" 8 "" m $calls
runs "write goes to the console" 0 "written" w $calls
runs "exit is a system call too" 9 "" e $calls
runs "the console is read and written" 0 "aabb" cab $calls
runs "nothing else of the host is there" 0 "hello" x $calls
runs "without models nothing changes" 0 "hello" x $calls -tlb none -cache none
echo "1..$number"
