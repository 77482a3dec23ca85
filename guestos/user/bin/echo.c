/*
 * echo [-n] [WORD...]
 */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    int first = argc > 1 && !strcmp(argv[1], "-n") ? 2 : 1;
    int failed = 0;

    for (int i = first; i < argc; i++)
        failed |= printf("%s%s", i > first ? " " : "", argv[i]) < 0;
    if (first == 1)
        failed |= putchar('\n') == EOF;
    failed |= fflush(stdout) != 0;
    if (failed)
        perror("echo: standard output");
    return failed;
}
