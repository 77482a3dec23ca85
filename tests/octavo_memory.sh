#!/bin/sh
# Octavo's memory from the boot to the shell: what memblock says is reserved
# and what was handed over are all there is, what only the boot needs comes
# back, and what stays is as little as bench/octavo_memory.sh says.
. "$top_srcdir/tests/lib.sh"

# boot OPTION...: commands on stdin.
boot() {
    { echo; cat; echo exit 0; } |
        timeout 120 "$top_builddir/quire" -nographic -pace none \
            -kernel "$top_builddir/octavo32.elf" \
            -drive "file=$top_builddir/octavo32.img,readonly=on" "$@" 2>&1 |
        tr -d '\r' | sed 's/^\(# \)*//' >"$work/out"
}

# Frames that the regions of /sys/kernel/debug/memblock/reserved touch, and
# those of the boot log, against the log's count of what is available.
sums() {
    awk '
        function hex(text,    n, i) {
            for (i = 3; i <= length(text); i++)
                n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
            return n
        }
        /^Memory: / {
            split($2, k, /[K\/]+/)
            available = k[1] / 4
            all = k[2] / 4
        }
        /^ *[0-9]+: 0x[0-9a-f]+\.\.0x[0-9a-f]+$/ {
            split($2, end, /\.\./)
            if (table++ == 0) { # of memory: one region
                memory = (hex(end[2]) + 1 - hex(end[1])) / 4096
                next
            }
            first = int(hex(end[1]) / 4096)
            last = int(hex(end[2]) / 4096)
            if (first < next_frame)
                first = next_frame
            if (last >= first)
                reserved += last + 1 - first
            next_frame = last + 1
        }
        END {
            printf "# %d frames, %d reserved, %d handed over\n", memory,
                reserved, available
            exit !(memory && memory == all && reserved + available == memory)
        }' "$work/out"
}

for size in 8M 64M 1280M; do
    boot -m $size <<'S'
cat /sys/kernel/debug/memblock/memory /sys/kernel/debug/memblock/reserved
echo audit > /proc/mm
S
    sums
    point "$size: reserved and handed over are all there is"
    grep -q '^audit: passed$' "$work/out"
    point "$size: every frame is reserved or managed" || shown "$work/out"
done

head -c 1000000 /dev/zero >"$work/initrd"
boot -m 64M -smp 2 -initrd "$work/initrd" <<'S'
cat /sys/kernel/debug/memblock/memory /sys/kernel/debug/memblock/reserved
cat /proc/meminfo
echo audit > /proc/mm
S
grep -q '^Freeing initrd memory: 980K$' "$work/out" && sums
point "an initrd is kept while the kernel boots, and then freed"
grep -q '^Freeing unused kernel image (initmem) memory: [0-9]*K$' "$work/out"
point "and so is what only the boot runs"
total=$(awk '/^MemTotal:/ { print $2 }' "$work/out")
awk -v total="$total" '
    /^Memory: / { k = $2 + 0 }
    /^Freeing .* memory: / { sub(/K$/, "", $NF); k += $NF }
    END { exit k != total }' "$work/out"
point "MemTotal is what was handed over and what was freed later"
grep -q '^ *lowmem : 0xc0000000 - 0xc4000000   (65536 kB)' "$work/out" &&
    grep -q '^ *pkmap : 0xfe000000 - 0xfe400000   (4096 kB)' "$work/out" &&
    grep -q '^mem_map: 32 bytes a page, 512K, 0.78% of memory' "$work/out"
point "the log says where memory is mapped and what mem_map costs"

# KiB that may be in use: one hart's is what Octavo aims at.
while read -r harts most; do
    top_builddir=$top_builddir "$top_srcdir/bench/octavo_memory.sh" 64 "$harts" \
        >"$work/table"
    sed 's/^/# /' "$work/table"
    awk -v most="$most" '/^RAM - MemFree/ { used = $NF }
        END { exit !(used && used <= most) }' "$work/table"
    point "harts $harts: no more than $most KiB of 64 MiB are in use"
done <<'S'
1 1536
4 2048
S
echo "1..$number"
