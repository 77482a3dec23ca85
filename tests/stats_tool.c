/*
 * Prints docs/statistics.md from the table of statistics. `make
 * update-statistics-doc`.
 */
#include <stdio.h>

#include "machine/stats.h"

int main(void)
{
    puts("# Statistics\n\n"
         "What `-stats json:F`, `csv:F` and `txt:F` write when a run ends. "
         "In JSON the dots\nare nested objects, and `harts` and `disks` are "
         "arrays; in CSV and text the names\nare as here, with the number of "
         "the hart, or of the drive in command-line order.\nAll are exact "
         "integers but `quire`, `config.engine` and `exit.reason`.\n\n"
         "| name | meaning |\n|---|---|");
    stats_describe(stdout);
    return 0;
}
