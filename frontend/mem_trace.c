/*
 * Opens the file of -trace-mem.
 */
#include "frontend/mem_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "mmu/trace.h"

struct trace *mem_trace_open(const char *path)
{
    int fd;

    if (strcmp(path, "/dev/stdout"))
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    else
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        die(EXIT_INPUT, "-trace-mem %s: %s", path, strerror(errno));
    return trace_new(fd);
}
