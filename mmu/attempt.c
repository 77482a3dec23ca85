/*
 * What an access will come to, asked while its walk is still under way: A and
 * D are set with the access (Svadu), and never by one that another page, the
 * PMP or the memory map will refuse after its walk (docs/machine.md, "TLBs").
 */
#include "mmu/internal.h"

/* Whether there is what may be accessed in this way. */
static bool is_there(const struct mmu *m, const struct attempt *a, uint64_t pa,
                     unsigned len)
{
    if (bus_ram(m->bus, pa, len))
        return true;
    switch (a->kind) {
    case ATTEMPT_ATOMIC:
    case ATTEMPT_AMO:
        return false;
    case ATTEMPT_FETCH:
        return bus_readable(m->bus, pa, len);
    case ATTEMPT_BLOCK:
        return bus_readable(m->bus, pa, len) || bus_has_device(m->bus, pa);
    case ATTEMPT_PLAIN:
        break;
    }
    if (a->access == ACCESS_LOAD && bus_readable(m->bus, pa, len))
        return true;
    return len == a->size && bus_accepts(m->bus, pa, len);
}

static bool is_permitted(const struct mmu *m, const struct attempt *a,
                         const struct context *c, uint64_t pa, unsigned len)
{
    return mmu_pmp_permits(m, pa, len, a->access, c->rights.priv) &&
           (a->kind != ATTEMPT_AMO ||
            mmu_pmp_permits(m, pa, len, ACCESS_LOAD, c->rights.priv));
}

/* The bytes from va on that lie in one page. */
static bool part_succeeds(const struct mmu *m, const struct attempt *a,
                          uint64_t va, unsigned len)
{
    const struct context *c = a->kind == ATTEMPT_FETCH ? &m->fetch : &m->data;
    uint64_t pa;

    return mmu_peek_context(m, c, va, a->access, &pa) &&
           is_permitted(m, a, c, pa, len) && is_there(m, a, pa, len);
}

bool mmu_attempt_succeeds(const void *mmu)
{
    const struct mmu *m = mmu;
    const struct attempt *a = &m->attempt;
    unsigned room = (unsigned)(MMU_PAGE_SIZE - (a->va & MMU_PAGE_MASK));

    if (a->size <= room)
        return part_succeeds(m, a, a->va, a->size);
    return part_succeeds(m, a, a->va, room) &&
           part_succeeds(m, a, (a->va + room) & UINT64_C(0xffffffff),
                         a->size - room);
}
