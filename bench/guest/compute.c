/*
 * Compute loop: a checksum by table, a matrix product, a sort with calls and
 * a recursion, in the first-level caches.
 */
#include "bench/guest/bench.h"

#ifndef ROUNDS
#define ROUNDS 8000
#endif

static uint32_t crc_table[256], words[512];
static int32_t a[16][16], b[16][16], product[16][16];

static void make_crc_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (int k = 0; k < 8; k++)
            c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
        crc_table[i] = c;
    }
}

static uint32_t crc(uint32_t c, const void *data, unsigned size)
{
    const uint8_t *p = data;

    c = ~c;
    while (size--)
        c = crc_table[(c ^ *p++) & 255] ^ c >> 8;
    return ~c;
}

static uint32_t xorshift(uint32_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 17;
    *s ^= *s << 5;
    return *s;
}

static __attribute__((noinline)) void sort(uint32_t *v, int lo, int hi)
{
    while (lo < hi) {
        uint32_t pivot = v[(lo + hi) / 2];
        int i = lo, j = hi;

        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (pivot < v[j])
                j--;
            if (i <= j) {
                uint32_t t = v[i];

                v[i++] = v[j];
                v[j--] = t;
            }
        }
        sort(v, lo, j);
        lo = i;
    }
}

static __attribute__((noinline)) unsigned fib(unsigned n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static void multiply(void)
{
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 16; j++) {
            int32_t sum = 0;

            for (int k = 0; k < 16; k++)
                sum += a[i][k] * b[k][j];
            product[i][j] = sum;
        }
}

int bench_body(void)
{
    uint32_t seed = 2463534242u, check = 0;

    make_crc_table();
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < 512; i++)
            words[i] = xorshift(&seed);
        for (unsigned i = 0; i < 256; i++) {
            a[i / 16][i % 16] = (int32_t)words[i] >> 16;
            b[i / 16][i % 16] = (int32_t)words[i + 256] >> 16;
        }
        multiply();
        sort(words, 0, 511);
        for (unsigned i = 1; i < 512; i++)
            if (words[i - 1] > words[i])
                return 1;
        check = crc(check, words, sizeof words);
        check = crc(check, product, sizeof product);
        check += fib(12);
    }
    return check == 0;
}
