/*
 * Opens the file of -trace-mem.
 */
#include "frontend/mem_trace.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "frontend/output.h"
#include "mmu/trace.h"

struct trace *mem_trace_open(const char *path)
{
    int fd = output_open(path);

    if (fd < 0)
        die(EXIT_INPUT, "-trace-mem %s: %s", path, strerror(errno));
    return trace_new(fd);
}
