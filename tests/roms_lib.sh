# For the ROM runners: the built ROMs, their options, and disk images. Sourced;
# needs top_srcdir and top_builddir.
. "$top_srcdir/tests/lib.sh"
roms_folder=$top_builddir/roms

# Names as group/name, sorted; of those in $ONLY, if that is set.
rom_names() {
    ONLY=$ONLY awk '
        BEGIN { for (n = split(ENVIRON["ONLY"], only); n; n--) wanted[only[n]] }
        !length(ENVIRON["ONLY"]) || $0 in wanted
    ' "$roms_folder/list"
}

# rom_column FILE NAME COLUMN: a field of a table, empty if there is no row.
rom_column() {
    awk -F'\t' -v name="$2" -v column="$3" \
        '$1 == name && $column != "-" { print $column }' "$top_srcdir/roms/$1"
}

# A fresh disk of 128 sectors, each beginning with its number.
make_disk() {
    LC_ALL=C awk 'BEGIN {
        for (i = 0; i < 128; i++) {
            printf "%c%c%c%c", i, 0, 0, 0
            for (j = 4; j < 512; j++)
                printf "%c", 0
        }
    }' </dev/null >"$1"
}

# rom_options NAME COLUMN: the machine's further options, DISK made real.
rom_options() {
    options=$(rom_column options.tsv "$1" "$2")
    case $options in
    *DISK*)
        make_disk "$work/disk.img"
        options=$(printf '%s' "$options" | sed "s|DISK|$work/disk.img|g")
        ;;
    esac
    printf '%s' "$options"
}
