/*
 * GFP flags as text, the way Linux's %pGg prints them: the names of whole
 * contexts first, then what is left flag by flag.
 */
#include "internal.h"
#include "kernel.h"
#include "string.h"

struct gfp_name {
    gfp_t mask;
    const char *name;
};
#define GFP_NAME(flag)                                                         \
    {                                                                          \
        flag, #flag                                                            \
    }

static const struct gfp_name gfp_names[] = {
    GFP_NAME(GFP_HIGHUSER_MOVABLE), GFP_NAME(GFP_HIGHUSER),
    GFP_NAME(GFP_USER),             GFP_NAME(GFP_KERNEL),
    GFP_NAME(GFP_NOFS),             GFP_NAME(GFP_ATOMIC),
    GFP_NAME(GFP_NOIO),             GFP_NAME(GFP_NOWAIT),
    GFP_NAME(GFP_DMA),              GFP_NAME(__GFP_HARDWALL),
    GFP_NAME(__GFP_HIGHMEM),        GFP_NAME(__GFP_HIGH),
    GFP_NAME(__GFP_ATOMIC),         GFP_NAME(__GFP_IO),
    GFP_NAME(__GFP_FS),             GFP_NAME(__GFP_NOWARN),
    GFP_NAME(__GFP_RETRY_MAYFAIL),  GFP_NAME(__GFP_NOFAIL),
    GFP_NAME(__GFP_NORETRY),        GFP_NAME(__GFP_COMP),
    GFP_NAME(__GFP_ZERO),           GFP_NAME(__GFP_NOMEMALLOC),
    GFP_NAME(__GFP_MEMALLOC),       GFP_NAME(__GFP_RECLAIMABLE),
    GFP_NAME(__GFP_MOVABLE),        GFP_NAME(__GFP_DIRECT_RECLAIM),
    GFP_NAME(__GFP_THISNODE),
};

const char *gfp_text(gfp_t gfp, char *text, size_t size)
{
    size_t n = 0;

    text[0] = 0;
    for (size_t i = 0; i < ARRAY_SIZE(gfp_names) && n < size; i++) {
        gfp_t mask = gfp_names[i].mask;

        if ((gfp & mask) != mask)
            continue;
        gfp &= ~mask;
        n += (size_t)snprintf(text + n, size - n, "%s%s", n ? "|" : "",
                              gfp_names[i].name);
    }
    if (gfp && n < size)
        snprintf(text + n, size - n, "%s0x%x", n ? "|" : "",
                 (unsigned int)gfp);
    return text;
}
