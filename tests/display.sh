#!/bin/sh
# -display: pictures at exact steps, the window without a screen (SDL's dummy
# driver), and what goes wrong with them. None of it changes the machine.
. "$top_srcdir/tests/lib.sh"
quire=$top_builddir/quire
rom=$top_builddir/roms/mmu/permissions.elf

run() { # OPTION...: status to $status, stderr to $work/err
    timeout 60 "$quire" -bios none -kernel "$rom" -serial null "$@" \
        </dev/null >/dev/null 2>"$work/err"
    status=$?
}

is_picture() { # FILE
    [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ] &&
        [ "$(dd if="$1" bs=1 skip=16 count=8 2>/dev/null |
            od -An -tx1 | tr -d ' ')" = 000005a000000384 ]
}

run -display "png:$work/end.png"
[ $status = 0 ] && is_picture "$work/end.png"
point "a picture of 1440 x 900 at the end"

run -display "png:$work/at.png,at=12345"
run -limit insns=12345 -display "png:$work/limit.png"
cmp -s "$work/at.png" "$work/limit.png"
point "at=N is the state after exactly N steps"
! cmp -s "$work/at.png" "$work/end.png"
point "and not that of the end"

run -display "png:$work/type.png,at=12345,mode=5"
[ $status = 0 ] && is_picture "$work/type.png" &&
    ! cmp -s "$work/type.png" "$work/at.png"
point "mode=KEY is the mode of that key"

run -limit insns=10500 -display "png:$work/e-%d.png,every=3k"
(cd "$work" && ls e-*.png | tr '\n' ' ') >"$work/names"
[ "$(cat "$work/names")" = \
    "e-10500.png e-3000.png e-6000.png e-9000.png " ]
point "every=N: one each N steps and one at the end"

run -limit insns=6000 -display "png:$work/six.png"
cmp -s "$work/six.png" "$work/e-6000.png"
point "each the same as a run that ends there"

run -hash every=20000
cp "$work/err" "$work/plain"
grep -q '^hash 20000 ' "$work/plain"
point "hash lines to compare with"
SDL_VIDEODRIVER=dummy
export SDL_VIDEODRIVER
run -hash every=20000 -pace none -display sdl
[ $status = 0 ] && cmp -s "$work/err" "$work/plain"
point "an open window changes no hash"

SDL_VIDEODRIVER=nosuchdriver
run -display sdl
[ $status = 7 ] && [ "$(wc -l <"$work/err")" = 1 ]
point "no display for a window: one line, status 7"
unset SDL_VIDEODRIVER

(
    unset DISPLAY WAYLAND_DISPLAY
    [ -e /dev/dri ] || { # else SDL may draw there
        run -display sdl
        [ $status = 7 ] && grep -q 'no display' "$work/err"
    }
)
point "nor does a window open where nobody sees it"

run -display png:/dev/full
[ $status = 7 ] && [ "$(wc -l <"$work/err")" = 1 ]
point "a picture that cannot be written: one line, status 7"

run -display "png:$work/nowhere/x.png"
[ $status = 3 ] && [ "$(wc -l <"$work/err")" = 1 ] &&
    grep -q 'cannot write in' "$work/err"
point "a picture without a folder is refused before the run"

for wrong in png: jpg:x.png sdl2 png:x.png,every=5 png:x%d.png,every=0 \
    png:x%d%d.png,every=5 png:x%s.png,every=5 png:x.png,at= png:x.png,when=5 \
    png:x.png,mode=9 png:x%d.png,at=5,every=5; do
    run -display "$wrong"
    [ $status = 2 ] && [ "$(wc -l <"$work/err")" = 1 ]
    point "-display $wrong: one line, status 2"
done
echo "1..$number"
