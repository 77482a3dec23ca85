# Small ELF files from words, for scripts that test quire. Sourced.

# make_elf FILE CLASS MACHINE TYPE PADDR FILESZ MEMSZ WORD...: one segment.
byte() { printf "\\$(printf '%03o' $(($1 & 255)))"; }
half() { byte "$1"; byte $(($1 >> 8)); }
word() { half "$1"; half $(($1 >> 16)); }
make_elf() {
    file=$1 class=$2 machine=$3 type=$4 paddr=$5 filesz=$6 memsz=$7
    shift 7
    {
        printf '\177ELF'; byte "$class"; byte 1; byte 1
        for i in 1 2 3 4 5 6 7 8 9; do byte 0; done
        half "$type"; half "$machine"; word 1; word "$paddr"
        word 52; word 0; word 0; half 52; half 32; half 1; half 40; half 0
        half 0
        word 1; word 84; word "$paddr"; word "$paddr"; word "$filesz"
        word "$memsz"; word 7; word 4
        for w; do word "$w"; done
    } >"$file"
}

# make_raw FILE WORD...: the words alone.
make_raw() {
    file=$1
    shift
    for w; do word "$w"; done >"$file"
}
