#!/bin/sh
# Who calls whom in Octavo's memory manager: the objects' undefined symbols,
# by file, against the layers of tests/octavo_layers.tsv. A file calls its own
# layer and those below; what goes up is by a table of functions
# (reclaim_ops), or stands there as a call that is allowed.
. "$top_srcdir/tests/lib.sh"
table=$top_srcdir/tests/octavo_layers.tsv
NM=${NM_GUEST:-riscv64-unknown-elf-nm}

for source in "$top_srcdir"/guestos/mm/*.c; do
    object=${source##*/}
    object=$top_builddir/guestos/mm/${object%.c}.k32.o
    name=${object##*/}
    "$NM" "$object" 2>/dev/null | awk -v file="${name%.k32.o}" '
        $1 == "U" { print "uses", file, $2 }
        NF == 3 && $2 == "T" { print "has", file, $3 }'
done >"$work/symbols"

echo 1..3
[ "$(grep -c '^has' "$work/symbols")" -gt 200 ]
point "the kernel's objects can be read"
awk '$1 == "has" { print $2 }' "$work/symbols" | sort -u >"$work/files"
awk -F '\t' '$1 == "layer" { n = split($3, f, " "); for (i = 1; i <= n; i++)
    print f[i] }' "$table" | sort >"$work/listed"
comm -23 "$work/files" "$work/listed" >"$work/wrong"
! [ -s "$work/wrong" ]
point "each file has a layer" || shown "$work/wrong"
awk -F '\t' '
    FNR == NR && $1 == "layer" {
        n = split($3, f, " ")
        for (i = 1; i <= n; i++)
            layer[f[i]] = $2
    }
    FNR == NR && $1 == "up" { may[$2 " " $3] = 1 }
    FNR == NR { next }
    { split($0, part, " ") }
    part[1] == "has" { owner[part[3]] = part[2] }
    part[1] == "uses" { use[++uses] = part[2] " " part[3] }
    END {
        for (i = 1; i <= uses; i++) {
            split(use[i], part, " ")
            to = owner[part[2]]
            if (to == "" || layer[to] <= layer[part[1]])
                continue
            goes_up[use[i]] = 1
            if (!(use[i] in may))
                print part[1] " (layer " layer[part[1]] ") calls " part[2] \
                    " of " to " (layer " layer[to] ")"
        }
        for (call in may)
            if (!(call in goes_up))
                print call ": stands in the table and does not go up"
    }' "$table" "$work/symbols" | sort >"$work/wrong"
! [ -s "$work/wrong" ]
point "nobody calls upwards" || shown "$work/wrong" 60
