/*
 * Access to control and status registers: who may, and what the CSR
 * instructions do.
 */
#include "cpu/csr.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/envcfg.h"
#include "cpu/extension.h"
#include "cpu/hart.h"
#include "cpu/internal.h"

enum { CSR_CYCLE = 0xc00, CSR_HPM31 = 0xc1f, CSR_SATP = 0x180 };
enum { CSR_STIMECMP = 0x14d, CSR_STIMECMPH = 0x15d };
enum { CSR_MIP = 0x344, CSR_SIP = 0x144 };

void csr_index(struct hart *h)
{
    unsigned wanted = h->xlen == 32 ? RV32 : RV64;

    memset(h->csr_rows, 0, sizeof h->csr_rows);
    for (size_t i = 0; i < csr_table_rows; i++) {
        const struct csr_row *row = &csr_table[i];
        bool is_pmp = !strncmp(row->name, "pmp", 3);
        bool is_sstc = !strncmp(row->name, "stimecmp", 8);

        if (!(row->xlens & wanted) || (is_pmp && !h->mmu.config.has_pmp) ||
            (is_sstc && !(h->extensions & EXT_SSTC)))
            continue;
        for (unsigned n = 0; n < row->count; n++)
            h->csr_rows[row->number + n] = (uint8_t)(i + 1);
    }
}

bool csr_name(unsigned number, char name[16])
{
    for (size_t i = 0; i < csr_table_rows; i++) {
        const struct csr_row *row = &csr_table[i];
        unsigned member = number - row->number;
        size_t stem = strcspn(row->name, "#");

        if (member >= row->count)
            continue;
        if (row->name[stem])
            snprintf(name, 16, "%.*s%u%s", (int)stem, row->name,
                     row->first + member, row->name + stem + 1);
        else
            snprintf(name, 16, "%s", row->name);
        return true;
    }
    return false;
}

static const struct csr_row *find(const struct hart *h, unsigned number)
{
    unsigned row = number < 4096 ? h->csr_rows[number] : 0;

    return row ? &csr_table[row - 1] : NULL;
}

static uint64_t *field_of(struct csrs *csrs, const struct csr_row *row)
{
    return (uint64_t *)(void *)((char *)csrs + row->field);
}

static uint64_t read_field(const struct csrs *csrs, const struct csr_row *row)
{
    return load_le((const char *)csrs + row->field, 8);
}

static uint64_t narrow(const struct hart *h, uint64_t value)
{
    return h->xlen == 32 ? (uint32_t)value : value;
}

static uint64_t read_row(const struct hart *h, const struct csr_row *row,
                         unsigned number)
{
    if (row->field != CSR_NO_FIELD)
        return narrow(h, read_field(&h->csr, row));
    return narrow(h, row->read(h, number - row->number));
}

static void write_row(struct hart *h, const struct csr_row *row,
                      unsigned number, uint64_t value)
{
    value = narrow(h, value);
    if (row->field != CSR_NO_FIELD) {
        uint64_t *field = field_of(&h->csr, row);

        *field = (*field & ~row->writable) | (value & row->writable);
    } else if (row->write) {
        row->write(h, number - row->number, value);
    }
    hart_look_at_interrupts(h);
}

bool csr_are_possible(const struct hart *h)
{
    for (size_t i = 0; i < csr_table_rows; i++) {
        const struct csr_row *row = &csr_table[i];

        if (row->field != CSR_NO_FIELD &&
            read_field(&h->csr, row) & ~row->writable)
            return false;
    }
    return (h->csr.mstatus & MSTATUS_MPP) != 2u << MSTATUS_MPP_SHIFT &&
           envcfg_is_possible(h);
}

static bool is_read_only(unsigned number)
{
    return number >> 10 == 3;
}

/* User counters pass two gates (priv 1.12, 3.1.11 and 4.1.5). */
static bool may_count(const struct hart *h, unsigned number)
{
    uint64_t gates = UINT64_MAX;

    if (h->priv < PRIV_M)
        gates &= h->csr.mcounteren;
    if (h->priv < PRIV_S)
        gates &= h->csr.scounteren;
    return bit(gates, number & 31);
}

/* Sstc: below M-mode both menvcfg.STCE and mcounteren.TM must allow it. */
static bool may_compare(const struct hart *h)
{
    return h->priv == PRIV_M ||
           (envcfg_has_timer(h) && bit(h->csr.mcounteren, 1));
}

static bool may_access(const struct hart *h, unsigned number, bool is_write)
{
    if (h->priv < (number >> 8 & 3) || (is_write && is_read_only(number)))
        return false;
    if ((number & ~0x80u) >= CSR_CYCLE && (number & ~0x80u) <= CSR_HPM31)
        return may_count(h, number);
    if (number == CSR_STIMECMP || number == CSR_STIMECMPH)
        return may_compare(h);
    return !(number == CSR_SATP && h->priv == PRIV_S &&
             h->csr.mstatus & MSTATUS_TVM);
}

/* What csrrs and csrrc modify: only what software wrote (priv 1.12, 3.1.9:
 * the external interrupt's wire is not written back into SEIP). */
static uint64_t base_of_change(const struct hart *h, unsigned number,
                               uint64_t old)
{
    return number == CSR_MIP || number == CSR_SIP ? h->csr.mip : old;
}

bool csr_access(struct hart *h, unsigned number, enum csr_change change,
                uint64_t operand, uint64_t *old)
{
    const struct csr_row *row = find(h, number);
    uint64_t value, base;

    if (!row || !may_access(h, number, change != CSR_KEEP))
        return false;
    value = read_row(h, row, number);
    *old = h->xlen == 32 ? (uint64_t)sign_extend(value, 32) : value;
    base = base_of_change(h, number, value);
    switch (change) {
    case CSR_KEEP:
        return true;
    case CSR_SET:
        operand |= base;
        break;
    case CSR_CLEAR:
        operand = base & ~operand;
        break;
    case CSR_REPLACE:
        break;
    }
    write_row(h, row, number, operand);
    return true;
}

/* trap_pending looks at these. */
static bool decides_about_interrupts(size_t field)
{
    return field == offsetof(struct csrs, mie) ||
           field == offsetof(struct csrs, mip) ||
           field == offsetof(struct csrs, mideleg) ||
           field == offsetof(struct csrs, mstatus);
}

bool csr_is_plain(const struct hart *h, unsigned number, bool is_write,
                  size_t *field, uint64_t *writable)
{
    const struct csr_row *row = find(h, number);

    if (!row || row->field == CSR_NO_FIELD ||
        decides_about_interrupts(row->field) ||
        !may_access(h, number, is_write))
        return false;
    *field = row->field;
    *writable = row->writable;
    return true;
}

bool hart_csr_peek(const struct hart *h, unsigned number, uint64_t *value)
{
    const struct csr_row *row = find(h, number);

    if (!row)
        return false;
    *value = read_row(h, row, number);
    return true;
}

bool hart_csr_poke(struct hart *h, unsigned number, uint64_t value)
{
    const struct csr_row *row = find(h, number);

    if (!row || is_read_only(number))
        return false;
    write_row(h, row, number, value);
    return true;
}
