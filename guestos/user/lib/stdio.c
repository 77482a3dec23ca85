/*
 * The standard streams over file descriptors 0, 1 and 2: output to the
 * terminal by line, errors at once.
 */
#include <stdio-bufio.h>
#include <stdio.h>
#include <unistd.h>

#include "start.h"

static char in_buffer[512], out_buffer[1024], err_buffer[1];

static ssize_t stdio_read(int fd, void *buf, size_t size)
{
    return read(fd, buf, size);
}

static ssize_t stdio_write(int fd, const void *buf, size_t size)
{
    return write(fd, buf, size);
}

static struct __file_bufio in =
    FDEV_SETUP_BUFIO(0, in_buffer, sizeof in_buffer, stdio_read, stdio_write,
                     NULL, NULL, __SRD, 0);
static struct __file_bufio out =
    FDEV_SETUP_BUFIO(1, out_buffer, sizeof out_buffer, stdio_read, stdio_write,
                     NULL, NULL, __SWR, __BLBF);
static struct __file_bufio err =
    FDEV_SETUP_BUFIO(2, err_buffer, sizeof err_buffer, stdio_read, stdio_write,
                     NULL, NULL, __SWR, 0);

FILE *const stdin = &in.xfile.cfile.file;
FILE *const stdout = &out.xfile.cfile.file;
FILE *const stderr = &err.xfile.cfile.file;

void flush_streams(void)
{
    fflush(stdout);
    fflush(stderr);
}
