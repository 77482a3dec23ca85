/*
 * Items that touch what is privileged. In lower modes most of them trap, which
 * is the point.
 */
#include "abi/platform.h"
#include "base/compiler.h"
#include "roms/lib/csr.h"
#include "tests/torture/program.h"

enum { CSRRW = 1, CSRRS = 2, CSRRC = 3 };

static uint32_t enc_csr(unsigned op, unsigned rd, unsigned number, unsigned rs1)
{
    return enc_i(OPC_SYSTEM, op, rd, rs1, number);
}

/* A CSR, and the bits that both machines let a program write: what lies
 * outside is reserved, or belongs to an extension that one of them has. */
struct csr {
    uint16_t number;
    bool is_read_only;
    uint32_t writable;
};

/* clang-format off */
static const struct csr csrs[] = {
    { 0x100, false, MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_SUM |
                    MSTATUS_MXR },                      /* sstatus */
    { 0x104, false, 0x222 },                            /* sie */
    { 0x105, true,  0 },                                /* stvec: below */
    { 0x106, false, 7 },                                /* scounteren */
    { 0x140, false, ~0u },                              /* sscratch */
    { 0x141, false, ~1u },                              /* sepc */
    { 0x142, false, ~0u },                              /* scause */
    { 0x143, false, ~0u },                              /* stval */
    { 0x144, false, 0x222 },                            /* sip */
    { 0x300, false, MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_MPIE | MSTATUS_SPP |
                    MSTATUS_SUM | MSTATUS_MXR | MSTATUS_TVM | MSTATUS_TW |
                    MSTATUS_TSR },                      /* mstatus */
    { 0x302, false, 0xa1fd },         /* medeleg; the trap page has ECALLs */
    { 0x303, false, 0x222 },                            /* mideleg */
    { 0x304, false, 0x22a },                            /* mie */
    { 0x305, true,  0 },                                /* mtvec */
    { 0x306, false, 7 },                                /* mcounteren */
    { 0x340, false, ~0u },                              /* mscratch */
    { 0x341, false, ~1u },                              /* mepc */
    { 0x342, false, ~0u },                              /* mcause */
    { 0x343, false, ~0u },                              /* mtval */
    { 0x344, false, 0x222 },                            /* mip */
    { 0x3b5, false, ~0u },                              /* pmpaddr5 */
    { 0x3bf, false, ~0u },                              /* pmpaddr15 */
    { 0x3a0, true,  0 },                                /* pmpcfg0 */
    { 0xf11, true,  0 },                                /* mvendorid */
    { 0xf12, true,  0 },                                /* marchid */
    { 0xf13, true,  0 },                                /* mimpid */
    { 0xf14, true,  0 },                                /* mhartid */
    { 0x180, true,  0 },                                /* satp: below */
};
/* clang-format on */

/* Numbers that nobody has: every access traps. */
static const uint16_t absent[] = {0x001, 0x200, 0x5c0, 0x7c0, 0x8ff, 0x9c0,
                                  0xbc0, 0xcc0, 0xdc0, 0xfc0, 0x6ff, 0x4ff};
/* Counters: where they are refused only. */
static const uint16_t counters[] = {0xc00, 0xc01, 0xc02, 0xc80, 0xc81, 0xc82};

/* What csrrs and csrrc of mstatus must not do to MPP is not in the mask. */
static void access_csr(struct gen *g, const struct csr *csr)
{
    unsigned rd = pick(&g->r, 32), rs1 = some_reg(&g->r), op;
    uint32_t value = interesting(&g->r) & csr->writable;

    if ((csr->number & 0xcff) == 0x004 || (csr->number & 0xcff) == 0x044)
        value &= g->irqs; /* sie, mie, sip, mip */

    if (csr->is_read_only || chance(&g->r, 30)) {
        put32(g->c, enc_csr(CSRRS, rd, csr->number, 0));
        return;
    }
    op = csr->number == 0x300 ? CSRRS + pick(&g->r, 2) : CSRRW + pick(&g->r, 3);
    if (chance(&g->r, 30)) { /* the immediate forms */
        put32(g->c, enc_csr(op | 4, rd, csr->number, value & 31));
        return;
    }
    put_li(g->c, rs1, value);
    put32(g->c, enc_csr(op, rd, csr->number, rs1));
}

/* Trap vectors and back, so that the program's own stay. */
static void change_vector(struct gen *g)
{
    unsigned number = chance(&g->r, 50) && g->mode == MODE_M ? 0x305 : 0x105;
    unsigned keep = some_reg(&g->r), other = keep == 31 ? 1 : keep + 1;

    put_li(g->c, other, interesting(&g->r) & ~2u);
    put32(g->c, enc_csr(CSRRW, keep, number, other));
    put32(g->c, enc_csr(CSRRW, other, number, keep));
}

void item_csr(struct gen *g)
{
    unsigned what = pick(&g->r, 100);

    if (what < 4)
        put32(g->c, enc_csr(1 + pick(&g->r, 3), pick(&g->r, 32),
                            absent[pick(&g->r, ARRAY_SIZE(absent))],
                            some_reg(&g->r)));
    else if (what < 8 && g->mode != MODE_M)
        put32(g->c, enc_csr(CSRRS, 0, counters[pick(&g->r, 6)], 0));
    else if (what < 12) /* writes of what is read-only */
        put32(g->c, enc_csr(CSRRW, pick(&g->r, 32), 0xf11 + pick(&g->r, 4),
                            some_reg(&g->r)));
    else if (what < 20)
        change_vector(g);
    else
        access_csr(g, &csrs[pick(&g->r, ARRAY_SIZE(csrs))]);
}

/* Fences of all shapes, and returns where they are refused. */
void item_system(struct gen *g)
{
    unsigned rs1 = pick(&g->r, 32), rs2 = pick(&g->r, 32);

    switch (pick(&g->r, 6)) {
    case 0:
        put32(g->c, enc_r(OPC_SYSTEM, 0, 9, 0, rs1, rs2)); /* sfence.vma */
        break;
    case 1:
        put32(g->c, INSN_FENCE_I);
        break;
    case 2:
        put32(g->c, enc_i(OPC_FENCE, 0, 0, 0, word(&g->r) & 0xff));
        break;
    case 3:
        put32(g->c, g->mode == MODE_M ? INSN_FENCE_I : INSN_MRET);
        break;
    case 4: /* to U: a block's end, which traps wherever it lands */
        if (g->mode == MODE_S)
            put32(g->c, enc_r(OPC_SYSTEM, 0, 9, 0, 0, 0));
        if (g->mode != MODE_U) {
            unsigned reg = some_reg(&g->r);
            uint32_t pa = page_pa(g, PAGE_DATA) + PROBE_ZONE;

            put_li(g->c, reg, g->is_virtual ? code_va(g, pa, MODE_U) : pa);
            put32(g->c, enc_csr(CSRRW, 0, 0x141, reg));
        }
        if (g->mode == MODE_M) { /* from M it would clear MPRV: it is clear */
            unsigned reg = some_reg(&g->r);

            put_li(g->c, reg, MSTATUS_SPP);
            put32(g->c, enc_csr(CSRRC, 0, 0x300, reg));
        }
        put32(g->c, INSN_SRET);
        break;
    default:
        put32(g->c, chance(&g->r, 50) ? INSN_ECALL : INSN_EBREAK);
    }
}

/* Software makes an interrupt pending, or lets one through. The CLINT's is
 * raised while interrupts are off, so that it is taken at one exact place. */
void item_interrupt(struct gen *g)
{
    unsigned a = some_reg(&g->r), b = a == 31 ? 1 : a + 1;
    bool is_m = g->mode == MODE_M;
    unsigned pending = is_m ? 0x344 : 0x144, enable = is_m ? 0x304 : 0x104;

    switch (pick(&g->r, is_m ? 6 : 4)) {
    case 0:
        put_li(g->c, a, word(&g->r) & g->irqs & 0x222);
        put32(g->c, enc_csr(CSRRS + pick(&g->r, 2), b, pending, a));
        break;
    case 1:
        put32(g->c, enc_csr(CSRRS | 4, b, pending, g->irqs & 2));
        break;
    case 2:
        put_li(g->c, a, word(&g->r) & g->irqs);
        put32(g->c, enc_csr(CSRRW + pick(&g->r, 3), b, enable, a));
        break;
    case 3:
        put32(g->c, enc_csr((CSRRS + pick(&g->r, 2)) | 4, b,
                            is_m ? 0x300 : 0x100, is_m ? 8 : 2));
        break;
    case 4:
        put32(g->c, enc_csr(CSRRC | 4, 0, 0x300, 8));
        put_li(g->c, a, CLINT_BASE + CLINT_MSIP);
        put32(g->c, enc_i(OPC_IMM, 0, b, 0, pick(&g->r, 2)));
        put32(g->c, enc_s(2, a, b, 0));
        put32(g->c, enc_i(OPC_LOAD, 2, b, a, 0));
        break;
    default:
        put_li(g->c, a, word(&g->r) & g->irqs & 0x222);
        put32(g->c, enc_csr(CSRRW, b, 0x303, a));
    }
}

static void put_store_pte(struct gen *g, uint32_t entry_pa, uint32_t pte)
{
    unsigned a = some_reg(&g->r), b = a == 31 ? 1 : a + 1;

    put_li(g->c, a, entry_pa);
    put_li(g->c, b, pte);
    put32(g->c, enc_s(2, a, b, 0));
}

/* M-mode writes a page's entry anew, with A and D as they come. A leaf behind
 * one pointer needs a fence of its address alone; all else a full one. */
void item_table(struct gen *g)
{
    bool is_global;
    struct page *page = &g->pages[pick(&g->r, g->n_pages)];
    uint32_t pte = random_leaf(g, page->is_mega);
    unsigned table = PAGE_ROOT, index = page->va >> 22;
    unsigned reg = some_reg(&g->r), other = reg == 31 ? 1 : reg + 1;

    if (g->mode != MODE_M) {
        item_memory(g);
        return;
    }
    if (!page->is_mega) {
        table = index == g->code_root ? PAGE_LEAF0 : PAGE_LEAF1;
        index = page->va >> 12 & 0x3ff;
    }
    put_store_pte(g, page_pa(g, table) + 4 * index, pte);
    is_global = (page->pte | pte) & PTE_G;
    page->pte = pte;
    if (table != PAGE_LEAF0 || g->has_two_roots || chance(&g->r, 40)) {
        put32(g->c, enc_r(OPC_SYSTEM, 0, 9, 0, 0, 0));
        return;
    }
    put_li(g->c, reg, page->va | (word(&g->r) & 0xfff));
    put_li(g->c, other, 1);
    put32(g->c, enc_r(OPC_SYSTEM, 0, 9, 0, reg,
                      is_global || chance(&g->r, 50) ? 0 : other));
}

/* Loads and stores of M-mode with the rights of another. */
void item_mprv(struct gen *g)
{
    static const uint8_t loads[] = {0, 1, 2, 2, 4, 5};
    bool is_store = chance(&g->r, 50);
    unsigned funct3 = is_store ? pick(&g->r, 3) : loads[pick(&g->r, 6)];
    unsigned a = some_reg(&g->r), b = a == 31 ? 1 : a + 1;
    uint32_t status = MSTATUS_MPRV;

    if (g->mode != MODE_M) {
        item_memory(g);
        return;
    }
    status |= pick(&g->r, 2) << MSTATUS_MPP_SHIFT;
    status |= word(&g->r) & (MSTATUS_SUM | MSTATUS_MXR);
    put_li(g->c, a, status);
    put32(g->c, enc_csr(CSRRW, 0, 0x300, a));
    put_li(g->c, a, virtual_address(g, 1u << (funct3 & 3), is_store));
    if (is_store)
        put32(g->c, enc_s(funct3, a, pick(&g->r, 32), 0));
    else
        put32(g->c, enc_i(OPC_LOAD, funct3, pick(&g->r, 32), a, 0));
    put32(g->c, enc_u(OPC_LUI, b, MSTATUS_MPRV));
    put32(g->c, enc_csr(CSRRC, 0, 0x300, b));
}

/* Another address space: bare, one of the two roots, or one that leads
 * nowhere, which is fenced. */
void item_satp(struct gen *g)
{
    unsigned reg = some_reg(&g->r);
    uint32_t satp = satp_of(g, PAGE_ROOT);

    if (g->mode != MODE_M) {
        if (g->mode == MODE_S) /* the same again, or a trap */
            put32(g->c, enc_csr(CSRRS, reg, 0x180, 0));
        return;
    }
    g->is_virtual = true;
    if (chance(&g->r, 25)) {
        satp &= 0x7fffffff;
        g->is_virtual = false;
    } else if (g->has_two_roots && chance(&g->r, 25)) {
        satp = satp_of(g, PAGE_LEAF1);
    } else if (g->has_foreign && chance(&g->r, 3)) {
        satp = 1u << 31 | 7u << 22 | 0x84000 | pick(&g->r, 0x1000);
    }
    put_li(g->c, reg, satp);
    put32(g->c, enc_csr(CSRRW, 0, 0x180, reg));
    if (satp >> 22 & 4 || chance(&g->r, 30))
        put32(g->c, enc_r(OPC_SYSTEM, 0, 9, 0, 0, 0));
}
