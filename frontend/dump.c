/*
 * -M quire32,dumpdtb=F: the device tree in a file, instead of a run.
 */
#include "frontend/dump.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "frontend/options.h"
#include "frontend/output.h"
#include "machine/machine.h"

int dump_device_tree(const struct options *o)
{
    struct machine *m = machine_create(&o->machine);
    size_t size;
    const uint8_t *tree = machine_device_tree(m, &size);
    FILE *file = output_open_stream(o->device_tree_file);
    int status = EXIT_PASS;
    bool is_written;

    if (!file)
        die(EXIT_INPUT, "dumpdtb=%s: %s", o->device_tree_file, strerror(errno));
    is_written = fwrite(tree, 1, size, file) == size;
    if (fclose(file) || !is_written) {
        log_error("dumpdtb=%s: %s", o->device_tree_file, strerror(errno));
        status = EXIT_HOST_IO;
    }
    machine_free(m);
    return status;
}
