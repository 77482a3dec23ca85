#!/bin/sh
# mkimage.sh IMAGE DEMO PROGRAM...: makes Octavo's root file system. Times,
# UUID, hash seed and the order of writing are fixed, so two builds of the
# same programs give the same bytes.
set -e
image=$1 demo=$2
shift 2
uuid=0c7a50b1-0000-4000-8000-000000000032
E2FSPROGS_FAKE_TIME=1700000000
export E2FSPROGS_FAKE_TIME

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f "$image"
truncate -s 4M "$image"
"$MKE2FS" -q -t ext2 -b 4096 -I 256 -m 0 -L octavo \
    -O none,filetype,sparse_super,large_file -U "$uuid" \
    -E "root_owner=0:0,hash_seed=$uuid" "$image"

# debugfs commands for one file or directory of ours.
own() { # path mode
    printf 'sif %s mode %s\nsif %s uid 0\nsif %s gid 0\n' "$1" "$2" "$1" "$1"
    for field in atime ctime mtime; do
        printf 'sif %s %s @1700000000\n' "$1" "$field"
    done
}
{
    for directory in bin dev etc proc sys tmp; do
        printf 'mkdir /%s\n' "$directory"
        own "/$directory" 040755
    done
    for program; do
        name=$(basename "$program")
        "$STRIP" -o "$work/$name" "$program"
        printf 'write %s /bin/%s\n' "$work/$name" "$name"
        own "/bin/$name" 0100755
    done
    printf 'write %s /etc/demo.sh\n' "$demo"
    own /etc/demo.sh 0100644
} >"$work/commands"
"$DEBUGFS" -w -f "$work/commands" "$image" >"$work/log" 2>&1
if grep -v '^debugfs' "$work/log" | grep -v '^Allocated inode'; then
    echo "mkimage.sh: debugfs could not write $image" >&2
    rm -f "$image"
    exit 1
fi
