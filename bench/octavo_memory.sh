#!/bin/bash
# Where Octavo's memory is when its shell runs: RAM - MemFree, by owner, in
# KiB, exact and the same on every run. By hand:
#
#     top_builddir=build bench/octavo_memory.sh [MIB [HARTS]]
#
# What the boot log and /sys/kernel/debug/memblock say is reserved for ever;
# the rest is from /proc/meminfo and /proc/zoneinfo while `cat` runs.
set -euo pipefail
: "${top_builddir:=build}"
mib=${1:-64} harts=${2:-1}

printf '\ncat /sys/kernel/debug/memblock/reserved /proc/meminfo /proc/zoneinfo\nexit\n' |
    "$top_builddir/quire" -m "${mib}M" -smp "$harts" -nographic -pace none \
        -kernel "$top_builddir/octavo32.elf" \
        -drive "file=$top_builddir/octavo32.img,readonly=on" | tr -d '\r' |
    sed 's/^\(# \)*//' | awk -v ram=$((mib * 1024)) -v harts="$harts" '
    function hex(text,    n, i) {
        n = 0
        for (i = 3; i <= length(text); i++)
            n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
        return n
    }
    function row(name, kib) {
        printf "%-42s %8.1f\n", name, kib
        sum += kib
    }
    /^Memory: / {
        for (i = 1; i < NF; i++) {
            n = $i
            gsub(/[^0-9]/, "", n)
            if ($(i + 1) == "kernel") text = n
            if ($(i + 1) == "rwdata,") data = n
            if ($(i + 1) == "rodata,") rodata = n
            if ($(i + 1) == "init,") init = n
            if ($(i + 1) == "bss,") bss = n
            if ($(i + 1) == "reserved,") reserved = n
        }
    }
    /^mem_map: / { mem_map = $6; sub(/K,/, "", mem_map) }
    /^ *[0-9]+: 0x[0-9a-f]+\.\.0x[0-9a-f]+$/ {
        split($2, end, /\.\./)
        size = (hex(end[2]) + 1 - hex(end[1])) / 1024
        if (!firmware)
            firmware = size # the lowest
    }
    /^[A-Za-z()]+: +[0-9]+ kB$/ { field[$1] = $2 }
    /^ +cpu: [0-9]+$/ { is_cpu = 1 }
    is_cpu && /^ +count: / { pcp += $2 * 4; is_cpu = 0 }
    END {
        used = ram - field["MemFree:"]
        printf "%d MiB, harts: %d\n", ram / 1024, harts
        row("firmware", firmware)
        row("kernel text", text)
        row("kernel constants", rodata)
        row("kernel data", data)
        row("kernel bss, with the first stack", bss)
        row("mem_map", mem_map)
        row("tables, device tree and others of the boot", \
            reserved - firmware - text - rodata - data - bss - init - mem_map)
        row("slab", field["Slab:"])
        row("kernel stacks", field["KernelStack:"])
        row("page tables of processes", field["PageTables:"])
        row("page cache", field["Cached:"] + field["Buffers:"])
        row("anonymous pages", field["AnonPages:"])
        row("per-CPU lists of free frames", pcp)
        row("roots of page tables, pipes, others", used - sum)
        printf "%-42s %8.1f\n", "RAM - MemFree", used
    }'
