/*
 * A benchmark's body in S-mode under Sv32, its code and data in pages of 4 KiB.
 */
#include "bench/guest/bench.h"

int bench_main(void)
{
    enter_supervisor(bench_body, bench_unexpected);
    return 2;
}
