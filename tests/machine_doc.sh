#!/bin/sh
# The register tables of docs/machine.md are what the devices' own rows say.
echo 1..1
page=$top_srcdir/docs/machine.md
if changed=$("$top_builddir/tests/machine_tool" <"$page" | diff "$page" -); then
    echo "ok 1 - docs/machine.md has every register of every device"
else
    echo "$changed" | head -n 20 | sed 's/^/# /'
    echo "not ok 1 - docs/machine.md is stale: make update-machine-doc"
fi
