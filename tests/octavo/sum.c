/*
 * Sums of files: name, length and Adler-32 of each, so that what one kernel
 * reads from a disk can be compared with what another reads.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int sum(const char *base, const char *name)
{
    static unsigned char block[5000]; /* no multiple of any block size */
    uint32_t a = 1, b = 0, length = 0;
    char path[256];
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "%s%s", base, name);
    fd = open(path, O_RDONLY);
    if (fd < 0) {
        printf("%s: cannot be opened\n", name);
        return 1;
    }
    while ((n = read(fd, block, sizeof block)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            a = (a + block[i]) % 65521;
            b = (b + a) % 65521;
        }
        length += (uint32_t)n;
    }
    close(fd);
    printf("%s: %lu %08lx%s\n", name, (unsigned long)length,
           (unsigned long)(b << 16 | a), n < 0 ? ", and then an error" : "");
    return n < 0;
}

/* sum BASE FILE...: BASE is put before each name and not printed. */
int main(int argc, char **argv)
{
    int status = 0;

    for (int i = 2; i < argc; i++)
        status |= sum(argv[1], argv[i]);
    return status;
}
