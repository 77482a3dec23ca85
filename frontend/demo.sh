#!/bin/bash
# demo.sh BUILD: Octavo on a machine of 16 MiB sorts 48 MiB through a swap
# disk, then shares pages copy-on-write; what it prints is compared with what
# the host computes from the same seed. With a display, a window shows every
# frame; without one, pictures go to BUILD/demo.
set -euo pipefail
build=$1
out=$build/demo
PATH=$PATH:/usr/sbin:/sbin

say() { printf '\n== %s\n' "$*"; }

mkdir -p "$out"
rm -f "$out"/*.png "$out"/console.txt "$out"/stats.txt "$out"/swap.img
truncate -s 64M "$out/swap.img"
mkswap -q -U 0c7a50b1-0000-4000-8000-000000000033 "$out/swap.img"

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    display=sdl
else
    display="png:$out/frame-%d.png,every=100000000"
fi
command=("$build/quire" -m 16M -dma reach=2M
    -kernel "$build/octavo32.elf"
    -append "dma=2M lowmem=12M init=/bin/sh -- /etc/demo.sh"
    -drive "file=$build/octavo32.img,readonly=on"
    -drive "file=$out/swap.img,if=quire"
    -nographic -pace none -display "$display" -stats "txt:$out/stats.txt")

say "16 MiB of RAM, 64 MiB of swap; a working set of 48 MiB"
shown=$(printf ' %q' "${command[@]}")
printf '%s\n\n' "${shown# }"
[ "$display" != sdl ] || printf '%s\n' "In the window: Space pauses, [ slows down, \
F1 lists the rest. It closes when the run ends." ""
status=0
"${command[@]}" </dev/null | tee "$out/console.txt" || status=$?

# A statistic of the run by its name.
stat() { awk -v name="$1" '$1 == name { print $2 }' "$out/stats.txt"; }

say "what the host expects, and what the guest said"
failed=0
check_line() { # the line that must stand in the console
    if tr -d '\r' <"$out/console.txt" | grep -qxF -- "$1"; then
        printf 'right: %s\n' "$1"
    else
        printf 'WRONG: the guest did not print: %s\n' "$1"
        failed=1
    fi
}
while read -r line; do
    check_line "$line"
done < <("$build/tests/demo_expect" bigsort 48 1
    "$build/tests/demo_expect" cow 6 4 1)

say "the machine's own counts ($out/stats.txt)"
written=$(stat disks.1.bytes_written)
read_back=$(stat disks.1.bytes_read)
printf '%s steps, swap disk: %s MiB written, %s MiB read back\n' \
    "$(stat steps)" "$((written >> 20))" "$((read_back >> 20))"
if [ "$written" -lt $((32 << 20)) ] || [ "$read_back" -lt $((32 << 20)) ]; then
    printf 'WRONG: less than twice the RAM went through the swap disk\n'
    failed=1
fi
[ "$display" = sdl ] || {
    printf 'pictures:'
    printf ' %s' "$out"/*.png
    printf '\n'
}
if [ "$status" != 0 ]; then
    printf 'WRONG: quire ended with status %s\n' "$status"
    exit "$status"
fi
[ "$failed" = 0 ] || exit 1
say "all results are right"
