/*
 * Programs: blocks of random items, each entered by MRET from the landing
 * table in a mode of its own and ended by a trap at latest at its end.
 */
#include "tests/torture/generate.h"

#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "roms/lib/csr.h"
#include "tests/torture/program.h"

/* clang-format off */
static const struct profile profiles[] = {
/*              alu  c  br loop mem amo csr sys irq tab mprv satp pat prb ill */
{ "arithmetic", {40, 20, 10, 6,  6,  1,  1,  1,  0,  0,  0,   1,   2,  1,  2} },
{ "memory",     { 6,  4,  2, 2, 50,  4,  1,  2,  0,  3,  6,   2,   2,  3,  1} },
{ "tables",     { 4,  2,  1, 1, 30,  4,  2,  4,  0, 14, 14,   4,   2, 14,  1} },
{ "csr",        { 6,  2,  1, 1,  4,  1, 50, 10,  4,  1,  2,   3,   1,  1,  3} },
{ "interrupts", { 8,  3,  2, 2,  6,  2,  6,  4, 40,  2,  2,   2,   1,  2,  1} },
{ "atomics",    { 8,  4,  2, 2, 10, 50,  1,  1,  0,  4,  1,   2,   1,  1,  1} },
{ "compressed", { 6, 50, 12, 6, 12,  1,  1,  1,  0,  1,  1,   2,   6,  4,  4} },
};
/* clang-format on */

static const struct profile *profile_of(uint64_t seed)
{
    return &profiles[seed % ARRAY_SIZE(profiles)];
}

const char *profile_name(uint64_t seed)
{
    return profile_of(seed)->name;
}

unsigned slot_of(uint64_t seed)
{
    return (unsigned)(seed % MAX_SLOTS);
}

struct program program_at(uint8_t *image, unsigned slot)
{
    struct program p = {
        .window = image + slot * WINDOW_SIZE,
        .control = image + (CONTROLS - WINDOWS) + slot * CONTROL_SIZE,
        .window_pa = WINDOWS + slot * WINDOW_SIZE,
        .control_pa = CONTROLS + slot * CONTROL_SIZE,
    };

    return p;
}

void programs_copy(uint8_t *to, const uint8_t *from, unsigned first,
                   unsigned end)
{
    size_t window = (size_t)first * WINDOW_SIZE;
    size_t control = CONTROLS - WINDOWS + (size_t)first * CONTROL_SIZE;
    size_t n = end - first;

    memcpy(to + window, from + window, n * WINDOW_SIZE);
    memcpy(to + control, from + control, n * CONTROL_SIZE);
}

static void put_item(struct gen *g, enum item item)
{
    switch (item) {
    case ITEM_ALU:
        put32(g->c, random_alu(&g->r, 0));
        break;
    case ITEM_COMPRESSED:
        put16(g->c, random_compressed(&g->r, 0));
        break;
    case ITEM_BRANCH:
        item_branch(g);
        break;
    case ITEM_LOOP:
        item_loop(g);
        break;
    case ITEM_MEMORY:
        item_memory(g);
        break;
    case ITEM_ATOMIC:
        item_atomic(g);
        break;
    case ITEM_CSR:
        item_csr(g);
        break;
    case ITEM_SYSTEM:
        item_system(g);
        break;
    case ITEM_INTERRUPT:
        item_interrupt(g);
        break;
    case ITEM_TABLE:
        item_table(g);
        break;
    case ITEM_MPRV:
        item_mprv(g);
        break;
    case ITEM_SATP:
        item_satp(g);
        break;
    case ITEM_PATCH:
        item_patch(g);
        break;
    case ITEM_PROBE:
        item_probe(g);
        break;
    case ITEM_ILLEGAL:
        put_insn(g->c, random_illegal(&g->r));
        break;
    case N_ITEMS:
        break;
    }
}

static enum item random_item(struct gen *g)
{
    const uint8_t *weight = g->profile->weight;
    unsigned sum = 0, at, i;

    for (i = 0; i < N_ITEMS; i++)
        sum += weight[i];
    at = pick(&g->r, sum);
    for (i = 0; at >= weight[i]; i++)
        at -= weight[i];
    return (enum item)i;
}

static void put_landing(struct gen *g, uint32_t pc, enum mode mode)
{
    uint8_t *entry = g->p.control + C_TABLE + g->n_landings++ * LANDING_SIZE;
    uint32_t status = word(&g->r) & (MSTATUS_SUM | MSTATUS_MXR | MSTATUS_SPIE |
                                     MSTATUS_SPP | MSTATUS_SIE);
    uint32_t delegated = chance(&g->r, 60) ? 0 : word(&g->r) & 0xb1fd;

    status |= (uint32_t)mode << MSTATUS_MPP_SHIFT;
    if (chance(&g->r, 20))
        status |= word(&g->r) & (MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR);
    if (chance(&g->r, 20))
        status |= MSTATUS_MPIE;
    /* The trap page must be there for what fetching it could raise. */
    if (chance(&g->r, 90))
        delegated &= ~(1u << CAUSE_FETCH_ACCESS | 1u << CAUSE_FETCH_PAGE |
                       1u << CAUSE_ILLEGAL);
    store_le(entry, 4, pc);
    store_le(entry + 4, 4, status);
    store_le(entry + 8, 4, delegated);
    /* QEMU 7.2 lets S-mode execute a page of U that SUM let it load before. */
    store_le(entry + 12, 4, mode == MODE_S && status & MSTATUS_SUM);
}

/* Room for the longest block; steps over what answers jumps. */
static bool has_room(struct code *c, bool is_paged)
{
    const uint32_t block = 512;
    uint32_t offset;

    if (c->at + block > c->limit)
        return false;
    if (!is_paged)
        return true;
    offset = c->at & 0xfff;
    if (offset < LOW_ZONE_SIZE)
        c->at += LOW_ZONE_SIZE - offset;
    else if (offset + block > PROBE_ZONE && offset < PROBE_ZONE)
        c->at += PROBE_ZONE + PROBE_ZONE_SIZE - offset;
    else if (offset + block > 0xff8)
        c->at += 0x1000 - offset + LOW_ZONE_SIZE;
    return c->at + block <= c->limit;
}

static void put_end(struct gen *g)
{
    switch (pick(&g->r, 12)) {
    case 0:
        put32(g->c, INSN_EBREAK);
        break;
    case 1:
        put16(g->c, INSN_C_EBREAK);
        break;
    default:
        put32(g->c, INSN_ECALL);
    }
    /* Whatever returns here ends, too. */
    put32(g->c, INSN_ECALL);
}

static uint32_t entry_of(struct gen *g, uint32_t pa)
{
    enum mode mode = g->mode;

    if (mode == MODE_M || !g->is_virtual)
        return pa;
    if (chance(&g->r, 3)) /* the other mode's page */
        mode = mode == MODE_U ? MODE_S : MODE_U;
    return code_va(g, pa, mode);
}

static bool put_block(struct gen *g)
{
    static const enum mode modes[] = {MODE_M, MODE_S, MODE_S, MODE_S,
                                      MODE_U, MODE_U, MODE_U, MODE_M};
    uint32_t start;

    g->mode = modes[pick(&g->r, ARRAY_SIZE(modes))];
    g->c = &g->code[g->mode == MODE_M];
    if (!has_room(g->c, g->mode != MODE_M))
        return false;
    start = g->c->at;
    put_landing(g, entry_of(g, g->c->pa + start), g->mode);
    for (unsigned n = 1 + pick(&g->r, 7); n && g->c->at < start + 400; n--)
        put_item(g, random_item(g));
    put_end(g);
    return true;
}

/* A landing in a page of any kind, or across the end of one. */
static void put_probe(struct gen *g)
{
    const struct page *page = &g->pages[pick(&g->r, g->n_pages)];
    enum mode mode = chance(&g->r, 50) ? MODE_U : MODE_S;
    uint32_t va = page->va;

    if (page->is_mega && !(page->pte >> PTE_PPN_SHIFT & 0x3ff))
        va |= page_pa(g, pick(&g->r, WINDOW_PAGES)) & 0x3fffff;
    if (chance(&g->r, 15))
        va += 0xffe;
    else
        va += PROBE_ZONE + pick(&g->r, PROBE_ZONE_SIZE / 4) * 4;
    put_landing(g, va, mode);
}

/* What the pages hold that are no tables: random words, and in the zones for
 * jumps something that computes and traps. */
static void fill_pages(struct gen *g)
{
    for (unsigned page = PAGE_CODE; page < WINDOW_PAGES; page++) {
        struct code c = {g->p.window + page * 4096, 0, 0, 4096};

        for (unsigned i = 0; page >= PAGE_DATA && i < 1024; i += 8)
            store_le(c.host + 4 * i, 4, interesting(&g->r));
        c.at = 2; /* the second half of what began on the page before */
        put16(&c, INSN_C_NOP);
        while (c.at < LOW_ZONE_SIZE)
            put32(&c, INSN_ECALL);
        c.at = PROBE_ZONE;
        while (c.at < PROBE_ZONE + PROBE_ZONE_SIZE) {
            put32(&c, random_alu(&g->r, 0));
            put32(&c, INSN_ECALL);
        }
        c.at = 0xffe;
        put16(&c, enc_i(OPC_IMM, 0, 10, 10, 0));
    }
}

static void fill_control(struct gen *g)
{
    uint8_t *c = g->p.control;

    store_le(c + C_LANDING, 4, g->p.control_pa + C_TABLE);
    store_le(c + C_LOG, 4, g->p.control_pa + C_TRAPS);
    store_le(c + C_WINDOW, 4, g->p.window_pa);
    store_le(c + C_SATP, 4, satp_of(g, PAGE_ROOT));
    store_le(c + C_STVEC, 4, TRAP_PAGE | pick(&g->r, 2));
    store_le(c + C_MIDELEG, 4, word(&g->r) & 0x222);
    store_le(c + C_MIE, 4, chance(&g->r, 50) ? word(&g->r) & g->irqs : 0);
    store_le(c + C_COUNTEREN, 4, 0);
    for (unsigned i = 1; i < 32; i++)
        store_le(c + C_REGS + 4 * i, 4, interesting(&g->r));
}

/* Pairs that QEMU 7.2 orders as the manual does (priv 1.12, 3.1.9); it takes
 * the lowest number first. */
static const uint32_t irq_pairs[] = {1u << 1 | 1u << 5, 1u << 3 | 1u << 9,
                                     1u << 3 | 1u << 5};

void generate(uint64_t seed, struct program p)
{
    struct gen g = {.p = p, .profile = profile_of(seed), .is_virtual = true};
    unsigned blocks;

    random_seed(&g.r, (seed + 1) * UINT64_C(0x9e3779b97f4a7c15));
    g.has_two_roots = chance(&g.r, 30);
    g.has_foreign = seed % 4 != 3;
    g.irqs = irq_pairs[pick(&g.r, ARRAY_SIZE(irq_pairs))];
    g.code[0] = (struct code){p.window + PAGE_CODE * 4096,
                              p.window_pa + PAGE_CODE * 4096, 0, 2 * 4096};
    g.code[1] = (struct code){p.control + C_CODE, p.control_pa + C_CODE, 0,
                              CONTROL_SIZE - C_CODE};
    tables_make(&g);
    fill_pages(&g);
    fill_control(&g);
    blocks = 40 + pick(&g.r, 40);
    while (g.n_landings < blocks) {
        if (pick(&g.r, 64) < g.profile->weight[ITEM_PROBE])
            put_probe(&g);
        else if (!put_block(&g))
            break;
    }
}
