/*
 * sleep SECONDS: a decimal number, of machine time.
 */
#include <stdio.h>
#include <stdlib.h>

#include "os.h"

int main(int argc, char **argv)
{
    char *end = NULL;
    long long ns = 0, unit = 1000000000;

    if (argc == 2)
        ns = strtoll(argv[1], &end, 10) * unit;
    if (end && *end == '.')
        for (end++; *end >= '0' && *end <= '9'; end++)
            ns += (*end - '0') * (unit /= 10);
    if (!end || *end || ns < 0) {
        fprintf(stderr, "usage: sleep SECONDS\n");
        return 2;
    }
    if (os_sleep_ns(ns) < 0) {
        perror("sleep");
        return 1;
    }
    return 0;
}
