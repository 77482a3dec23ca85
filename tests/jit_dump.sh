#!/bin/sh
# -d jit and -perfmap: what they show of translated code is true and complete,
# and the guest does not notice.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/elf_lib.sh"
quire=$top_builddir/quire
rom=$top_builddir/roms/isa/divide.elf
map=

# A file in /tmp outlives its process; work is lib.sh's.
trap 'rm -rf "$work"; rm -f $map' EXIT

if ! "$quire" -engine jit --version >/dev/null 2>&1; then
    skipped "translated code" "jit is for x86-64 hosts"
    echo "1..$number"
    exit 0
fi

# ---- -d jit ----

# A loop of two instructions, executed 1,000 times.
make_elf "$work/loop" 1 243 2 0x80000000 28 28 0x3e800513 0xfff50513 \
    0xfe051ee3 0x001002b7 0x00005337 0x55530313 0x0062a023
for models in "" "-cache none -tlb none"; do
    where=${models:-models on}
    # shellcheck disable=SC2086
    "$quire" -engine jit -bios none -kernel "$work/loop" -d jit \
        -D "$work/log" $models </dev/null
    # Its first iteration belongs to the superblock before.
    awk '$1 == "jit:" && $7 == 80000004 {
            executed = $2 * $3
            known = executed >= 1998 && executed < 1998 + 64 && $5 == 1 }
        END { exit !known }' "$work/log"
    point "a loop's superblock is entered as often as it runs" ||
        shown "$work/log"
    grep -q '^  80000004: fff50513  addi a0,a0,-1$' "$work/log" &&
        grep -q '^  rare: ' "$work/log" && grep -q '; exit_budget$' "$work/log"
    point "guest code, names and rare paths are shown" || shown "$work/log"
done
where=

# Guest code as objdump has it; pseudo-instructions are not ours.
"$quire" -engine jit -rom "$rom" -d jit -D "$work/log" >"$work/out"
"$OBJDUMP_GUEST" -d -M no-aliases,numeric "$rom" |
    sed -n 's/^\([0-9a-f]*\):\t\([0-9a-f]*\) .*/\1 \2/p' >"$work/objdump"
sed -n 's/^  \([0-9a-f]\{8\}\): \([0-9a-f]*\)  .*/\1 \2/p' "$work/log" |
    awk 'NR == FNR { there[$0] = 1; next }
        !($0 in there) { print "# " $0; wrong = 1 }
        { n++ }
        END { exit wrong || n < 500 }' "$work/objdump" - >"$work/wrong"
point "every instruction shown is in the program" || shown "$work/wrong"

# Host instructions follow one another without a gap: the first of a superblock
# at its address, and none of what follows is out of order or unknown.
awk '
    function hex(s,  i, v) {
        for (i = 1; i <= length(s); i++)
            v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
        return v
    }
    /^jit [0-9]+ [USM] / { at = hex($NF); size = $(NF - 3); left = size
        first = 1; n++; last = 0; next }
    /^    [0-9a-f]+  / {
        here = hex($1)
        if (first ? here != at : here <= last || here - last > 15 ||
            here >= at + size) { print "# " $0; wrong = 1 }
        if (/; unknown$/) { print "# " $0; wrong = 1 }
        first = 0
        last = here
    }
    END { exit wrong || n < 50 }' "$work/log" >"$work/wrong"
point "the host's code is shown whole" || shown "$work/wrong"

awk '
    /^jit / { is_rare = 0 }
    /^  rare: / { is_rare = 1; n++ }
    /^  [0-9a-f]+: / && is_rare { print "# " $0; wrong = 1 }
    END { exit wrong || !n }' "$work/log" >"$work/wrong"
point "the guest's instructions are on the likely path alone" ||
    shown "$work/wrong"

total=$(sed -n 's/^jit 0: \([0-9]*\) superblocks of .*/\1/p' "$work/log")
[ "$total" = "$(grep -c '^jit 0 [USM] ' "$work/log")" ] &&
    [ "$total" -ge "$(grep -c '^jit:  *[0-9]' "$work/log")" ]
point "the sums are those of what was shown"

"$quire" -engine jit -rom "$rom" -hash every=1k 2>"$work/plain" >"$work/out"
"$quire" -engine jit -rom "$rom" -hash every=1k -d jit 2>"$work/log" \
    >"$work/out"
grep '^hash' "$work/log" >"$work/watched"
[ -s "$work/plain" ] && cmp "$work/plain" "$work/watched"
point "watching changes no hash"

"$quire" -engine jit -rom "$top_builddir/roms/atomic/amo.elf" -d jit \
    -D "$work/log" >"$work/out"
grep -q '^jit 0: page [0-9a-f]* was written$' "$work/log"
point "pages of code that are written are told" || shown "$work/log"

"$quire" -engine interp -rom "$rom" -d jit 2>"$work/log" >"$work/out" &&
    grep -q 'shows nothing, as -engine interp' "$work/log"
point "the interpreter has nothing to show, and says so" || shown "$work/log"
"$quire" -rom "$rom" -d jit,tlb-stale 2>"$work/log" >"$work/out" &&
    grep -q 'shows nothing, as -d tlb-stale' "$work/log"
point "so does who watches each access" || shown "$work/log"

# ---- -perfmap ----

# is_disjoint: lines `START SIZE NAME`, in hexadecimal, none over another, all
# in the executable mapping FROM-TO.
is_disjoint() {
    sort "$map" | awk -v from="$1" -v to="$2" '
        function hex(s,  i, v) {
            for (i = 1; i <= length(s); i++)
                v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
            return v
        }
        !/^[0-9a-f]+ [0-9a-f]+ [^ ]/ || hex($1) < end || hex($2) == 0 ||
        hex($1) < hex(from) || hex($1) + hex($2) > hex(to) {
            print "# " $0
            wrong = 1
        }
        { end = hex($1) + hex($2) }
        END { exit wrong || NR < 2 }' >"$work/wrong"
}

# mapped SIZE: runs Octavo up to the prompt of its shell; the map of perf and the
# mapping of its code go to $map, $from and $to.
mapped() {
    rm -f "$work/console"
    mkfifo "$work/keys"
    "$quire" -engine "jit,tb-size=$1" -perfmap -nographic -pace none \
        -kernel "$top_builddir/octavo32.elf" \
        -drive "file=$top_builddir/octavo32.img,readonly=on" \
        <"$work/keys" >"$work/console" 2>&1 &
    pid=$!
    exec 3>"$work/keys"
    map=/tmp/perf-$pid.map
    tries=0
    until grep -q '^# ' "$work/console" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || break
        sleep 0.1
    done
    code=$(sed -n 's/^\([0-9a-f]*\)-\([0-9a-f]*\) r-xs .*\/dev\/zero.*/\1 \2/p' \
        "/proc/$pid/maps")
    kill $pid
    wait $pid 2>/dev/null
    exec 3>&-
    rm "$work/keys"
    from=${code% *} to=${code#* }
}

for size in 16M 64K; do
    where="tb-size=$size"
    mapped $size
    is_disjoint "$from" "$to"
    point "the map's lines lie apart and in executable memory" ||
        shown "$work/wrong"
    [ $size = 64K ] || { grep -q ' do_trap+0x' "$map" &&
        grep -q ' [MU] [0-9a-f]' "$map"; } &&
        grep -q ' quire jit stubs$' "$map"
    point "they are named by the kernel's symbols" || shown "$map"
    rm -f "$map"
done
echo "1..$number"
