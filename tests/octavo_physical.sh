#!/bin/sh
# docs/octavo/physical.md is right: each of its sessions is typed at Octavo's
# shell, on a machine with the options behind ```octavo, and what comes is what
# the page says. There a number in <> may be another, other text in <> another
# word, and ... stands for any lines; blanks may be more or less. What stands
# before the first command is the kernel's log. SHOW=1 prints what comes.
. "$top_srcdir/tests/lib.sh"
page=${1:-$top_srcdir/docs/octavo/physical.md}
PATH=$PATH:/usr/sbin:/sbin

# Each session: options, and parts 0, 1, 2 ... of log and command, expected.
awk -v work="$work" '
    /^## / { heading = substr($0, 4) }
    /^```octavo/ {
        n++
        part = 0
        name = work "/" n
        print substr($0, 11) >(name ".options")
        print heading >(name ".heading")
        printf "" >(name ".0.expected")
        is_in = 1
        next
    }
    /^```/ { is_in = 0 }
    is_in && /^# / {
        part++
        print substr($0, 3) >(name "." part ".command")
        printf "" >(name "." part ".expected")
        next
    }
    is_in { print >(name "." part ".expected") }
    END { print n + 0 }' "$page" >"$work/sessions"

# A script that types the commands of session $1, with marks between them.
script() {
    part=1
    while [ -f "$work/$1.$part.command" ]; do
        echo "echo @@$part"
        cat "$work/$1.$part.command"
        part=$((part + 1))
    done
    echo "echo @@end"
}

run() { # session
    cp "$top_builddir/octavo32.img" "$work/root.img"
    script "$1" >"$work/script"
    printf 'write %s /session\n' "$work/script" >"$work/commands"
    "$DEBUGFS" -w -f "$work/commands" "$work/root.img" >/dev/null 2>&1
    truncate -s 0 "$work/swap" && truncate -s 32M "$work/swap"
    mkswap -q "$work/swap"
    printf '\nsh /session\nexit 0\n' |
        eval timeout 300 "'$top_builddir/quire'" -nographic -pace none \
            -kernel "'$top_builddir/octavo32.elf'" \
            -drive "'file=$work/root.img,readonly=on'" \
            "$(sed "s|SWAP|-drive file=$work/swap,if=quire|" \
                "$work/$1.options")" 2>&1 |
        tr -d '\r' | sed 's/^\(# \)*//' |
        awk -v name="$work/$1" '
            BEGIN { part = 0; printf "" >(name ".0.actual") }
            /^@@[0-9]+$/ {
                part = substr($0, 3)
                printf "" >(name "." part ".actual")
                next
            }
            /^@@end$/ { exit }
            { print >(name "." part ".actual") }'
}

# Whether the lines of $1 are those of $2, as the page means it.
compare() {
    awk '
        function pattern(line, r, c, i, inner) {
            r = ""
            gsub(/[ \t]+/, " ", line)
            sub(/ $/, "", line)
            while (match(line, /<[^<> ]*>/)) {
                inner = substr(line, RSTART + 1, RLENGTH - 2)
                r = r quote(substr(line, 1, RSTART - 1)) \
                    (inner ~ /^[0-9]+$/ ? "[0-9]+" : "[^ ]+")
                line = substr(line, RSTART + RLENGTH)
            }
            return "^" r quote(line) "$"
        }
        function quote(text) {
            gsub(/[][\\.*+?(){}|^$\/]/, "\\\\&", text)
            return text
        }
        FNR == NR { expected[++n] = $0; next }
        { gsub(/[ \t]+/, " "); sub(/ $/, ""); actual[++m] = $0 }
        END {
            at = 1
            for (i = 1; i <= n; i++) {
                if (expected[i] == "...") {
                    is_skipping = 1
                    continue
                }
                wanted = pattern(expected[i])
                while (is_skipping && at <= m && actual[at] !~ wanted)
                    at++
                if (at > m || actual[at] !~ wanted) {
                    print "expected: " expected[i]
                    print "came:     " (at <= m ? actual[at] : "nothing more")
                    exit 1
                }
                at++
                is_skipping = 0
            }
            if (!is_skipping && at <= m) {
                print "came besides: " actual[at]
                exit 1
            }
        }' "$1" "$2"
}

session=1
while [ $session -le "$(cat "$work/sessions")" ]; do
    run $session
    part=0
    while [ -f "$work/$session.$part.expected" ]; do
        if [ -n "$SHOW" ]; then
            cat "$work/$session.$part.command" "$work/$session.$part.actual" \
                2>/dev/null
        elif [ -f "$work/$session.$part.command" ] ||
            [ -s "$work/$session.$part.expected" ]; then
            touch "$work/$session.$part.actual"
            compare "$work/$session.$part.expected" \
                "$work/$session.$part.actual" >"$work/wrong"
            point "$(cat "$work/$session.heading"): $(cat \
                "$work/$session.$part.command" 2>/dev/null || echo the log)" ||
                shown "$work/wrong"
        fi
        part=$((part + 1))
    done
    session=$((session + 1))
done
[ "$number" -gt 0 ] || [ -n "$SHOW" ] || echo "Bail out! no session in $page"
echo "1..$number"
