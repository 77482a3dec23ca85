/*
 * quire: a RISC-V machine whose memory one can watch.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "frontend/dump.h"
#include "frontend/options.h"
#include "frontend/session.h"
#include "frontend/tracer.h"

#ifdef __SANITIZE_ADDRESS__
/* Who dies during the set-up leaves it as it stands; leaks are the business of
 * the unit tests. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

int main(int argc, char **argv)
{
    struct options options;
    int status;

    options_parse(&options, argc, argv);
    if (options.trace_patterns && !strcmp(options.trace_patterns, "help"))
        status = tracer_help(&options);
    else if (options.device_tree_file)
        status = dump_device_tree(&options);
    else
        status = session_run(&options);
    options_free(&options);
    return status;
}
