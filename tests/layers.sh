#!/bin/sh
# Includes go downwards only: frontend > machine > cpu > mmu > devices > base
# > abi. What runs on the machine (guestos, roms) sees abi and itself. Paths
# start at the root, and internal.h is for its own folder.
cd "$top_srcdir" || exit 1

# Folders that each folder may include from.
allowed() {
    case $1 in
    abi) echo abi ;;
    base) echo abi base ;;
    devices) echo abi base devices ;;
    mmu) echo abi base devices mmu ;;
    cpu) echo abi base devices mmu cpu ;;
    machine) echo abi base devices mmu cpu machine ;;
    frontend) echo abi base devices mmu cpu machine frontend ;;
    guestos) echo abi guestos ;;
    roms) echo abi roms ;;
    esac
}

# Our own includes of a folder: those whose first part names one of ours.
wrong_includes() {
    find "$1" \( -name '*.c' -o -name '*.h' -o -name '*.S' \) -print |
        LC_ALL=C sort | xargs -r grep -n '^#include "' /dev/null |
        awk -v allowed="$(allowed "$1")" -v folder="$1" '
            BEGIN {
                n = split(allowed, part, " ")
                for (i = 1; i <= n; i++)
                    may[part[i]] = 1
                split("abi base devices mmu cpu machine frontend guestos " \
                      "roms tests bench", all, " ")
                for (i in all)
                    ours[all[i]] = 1
            }
            {
                split($0, piece, "\"")
                split(piece[2], path, "/")
                if (path[1] in ours && piece[2] ~ "/" && !(path[1] in may) ||
                    piece[2] ~ /^[.][.]/ ||
                    piece[2] ~ /internal[.]h$/ && piece[2] ~ "/" &&
                    path[1] != folder)
                    print "# " $0
            }'
}

echo 1..9
number=0
for folder in abi base devices mmu cpu machine frontend guestos roms; do
    number=$((number + 1))
    wrong=$(wrong_includes "$folder")
    if [ -z "$wrong" ]; then
        echo "ok $number - $folder includes only $(allowed $folder)"
    else
        echo "not ok $number - $folder includes from above it"
        printf '%s\n' "$wrong"
    fi
done
