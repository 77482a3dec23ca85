/*
 * Whole files in memory.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

/* Reads size bytes; false if the file fails or is shorter. */
static bool read_all(int fd, uint8_t *to, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t n = read(fd, to + at, size - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n ? errno : EIO;
            return false;
        }
        at += (size_t)n;
    }
    return true;
}

uint8_t *file_read(const char *path, size_t limit, size_t *size, char *error,
                   size_t error_size)
{
    /* Without O_NONBLOCK a FIFO would wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    uint8_t *data = NULL;

    if (fd < 0 || fstat(fd, &st) < 0) {
        snprintf(error, error_size, "%s", strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        snprintf(error, error_size, "not a regular file");
    } else if ((uint64_t)st.st_size > limit) {
        snprintf(error, error_size, "%lld bytes are too many (at most %zu)",
                 (long long)st.st_size, limit);
    } else {
        *size = (size_t)st.st_size;
        data = alloc_zeroed(*size + 1, 1);
        if (!read_all(fd, data, *size)) {
            snprintf(error, error_size, "%s", strerror(errno));
            free(data);
            data = NULL;
        }
    }
    if (fd >= 0)
        close(fd);
    return data;
}
