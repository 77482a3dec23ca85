#!/bin/sh
# Octavo's /proc is Linux's: each line of the files on memory has the form in
# which Linux v5.15 prints it, names in their order, and procps reads them to
# the same numbers as Octavo's own programs.
. "$top_srcdir/tests/lib.sh"

{
    cat <<'S'

bigsort -m 4 -s 1
echo BUDDYINFO
cat /proc/buddyinfo
echo PAGETYPEINFO
cat /proc/pagetypeinfo
echo ZONEINFO
cat /proc/zoneinfo
echo SLABINFO
cat /proc/slabinfo
echo UPTIME
cat /proc/uptime
echo STAT
cat /proc/stat
echo VMSTAT
cat /proc/vmstat
echo MEMINFO
cat /proc/meminfo
echo FREE
free
echo VMSTATTOOL
vmstat
echo DONE
exit
S
} | timeout 200 "$top_builddir/quire" -m 64M -smp 2 -nographic -pace none \
    -kernel "$top_builddir/octavo32.elf" -append 'page_owner=on' \
    -drive "file=$top_builddir/octavo32.img,readonly=on" 2>"$work/errors" |
    tr -d '\r' | sed 's/^\(# \)*//; s/^name  */# &/' >"$work/console"

part() { # NAME: into a file of that name
    awk -v name="$1" '/^[A-Z]+$/ { is_on = $0 == name; next } is_on' \
        "$work/console" >"$work/$1"
    [ -s "$work/$1" ]
}

# Every line matches one of the extended regular expressions on stdin.
has_forms() { # PART
    part "$1" || return 1
    sed 's/^/^/; s/$/$/' >"$work/forms"
    ! grep -Evf "$work/forms" "$work/$1" >"$work/other" || {
        shown "$work/other" 5
        return 1
    }
}
n6='([ 0-9]{5}[0-9] ){11}' # of 11 orders, "%6lu "

has_forms BUDDYINFO <<S
Node 0, zone [ A-Za-z0-9]{8} $n6
S
point "buddyinfo: Node %d, zone %8s, then %6lu for each order"
has_forms PAGETYPEINFO <<S
Page block order: 10
Pages per block:  1024

Free pages count per migrate type at order       0      1      2      3      4      5      6      7      8      9     10 
Node    0, zone [ A-Za-z0-9]{8}, type [ A-Za-z]{12} $n6
Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic      Isolate 
Number of mixed blocks    Unmovable      Movable  Reclaimable   HighAtomic      Isolate 
Node 0, zone [ A-Za-z0-9]{8} ([ 0-9]{11}[0-9] ){5}
S
point "pagetypeinfo: its three tables"
has_forms ZONEINFO <<'S'
Node 0, zone [ A-Za-z0-9]{8}
  per-node stats
      nr_[a-z_ ]{9,} [0-9]+
  pages free     [0-9]+
        (min     |low     |high    |spanned |present |managed |cma     ) [0-9]+
        protection: \([0-9]+(, [0-9]+)+\)
  pagesets
    cpu: [0-9]+
              (count:|high: |batch:) [0-9]+
  node_unreclaimable:  [0-9]+
  start_pfn:           [0-9]+
S
point "zoneinfo: its fields and its indents"
# In the order of Linux; what is not counted here is left out.
in_order() { # PART, names on stdin
    awk 'NR == FNR { place[$1] = NR; next }
        {
            sub(/:$/, "", $1)
            bad += !($1 in place) || place[$1] <= last
            if (bad && !told++)
                print "# " $1 " is unknown or out of order"
            last = place[$1]
        }
        END { exit bad || FNR < 10 }' - "$work/$1"
}
has_forms VMSTAT <<'S'
[a-z_]+ [0-9]+
S
point "vmstat: a name and a number a line"
in_order VMSTAT <<'S'
nr_free_pages
nr_zone_inactive_anon
nr_zone_active_anon
nr_zone_inactive_file
nr_zone_active_file
nr_zone_unevictable
nr_zone_write_pending
nr_mlock
nr_bounce
nr_inactive_anon
nr_active_anon
nr_inactive_file
nr_active_file
nr_unevictable
nr_slab_reclaimable
nr_slab_unreclaimable
nr_isolated_anon
nr_isolated_file
workingset_nodes
workingset_refault_anon
workingset_refault_file
workingset_activate_anon
workingset_activate_file
workingset_restore_anon
workingset_restore_file
workingset_nodereclaim
nr_anon_pages
nr_mapped
nr_file_pages
nr_dirty
nr_writeback
nr_writeback_temp
nr_shmem
nr_vmscan_write
nr_vmscan_immediate_reclaim
nr_dirtied
nr_written
nr_kernel_misc_reclaimable
nr_kernel_stack
nr_page_table_pages
nr_swapcached
nr_dirty_threshold
nr_dirty_background_threshold
pgpgin
pgpgout
pswpin
pswpout
pgalloc_dma
pgalloc_normal
pgalloc_high
pgalloc_movable
allocstall_dma
allocstall_normal
allocstall_high
allocstall_movable
pgskip_dma
pgskip_normal
pgskip_high
pgskip_movable
pgfree
pgactivate
pgdeactivate
pglazyfree
pgfault
pgmajfault
pglazyfreed
pgrefill
pgreuse
pgsteal_kswapd
pgsteal_direct
pgscan_kswapd
pgscan_direct
pgscan_direct_throttle
pgscan_anon
pgscan_file
pgsteal_anon
pgsteal_file
pginodesteal
slabs_scanned
kswapd_inodesteal
kswapd_low_wmark_hit_quickly
kswapd_high_wmark_hit_quickly
pageoutrun
pgrotated
drop_pagecache
drop_slab
oom_kill
pgmigrate_success
pgmigrate_fail
compact_migrate_scanned
compact_free_scanned
compact_isolated
compact_stall
compact_fail
compact_success
compact_daemon_wake
compact_daemon_migrate_scanned
compact_daemon_free_scanned
unevictable_pgs_culled
unevictable_pgs_scanned
unevictable_pgs_rescued
unevictable_pgs_mlocked
unevictable_pgs_munlocked
unevictable_pgs_cleared
unevictable_pgs_stranded
swap_ra
swap_ra_hit
bounce_in
bounce_out
S
point "its names in Linux's order, ours last"
has_forms MEMINFO <<'S'
[A-Za-z_()]+: +[0-9]+ kB
S
point "meminfo: a name, a number and kB a line"
! grep -vxE '.{16}.{8} kB' "$work/MEMINFO"
point "the numbers end in column 24"
in_order MEMINFO <<'S'
MemTotal
MemFree
MemAvailable
Buffers
Cached
SwapCached
Active
Inactive
Active(anon)
Inactive(anon)
Active(file)
Inactive(file)
Unevictable
Mlocked
HighTotal
HighFree
LowTotal
LowFree
SwapTotal
SwapFree
Dirty
Writeback
AnonPages
Mapped
Shmem
KReclaimable
Slab
SReclaimable
SUnreclaim
KernelStack
PageTables
NFS_Unstable
Bounce
WritebackTmp
CommitLimit
Committed_AS
VmallocTotal
VmallocUsed
VmallocChunk
Percpu
S
point "its names in Linux's order"
has_forms SLABINFO <<'S'
slabinfo - version: 2.1
# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>
[^ ]+ *( [ 0-9]{5}[0-9]){3}( [ 0-9]{3}[0-9]){2} : tunables( [ 0-9]{3}[0-9]){3} : slabdata( [ 0-9]{5}[0-9]){3}
S
point "slabinfo: version 2.1"

# procps in a namespace where these files are Octavo's.
for name in UPTIME STAT FREE VMSTATTOOL; do
    part $name
done
procps() { # COMMAND
    unshare -r -m sh -c "mount --bind '$work/MEMINFO' /proc/meminfo &&
        mount --bind '$work/STAT' /proc/stat &&
        mount --bind '$work/VMSTAT' /proc/vmstat &&
        mount --bind '$work/UPTIME' /proc/uptime && $1" 2>/dev/null
}
# The programs see the files a moment later: of a number in the same column
# no more than a few KiB differ; what is a rate or a share may differ more.
alike() { # FILE, FILE, first column of rates
    awk -v rates="$3" '
        NR == FNR { line[FNR] = $0; next }
        {
            n = split(line[FNR], ours, " ")
            bad += n != NF || length(line[FNR]) != length($0)
            for (i = 1; i <= NF && i < rates; i++) {
                near = ours[i] - $i
                if ($i ~ /^[0-9]+$/ ? near > 400 || near < -400 : ours[i] != $i)
                    bad++
            }
        }
        END { exit bad || FNR < 3 }' "$1" "$2" || {
        sed 's/^/# ours   /' "$1"
        sed 's/^/# procps /' "$2"
        return 1
    }
}
if procps free >"$work/free" && [ -s "$work/free" ]; then
    alike "$work/FREE" "$work/free" 99
    point "free prints what that of procps does"
    procps vmstat >"$work/vmstat"
    alike "$work/VMSTATTOOL" "$work/vmstat" 7
    point "vmstat prints what that of procps does"
    procps 'vmstat -s' | awk '
        NR == FNR { count[$1] = $2; next }
        / pages swapped in$/ { bad += $1 != count["pswpin"]; n++ }
        / K paged in$/ { bad += $1 != count["pgpgin"]; n++ }
        / free memory$/ { near = $1 - count["nr_free_pages"] * 4; bad += near > 400 || near < -400; n++ }
        END { exit bad || n != 3 }' "$work/VMSTAT" -
    point "vmstat -s of procps finds the events"
else
    for name in "free prints" "vmstat prints" "vmstat -s finds"; do
        skipped "$name what that of procps does" \
            "no procps, or no namespace to mount in"
    done
fi
echo "1..$number"
