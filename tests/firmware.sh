#!/bin/sh
# Checks our firmware on Quire and on QEMU, with the S-mode payload that calls
# all of it, and without a next stage.
. "$top_srcdir/tests/lib.sh"
payload=$top_builddir/roms/firmware/payload.elf
firmware=$top_builddir/firmware32.elf

# judge MACHINE STATUS TEXT: the payload's claims all hold and it has ended.
judge() {
    bad=$(printf '%s\n' "$3" | grep '^not ok' | tr '\n' ';')
    case $1 in
    *" 2 harts" | *" 4 harts") # they must have been seen
        printf '%s\n' "$3" | grep -q 'ok and starts again' ||
            bad="$bad one hart"
        ;;
    esac
    printf '%s\n' "$3" | tr -d '\r' | grep -q '^end$' && test "$2" = 0 &&
        test -z "$bad"
    point "$1: the payload's claims hold" "status $2: ${bad:-$3}"
}

if test -z "$QEMU32"; then
    echo "1..4"
else
    echo "1..12"
fi
for harts in 1 2 4; do
    text=$(timeout 60 "$top_builddir/quire" -smp $harts -bios "$firmware" \
        -kernel "$payload" -nographic 2>&1 </dev/null)
    judge "Quire, $harts harts" $? "$text"
done
text=$(timeout 60 "$top_builddir/quire" -bios "$firmware" -nographic 2>&1 \
    </dev/null)
test $? = 1
point "Quire: without a next stage the firmware fails" "$text"
test -n "$QEMU32" || exit 0

for cpu in rv32 rv32,sstc=off rv32,sstc=off,pmp=off; do
    text=$(timeout 60 "$QEMU32" -M virt -cpu $cpu -m 128M -nographic \
        -bios "$firmware" -kernel "$payload" 2>&1 </dev/null)
    status=$?
    case $cpu in
    *pmp=off) # nothing protects the firmware then
        text=$(printf '%s\n' "$text" |
            sed 's/^not ok the firmware cannot be read/ok (no PMP)/')
        test $status = 1 && status=0
        ;;
    esac
    judge "QEMU $cpu" $status "$text"
done
for cpu in rv32 rv32,sstc=off; do
    for harts in 2 4; do
        text=$(timeout 60 "$QEMU32" -M virt -cpu $cpu -smp $harts -m 128M \
            -nographic -bios "$firmware" -kernel "$payload" 2>&1 </dev/null)
        judge "QEMU $cpu, $harts harts" $? "$text"
    done
done
text=$(timeout 60 "$QEMU32" -M virt -nographic -bios "$firmware" 2>&1 \
    </dev/null)
test $? = 1
point "QEMU: without a next stage the firmware fails" "$text"
