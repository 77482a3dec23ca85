/*
 * malloctest [-n STEPS] [-s SEED]: allocates, resizes and frees blocks of
 * random sizes, and checks after every step that the block touched kept its
 * bytes: that no two blocks overlap, and that realloc copies.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "workload.h"

#define BLOCKS 64

struct block {
    unsigned char *p;
    size_t size;
    unsigned char mark;
};

static bool intact(const struct block *b, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (b->p[i] != b->mark)
            return false;
    return true;
}

/* Mostly small sizes; now and then one beyond the mmap threshold. */
static size_t random_size(uint32_t *state)
{
    uint32_t r = workload_next(state);

    return r % 64 ? r / 64 % 3000 : 100000 + r / 64 % 100000;
}

static bool step(struct block *b, uint32_t *state)
{
    size_t size = random_size(state);
    unsigned char *p;

    if (b->p && !intact(b, b->size))
        return false;
    if (b->p && workload_next(state) % 2) {
        free(b->p);
        b->p = NULL;
        return true;
    }
    p = realloc(b->p, size);
    if (!p)
        return false;
    b->p = p;
    if (!intact(b, b->size < size ? b->size : size))
        return false;
    b->size = size;
    b->mark = (unsigned char)workload_next(state);
    memset(p, b->mark, size);
    return true;
}

int main(int argc, char **argv)
{
    unsigned long steps = option_number(argc, argv, 'n', 20000);
    uint32_t state = (uint32_t)option_number(argc, argv, 's', 1) * 2 + 1;
    static struct block block[BLOCKS];

    for (unsigned long i = 0; i < steps; i++) {
        struct block *b = &block[workload_next(&state) % BLOCKS];

        if (!b->p)
            b->size = 0;
        if (!step(b, &state)) {
            printf("malloctest: step %lu: a block was damaged\n", i);
            return 1;
        }
    }
    printf("malloctest: %lu steps, no overlap\n", steps);
    return 0;
}
