/*
 * A benchmark's body in M-mode, without translation.
 */
#include "bench/guest/bench.h"

int bench_main(void)
{
    return bench_body();
}
