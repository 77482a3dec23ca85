#!/bin/sh
# quire(1), --help and docs/statistics.md agree with the tables.
. "$top_srcdir/tests/lib.sh"
quire=$top_builddir/quire
page=$top_srcdir/docs/quire.1

# Lists, one a line; what is in one alone is shown.
same() {
    [ -n "$1" ] && [ "$1" = "$2" ] || {
        printf '%s\n--\n%s\n' "$1" "$2" | sort | uniq -u | sed 's/^/# /'
        false
    }
}

helped=$("$quire" --help | sed -n 's/^  -\([A-Za-z]*\).*/\1/p' | sort)
described=$(sed -n 's/^\.It Fl \([A-Za-z]*\).*/\1/p' "$page" | sort)
same "$helped" "$described"
point "quire(1) describes the options of --help, and no others"

"$quire" --version | grep -q '^quire [0-9]'
point "--version prints it"

"$quire" -help >/dev/null && "$quire" -h >/dev/null
point "-help and -h help, too"

# What the monitor itself says that it knows.
monitor=$(printf 'help\ninfo\nquit\n' | timeout 60 "$quire" -monitor stdio \
    -serial null -bios none -kernel "$top_builddir/roms/trap/wfi.elf")
missing=
for word in $(printf '%s\n' "$monitor" |
    sed -n 's/^(quire) //; s/^\([a-z]\{1,4\}\)  *[A-Za-z/].*/\1/p
            s/^  \([a-z]*\)  .*/\1/p'); do
    sed -n '/^\.Sh MONITOR/,/^\.Sh EXIT/p' "$page" | grep '^\.It' |
        grep -qw "$word" || missing="$missing $word"
done
printf '%s\n' "$monitor" | grep -q '^  tlb ' && test -z "$missing" ||
    { echo "# missing:$missing"; false; }
point "quire(1) describes the monitor's commands and topics"

missing=
for status in 0 1 2 3 4 5 7 124 125 126 128+n; do
    grep -qx -- "\.It $status" "$page" || missing="$missing $status"
done
test -z "$missing" || { echo "# missing:$missing"; false; }
point "quire(1) describes every exit status"

same "$("$top_builddir/tests/stats_tool")" \
    "$(cat "$top_srcdir/docs/statistics.md")"
point "docs/statistics.md has every statistic (make update-statistics-doc)"

if command -v man >/dev/null 2>&1; then
    wrong=$(MANROFFSEQ='' man --warnings -E UTF-8 -l "$page" 2>&1 >/dev/null)
    test -z "$wrong" || { echo "# $wrong"; false; }
    point "man finds nothing wrong with quire(1)"
fi
echo "1..$number"
