#!/bin/sh
# ext2 as Octavo reads it against the files it was made of: three block sizes,
# files beyond the direct and the indirect blocks, holes, links, a directory
# of many blocks. What must be read is what Linux reads (qemu-riscv32).
sum=$top_builddir/tests/octavo/sum
. "$top_srcdir/tests/lib.sh"
root=$work/root
files='/empty /small /direct /indirect /double /holes /short-link /long-link
/many/file-with-a-long-name-in-a-large-directory-1
/many/file-with-a-long-name-in-a-large-directory-300
/many/../many/./file-with-a-long-name-in-a-large-directory-150'

if [ -z "$QEMU_USER32" ]; then
    echo "1..0 # SKIP qemu-riscv32 is not installed"
    exit 0
fi
mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/many"
cp "$sum" "$root/bin/sum"
: >"$root/empty"
printf small >"$root/small"
# Bytes that differ from block to block and need no random source.
stuff() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) print i * 7919 }'; }
stuff 1000 >"$root/direct"
stuff 30000 >"$root/indirect"
stuff 700000 >"$root/double"
truncate -s 2000000 "$root/holes"
printf 'data between holes' |
    dd of="$root/holes" bs=1 seek=1500000 conv=notrunc 2>"$work/log"
ln -s double "$root/short-link"
dots=$(printf './%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 \
    23 24 25 26 27 28 29 30)
ln -s "many/${dots}../double" "$root/long-link"
i=0
while [ $((i += 1)) -le 300 ]; do
    echo $i >"$root/many/file-with-a-long-name-in-a-large-directory-$i"
done
"$QEMU_USER32" "$sum" "$root" $files >"$work/wanted"

set -- 1 2 4 # harts
for block in 1024 2048 4096; do
    rm -f "$work/image"
    "$MKE2FS" -q -t ext2 -b $block -m 0 -O none,filetype,sparse_super \
        -d "$root" "$work/image" 16M >"$work/log" 2>&1
    timeout 120 "$top_builddir/quire" -smp "$1" -m 16M -nographic \
        -bios "$top_builddir/firmware32.elf" \
        -kernel "$top_builddir/octavo32.elf" \
        -append "quiet init=/bin/sum -- \"\" $(echo $files)" \
        -drive "file=$work/image,readonly=on" </dev/null 2>&1 |
        tr -d '\r' | grep '^/' >"$work/got"
    cmp -s "$work/wanted" "$work/got"
    point "files with blocks of $block bytes are read right, harts: $1" ||
        diff "$work/wanted" "$work/got" | sed 's/^/# /'
    shift
done
echo "1..$number"
