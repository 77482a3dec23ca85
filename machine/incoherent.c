/*
 * Where DMA is not coherent: turns what the caches find into words for the
 * host (-dma coherent=off).
 */
#include "machine/machine.h"
#include "mmu/cache.h"
#include "mmu/mmu.h"

static void found(void *ctx, const struct cache *c, enum cache_use use,
                  uint64_t pa)
{
    struct machine *m = ctx;
    struct machine_stale s = {
        .use = use,
        .cache = c,
        .pa = pa,
        .line_bytes = c->geometry.line_bytes,
        .hart = m->turn < m->n_harts ? m->turn : 0,
    };

    if (m->hooks.dma_stale)
        m->hooks.dma_stale(m->hooks.ctx, &s);
}

void machine_make_incoherent(struct machine *m)
{
    const struct cache_watch watch = {found, m};

    for (unsigned i = 0; i < m->n_harts; i++)
        mmu_watch_dma(&m->harts[i].mmu, &watch);
}
