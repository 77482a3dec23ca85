/*
 * quire: a RISC-V machine whose memory one can watch.
 */
#include <stdio.h>

#include "base/log.h"
#include "frontend/options.h"
#include "frontend/session.h"

int main(int argc, char **argv)
{
    struct options options;
    int status;

    options_parse(&options, argc, argv);
    status = session_run(&options);
    options_free(&options);
    return status;
}
