/*
 * Operations on a block of 64 bytes: cbo.clean, cbo.flush, cbo.inval and
 * cbo.zero. The first three are permitted where a load is (a page or region
 * that may be stored to may be loaded from), and fault as a store does.
 */
#include <string.h>

#include "mmu/heat.h"
#include "mmu/internal.h"
#include "mmu/models.h"
#include "mmu/observe.h"

#define BLOCK_MASK ((uint64_t)MMU_BLOCK_BYTES - 1)

static uint64_t block_of(uint64_t va)
{
    return va & ~BLOCK_MASK;
}

/* A refused load of the block, as these instructions report it: a store, at
 * the address that the register held (CMO 1.0, 2.5.2). */
static bool refuse_walk(struct fault *f, uint64_t va)
{
    if (f->cause == CAUSE_LOAD_PAGE || f->cause == CAUSE_STORE_PAGE)
        mmu_fault_page(f, ACCESS_STORE, va);
    else
        mmu_fault_access(f, ACCESS_STORE, va);
    return false;
}

static bool refuse(const struct mmu *m, enum access access, uint64_t va,
                   const struct translation *t, struct fault *f)
{
    observe_refused(m, access, block_of(va), t);
    mmu_fault_access(f, ACCESS_STORE, va);
    return false;
}

/* Translates and checks the block of va. */
static bool locate_block(struct mmu *m, uint64_t va, enum access access,
                         struct translation *t, uint64_t *pa, struct fault *f)
{
    m->attempt = (struct attempt){block_of(va), MMU_BLOCK_BYTES, access,
                                  access == ACCESS_LOAD ? ATTEMPT_BLOCK
                                                        : ATTEMPT_ATOMIC};
    if (!mmu_translate(m, &m->data, block_of(va), access, t, f)) {
        observe_refused(m, access, block_of(va), t);
        return refuse_walk(f, va);
    }
    *pa = t->page_pa | (block_of(va) & MMU_PAGE_MASK);
    if (mmu_pmp_permits(m, *pa, MMU_BLOCK_BYTES, access, m->data.rights.priv))
        return true;
    return refuse(m, access, va, t, f);
}

bool mmu_cbo(struct mmu *m, uint64_t va, enum mmu_cbo op, struct fault *f)
{
    struct translation t;
    uint64_t pa;

    if (!locate_block(m, va, ACCESS_LOAD, &t, &pa, f))
        return false;
    if (!bus_readable(m->bus, pa, MMU_BLOCK_BYTES) &&
        !bus_has_device(m->bus, pa))
        return refuse(m, ACCESS_LOAD, va, &t, f);
    observe_cbo(m, op, block_of(va), pa, &t);
    if (m->models && m->models->has_caches)
        models_cbo(m, pa, op);
    return true;
}

bool mmu_cbo_zero(struct mmu *m, uint64_t va, struct fault *f)
{
    struct translation t;
    uint8_t *host;
    uint64_t pa;

    if (!locate_block(m, va, ACCESS_STORE, &t, &pa, f))
        return false;
    host = bus_ram(m->bus, pa, MMU_BLOCK_BYTES);
    if (!host)
        return refuse(m, ACCESS_STORE, va, &t, f);
    if (m->trace)
        observe_data(m, 'w', block_of(va), pa, MMU_BLOCK_BYTES, &t);
    heat_note(m->heat, HEAT_WRITE, pa, MMU_BLOCK_BYTES);
    if (m->models && m->models->has_caches)
        models_data_span(m, pa, MMU_BLOCK_BYTES, true);
    memset(host, 0, MMU_BLOCK_BYTES);
    mmu_written(m, pa, MMU_BLOCK_BYTES);
    return true;
}
