#!/bin/sh
# -trace on Octavo: what the lines count is what the kernel has counted, names
# and times are the kernel's and the machine's, and the guest cannot notice.
quire=$top_builddir/quire
kernel=$top_builddir/octavo32.elf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0

point() { # name, and the verdict as status
    verdict=$?
    number=$((number + 1))
    [ $verdict = 0 ] || printf 'not '
    printf 'ok %d - %s\n' $number "$1"
}

# A session with the shell; the log, and the console without what is typed.
session() { # OPTION...
    timeout 120 "$quire" -m 32M -nographic -pace none -kernel "$kernel" \
        -drive "file=$top_builddir/octavo32.img,readonly=on" -D "$work/log" \
        "$@" <"$work/commands" 2>"$work/errors" | tr -d '\r' >"$work/console"
}

# One program as init, and its hashes.
run() { # OPTION...
    timeout 120 "$quire" -m 32M -kernel "$kernel" -nographic \
        -append 'init=/bin/malloctest -- -s 3' \
        -drive "file=$top_builddir/octavo32.img,readonly=on" -D "$work/log" \
        "$@" </dev/null >"$work/console" 2>"$work/errors"
}
hashes() { grep '^hash' "$work/log"; }
lines() { grep -v -e '^hash' -e '^#' "$work/log"; }

# Pages in lines of an event up to the moment at which /proc/vmstat is made.
pages() { # event
    awk -v event="$1:" '
        $5 ~ /^vmstat_proc_show/ { exit }
        $5 == event && $6 != "page=00000000" {
            for (i = 6; i <= NF; i++)
                if (sub(/^order=/, "", $i))
                    pages += 2 ^ $i
        }
        END { print pages + 0 }' "$work/log"
}
vmstat() { # names, as a regular expression
    awk -v names="^($1)\$" '$1 ~ names { n += $2 } END { print n + 0 }' \
        "$work/console"
}

printf '\ncow -m 2 -c 3 -s 5\ncat /proc/vmstat\nexit\n' >"$work/commands"
session -trace 'kmem:mm_page_alloc,kmem:mm_page_free' -trace vmstat_proc_show
alloc=$(pages mm_page_alloc) free=$(pages mm_page_free)
echo "# $alloc pages allocated, $free freed"
[ "$alloc" -gt 1000 ] && [ "$alloc" = "$(vmstat 'pgalloc_.*')" ]
point "lines of mm_page_alloc add up to pgalloc_* of /proc/vmstat"
[ "$free" -gt 1000 ] && [ "$free" = "$(vmstat pgfree)" ]
point "lines of mm_page_free add up to pgfree"
lines | grep -q '^ *cow-[0-9]* *\[000\] .* mm_page_alloc: page='
point "a line names the task"
# page - mem_map, in pages, is the same distance for all.
lines | sed -n 's/.*page=\([0-9a-f]*\) pfn=\(0x[0-9a-f]*\) .*/0x\1 \2/p' |
    sort -u | while read -r page pfn; do
    [ $((page)) = 0 ] || echo $((page / 32 - pfn))
done | sort -u >"$work/distances"
[ "$(grep -c . "$work/distances")" = 1 ]
point "pfn is that of the page"
lines | awk '{ t = $4; sub(/:$/, "", t) } t < last { bad = 1 } { last = t }
             END { exit bad || !NR }'
point "time does not go back"
grep -q '^# tracer: nop$' "$work/log"
point "the header is ftrace's"

# Objects: what is freed was allocated and not freed since, by the name of its
# cache; from boot on, so that nothing is unknown.
printf '\ncow -m 1 -c 2 -s 5\nls -l /bin\nsleep 60 &\ncat /proc/$!/statm\nexit\n' \
    >"$work/commands"
objects() { # a reason for each line that is wrong, and the counts
    lines | awk '
        $5 !~ /^k(malloc|free|mem_cache_alloc|mem_cache_free):$/ { next }
        {
            n[$5]++
            delete field
            for (i = 6; i <= NF; i++)
                if ((at = index($i, "=")) > 0)
                    field[substr($i, 1, at - 1)] = substr($i, at + 1)
            p = field["ptr"]
            is_null = p ~ /^0+$/ || p == "00000010" # nothing, and no bytes
        }
        $5 ~ /free:$/ && !is_null {
            if (!(p in size))
                print "not allocated: " $0
            else if ($5 == "kmem_cache_free:" && known[field["name"]] && known[field["name"]] != size[p])
                print "of two sizes: " $0
            else if ($5 == "kmem_cache_free:")
                known[field["name"]] = size[p]
            delete size[p]
        }
        $5 ~ /alloc:$/ {
            if (p in size)
                print "allocated twice: " $0
            if (field["bytes_req"] + 0 > field["bytes_alloc"] + 0 || !field["bytes_req"])
                print "too small: " $0
            if (field["call_site"] !~ /^[a-z_].*\+0x[0-9a-f]+\/0x[0-9a-f]+$/)
                print "by nobody: " $0
            size[p] = field["bytes_alloc"]
        }
        END { print n["kmalloc:"] + 0, n["kfree:"] + 0, n["kmem_cache_alloc:"] + 0, n["kmem_cache_free:"] + 0 }'
}
for allocator in slub slab; do
    session -append "slab=$allocator" -trace 'kmem:k*,kmem:rss_stat' \
        -trace pid_statm
    objects >"$work/objects"
    [ "$(grep -c . "$work/objects")" = 1 ] &&
        awk '{ exit $1 < 100 || $2 < 30 || $3 < 100 || $4 < 30 }' \
            "$work/objects"
    point "$allocator: what is freed was allocated: $(tail -1 "$work/objects")" ||
        head -5 "$work/objects" | sed 's/^/# /'
done
lines | grep -q 'kmalloc: call_site=seq_read+.* bytes_req=4096 bytes_alloc=4096 gfp_flags=GFP_KERNEL$'
point "kmalloc has the site of its call, and both sizes"
lines | grep -q 'kmalloc: .* bytes_req=1064 bytes_alloc=2048 ' &&
    lines | grep -q 'kmem_cache_free: .* name=task_struct$'
point "sizes are those asked for and those of the class"

# The last that rss_stat said of the sleeping process, when statm was made.
rss=$(lines | awk '
    $5 ~ /^pid_statm/ { exit }
    $5 == "rss_stat:" {
        sub(/^size=/, "", $9)
        sub(/B$/, "", $9)
        sum[$6] += $9 - last[$6, $8]
        last[$6, $8] = $9 + 0
        bad += $9 < 0
        if ($1 ~ /^sleep-/ && $7 == "curr=1")
            mm = $6
    }
    END { print bad ? "negative" : sum[mm] / 4096 }')
resident=$(sed 's/^\(# \)*//' "$work/console" |
    awk 'NF == 7 && $1 ~ /^[0-9]+$/ { print $2 }')
[ "$rss" -gt 3 ] && [ "$rss" = "$resident" ]
point "rss_stat adds up to $rss pages, statm says $resident"

# Blocks of the zones: those of an order above 0 are allocated at once; what
# comes for a CPU's list is drained again or still there.
printf '\ncow -m 2 -c 3 -s 5\nexit\n' >"$work/commands"
session -trace 'kmem:mm_page_*'
lines | awk '
    { delete field; for (i = 6; i <= NF; i++) if ((at = index($i, "=")) > 0) field[substr($i, 1, at - 1)] = substr($i, at + 1) }
    field["page"] == "00000000" { next }
    $5 == "mm_page_alloc_zone_locked:" {
        bad += field["percpu_refill"] != (field["order"] == 0)
        if (field["order"] > 0)
            blocks++
        else
            listed[field["page"]] = 1
    }
    $5 == "mm_page_alloc:" && field["order"] > 0 { blocks-- }
    $5 == "mm_page_alloc:" && field["order"] == 0 {
        bad += !(field["page"] in listed)
        delete listed[field["page"]]
        types[field["migratetype"]]++
        bad += (field["gfp_flags"] ~ /MOVABLE/) != (field["migratetype"] == 1)
    }
    $5 == "mm_page_free:" && field["order"] == 0 { listed[field["page"]] = 1 }
    $5 == "mm_page_pcpu_drain:" {
        bad += !(field["page"] in listed)
        delete listed[field["page"]]
        drained++
    }
    END { exit bad || blocks || drained < 100 || types[0] < 50 || types[1] < 500 }'
point "a frame is on a list, in use, or in a free block"
session -m 16M -trace kmem:mm_page_alloc
lines | grep -q 'migratetype=0 .*MOVABLE' &&
    ! lines | grep -q 'migratetype=[1-9]'
point "in little memory all are of one type"

# Reclaim: with swap, in 16 MiB.
truncate -s 48M "$work/swap"
"$(command -v mkswap || echo /sbin/mkswap)" -q "$work/swap"
printf '\nbigsort -m 20 -s 3\ncat /proc/vmstat\nexit\n' >"$work/commands"
session -m 16M -dma reach=2M -append 'dma=2M lowmem=12M' \
    -drive "file=$work/swap,if=quire" -tlb none -cache none \
    -trace 'vmscan:*,vmstat_proc_show'

# The sum of a field of an event, up to that moment; without a field, the lines.
sum() { # event, field
    awk -v event="$1:" -v field="^$2=" '
        $5 ~ /^vmstat_proc_show/ { exit }
        $5 == event {
            lines++
            for (i = 6; i <= NF; i++)
                if (sub(field, "", $i))
                    n += $i
        }
        END { print field == "^=" ? lines + 0 : n + 0 }' "$work/log"
}
written=$(sum mm_vmscan_writepage)
[ "$written" -gt 500 ] && [ "$written" = "$(vmstat nr_vmscan_write)" ]
point "lines of mm_vmscan_writepage are nr_vmscan_write"
scanned=$(sum mm_vmscan_lru_shrink_inactive nr_scanned)
[ "$scanned" -gt 500 ] &&
    [ "$scanned" = "$(vmstat 'pgscan_(kswapd|direct)')" ]
point "nr_scanned adds up to pgscan_*"
[ "$(sum mm_vmscan_lru_shrink_inactive nr_reclaimed)" = \
    "$(vmstat 'pgsteal_(kswapd|direct)')" ]
point "nr_reclaimed adds up to pgsteal_*"
grep -q 'kswapd0-2 .* mm_vmscan_lru_isolate: .* lru=inactive_anon$' "$work/log"
point "kswapd isolates pages of a list by its name"

# Two harts: the kernel's number of each is where its tasks run.
printf '\nps &\ncow -m 1 -c 4 -s 5\nwait\ncat /proc/vmstat\nexit\n' \
    >"$work/commands"
session -smp 2 -tlb none -cache none \
    -trace 'kmem:mm_page_*,sched:*,vmstat_proc_show'
[ "$(pages mm_page_alloc)" = "$(vmstat 'pgalloc_.*')" ] &&
    [ "$(pages mm_page_free)" = "$(vmstat pgfree)" ]
point "on two harts the counts are the kernel's, too"
# Between two switches of a CPU the task is the one that was switched to.
lines | awk '
    $5 == "sched_switch:" {
        task = $1
        sub(/.*-/, "", task)
        for (i = 6; i <= NF; i++) {
            if (sub(/^prev_pid=/, "", $i))
                prev = $i
            if (sub(/^next_pid=/, "", $i))
                next_pid = $i
        }
        bad += prev != task || ($2 in on && on[$2] != prev)
        on[$2] = next_pid
        switches[$2]++
        next
    }
    $2 in on && $5 ~ /:$/ {
        task = $1
        sub(/.*-/, "", task)
        bad += task != on[$2]
    }
    END { exit bad || switches["[000]"] < 10 || switches["[001]"] < 10 }'
point "each line has the CPU and the task that was switched to there"
lines | grep -q 'sched_wakeup: comm=.* pid=[0-9]* prio=120 target_cpu=001$'
point "a wake-up names the CPU it is for"

all='*,alloc_pages,kmem_cache_*'
run -hash every=1M
plain=$(hashes)
[ "$(echo "$plain" | grep -c .)" -gt 5 ]
point "there are hashes"
run -hash every=1M -trace "$all"
[ "$(hashes)" = "$plain" ] && [ "$(lines | grep -c .)" -gt 1000 ]
point "the state is the same, traced or not"
lines >"$work/all"
run -limit insns=2M -hash every=9973 -trace "$all"
n=$(lines | grep -c .)
[ "$n" -gt 100 ] && lines >"$work/cut" &&
    head -n "$n" "$work/all" | cmp -s - "$work/cut"
point "the lines are the same when the run is cut into pieces"
run -trace "$all" -d int
grep -v -e '^#' -e '^int' "$work/log" | cmp -s - "$work/all"
point "and beside -d"
for option in '-timing on' '-tlb none -cache none' '-smp 2' \
    '-trace-mem /dev/null'; do
    # shellcheck disable=SC2086 # options are words
    run -limit insns=2M -hash every=300k $option
    plain=$(hashes)
    # shellcheck disable=SC2086
    run -limit insns=2M -hash every=300k $option -trace "$all"
    [ -n "$plain" ] && [ "$(hashes)" = "$plain" ] && lines | grep -q .
    point "the state is the same with $option"
done

run -trace alloc_pages
grep -q '^# tracer: function$' "$work/log" &&
    lines | grep -q ': alloc_pages(gfp=0x[0-9a-f]*, order=0x0) <-[a-z_]*$'
point "a function has its arguments and its caller"
functions=$(lines | grep -c .)
run -trace kmem:mm_page_alloc
[ "$(lines | grep -c .)" = "$functions" ]
point "each of its calls is one event"
lines | grep -q 'migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_ZERO$'
point "a program's page has Linux's flags"

# Each hart of a ROM comes by; what is not the kernel's has no task.
timeout 60 "$quire" -rom "$top_builddir/roms/smp/workload.elf" -smp 2 \
    -trace enter -D "$work/log" >/dev/null 2>&1
[ "$(lines | awk '{ print $1, $2 }' | sort | tr '\n' ' ')" = \
    "<...>-0 [000] <...>-0 [001] " ]
point "a line names the hart"

run -trace help
grep -q '^kmem:mm_page_alloc$' "$work/console" &&
    sort -uc "$work/console"
point "-trace help lists the events"

refuse() { # what it says, OPTION...
    wanted=$1
    shift
    timeout 60 "$quire" "$@" >"$work/console" 2>"$work/errors"
    status=$?
    [ $status -gt 1 ] && [ $status -lt 4 ] &&
        [ "$(wc -l <"$work/errors")" = 1 ] && grep -q "$wanted" "$work/errors"
}
refuse 'did you mean kmem:mm_page_alloc?' -kernel "$kernel" \
    -trace kmem:mm_page_aloc
point "an unknown event has a nearest"
refuse 'did you mean alloc_pages?' -kernel "$kernel" -trace alloc_page
point "so has a function"
refuse 'needs the ELF file' -trace '*'
point "without a kernel there are none"
sed 's/-4@s/-4@q/' "$kernel" >"$work/bad.elf"
refuse 'note [0-9]* has operands' -kernel "$work/bad.elf" -trace 'kmem:*'
point "a wrong note is refused"
echo "1..$number"
