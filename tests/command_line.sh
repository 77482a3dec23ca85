#!/bin/sh
# Wrong input: each gives its exit status and exactly one line on stderr that
# says what is wrong; under the sanitizers, which would add lines of theirs.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/elf_lib.sh"
quire=$top_builddir/quire-san
rom=$top_builddir/roms/isa/divide.elf
ram=0x80000000

# refuses NAME STATUS PATTERN OPTION...
refuses() {
    name=$1 want=$2 pattern=$3
    shift 3
    timeout 60 "$quire" "$@" </dev/null >"$work/out" 2>"$work/err"
    status=$?
    lines=$(wc -l <"$work/err")
    [ $status = "$want" ] && [ "$lines" = 1 ] &&
        grep -q -- "$pattern" "$work/err"
    point "$name" "status $status, $lines lines" || shown "$work/err"
}

# accepts NAME STATUS OPTION...: nothing on stderr
accepts() {
    name=$1 want=$2
    shift 2
    timeout 60 "$quire" "$@" </dev/null >"$work/out" 2>"$work/err"
    status=$?
    [ $status = "$want" ] && ! [ -s "$work/err" ]
    point "$name" "status $status" || shown "$work/err"
}

# is_kept NAME FILE STATUS PATTERN OPTION...: refuses, and leaves the file alone
is_kept() {
    kept=$2 sum=$(cksum <"$2")
    name=$1
    shift 2
    refuses "$name" "$@"
    number=$((number + 1))
    if [ "$sum" = "$(cksum <"$kept")" ]; then
        echo "ok $number - $name: the file is as it was"
    else
        echo "not ok $number - $name: the file was written"
    fi
}

make_elf "$work/good" 1 243 2 $ram 16 16 \
    0x001002b7 0x00005337 0x55530313 0x0062a023
make_elf "$work/dead" 1 243 2 $ram 4 4 0x00000067 # jalr zero, 0(zero)
make_elf "$work/wfi" 1 243 2 $ram 4 4 0x10500073
make_elf "$work/loop" 1 243 2 $ram 4 4 0x0000006f
make_elf "$work/fail7" 1 243 2 $ram 16 16 \
    0x001002b7 0x00073337 0x33330313 0x0062a023
# exits with the clock's TIME_HIGH
make_elf "$work/clock" 1 243 2 $ram 36 36 0x001012b7 0x0002a303 0x0042a303 \
    0x01031313 0x000033b7 0x33338393 0x00736333 0x001002b7 0x0062a023
make_elf "$work/arm" 1 40 2 $ram 4 4 0
make_elf "$work/class64" 2 243 2 $ram 4 4 0
make_elf "$work/shared" 1 243 3 $ram 4 4 0
make_elf "$work/nowhere" 1 243 2 0x10000000 4 4 0
make_elf "$work/huge" 1 243 2 $ram 4 0x7fffffff 0
make_elf "$work/short" 1 243 2 $ram 400 400 0
make_elf "$work/shrunk" 1 243 2 $ram 4 2 0
head -c 40 "$work/good" >"$work/header"
head -c $(($(wc -c <"$rom") / 2)) "$rom" >"$work/half"
: >"$work/empty"
head -c 1000 /dev/zero >"$work/ragged"
head -c 4096 /dev/zero >"$work/disk"
printf 'm 32M\n# nothing\n\n-bios none\n--kernel %s\n' "$work/good" >"$work/cfg"
printf 'm 32M\nbias none\n' >"$work/badcfg"
printf 'config %s\n' "$work/self" >"$work/self"
mkfifo "$work/fifo"
bare="-bios none -kernel"

printf 'snapshot yes\n' >"$work/valued"

refuses "an unknown option names the nearest" 2 'did you mean -kernel' -kernle x
refuses "nonsense is unknown" 2 'unknown option' --qwertyuiopas
refuses "what does not exist yet is unknown" 2 'unknown option' -record f
refuses "a value may not be missing" 2 '-m: value missing' -m
refuses "a value may not be empty" 2 'value missing' -append ''
refuses "a bare word is no option" 2 'not an option' kernel.elf
refuses "a size needs a unit that exists" 2 '1M to 14G' -m 64X
refuses "14G is the most" 2 '1M to 14G' -m 15G
refuses "memory has whole pages" 2 'whole pages' -m 1234567B
refuses "a size does not wrap" 2 '1M to 14G' -m 99999999999999999999G
refuses "a machine without a hart" 2 'from 1 to 8' -smp 0
refuses "nine harts" 2 'from 1 to 8' -smp cpus=9
refuses "the machine is quire32" 2 'quire32' -M virt
refuses "an engine has a name that exists" 2 'interp' -engine tcg
refuses "the interpreter has no code cache" 2 'leave tb-size out' \
    -engine interp,tb-size=1M
if "$quire" -engine jit,x=1 2>&1 | grep -q 'x86-64 alone'; then
    skipped "jit: its code cache" "it translates to x86-64 alone"
else
    refuses "an engine's part is one that exists" 2 'tb-size=SIZE' \
        -engine jit,thread=multi
    refuses "a code cache of less than 64K" 2 '64K to 1G' \
        -engine jit,tb-size=60K
    refuses "a code cache of more than 1G" 2 '64K to 1G' \
        -engine jit,tb-size=1025
    refuses "a code cache has whole pages" 2 'whole pages' \
        -engine jit,tb-size=70001B
    refuses "a code cache has one size" 2 'twice' \
        -engine jit,tb-size=1M,tb-size=2M
    refuses "a code cache has a size" 2 '64K to 1G' -engine jit,tb-size=
    accepts "the smallest code cache" 0 -engine jit,tb-size=64K \
        $bare "$work/good"
    # As much address space as the interpreter needs, and hardly more; the
    # sanitizers need far more than either.
    saved=$quire plain=$top_builddir/quire
    limit=40000
    until (ulimit -v $limit && "$plain" -engine interp $bare "$work/good") \
        >"$work/out" 2>&1 || [ $limit -gt 2000000 ]; do
        limit=$((limit + 8000))
    done 2>/dev/null
    limit=$((limit + 8000)) # where the host puts things differs
    printf '#!/bin/sh\nulimit -v %d\nexec "%s" "$@"\n' $limit "$plain" \
        >"$work/limited"
    chmod +x "$work/limited"
    quire=$work/limited
    refuses "jit where the host gives no memory for code" 2 \
        'or use -engine interp' -engine jit $bare "$work/good"
    refuses "the default there is interp, and says so" 0 \
        '-engine interp is used' $bare "$work/good"
    accepts "interp needs none" 0 -engine interp $bare "$work/good"
    quire=$saved
fi
refuses "the hart is rv32" 2 'rv32' -cpu rv64
refuses "an extension that is unknown" 2 'pmp, misaligned, zba' -cpu rv32,q=on
refuses "a switch is on or off" 2 '=on or =off' -cpu rv32,pmp=maybe
refuses "a cache needs a shape" 2 'SIZE:WAYS:LINE' -cache l1d=32K
refuses "a cache needs a level that exists" 2 'l1i=' -cache l3=32K:8:64
refuses "a cache of 100 bytes" 2 'l1d=100' -cache l1d=100:3:64
refuses "a replacement is one of four" 2 'lru, plru, fifo or random' \
    -cache l1d=32K:8:64:mru
refuses "so is a TLB's" 2 'lru, plru, fifo or random' -tlb i=32:4:mru
refuses "plru needs a tree" 2 'power of two of ways for plru' \
    -cache l1d=12K:3:64:plru
refuses "also in a TLB" 2 'power of two of ways for plru' -tlb d=12:12:plru
refuses "a write policy is one of two" 2 'wb or wt' \
    -cache l2=512K:8:64:lru:rt
refuses "an allocation policy is one of two" 2 'alloc or noalloc' \
    -cache l2=512K:8:64:lru:wb:never
refuses "too many fields of a cache" 2 'or LEVEL=none' \
    -cache l2=512K:8:64:lru:wb:alloc:x
refuses "too many fields of a TLB" 2 'or LEVEL=none' -tlb d=16:4:lru:x
refuses "models end after they begin" 2 'M above N' -models from=9,to=9
refuses "models begin somewhere" 2 'from=N' -models to=9
refuses "timing is on or off" 2 'on or off' -timing yes
refuses "a TLB needs entries" 2 'above 0' -tlb i=0
refuses "a TLB's ways divide it" 2 '512:7' -tlb l2=512:7
refuses "a TLB needs a level that exists" 2 'i=, d=' -tlb x=4
refuses "L1 caches are both there or not" 2 'l1i and l1d' -cache l1i=none
refuses "so are the first TLBs" 2 'i and d' -tlb d=none
refuses "a drive needs a file" 2 'file=F' -drive if=quire
refuses "a drive needs an interface that exists" 2 'if=virtio' \
    -drive "file=$work/disk,if=ide"
refuses "raw is the format" 2 'format=raw' -drive "file=$work/disk,format=qcow2"
refuses "a fault needs its form" 2 '-drive' \
    -drive "file=$work/disk,fault=burn:now"
refuses "a flush has no sectors" 2 "flush:drop@lba=1-2" \
    -drive "file=$work/disk,fault=read:eio,fault=flush:drop@lba=1-2"
refuses "a rule meets every n-th command, n above 0" 2 "@every=N" \
    -drive "file=$work/disk,fault=read:short=1@every=0"
refuses "a latency has a unit" 2 "fixed:TIME" \
    -drive "file=$work/disk,latency=fixed:5"
refuses "a latency ends" 2 "1ns to 10s" \
    -drive "file=$work/disk,latency=fixed:11s"
refuses "a latency has a kind that exists" 2 "fixed:TIME" \
    -drive "file=$work/disk,latency=tape"
refuses "there is one quire,disk" 2 'one quire,disk' \
    -drive "file=$work/disk,if=quire" -drive "file=$work/disk,if=quire"
refuses "DMA reaches whole pages" 2 'whole pages' -dma reach=5000
refuses "the host's time is no base" 2 "host's time" -rtc base=utc
refuses "a base is a date" 2 'YYYY-MM-DD' -rtc base=2026-02-30
refuses "the clock is the machine's" 2 'base=' -rtc clock=host
refuses "a limit counts" 2 'insns=N' -limit 5
refuses "a hash comes every so often" 2 'every=N' -hash every=0
refuses "a seed fits into the statistics" 2 'below 2^63' \
    -seed 9223372036854775808
refuses "a timeout is a number" 2 'seconds' -timeout soon
refuses "statistics have three formats" 2 'json:F' -stats xml:f
refuses "-d has its items" 2 'exec, int' -d exec,dragons
refuses "an expression must be one" 2 'expression' -expect '('
refuses "stdio is the console's or the monitor's" 2 '-serial null' \
    -monitor stdio
refuses "a clock within reason" 2 '10M to 10G' -clock 5
refuses "the line of a configuration file is named" 2 'badcfg:2: -bias' \
    -config "$work/badcfg"
refuses "a flag takes no value there" 2 'takes no value' -config "$work/valued"
refuses "files that name themselves" 2 'too deeply' -config "$work/self"
refuses "a configuration file that is missing" 3 'No such file' \
    -config "$work/missing"

refuses "a kernel that is missing" 3 'No such file' $bare "$work/missing"
refuses "a kernel that is a folder" 3 'not a regular file' $bare "$work"
refuses "a kernel that is a FIFO" 3 'not a regular file' $bare "$work/fifo"
refuses "a kernel that is empty" 3 'neither' $bare "$work/empty"
refuses "a kernel that is text" 3 'neither' $bare "$0"
refuses "an ELF header alone" 3 'header' $bare "$work/header"
refuses "half an ELF file" 3 'truncated' $bare "$work/half"
refuses "a segment that the file does not have" 3 'truncated' \
    $bare "$work/short"
refuses "another machine's program" 3 'another machine' $bare "$work/arm"
refuses "a 64-bit program" 3 '64-bit' $bare "$work/class64"
refuses "a shared object" 3 'fixed addresses' $bare "$work/shared"
refuses "a segment that is not in DRAM" 3 'outside DRAM.*ld -n' \
    $bare "$work/nowhere"
refuses "a segment larger than DRAM" 3 'outside DRAM.*larger -m' \
    $bare "$work/huge"
refuses "a segment larger in the file" 3 'larger in the file' \
    $bare "$work/shrunk"
refuses "firmware and kernel in one place" 3 'overlaps' \
    -bios "$work/good" -kernel "$work/good"
refuses "firmware that is missing" 3 'No such file' -bios "$work/missing"
refuses "an initial RAM disk that is missing" 3 'No such file' \
    $bare "$work/good" -initrd "$work/missing"
refuses "an initial RAM disk that is too large" 3 'outside DRAM' -m 1M \
    $bare "$work/good" -initrd "$top_builddir/quire-san"
refuses "a device tree that is none" 3 'device tree' \
    $bare "$work/good" -dtb "$work/good"
refuses "a disk that is missing" 3 'No such file' $bare "$work/good" \
    -drive "file=$work/missing"
refuses "a disk that is empty" 3 'at least one' $bare "$work/good" \
    -drive "file=$work/empty"
refuses "a disk that is a FIFO" 3 'neither a regular file' $bare "$work/good" \
    -drive "file=$work/fifo,readonly=on"
refuses "a disk of broken sectors" 3 'sector' $bare "$work/good" \
    -drive "file=$work/ragged"
refuses "a log in no folder" 3 'No such file' $bare "$work/good" \
    -D "$work/no/log"

refuses "statistics in no folder" 3 'No such file' $bare "$work/loop" \
    -stats "json:$work/no/stats" -limit insns=1000
refuses "statistics that the host refuses" 7 '-stats' $bare "$work/good" \
    -stats json:/dev/full
refuses "a log that the host refuses" 7 '-D' $bare "$work/good" \
    -D /dev/full -d exec

refuses "a guest that jumps into nothing" 4 'dead' $bare "$work/dead"
refuses "a guest that waits for nothing" 4 'dead' $bare "$work/wfi"
refuses "memory without a program" 2 "nothing to run" -bios none
refuses "what was expected and not seen" 5 'was not seen' \
    $bare "$work/good" -expect hello
refuses "not seen before the limit" 5 'was not seen' \
    $bare "$work/loop" -expect hello -limit insns=1000
refuses "a timeout" 124 'not finished' $bare "$work/loop" -timeout 1
refuses "a limit" 126 '1000 steps' $bare "$work/loop" -limit insns=1000

accepts "a guest that passes" 0 $bare "$work/good"
accepts "a guest that fails" 1 $bare "$work/fail7"
accepts "a guest's own code" 7 $bare "$work/fail7" -exit raw
accepts "the clock starts at its base" 17 $bare "$work/clock" -exit raw \
    -rtc base=77,clock=vm
accepts "the clock starts at its date" 18 $bare "$work/clock" -exit raw \
    -rtc base=1970-01-01T00:01:20
accepts "one dash or two" 0 --bios none --kernel "$work/good"
accepts "a configuration file" 0 -config "$work/cfg"
accepts "an expected line" 0 -expect 'no next.stage'
accepts "14 GiB" 0 -m 14G $bare "$work/good"
accepts "the smallest memory" 0 -m 1M $bare "$work/good"
accepts "statistics" 0 $bare "$work/good" -stats "json:$work/json"
accepts "no models" 0 -cache none -tlb none $bare "$work/good"
# A raw Image whose 17th word checks where it is (0x80400000), a0 and a1; and
# raw firmware that enters what fw_dynamic_info names, in S-mode.
make_raw "$work/Image" 0x0400006f 0 0x00400000 0 0 0 0 0 2 0 0 0 \
    0x43534952 0x00000056 0x05435352 0 \
    0x00000297 0x80400337 0x04030313 0x02629463 0x02051263 0x0005a283 \
    0xedfe1337 0xdd030313 0x00629a63 0x001002b7 0x00005337 0x55530313 \
    0x0062a023 0x001002b7 0x00013337 0x33330313 0x0062a023 0x0000006f
make_raw "$work/fw.bin" 0x00062283 0x49425337 0x34f30313 0x02629663 \
    0xfff00293 0x3b029073 0x01f00293 0x3a029073 0x000012b7 0x80028293 \
    0x30029073 0x00862283 0x34129073 0x30200073 0x0000006f
# The same without PMP entries.
make_raw "$work/closed.bin" 0x000012b7 0x80028293 0x30029073 0x00862283 \
    0x34129073 0x30200073 0x0000006f
head -c 2000000 /dev/zero >"$work/two"
set -- -limit insns=1M -kernel "$work/Image"
accepts "an Image and firmware in a raw file" 0 -bios "$work/fw.bin" "$@"
accepts "an Image and the default firmware" 0 -bios \
    "$top_builddir/firmware32.elf" "$@"
refuses "an Image without PMP, closed to S-mode" 4 "guest is dead" \
    -bios "$work/closed.bin" "$@"
accepts "an Image without PMP, with pmp=off" 0 -cpu rv32,pmp=off \
    -bios "$work/closed.bin" "$@"
refuses "firmware that is empty" 3 empty -bios "$work/empty" "$@"
refuses "firmware that does not fit" 3 "outside DRAM" -m 1M \
    -bios "$work/two" "$@"
accepts "a disk that spins and fails" 0 $bare "$work/good" \
    -drive "file=$work/disk,latency=spinning,fault=flush:drop@every=2,fault=write:torn=1@lba=5-9"
accepts "a disk's latency" 0 $bare "$work/good" \
    -drive "file=$work/disk,latency=fixed:3ms"
accepts "other models" 0 -cache l1i=1K:1:16,l2=none -tlb i=8:2,l2=none \
    $bare "$work/good"

# The tree of another board than the default one, and what -dtb makes of it:
# the same, as /chosen is complete.
dump() {
    accepts "$1" 0 -smp 2 -m 96M -append "three words" -bios none \
        -M "quire32,dumpdtb=$work/$2" $3
}
dump "a device tree" tree
dump "a device tree of a device tree" again "-dtb $work/tree"
cmp "$work/tree" "$work/again" && grep -aq "three words" "$work/tree" &&
    grep -aq "cpu@1" "$work/tree" && ! grep -aq "cpu@2" "$work/tree"
point "the device tree is the machine's, and goes to the file"
refuses "a device tree in no folder" 3 "No such file" \
    -M "quire32,dumpdtb=$work/no/tree"
refuses "a device tree that the host refuses" 7 dumpdtb \
    -M quire32,dumpdtb=/dev/full
refuses "a device tree in no file" 2 dumpdtb=FILE -M quire32,dumpdtb=

# Files that two options name.
cp "$work/good" "$work/kept.elf"
for option in "-stats txt:$work/kept.elf" "-D $work/kept.elf" \
    "-trace-mem $work/kept.elf" "-serial file:$work/kept.elf" \
    "-M quire32,dumpdtb=$work/kept.elf" \
    "-display png:$work/kept.elf"; do
    is_kept "a program in the way of ${option%% *}" "$work/kept.elf" 2 \
        "reads that file" $bare "$work/kept.elf" $option
done
ln "$work/disk" "$work/link"
is_kept "a disk by another name" "$work/disk" 2 "reads that file" \
    $bare "$work/good" -drive "file=$work/disk,readonly=on" -D "$work/link"
refuses "a disk twice" 2 "writes that file" $bare "$work/good" \
    -drive "file=$work/disk" -drive "file=$work/disk"
accepts "a disk that is read twice" 0 $bare "$work/good" \
    -drive "file=$work/disk,readonly=on" -drive "file=$work/disk,readonly=on"
rm -f "$work/new"
refuses "a file written twice" 2 "writes that file" $bare "$work/good" \
    -D "$work/new" -stats "json:$work/../${work##*/}/new"
echo "limit insns=1M" >"$work/kept.cfg"
is_kept "a configuration file in the way" "$work/kept.cfg" 2 \
    "reads that file" $bare "$work/good" -config "$work/kept.cfg" \
    -D "$work/kept.cfg"
refuses "a file for -stats beside a bad program" 3 "No such file" \
    -kernel "$work/none" -stats "json:$work/new"
number=$((number + 1))
if [ -e "$work/new" ]; then
    echo "not ok $number - statistics of no run are not begun"
else
    echo "ok $number - statistics of no run are not begun"
fi
number=$((number + 1))
"$quire" -rom "$work/good" -stats txt:/dev/stdout >"$work/both"
if grep -q '^ok good$' "$work/both" && grep -q 'harts.0.steps' "$work/both"
then
    echo "ok $number - /dev/stdout in a file is written where stdout stands"
else
    echo "not ok $number - /dev/stdout in a file is written where stdout stands"
fi
refuses "a program by -rom and by -kernel" 2 "give one of them" \
    -rom "$work/good" -kernel "$work/dead"
refuses "a kernel that firmware should start" 3 "without firmware" \
    -bios none -kernel "$top_builddir/octavo32.elf"
refuses "a value behind an equals sign" 2 "-m 16M" -m=16M
head -c 1000 /dev/zero >"$work/zeros"
refuses "a configuration of zeros" 3 "not a text file" -config "$work/zeros"
{ head -c 24 "$work/good"; byte 4; tail -c +26 "$work/good"; } >"$work/entry"
refuses "an entry that is not the first byte" 0 "at its first byte" \
    $bare "$work/entry"
# Said, and run all the same.
refuses "no TLB to be stale" 0 "tlb-stale" $bare "$work/good" -tlb none \
    -d tlb-stale
refuses "no lines to be stale" 0 "coherent" $bare "$work/good" -cache none \
    -dma coherent=off
refuses "nothing that takes time" 0 "timing" $bare "$work/good" -cache none \
    -tlb none -timing on
refuses "nothing to switch on" 0 "-models" $bare "$work/good" -cache none \
    -tlb none -models from=1
rm -f "$work/a.png"
accepts "a picture of a ROM" 0 -display "png:$work/a.png" -rom "$work/good"
number=$((number + 1))
if [ -s "$work/a.png" ]; then
    echo "ok $number - the picture is there"
else
    echo "not ok $number - the picture is there"
fi

echo "1..$number"
