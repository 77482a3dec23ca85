# For the test scripts: a folder to work in and TAP points that are numbered
# on. Sourced; at the end a script says `echo "1..$number"`.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
where= # said before the names of points, if it is not empty

# point NAME [WHY]: ok if the last command was; else WHY stands behind it. Its
# status is that of the command, so that `point ... || shown FILE` tells more.
point() {
    verdict=$?
    number=$((number + 1))
    if [ $verdict = 0 ]; then
        echo "ok $number - ${where:+$where: }$1"
    else
        echo "not ok $number - ${where:+$where: }$1${2:+ # $2}"
    fi
    return $verdict
}

# skipped NAME REASON
skipped() {
    number=$((number + 1))
    echo "ok $number - ${where:+$where: }$1 # SKIP $2"
}

# shown FILE [LINES]: the end of a file, 20 lines or so many, as comments.
shown() {
    tail -n "${2:-20}" "$1" | sed 's/^/# /'
}
