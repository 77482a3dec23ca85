/*
 * Items of a block that any mode may execute: memory, atomics, jumps, and
 * code that changes itself or is somewhere strange.
 */
#include "tests/torture/program.h"

/* Sets a register to an address, so that `offset` leads there. */
static unsigned put_base(struct gen *g, uint32_t address, uint32_t offset)
{
    unsigned base = some_reg(&g->r);

    put_li(g->c, base, address - offset);
    return base;
}

static uint32_t address(struct gen *g, unsigned size, bool is_store)
{
    if (g->mode != MODE_M && g->is_virtual)
        return virtual_address(g, size, is_store);
    if (g->mode != MODE_M && chance(&g->r, 10)) /* PMP refuses */
        return 0x80000000 + (word(&g->r) & 0xffffff & ~(size - 1));
    return physical_address(g, size, is_store);
}

/* c.lw, c.sw, c.lwsp, c.swsp: word-aligned offsets, small registers. */
static void compressed_memory(struct gen *g, uint32_t va, bool is_store)
{
    unsigned base = 8 + pick(&g->r, 8), data = 8 + pick(&g->r, 8);
    uint32_t offset = pick(&g->r, 32) * 4;

    if (chance(&g->r, 50)) {
        put_li(g->c, base, va - offset);
        put16(g->c, (is_store ? 0xc000u : 0x4000u) | (base - 8) << 7 |
                        (data - 8) << 2 | (offset >> 3 & 7) << 10 |
                        (offset >> 2 & 1) << 6 | (offset >> 6 & 1) << 5);
        return;
    }
    put_li(g->c, 2, va - offset);
    if (is_store)
        put16(g->c, 0xc002 | (offset >> 2 & 15) << 9 | (offset >> 6 & 3) << 7 |
                        pick(&g->r, 32) << 2);
    else
        put16(g->c, 0x4002 | data << 7 | (offset >> 5 & 1) << 12 |
                        (offset >> 2 & 7) << 4 | (offset >> 6 & 3) << 2);
}

void item_memory(struct gen *g)
{
    static const uint8_t loads[] = {0, 1, 2, 2, 4, 5};
    bool is_store = chance(&g->r, 50);
    unsigned funct3 = is_store ? pick(&g->r, 3) : loads[pick(&g->r, 6)];
    uint32_t va = address(g, 1u << (funct3 & 3), is_store);
    uint32_t offset = chance(&g->r, 50) ? 0 : word(&g->r) >> 20;
    unsigned base;

    if ((funct3 & 3) == 2 && chance(&g->r, 25)) {
        compressed_memory(g, va, is_store);
        return;
    }
    if (offset & 0x800)
        offset |= 0xfffff000;
    base = put_base(g, va, offset);
    if (is_store)
        put32(g->c, enc_s(funct3, base, pick(&g->r, 32), offset));
    else
        put32(g->c, enc_i(OPC_LOAD, funct3, pick(&g->r, 32), base, offset));
}

enum { FUNCT5_LR = 2, FUNCT5_SC = 3 };

static void put_amo(struct gen *g, unsigned funct5, unsigned rd, unsigned base,
                    unsigned rs2)
{
    put32(g->c, enc_r(OPC_AMO, 2, funct5 << 2 | pick(&g->r, 4), rd, base, rs2));
}

/* LR and SC of the same word, with nothing but arithmetic between. */
static void lr_sc(struct gen *g, unsigned base)
{
    unsigned rd = base == 31 ? 30 : base + 1;

    put_amo(g, FUNCT5_LR, rd, base, 0);
    for (unsigned n = pick(&g->r, 3); n; n--)
        put32(g->c, random_alu(&g->r, base));
    put_amo(g, FUNCT5_SC, pick(&g->r, 32), base, pick(&g->r, 32));
}

void item_atomic(struct gen *g)
{
    static const uint8_t amos[] = {0, 1, 4, 8, 12, 16, 20, 24, 28};
    uint32_t va = address(g, 4, true);
    unsigned base, rd = pick(&g->r, 32);

    if (chance(&g->r, 85))
        va &= ~3u;
    base = put_base(g, va, 0);
    switch (pick(&g->r, 8)) {
    case 0:
    case 1:
        lr_sc(g, base);
        break;
    case 2: /* without a reservation: QEMU 7.2 lets a misaligned one fail */
        if (!(va & 3))
            put_amo(g, FUNCT5_SC, rd, base, pick(&g->r, 32));
        break;
    default:
        put_amo(g, amos[pick(&g->r, 9)], rd, base, pick(&g->r, 32));
    }
}

/* Instructions that only compute, about `bytes` long: returns how long. */
static void skipped(struct gen *g, unsigned count)
{
    while (count--)
        put_insn(g->c, chance(&g->r, 50) ? random_alu(&g->r, 0)
                                         : random_compressed(&g->r, 0));
}

/* Forward over a few instructions: written once their length is known. */
void item_branch(struct gen *g)
{
    static const uint8_t conditions[] = {0, 1, 4, 5, 6, 7};
    unsigned kind = pick(&g->r, 5);
    unsigned rd = pick(&g->r, 2) ? 1 : pick(&g->r, 32);
    unsigned rs1 = pick(&g->r, 32), small = pick(&g->r, 8);
    uint32_t start = g->c->at, end, imm;
    bool is_short = kind >= 3;

    if (is_short)
        put16(g->c, INSN_C_NOP);
    else
        put32(g->c, INSN_NOP);
    skipped(g, 1 + pick(&g->r, 4));
    end = g->c->at;
    imm = end - start;
    g->c->at = start;
    if (kind == 0)
        put32(g->c, enc_j(rd, imm));
    else if (kind < 3)
        put32(g->c,
              enc_b(conditions[pick(&g->r, 6)], rs1, pick(&g->r, 32), imm));
    else if (kind == 3) /* c.beqz, c.bnez */
        put16(g->c, (chance(&g->r, 50) ? 0xc001u : 0xe001u) | small << 7 |
                        (imm >> 3 & 3) << 10 | (imm >> 5 & 1) << 2 |
                        (imm >> 1 & 3) << 3);
    else /* c.j, c.jal */
        put16(g->c, (chance(&g->r, 50) ? 0xa001u : 0x2001u) |
                        (imm >> 4 & 1) << 11 | (imm >> 5 & 1) << 2 |
                        (imm >> 1 & 7) << 3);
    g->c->at = end;
}

/* A loop of two to five rounds, counted in a register of its own. */
void item_loop(struct gen *g)
{
    unsigned counter = some_reg(&g->r);
    uint32_t start;

    put32(g->c, enc_i(OPC_IMM, 0, counter, 0, 2 + pick(&g->r, 4)));
    start = g->c->at;
    for (unsigned n = 1 + pick(&g->r, 3); n; n--)
        put_insn(g->c, chance(&g->r, 60) ? random_alu(&g->r, counter)
                                         : random_compressed(&g->r, counter));
    put32(g->c, enc_i(OPC_IMM, 0, counter, counter, 0xfff));
    put32(g->c, enc_b(1, counter, 0, start - g->c->at));
}

/* Stores an instruction over one that follows, and fences. */
void item_patch(struct gen *g)
{
    uint32_t pa, insn = random_alu(&g->r, 0);
    unsigned base = some_reg(&g->r), data = base == 31 ? 1 : base + 1;
    bool is_half = chance(&g->r, 30);

    if (is_half)
        insn = random_compressed(&g->r, 0);
    else if (chance(&g->r, 20))
        do
            insn = random_illegal(&g->r);
        while ((insn & 3) != 3);
    pa = g->c->pa + g->c->at + 8 + 8 + 4 + 4;
    if (g->mode != MODE_M && g->is_virtual && chance(&g->r, 20))
        pa = code_va(g, pa, g->mode);
    put_li(g->c, base, pa);
    put_li(g->c, data, insn);
    put32(g->c, enc_s(is_half ? 1 : 2, base, data, 0));
    put32(g->c, INSN_FENCE_I);
    if (is_half) {
        put16(g->c, random_compressed(&g->r, 0));
        put16(g->c, random_compressed(&g->r, 0));
    } else {
        put32(g->c, random_alu(&g->r, 0));
    }
}

/* A call into a page of any kind, at a place that traps soon. */
void item_probe(struct gen *g)
{
    const struct page *page = &g->pages[pick(&g->r, g->n_pages)];
    unsigned base = some_reg(&g->r), offset = PROBE_ZONE;
    uint32_t va = page->va;

    if (g->mode == MODE_M) /* a window's page, untranslated */
        va = page_pa(g, PAGE_CODE + pick(&g->r, WINDOW_PAGES - PAGE_CODE));
    else if (g->is_virtual && page->is_mega &&
             !(page->pte >> PTE_PPN_SHIFT & 0x3ff))
        va |= page_pa(g, pick(&g->r, WINDOW_PAGES)) & 0x3fffff;
    else if (!g->is_virtual)
        va = page_pa(g, pick(&g->r, WINDOW_PAGES));
    offset += pick(&g->r, PROBE_ZONE_SIZE / 4) * 4;
    if (g->mode == MODE_S) /* see put_landing */
        put32(g->c, enc_r(OPC_SYSTEM, 0, 9, 0, 0, 0));
    put_li(g->c, base, va + offset);
    if (chance(&g->r, 50))
        put16(g->c, (chance(&g->r, 50) ? 0x8002u : 0x9002u) | base << 7);
    else
        put32(g->c, enc_i(OPC_JALR, 0, pick(&g->r, 32), base,
                          chance(&g->r, 20) ? 1 : 0));
}
