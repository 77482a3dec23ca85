# For the scripts that plant faults: a copy of the tree, and texts of it
# replaced. Sourced, after lib.sh.
source=$work/source
build=$work/build
tab=$(printf '\t')

# copy_tree TARGET OPTION...: without what git or a build left in it;
# configured as this build, with further options, and the target made.
copy_tree() {
    target=$1
    shift
    mkdir -p "$source" "$build"
    (cd "$top_srcdir" && tar cf - --exclude=./build --exclude=./.git \
        --exclude=autom4te.cache .) | (cd "$source" && tar xf -)
    (cd "$build" && eval "'$source/configure' --quiet \
        $("$top_builddir/config.status" --config) $*" &&
        make -s -j2 $target) >"$work/log" 2>&1 || {
        shown "$work/log"
        echo "Bail out! the copy does not build"
        exit 1
    }
}

# replace FILE FUNCTION TEXT REPLACEMENT...: the first occurrence of each text,
# one after the other; fails if there is one less. FUNCTION: only in its body;
# empty: anywhere.
replace() {
    replaced=$1
    awk '
        BEGIN {
            where = ARGV[2]
            for (i = 3; i + 1 < ARGC; i += 2) {
                text[++n] = ARGV[i]
                new[n] = ARGV[i + 1]
            }
            while (ARGC > 2)
                delete ARGV[--ARGC]
            is_in = where == ""
            at = 1
        }
        where != "" && /^[a-z]/ && !/;$/ && index($0 " ", where "(") &&
            (index($0, where "(") == 1 ||
             substr($0, index($0, where "(") - 1, 1) ~ /[ *]/) { is_in = 1 }
        is_in && at <= n && (from = index($0, text[at])) {
            $0 = substr($0, 1, from - 1) new[at] \
                substr($0, from + length(text[at]))
            at++
        }
        { print }
        where != "" && /^}/ { is_in = 0 }
        END { exit at <= n || !n }' "$@" >"$1.new" &&
        mv "$replaced.new" "$replaced" || { rm -f "$replaced.new" && false; }
}

# unit_notices TEST [SECONDS]: 0 if a unit test fails with the fault that is
# planted now; how, in $detail.
unit_notices() {
    (cd "$build" && make -s "$1") >"$work/log" 2>&1 || {
        detail="does not compile"
        return 1
    }
    # Its status says only whether it ran to its end: the lines tell.
    timeout -k 1 "${2:-120}" "$build/$1" >"$work/log" 2>&1 </dev/null
    detail="status $?: $(grep -m 1 "^not ok\\|Sanitizer" "$work/log" |
        sed "s|$source/||")"
    case $detail in
    "status 124: ") return 1 ;;
    "status 0: ") return 1 ;;
    esac
}

# ---- tables of faults in functions ----
#
# Rows of test, file, function and pairs of text and replacement. Who uses these
# says by `notices TEST` how the test is run: 0 if it fails, how in $detail.

# choose_rows TABLE: those that ONLY (tests) and FILE leave, to $work/table.
choose_rows() {
    for test in $ONLY; do
        grep -q "^$test$tab" "$1" || {
            echo "${0##*/}: no row for '$test': give tests of ${1##*/}, as" \
                "ONLY='$(grep -v '^#' "$1" | head -n 1 | cut -f 1)'" >&2
            exit 2
        }
    done
    grep -v '^#' "$1" | awk -F "$tab" -v only=" $ONLY " -v file="$FILE" '
        (only == "  " || index(only, " " $1 " ")) && (file == "" || $2 == file)
    ' >"$work/table"
}

# Each test passes while there is no fault.
pass_without_faults() {
    cut -f 1 "$work/table" | sort -u >"$work/tests"
    while read -r test; do
        if notices "$test" || [ "${detail% }" != "status 0:" ]; then
            echo "Bail out! $test fails without a fault: $detail"
            exit 1
        fi
    done <"$work/tests"
}

# plant TEST FILE FUNCTION TEXT REPLACEMENT...: 0 if the test notices.
plant() {
    test=$1
    planted=$source/$2
    shift 2
    cp "$planted" "$work/original"
    if ! replace "$planted" "$@"; then
        detail="no such text in $1"
        return 1
    fi
    notices "$test"
    verdict=$?
    cp "$work/original" "$planted"
    return $verdict
}

# A point for each row, and the score by file; 0 if all were caught.
plant_all() {
    missed=0
    : >"$work/score"
    while IFS=$tab read -r test file function t1 r1 t2 r2 t3 r3; do
        number=$((number + 1))
        if plant "$test" "$file" "$function" "$t1" "$r1" \
            ${t2:+"$t2" "$r2"} ${t3:+"$t3" "$r3"}; then
            echo "ok $number - $file: $function: $t1: $test: $detail"
            echo "$file 1" >>"$work/score"
        else
            echo "not ok $number - $file: $function: $t1: $test # $detail"
            echo "$file 0" >>"$work/score"
            missed=$((missed + 1))
        fi
    done <"$work/table"
    awk '
        { planted[$1]++; caught[$1] += $2; all++; good += $2 }
        END {
            for (file in planted)
                printf "# %s: %d of %d caught\n", file, caught[file],
                    planted[file]
            printf "# all: %d of %d caught\n", good, all
        }' "$work/score" | sort
    echo "1..$number"
    test $missed = 0
}
