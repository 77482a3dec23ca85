/*
 * A program for tests/test_tracepoints.c: never run, only linked, so that its
 * tracepoints and functions are known.
 */
#include "guestos/include/trace.h"

struct pair {
    int a, b;
};

int sample_two(struct pair *pair, int order);
__attribute__((noinline)) int sample_two(struct pair *pair, int order)
{
    TRACE(kmem, mm_page_free, pair, order);
    return pair->a + order;
}

int sample_wide(long long wide, short last);
__attribute__((noinline)) int sample_wide(long long wide, short last)
{
    TRACE(sample, six, (int)wide, 7, (char)last, -1, (unsigned char)5, 8u);
    TRACE(sample, one, last);
    return (int)wide;
}

int _start(struct pair *pair);
int _start(struct pair *pair)
{
    TRACE(sample, one, pair->b);
    return sample_two(pair, 3) + sample_wide(pair->b, 2);
}
