# For scripts that run a program of tests/octavo, here and there. Sourced, after
# lib.sh.

# report WHERE CLAIM: the points in $work/out, numbered on, with where it ran.
# CLAIM holds if it ended with its plan and the kernel did not complain.
report() {
    tr -d '\r' <"$work/out" | sed 's/^\(# \)*//' |
        awk -v count="$number" -v where="$1" -v claim="$2" '
        /^(not )?ok [0-9]+ - / {
            sub(/^[^-]*- /, /^not/ ? "not ok " ++count " - " where ": " \
                                   : "ok " ++count " - " where ": ")
            print
            seen++
        }
        /^1\.\.[0-9]+$/ { planned = substr($0, 4) }
        /BUG|panic/ { bad = 1 }
        END {
            good = seen && seen == planned && !bad
            print (good ? "ok " : "not ok ") ++count " - " where ": " claim
        }' >"$work/points"
    cat "$work/points"
    if grep -q '^not ok' "$work/points"; then
        grep -v '^\[' "$work/out" >"$work/said"
        shown "$work/said" 60
    fi
    number=$((number + $(grep -c . "$work/points")))
}
