/*
 * cat [FILE...]: files, or the standard input, to the standard output.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int copy(int fd, const char *name)
{
    char block[4096];
    ssize_t n;

    while ((n = read(fd, block, sizeof block)) > 0)
        for (ssize_t done = 0; done < n;) {
            ssize_t w = write(1, block + done, (size_t)(n - done));

            if (w < 0) {
                perror("cat: standard output");
                return 1;
            }
            done += w;
        }
    if (n < 0) {
        fprintf(stderr, "cat: ");
        perror(name);
    }
    return n < 0;
}

int main(int argc, char **argv)
{
    int failed = 0;

    if (argc == 1)
        return copy(0, "standard input");
    for (int i = 1; i < argc; i++) {
        int fd = strcmp(argv[i], "-") ? open(argv[i], O_RDONLY) : 0;

        if (fd < 0) {
            fprintf(stderr, "cat: ");
            perror(argv[i]);
            failed = 1;
            continue;
        }
        failed |= copy(fd, argv[i]);
        if (fd)
            close(fd);
    }
    return failed;
}
