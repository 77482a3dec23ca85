#!/bin/sh
# Every header of the emulator compiles alone, so that its reader needs no
# other first.
cd "$top_srcdir" || exit 1
headers=$(find abi base devices mmu cpu machine frontend -name '*.h' |
    LC_ALL=C sort)
flags=$(pkg-config --cflags libelf libdw jansson libpng sdl2 SDL2_ttf)
echo "1..$(echo "$headers" | wc -l)"
number=0
for header in $headers; do
    number=$((number + 1))
    # shellcheck disable=SC2086
    if output=$(printf '#include "%s"\n' "$header" |
        $CC -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused -Werror \
            $flags -I. -I"$top_builddir" -fsyntax-only -x c - 2>&1); then
        echo "ok $number - $header"
    else
        echo "not ok $number - $header"
        echo "$output" | sed 's/^/# /' | head -5
    fi
done
