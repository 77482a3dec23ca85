/*
 * Durations as text: a number with its unit.
 */
#include "base/duration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *duration_parse(const char *text, uint64_t *ns)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    uint64_t factor = 1;
    char *end;

    if (*text < '0' || *text > '9')
        return NULL;
    errno = 0;
    *ns = strtoull(text, &end, 10);
    for (size_t i = 0; i < ARRAY_SIZE(units); i++, factor *= 1000) {
        if (strncmp(end, units[i], strlen(units[i])))
            continue;
        if (errno || *ns > UINT64_MAX / factor)
            return NULL;
        *ns *= factor;
        return end + strlen(units[i]);
    }
    return NULL;
}
