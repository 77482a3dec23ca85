/*
 * menvcfg and senvcfg (priv 1.12, 3.1.18 and 4.1.10; CMO 1.0, 2.4; Sstc;
 * Svadu). Fields of extensions that the hart lacks are 0.
 */
#include "cpu/envcfg.h"

#include "base/bits.h"
#include "cpu/csr.h"
#include "cpu/extension.h"
#include "cpu/hart.h"
#include "cpu/internal.h"

#define FIOM UINT64_C(1)
#define CBIE (UINT64_C(3) << 4)
#define CBIE_FLUSH (UINT64_C(1) << 4)
#define CBIE_RESERVED (UINT64_C(2) << 4)
#define CBCFE (UINT64_C(1) << 6)
#define CBZE (UINT64_C(1) << 7)
#define ADUE (UINT64_C(1) << 61)
#define STCE (UINT64_C(1) << 63)

static uint64_t fields_of_both(const struct hart *h)
{
    return FIOM | (h->extensions & EXT_ZICBOM ? CBIE | CBCFE : 0) |
           (h->extensions & EXT_ZICBOZ ? CBZE : 0);
}

static uint64_t fields_of_menvcfg(const struct hart *h)
{
    return fields_of_both(h) | (h->extensions & EXT_SVADU ? ADUE : 0) |
           (h->extensions & EXT_SSTC ? STCE : 0);
}

uint64_t envcfg_at_reset(const struct hart *h)
{
    return (h->extensions & (EXT_SVADU | EXT_SVADE)) == EXT_SVADU ? ADUE : 0;
}

static bool is_svade(const struct hart *h)
{
    if (h->extensions & EXT_SVADU)
        return !(h->csr.menvcfg & ADUE);
    return h->extensions & EXT_SVADE;
}

bool envcfg_has_timer(const struct hart *h)
{
    return h->csr.menvcfg & STCE;
}

void envcfg_push(struct hart *h)
{
    mmu_set_svade(&h->mmu, is_svade(h));
    hart_translation_changed(h);
    /* STIP is the comparator's now, or software's again: 0 at first. */
    if (envcfg_has_timer(h))
        h->csr.mip &= ~(UINT64_C(1) << IRQ_STI);
}

/* CBIE's reserved value changes nothing there. */
static uint64_t merge(uint64_t old, uint64_t value, uint64_t writable)
{
    if ((value & CBIE) == CBIE_RESERVED)
        writable &= ~CBIE;
    return (old & ~writable) | (value & writable);
}

static void set_menvcfg(struct hart *h, uint64_t value)
{
    uint64_t old = h->csr.menvcfg;

    h->csr.menvcfg = merge(old, value, fields_of_menvcfg(h));
    if (!((h->csr.menvcfg ^ old) & (ADUE | STCE)))
        return;
    envcfg_push(h);
    hart_timer_changed(h);
}

static bool is_possible(uint64_t value, uint64_t fields)
{
    return !(value & ~fields) && (value & CBIE) != CBIE_RESERVED;
}

bool envcfg_is_possible(const struct hart *h)
{
    return is_possible(h->csr.menvcfg, fields_of_menvcfg(h)) &&
           is_possible(h->csr.senvcfg, fields_of_both(h));
}

uint64_t envcfg_read_menvcfg(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.menvcfg;
}

void envcfg_write_menvcfg(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    if (h->xlen == 32)
        value |= h->csr.menvcfg & ~UINT64_C(0xffffffff);
    set_menvcfg(h, value);
}

uint64_t envcfg_read_menvcfgh(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.menvcfg >> 32;
}

void envcfg_write_menvcfgh(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    set_menvcfg(h, (uint32_t)h->csr.menvcfg | value << 32);
}

uint64_t envcfg_read_senvcfg(const struct hart *h, unsigned i)
{
    (void)i;
    return h->csr.senvcfg;
}

void envcfg_write_senvcfg(struct hart *h, unsigned i, uint64_t value)
{
    (void)i;
    h->csr.senvcfg = merge(h->csr.senvcfg, value, fields_of_both(h));
}

/* The fields that apply to this mode, where both must agree: all ones in M. */
static uint64_t effective(const struct hart *h, uint64_t field)
{
    uint64_t value = field;

    if (h->priv < PRIV_M)
        value &= h->csr.menvcfg;
    if (h->priv < PRIV_S)
        value &= h->csr.senvcfg;
    return value;
}

static bool permits_inval(const struct hart *h, enum op *does)
{
    uint64_t m = h->priv < PRIV_M ? h->csr.menvcfg & CBIE : CBIE;
    uint64_t s = h->priv < PRIV_S ? h->csr.senvcfg & CBIE : CBIE;

    *does = m == CBIE_FLUSH || s == CBIE_FLUSH ? OP_CBO_FLUSH : OP_CBO_INVAL;
    return m && s;
}

bool envcfg_permits_cbo(const struct hart *h, enum op op, enum op *does)
{
    *does = op;
    if (op == OP_CBO_INVAL)
        return permits_inval(h, does);
    return effective(h, op == OP_CBO_ZERO ? CBZE : CBCFE);
}
