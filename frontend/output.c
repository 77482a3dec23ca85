/*
 * Opens files to be written.
 */
#include "frontend/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_same(const struct stat *file, int fd)
{
    struct stat other;

    return !fstat(fd, &other) && file->st_dev == other.st_dev &&
           file->st_ino == other.st_ino;
}

static int instead_of(int fd, int of)
{
    int copy = fcntl(of, F_DUPFD_CLOEXEC, 0), error = errno;

    close(fd);
    errno = error;
    return copy;
}

int output_open(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    struct stat file;

    if (fd < 0 || fstat(fd, &file))
        return fd;
    if (is_same(&file, STDOUT_FILENO))
        return instead_of(fd, STDOUT_FILENO);
    if (is_same(&file, STDERR_FILENO))
        return instead_of(fd, STDERR_FILENO);
    if (S_ISREG(file.st_mode) && ftruncate(fd, 0)) {
        int error = errno;

        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

FILE *output_open_stream(const char *path)
{
    int fd = output_open(path);

    return fd < 0 ? NULL : fdopen(fd, "w");
}
