# The demonstration: a machine of 16 MiB sorts three times as much, and
# processes share pages until they write to them.
set -e
ps
bigsort -m 48 -s 1
cow -m 4 -c 4 -s 1
free
vmstat
cat /proc/buddyinfo
cat /proc/swaps
grep bounce /proc/vmstat
grep pswp /proc/vmstat
