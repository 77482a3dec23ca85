/*
 * Accesses that the mmu and the reference both make: loads, stores, atomics,
 * fetches by the block, DMA.
 */
#include "tests/hierarchy_rig.h"

#include <string.h>

#include "base/compiler.h"

/* What the reference has to know of a good access. */
static void note(enum heat_kind kind, uint64_t pa, unsigned len)
{
    uint64_t frame = (pa - RAM) >> 12;

    rig.noted[kind][frame] = rig.heat.now;
    rig.recent_pa[(pa >> 4 ^ pa >> 9) % RECENT] = pa;
    if (kind != HEAT_WRITE)
        return;
    for (unsigned i = 0; i < rig.shape->n_harts; i++) {
        struct ref_hart *h = &rig.ref.hart[i];
        uint64_t lines = 0;

        for (uint64_t b = pa; b < pa + len; b++)
            lines |= UINT64_C(1) << (b >> 6 & 63);
        rig.due[i] += (rig.marks[i][frame] & lines) != 0;
        if (i != rig.at && h->is_reserved && h->reserved_pa < pa + len &&
            pa < h->reserved_pa + h->reserved_size)
            h->is_reserved = false;
    }
}

static void expect(bool ok, const struct fault *f, const struct ref_result *res)
{
    ck_assert_int_eq(ok, res->is_good);
    if (ok)
        return;
    ck_assert_uint_eq(f->cause, res->cause);
    ck_assert_uint_eq(f->tval, res->tval);
}

static void ref_store(const struct ref_result *res, uint64_t value)
{
    for (unsigned i = 0; i < res->n; i++) {
        memcpy(rig.ref.ram + (res->pa[i] - RAM), &value, res->len[i]);
        value >>= 8 * (res->len[i] & 7);
    }
    for (unsigned i = 0; i < res->n; i++)
        note(HEAT_WRITE, res->pa[i], res->len[i]);
}

static uint64_t ref_value(const struct ref_result *res)
{
    uint8_t bytes[8] = {0};
    uint64_t v;

    memcpy(bytes, rig.ref.ram + (res->pa[0] - RAM), res->len[0]);
    if (res->n == 2)
        memcpy(bytes + res->len[0], rig.ref.ram + (res->pa[1] - RAM),
               res->len[1]);
    memcpy(&v, bytes, 8);
    return v;
}

/* Operations. */

static void do_load(uint64_t va, unsigned size)
{
    struct ref_result res = ref_access(&rig.ref, rig.at, 'r', va, size, false);
    struct fault f;
    uint64_t v;

    expect(mmu_load(&rig.mmu[rig.at], va, size, &v, &f), &f, &res);
    if (!res.is_good)
        return;
    ck_assert_uint_eq(v, ref_value(&res));
    for (unsigned i = 0; i < res.n; i++)
        note(HEAT_READ, res.pa[i], res.len[i]);
}

static void do_store(uint64_t va, unsigned size)
{
    struct ref_result res = ref_access(&rig.ref, rig.at, 'w', va, size, false);
    uint64_t value = random_next(&rig.rng) & 0x3f3f3f3f3f3f3f3f;
    struct fault f;

    expect(mmu_store(&rig.mmu[rig.at], va, size, value, &f), &f, &res);
    if (res.is_good)
        ref_store(&res, value);
}

static uint64_t swap(uint64_t old, uint64_t arg)
{
    (void)old;
    return arg;
}

static void do_amo(uint64_t va)
{
    struct ref_result res = ref_access(&rig.ref, rig.at, 'w', va, 4, true);
    uint64_t value = below(1 << 30), old;
    struct fault f;

    expect(mmu_amo(&rig.mmu[rig.at], va, 4, swap, value, &old, &f), &f, &res);
    if (!res.is_good)
        return;
    ck_assert_uint_eq(old, ref_value(&res));
    note(HEAT_READ, res.pa[0], 4);
    ref_store(&res, value);
}

static void do_lr(uint64_t va)
{
    struct ref_result res = ref_access(&rig.ref, rig.at, 'r', va, 4, false);
    struct ref_hart *h = &rig.ref.hart[rig.at];
    struct fault f;
    uint64_t v;

    expect(mmu_load_reserved(&rig.mmu[rig.at], va, 4, &v, &f), &f, &res);
    if (!res.is_good)
        return;
    note(HEAT_READ, res.pa[0], 4);
    h->is_reserved = true;
    h->reserved_pa = res.pa[0];
    h->reserved_size = 4;
}

static void do_sc(uint64_t va)
{
    struct ref_hart *h = &rig.ref.hart[rig.at];
    struct ref_result res = {.is_good = true};
    bool stores = h->is_reserved, stored;
    uint64_t pa, value = below(1 << 30);
    struct fault f;

    if (stores && ref_peek_store(&rig.ref, rig.at, va, &pa))
        stores = pa == h->reserved_pa;
    if (stores)
        res = ref_access(&rig.ref, rig.at, 'w', va, 4, false);
    expect(mmu_store_conditional(&rig.mmu[rig.at], va, 4, value, &stored, &f),
           &f, &res);
    if (!res.is_good)
        return;
    ck_assert_int_eq(stored, stores);
    h->is_reserved = false;
    if (stores)
        ref_store(&res, value);
}

/* Addresses that are asked for again, in other contexts and by other harts
 * too; without that, most of what can go wrong does not. */
static uint64_t recent[RECENT];

uint64_t hierarchy_any_va(void)
{
    static uint64_t last, stride;
    uint64_t page = below(4) << 22 | below(one_in(3) ? 48 : 6) << 12;

    switch (below(7)) {
    case 0:
        return recent[below(RECENT)] = page | below(4096);
    case 1:
        stride = below(2) ? 4 : below(300);
        return last = page | below(64) << 6;
    case 2:
    case 3:
        return recent[below(RECENT)];
    default:
        last += stride;
        return last & 0xffffff;
    }
}

/* DRAM that is not a page table, often where something just was. */
uint64_t hierarchy_any_pa(void)
{
    uint64_t pa = rig.recent_pa[below(RECENT)];

    if (one_in(4) || pa < RAM + TABLES * 4096 || pa > RAM + RAM_SIZE - 4096)
        return RAM + TABLES * 4096 + below(RAM_SIZE - TABLES * 4096 - 4096);
    return pa;
}

/* Without a modelled TLB nothing says which translation is seen after a
 * store to a page table: the streams leave them alone then. */
static bool is_undefined(uint64_t va)
{
    uint64_t pa;

    return !rig.shape->dtlb.entries &&
           ref_peek_store(&rig.ref, rig.at, va, &pa) &&
           pa - RAM < (TABLES + 1) * 4096;
}

void hierarchy_step_data(void)
{
    uint64_t va = hierarchy_any_va();
    unsigned size = 1u << below(4);
    bool bare = !rig.ref.hart[rig.at].is_translated;

    if (bare)
        va = RAM + va % (RAM_SIZE - TABLES * 4096) + TABLES * 4096;
    if (!one_in(8))
        va &= ~(uint64_t)(size - 1);
    if (is_undefined(va) || is_undefined(va + size - 1))
        return;
    switch (below(16)) {
    case 0:
        do_amo(va & ~UINT64_C(3));
        break;
    case 1:
        do_lr(va & ~UINT64_C(3));
        break;
    case 2:
        do_sc(one_in(2) && bare
                  ? rig.ref.hart[rig.at].reserved_pa & ~UINT64_C(3)
                  : va & ~UINT64_C(3));
        break;
    case 3:
    case 4:
    case 5:
    case 6:
        do_store(va, size);
        break;
    default:
        do_load(va, size);
    }
}

/* The models are off: page tables are left alone. */
void hierarchy_step_off(void)
{
    uint64_t va = hierarchy_any_va() & ~UINT64_C(7), pa;

    if (!rig.ref.hart[rig.at].is_translated)
        va = RAM + va % (RAM_SIZE - TABLES * 4096) + TABLES * 4096;
    if (ref_peek_store(&rig.ref, rig.at, va, &pa) &&
        pa - RAM < (TABLES + 1) * 4096)
        return;
    if (one_in(2))
        do_store(va, 8);
    else
        do_load(va, 8);
}

void hierarchy_dma(void)
{
    uint64_t len = 1 + below(one_in(4) ? 2000 : 100);
    uint64_t pa = RAM + TABLES * 4096 + below(RAM_SIZE - TABLES * 4096 - 4096);
    uint8_t value = (uint8_t)below(64);
    bool is_write = one_in(2);
    uint8_t buffer[4096];

    ref_dma(&rig.ref, is_write, pa, len);
    if (!is_write) {
        ck_assert(bus_dma_read(&rig.bus, pa, buffer, len));
    } else {
        ck_assert(bus_dma_fill(&rig.bus, pa, value, len));
        memset(rig.ref.ram + (pa - RAM), value, len);
    }
    while (len) {
        uint64_t here = 4096 - (pa & 4095) < len ? 4096 - (pa & 4095) : len;
        uint64_t frame = (pa - RAM) >> 12, lines = 0;

        rig.noted[is_write ? HEAT_WRITE : HEAT_READ][frame] = rig.heat.now;
        for (uint64_t b = pa; b < pa + here; b++)
            lines |= UINT64_C(1) << (b >> 6 & 63);
        for (unsigned i = 0; i < rig.shape->n_harts && is_write; i++)
            rig.due[i] += (rig.marks[i][frame] & lines) != 0;
        pa += here;
        len -= here;
    }
}

/* The rights of fetches are those of the same hart without MPRV. */
static bool begin_fetch(uint64_t va, unsigned size, bool *ends)
{
    struct ref_result res = ref_access(&rig.ref, rig.at, 'i', va, size, false);
    struct fetch a, b;
    struct fault f;
    bool ok = mmu_fetch(&rig.mmu[rig.at], va, &a, &f);

    if (ok && size == 4 && a.bytes == 2)
        ok = mmu_fetch_next(&rig.mmu[rig.at], va, &b, &f);
    expect(ok, &f, &res);
    *ends = res.n == 2;
    if (!ok)
        return false;
    ck_assert_uint_eq(a.pa, res.pa[0]);
    ck_assert_ptr_eq(a.host, bus_ram(&rig.bus, a.pa, 2));
    note(HEAT_EXECUTE, res.pa[0], 2);
    if (*ends) {
        ck_assert_uint_eq(b.pa, res.pa[1]);
        note(HEAT_EXECUTE, res.pa[1], 2);
    }
    mmu_count_fetch(&rig.mmu[rig.at], va, size);
    return true;
}

/* A block: fetched from one page, with data accesses between. */
void hierarchy_step_block(void)
{
    static uint64_t loops[3];
    uint64_t *loop = &loops[below(ARRAY_SIZE(loops))];
    uint64_t va, line = mmu_fetch_line_bytes(&rig.mmu[rig.at]), counted;
    unsigned size = one_in(2) ? 2 : 4;
    bool ends;

    if (one_in(8))
        *loop = hierarchy_any_va() & ~UINT64_C(1);
    va = *loop;
    if (!rig.ref.hart[rig.at].is_translated)
        va = RAM + TABLES * 4096 + va % (RAM_SIZE / 2);
    if (!begin_fetch(va, size, &ends) || ends)
        return;
    counted = (va + size - 1) / line;
    for (unsigned i = (unsigned)below(40); i; i--) {
        va += size;
        size = one_in(2) ? 2 : 4;
        if ((va & 0xfff) + size > 0x1000 || !(va & 0xfff))
            return;
        ck_assert(ref_access(&rig.ref, rig.at, 'i', va, size, false).is_good);
        if (va / line == counted && (va + size - 1) / line == counted) {
            rig.mmu[rig.at].repeat_fetches++;
        } else {
            mmu_count_fetch(&rig.mmu[rig.at], va, size);
            counted = (va + size - 1) / line;
        }
        if (one_in(4))
            hierarchy_step_data();
        if (one_in(100)) {
            hierarchy_dma();
            counted = UINT64_MAX;
        }
    }
}
