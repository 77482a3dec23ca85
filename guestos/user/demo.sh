# The demonstration: on a machine of 16 MiB one program sorts three times as
# much, while others share pages until they write to them.
set -e
ps
bigsort -m 48 -s 1 &
cow -m 6 -c 4 -s 1
wait
free
vmstat
cat /proc/buddyinfo
cat /proc/swaps
grep bounce /proc/vmstat
grep pswp /proc/vmstat
