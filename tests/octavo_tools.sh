#!/bin/sh
# Octavo's page-types, frag and slabtop: what they print is what the files they
# read say, and what Linux's own tools print of them.
. "$top_srcdir/tests/lib.sh"
PATH=$PATH:/usr/sbin:/sbin

run() { # OPTION...; commands on stdin
    { echo; cat; echo exit; } |
        timeout 200 "$top_builddir/quire" -nographic -pace none \
            -kernel "$top_builddir/octavo32.elf" "$@" 2>"$work/errors" |
        tr -d '\r' | sed 's/^\(# \)*//; s/^name  */# &/' >"$work/console"
}

# The lines between `echo NAME` and the next `echo` of a word in capitals.
part() { # NAME
    awk -v name="$1" '/^[A-Z]+$/ { is_on = $0 == name; next } is_on' \
        "$work/console"
}

run -m 64M -drive "file=$top_builddir/octavo32.img,readonly=on" <<'S'
sleep 60 &
echo SUMMARY
page-types
echo MEMINFO
cat /proc/meminfo
echo RAW
page-types -r
echo RUNS
page-types -l -b slab
echo EACH
page-types -L -N -b slab
echo TASK
page-types -r -p $!
echo STATM
cat /proc/$!/statm
echo MAPS
cat /proc/$!/maps
echo TASKRUNS
page-types -N -l -M -p $!
echo ONE
page-types -N -L -a 0x80431
page-types -N -L -a 0x80431+1
page-types -N -L -a 0x80431,0x80432
echo BITS
page-types -b slab=slab
page-types -b '=buddy'
page-types -b 'lru,~mmap'
echo NAMES
page-types -d 0x828,slab
echo WRONG
page-types -b nosuchflag
page-types -a 5,4
page-types -p 99
echo FRAG
frag
echo BUDDY
cat /proc/buddyinfo
echo UNUSABLE
cat /sys/kernel/debug/extfrag/unusable_index
echo HELP
frag --help
echo SLABINFO
cat /proc/slabinfo
echo SLABTOP
slabtop -o
echo BYSIZE
slabtop -o -s c
echo BYNAME
slabtop -o -s n
echo DONE
S

# A table: its head, a line a set of flags, the sum below.
part SUMMARY >"$work/summary"
head -1 "$work/summary" | grep -qx '             flags	page-count       MB  symbolic-flags			long-symbolic-flags' &&
    ! grep -vxE '0x[0-9a-f]{16}	 *[0-9]+ +[0-9]+  [A-Za-z1_]{44}	[a-z_,]*' \
        "$work/summary" | sed '1d;$d' | grep .
point "page-types prints the table of Linux's" || shown "$work/summary"
awk -F '[\t ]+' '
    /^0x/ { sum += $2; bad += $3 != int($2 / 256) }
    /^ +total/ { total = $3; bad += $4 != int($3 / 256) }
    END { exit bad || sum != total || total != 540672 }' "$work/summary"
point "its sum is all frames up to the last"

# Counts of flags, against meminfo: a few frames come and go between the two.
frames() { # PART, flags as a regular expression
    part "$1" | awk -F '[\t ]+' -v flags="^($2)\$" '
        /^0x/ && $5 ~ flags { n += $2 } END { print n + 0 }'
}
kib() { part MEMINFO | awk -v name="$1:" '$1 == name { print $2 / 4 }'; }
near() { # a, b
    [ $(($1 - $2)) -lt 12 ] && [ $(($2 - $1)) -lt 12 ] && [ "$1" -gt 0 ]
}
near "$(frames SUMMARY buddy)" "$(kib MemFree)"
point "buddy: $(frames SUMMARY buddy) frames, MemFree is $(kib MemFree)"
near "$(frames SUMMARY '.*slab.*')" "$(kib Slab)"
point "slab: $(frames SUMMARY '.*slab.*') frames, Slab is $(kib Slab)"
near "$(frames SUMMARY '.*pgtable.*')" "$(kib PageTables)"
point "pgtable: $(frames SUMMARY '.*pgtable.*'), PageTables is $(kib PageTables)"
near "$(frames SUMMARY '.*mmap.*anonymous.*')" "$(kib AnonPages)"
point "anonymous: $(frames SUMMARY '.*mmap.*anonymous.*'), AnonPages is $(kib AnonPages)"
[ "$(frames SUMMARY '.*reserved.*')" = 0 ] &&
    [ "$(frames RAW '.*reserved.*')" -gt 100 ] &&
    [ "$(frames SUMMARY '.*compound_.*')" = 0 ] &&
    [ "$(frames RAW '.*slab.*compound_tail.*')" -gt 0 ]
point "-r shows what others need not see"

# Runs and single pages are the same pages.
part RUNS | awk -F '\t' 'function hex(text, n, i) {
        for (i = 1; i <= length(text); i++)
            n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
        return n
    }
    $1 == "offset" { ok = $2 == "len" && $3 == "flags"; next }
    /^$/ { exit !ok }
    { start = hex($1); n = hex($2); for (i = 0; i < n; i++) printf "%x\n", start + i }' \
    >"$work/runs" &&
    part EACH | sed '1d; s/	.*//' >"$work/each" &&
    [ "$(head -3 "$work/each" | grep -c .)" = 3 ] &&
    near "$(grep -c . "$work/runs")" "$(grep -c . "$work/each")" &&
    near "$(grep -Fxcf "$work/runs" "$work/each")" "$(grep -c . "$work/each")"
point "-l joins the pages that -L lists"
[ "$(part RUNS | grep -c '^$')" = 2 ] &&
    part RUNS | grep -q '^             total	'
point "the table follows behind two empty lines"

# A process: what it maps is what statm calls resident, and lies in its maps.
resident=$(part STATM | awk '{ print $2 }')
pages=$(part TASK | awk -F '[\t ]+' \
    '/^0x/ && $5 ~ /mmap,/ && $5 !~ /zero_page/ { n += $2 } END { print n + 0 }')
[ "$pages" -ge 5 ] && [ "$pages" = "$resident" ]
point "-p counts $pages pages, statm $resident resident ones"
part TASK | grep -q 'anonymous,.*mmap_exclusive$' &&
    part TASK | grep -q 'mmap,.*file' &&
    ! part TASK | grep -q 'anonymous.*file'
point "pagemap tells pages of files, and those mapped once"
{ part MAPS; echo; part TASKRUNS; } | awk 'function hex(text, n, i) {
        for (i = 1; i <= length(text); i++)
            n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
        return n
    }
    !behind && /^[0-9a-f]+-/ {
        split($1, ends, "-")
        start[++vmas] = hex(ends[1]) / 4096
        end[vmas] = hex(ends[2]) / 4096
    }
    /^$/ { behind = 1 }
    $1 == "voffset" { head = $2 == "map-cnt" && $3 == "offset" && $4 == "len"; next }
    behind && NF == 5 {
        at = hex($1)
        is_in = 0
        for (i = 1; i <= vmas; i++)
            is_in += at >= start[i] && at + hex($4) <= end[i]
        bad += is_in != 1 || $2 < 1
        runs++
    }
    END { exit !head || bad || runs < 3 }'
point "its pages lie in its maps"

[ "$(part ONE | grep -c '^80431	')" = 3 ] && [ "$(part ONE | grep -c .)" = 6 ]
point "-a takes N, N+M and N,M"
part BITS | awk -F '[\t ]+' '
    /^ +total/ { table++ ; bad += $3 == 0 }
    /^0x/ && table == 0 { bad += $5 !~ /slab/ }
    /^0x/ && table == 1 { bad += $5 != "buddy" }
    /^0x/ && table == 2 { bad += $5 !~ /lru/ || $5 ~ /mmap/ }
    END { exit bad || table != 3 }'
point "-b selects by flags: some, none else, some but not others"
part NAMES | grep -qx '0x00000000000008a8	___U_l_S___M________________________________	uptodate,lru,slab,mmap'
point "-d describes flags"
part WRONG | grep -qx 'page-types: invalid name or number: nosuchflag' &&
    part WRONG | grep -qx 'page-types: invalid range: 5,4' &&
    part WRONG | grep -q '^page-types: /proc/99/pagemap: No such file'
point "what makes no sense is refused"

# frag: by Linux's formulas from buddyinfo.
{ part FRAG; part BUDDY; } | awk '
    /^Free memory/ { is_sum = 1 }
    is_sum && $3 == "zone" && NF == 7 { all[$4] = $5; largest[$4] = $6; share[$4] = $7 }
    /^All zones/ { sum = $3 }
    $3 == "zone" && NF == 15 && $5 !~ /\./ {
        pages = 0
        for (o = 0; o <= 10; o++)
            pages += $(5 + o) * 2 ^ o
        zones++
        total += pages * 4
        near = all[$4] - pages * 4
        bad += near > 48 || near < -48 || largest[$4] != $15 * 4096
        near = share[$4] - 100 * $15 * 1024 / pages
        bad += near > 0.2 || near < -0.2
    }
    END { near = sum - total; exit bad || zones < 2 || near > 96 || near < -96 }'
point "frag tells free memory and the share of order 10" ||
    part FRAG | sed 's/^/# /'
{ part BUDDY; part FRAG; } | awk '
    $3 == "zone" && NF == 15 && !/\./ {
        for (o = 0; o <= 10; o++)
            blocks[$4, o] = $(5 + o)
    }
    /^Unusable/ { table = "unusable"; next }
    /^Index/ { table = "index"; next }
    table && NF == 15 {
        for (o = 0; o <= 10; o++) {
            all = fit = 0
            for (i = 0; i <= 10; i++) {
                all += blocks[$4, i] * 2 ^ i
                fit += i >= o ? blocks[$4, i] * 2 ^ i : 0
            }
            wanted = table == "unusable" ? (all - fit) / all : -1
            seen[table]++
            bad += $(5 + o) - wanted > 0.003 || wanted - $(5 + o) > 0.003
        }
    }
    END { exit bad || seen["unusable"] != 22 || seen["index"] != 22 }'
point "its tables are what follows from buddyinfo"
part HELP | head -1 | grep -qx 'usage: frag'
point "frag --help"

# The tool of procps on the file that Octavo wrote.
part SLABINFO >"$work/slabinfo"
real_slabtop() {
    unshare -r -m sh -c "mount --bind '$work/slabinfo' /proc/slabinfo &&
        exec slabtop -o $1" 2>/dev/null
}
if real_slabtop >"$work/real" && [ -s "$work/real" ]; then
    for order in 'SLABTOP -s o' 'BYSIZE -s c' 'BYNAME -s n'; do
        # shellcheck disable=SC2086 # words
        real_slabtop "${order#* }" >"$work/real"
        # The caches are those of a moment later; what a new process takes
        # may differ.
        part "${order%% *}" >"$work/ours"
        grep -vxFf "$work/ours" "$work/real" >"$work/other"
        [ "$(grep -c . "$work/real")" = "$(grep -c . "$work/ours")" ] &&
            [ "$(grep -c . "$work/other")" -lt 6 ]
        point "slabtop ${order#* } prints what that of procps does" || {
            diff "$work/real" "$work/ours" >"$work/diff"
            shown "$work/diff"
        }
    done
else
    skipped "slabtop prints what that of procps does" \
        "no slabtop of procps, or no namespace to mount in"
fi

# Swap: pages of a stopped process that are out, by their slots.
truncate -s 48M "$work/swap.img"
mkswap -q "$work/swap.img"
run -m 16M -drive "file=$top_builddir/octavo32.img,readonly=on" \
    -drive "file=$work/swap.img,if=quire" <<'S'
bigsort -m 20 -s 1 &
sleep 0.01
kill -19 $!
bigsort -m 12 -s 3
echo STATUS
cat /proc/$!/status
echo TASK
page-types -r -p $!
echo SLOTS
page-types -r -N -L -b 0x4000000000000000 -p $!
echo DONE
kill -9 $!
S
swapped=$(part STATUS | awk '$1 == "VmSwap:" { print $2 / 4 }')
resident=$(part STATUS | awk '$1 == "VmRSS:" { print $2 / 4 }')
out=$(part TASK | awk -F '[\t ]+' '/^0x4/ && $5 == "swap" { n += $2 } END { print n + 0 }')
in=$(part TASK | awk -F '[\t ]+' '/^0x[8-f]/ && $5 !~ /zero_page/ { n += $2 } END { print n + 0 }')
[ "$out" -gt 100 ] && [ "$out" = "$swapped" ]
point "-p finds $out pages in swap, VmSwap says $swapped"
[ "$in" = "$resident" ]
point "and $in in memory, VmRSS says $resident"
part SLOTS | awk '$1 != "voffset" { n++; slots[$2]++; pages[$1]++ }
    END {
        for (slot in slots)
            bad += slots[slot] != 1
        for (page in pages)
            bad += pages[page] != 1
        exit bad || n != '"$out"'
    }'
point "each in a slot of its own"
echo "1..$number"
