/*
 * The interpreter: the reference engine. It executes decoded blocks, one
 * `switch` over the operation, from the start of a block to its end; steps
 * and limits are counted by the block.
 */
#include "base/bits.h"
#include "cpu/arith.h"
#include "cpu/bitmanip.h"
#include "cpu/block.h"
#include "cpu/hart.h"
#include "cpu/internal.h"

/* ---- between blocks ---- */

/* Takes back the fetches that OP_FETCH counted of instructions after d, as
 * d was the last one to be executed. */
static void uncount_fetches(struct hart *h, const struct block *b,
                            const struct insn *d)
{
    const struct insn *end = b->insns + b->length;

    if (!h->blocks->counts_fetches)
        return;
    for (d++; d < end && d->op != OP_FETCH && d->op != OP_END; d++)
        h->mmu.repeat_fetches--;
}

static struct block *watched(struct hart *h, const struct block *b)
{
    struct block *one = block_part(h->blocks, b, 1);
    const struct insn *d = one->insns;

    if (d->op == OP_FETCH)
        d++;
    h->watch.exec(h->watch.ctx, h, d->bits);
    return one;
}

/* The block to execute now; NULL: the engine must return. */
static NOINLINE struct block *next_block(struct hart *h)
{
    struct fault fault;

    while (h->steps < h->run_until) {
        struct block *b = block_at(h, &fault);

        if (b) {
            uint64_t left = 1; /* at least, if fetching used up the rest */

            if (LIKELY(h->run_until > h->steps))
                left = h->run_until - h->steps;

            if (UNLIKELY(h->watch.exec != NULL))
                return watched(h, b);
            return b->steps <= left ? b
                                    : block_part(h->blocks, b, (unsigned)left);
        }
        h->steps++;
        h->failed++;
        trap_exception(h, h->pc, fault.cause, fault.tval);
    }
    return NULL;
}

/* The block at h->pc after b, by way of its link if that holds. (While
 * somebody watches, no block has links.) */
static ALWAYS_INLINE struct block *follow(struct hart *h, struct block *b,
                                          unsigned way)
{
    struct block *next = b->link[way];
    const struct exec_page *page = &h->blocks->page;
    uint64_t offset = h->pc - page->va;

    if (LIKELY(offset < MMU_PAGE_SIZE && next->pa == page->pa + offset &&
               h->steps + next->steps <= h->run_until))
        return next;
    next = next_block(h);
    if (next && next->pa != BLOCK_DEAD)
        b->link[way] = next;
    return next;
}

static uint64_t canonical(const struct hart *h, uint64_t v)
{
    return h->xlen == 32 ? arith_word(v) : v;
}

/* ---- execution ---- */

#define RD x[d->rd]
#define RS1 x[d->rs1]
#define RS2 x[d->rs2]
#define IMM ((uint64_t)(int64_t)d->imm)
#define VA ((RS1 + IMM) & mask)

static void execute(struct hart *h, struct block *b)
{
    const uint64_t mask = isa_address_mask(h->isa);
    uint64_t *const x = h->x;
    const struct insn *d;
    struct fault fault;
    uint64_t page, value;

enter:
    d = b->insns;
    page = h->pc - d->offset;
    for (;; d++) {
        switch ((enum op)d->op) {
        case OP_END:
            h->steps += d->index;
            h->pc = (page + d->offset) & mask;
            goto fell_through;
        case OP_FETCH:
            mmu_count_fetch(&h->mmu, page + d->offset, d->size);
            h->mmu.repeat_fetches += (uint64_t)d->imm - 1;
            if (UNLIKELY(h->leave))
                goto stalled;
            continue;
        case OP_ILLEGAL:
            fault = (struct fault){d->bits, CAUSE_ILLEGAL};
            goto fault;

        case OP_LUI:
            RD = IMM;
            continue;
        case OP_AUIPC:
            RD = canonical(h, page + IMM);
            continue;
        case OP_ADD:
            RD = RS1 + RS2;
            continue;
        case OP_ADDI:
            RD = RS1 + IMM;
            continue;
        case OP_ADDW:
            RD = arith_word(RS1 + RS2);
            continue;
        case OP_ADDIW:
            RD = arith_word(RS1 + IMM);
            continue;
        case OP_SUB:
            RD = RS1 - RS2;
            continue;
        case OP_SUBW:
            RD = arith_word(RS1 - RS2);
            continue;
        case OP_AND:
            RD = RS1 & RS2;
            continue;
        case OP_ANDI:
            RD = RS1 & IMM;
            continue;
        case OP_OR:
            RD = RS1 | RS2;
            continue;
        case OP_ORI:
            RD = RS1 | IMM;
            continue;
        case OP_XOR:
            RD = RS1 ^ RS2;
            continue;
        case OP_XORI:
            RD = RS1 ^ IMM;
            continue;
        case OP_SLT:
            RD = (int64_t)RS1 < (int64_t)RS2;
            continue;
        case OP_SLTI:
            RD = (int64_t)RS1 < d->imm;
            continue;
        case OP_SLTU:
            RD = RS1 < RS2;
            continue;
        case OP_SLTIU:
            RD = RS1 < IMM;
            continue;
        case OP_SLL:
            RD = RS1 << (RS2 & 63);
            continue;
        case OP_SLLI:
            RD = RS1 << (d->imm & 63);
            continue;
        case OP_SLLW:
            RD = arith_word(RS1 << (RS2 & 31));
            continue;
        case OP_SLLIW:
            RD = arith_word(RS1 << (d->imm & 31));
            continue;
        case OP_SRL:
            RD = RS1 >> (RS2 & 63);
            continue;
        case OP_SRLI:
            RD = RS1 >> (d->imm & 63);
            continue;
        case OP_SRLW:
            RD = arith_word((uint32_t)RS1 >> (RS2 & 31));
            continue;
        case OP_SRLIW:
            RD = arith_word((uint32_t)RS1 >> (d->imm & 31));
            continue;
        case OP_SRA:
            RD = arith_shift_right(RS1, RS2 & 63);
            continue;
        case OP_SRAI:
            RD = arith_shift_right(RS1, d->imm & 63);
            continue;
        case OP_SRAW:
            RD = arith_shift_right(arith_word(RS1), RS2 & 31);
            continue;
        case OP_SRAIW:
            RD = arith_shift_right(arith_word(RS1), d->imm & 31);
            continue;

        case OP_MUL:
            RD = RS1 * RS2;
            continue;
        case OP_MULW:
            RD = arith_word(RS1 * RS2);
            continue;
        case OP_MULH:
            RD = arith_mulh(RS1, RS2);
            continue;
        case OP_MULHW:
            RD = arith_word((RS1 * RS2) >> 32);
            continue;
        case OP_MULHSU:
            RD = arith_mulhsu(RS1, RS2);
            continue;
        case OP_MULHSUW:
            RD = arith_word((RS1 * (uint32_t)RS2) >> 32);
            continue;
        case OP_MULHU:
            RD = arith_mulhu(RS1, RS2);
            continue;
        case OP_MULHUW:
            RD = arith_word(((uint64_t)(uint32_t)RS1 * (uint32_t)RS2) >> 32);
            continue;
        case OP_DIV:
            RD = arith_div(RS1, RS2);
            continue;
        case OP_DIVW:
            RD = arith_divw(RS1, RS2);
            continue;
        case OP_DIVU:
            RD = arith_divu(RS1, RS2);
            continue;
        case OP_DIVUW:
            RD = arith_divuw(RS1, RS2);
            continue;
        case OP_REM:
            RD = arith_rem(RS1, RS2);
            continue;
        case OP_REMW:
            RD = arith_remw(RS1, RS2);
            continue;
        case OP_REMU:
            RD = arith_remu(RS1, RS2);
            continue;
        case OP_REMUW:
            RD = arith_remuw(RS1, RS2);
            continue;

        case OP_SH1ADDW:
        case OP_SH2ADDW:
        case OP_SH3ADDW:
        case OP_ANDN:
        case OP_ORN:
        case OP_XNOR:
        case OP_MIN:
        case OP_MINU:
        case OP_MAX:
        case OP_MAXU:
        case OP_CLZW:
        case OP_CTZW:
        case OP_CPOPW:
        case OP_SEXT_B:
        case OP_SEXT_H:
        case OP_ZEXT_H:
        case OP_ROLW:
        case OP_RORW:
        case OP_RORIW:
        case OP_REV8W:
        case OP_ORC_BW:
        case OP_BSETW:
        case OP_BSETIW:
        case OP_BCLRW:
        case OP_BCLRIW:
        case OP_BINVW:
        case OP_BINVIW:
        case OP_BEXTW:
        case OP_BEXTIW:
            RD = bitmanip(d, RS1, RS2);
            continue;

        case OP_LB:
            h->at = d;
            if (UNLIKELY(!mmu_load(&h->mmu, VA, 1, &value, &fault)))
                goto fault;
            RD = (uint64_t)sign_extend(value, 8);
            goto accessed;
        case OP_LBU:
            h->at = d;
            if (UNLIKELY(!mmu_load(&h->mmu, VA, 1, &value, &fault)))
                goto fault;
            RD = value;
            goto accessed;
        case OP_LH:
            h->at = d;
            if (UNLIKELY(!mmu_load(&h->mmu, VA, 2, &value, &fault)))
                goto fault;
            RD = (uint64_t)sign_extend(value, 16);
            goto accessed;
        case OP_LHU:
            h->at = d;
            if (UNLIKELY(!mmu_load(&h->mmu, VA, 2, &value, &fault)))
                goto fault;
            RD = value;
            goto accessed;
        case OP_LW:
            h->at = d;
            if (UNLIKELY(!mmu_load(&h->mmu, VA, 4, &value, &fault)))
                goto fault;
            RD = arith_word(value);
            goto accessed;
        case OP_SB:
            h->at = d;
            if (UNLIKELY(!mmu_store(&h->mmu, VA, 1, RS2, &fault)))
                goto fault;
            goto accessed;
        case OP_SH:
            h->at = d;
            if (UNLIKELY(!mmu_store(&h->mmu, VA, 2, RS2, &fault)))
                goto fault;
            goto accessed;
        case OP_SW:
            h->at = d;
            if (UNLIKELY(!mmu_store(&h->mmu, VA, 4, RS2, &fault)))
                goto fault;
            goto accessed;
        case OP_LR_W:
        case OP_SC_W:
        case OP_AMOSWAP_W:
        case OP_AMOADD_W:
        case OP_AMOXOR_W:
        case OP_AMOAND_W:
        case OP_AMOOR_W:
        case OP_AMOMIN_W:
        case OP_AMOMAX_W:
        case OP_AMOMINU_W:
        case OP_AMOMAXU_W:
            h->at = d;
            if (!atomic_execute(h, d, &fault))
                goto fault;
            goto accessed;
        case OP_FENCE:
            continue;

        case OP_FENCE_I:
            mmu_fence_i(&h->mmu);
            h->steps += d->index + 1u;
            h->pc = (page + d->offset + d->size) & mask;
            goto fell_through;
        case OP_JAL:
            RD = canonical(h, page + d->offset + d->size);
            goto jump;
        case OP_JALR:
            value = RS1;
            RD = canonical(h, page + d->offset + d->size);
            h->steps += d->index + 1u;
            h->pc = (value + IMM) & mask & ~UINT64_C(1);
            goto jumped;
        case OP_BEQ:
            if (RS1 == RS2)
                goto jump;
            goto fall_through;
        case OP_BNE:
            if (RS1 != RS2)
                goto jump;
            goto fall_through;
        case OP_BLT:
            if ((int64_t)RS1 < (int64_t)RS2)
                goto jump;
            goto fall_through;
        case OP_BGE:
            if ((int64_t)RS1 >= (int64_t)RS2)
                goto jump;
            goto fall_through;
        case OP_BLTU:
            if (RS1 < RS2)
                goto jump;
            goto fall_through;
        case OP_BGEU:
            if (RS1 >= RS2)
                goto jump;
            goto fall_through;

        case OP_ECALL:
            fault = (struct fault){0, CAUSE_ECALL_U + h->priv};
            goto fault;
        case OP_EBREAK:
            fault = (struct fault){(page + d->offset) & mask, CAUSE_BREAKPOINT};
            goto fault;
        case OP_MRET:
        case OP_SRET:
        case OP_WFI:
        case OP_SFENCE_VMA:
        case OP_SFENCE_INVAL:
        case OP_CBO_INVAL:
        case OP_CBO_CLEAN:
        case OP_CBO_FLUSH:
        case OP_CBO_ZERO:
        case OP_CSRRW:
        case OP_CSRRS:
        case OP_CSRRC:
        case OP_CSRRWI:
        case OP_CSRRSI:
        case OP_CSRRCI:
            h->at = d;
            h->pc = (page + d->offset) & mask;
            if (!system_execute(h, d, &fault))
                goto fault;
            h->at = NULL;
            h->steps += d->index + 1u;
            goto fell_through;
        }
        UNREACHABLE();
    accessed:
        if (UNLIKELY(h->leave))
            goto leave;
    }

jump:
    h->steps += d->index + 1u;
    h->pc = (page + IMM) & mask;
jumped:
    b = follow(h, b, 1);
    if (LIKELY(b != NULL))
        goto enter;
    return;

fall_through:
    h->steps += d->index + 1u;
    h->pc = (page + d->offset + d->size) & mask;
fell_through:
    b = follow(h, b, 0);
    if (LIKELY(b != NULL))
        goto enter;
    return;

stalled: /* fetching took time: one instruction, then look at the clock */
    h->mmu.repeat_fetches -= (uint64_t)d->imm - 1;
    h->steps += d->index;
    h->pc = (page + d->offset) & mask;
    b = block_single(h->blocks, d + 1);
    goto enter;

fault:
    h->at = NULL;
    uncount_fetches(h, b, d);
    h->steps += d->index + 1u;
    h->failed++;
    trap_exception(h, (page + d->offset) & mask, fault.cause, fault.tval);
    b = follow(h, b, 1);
    if (LIKELY(b != NULL))
        goto enter;
    return;

leave:
    uncount_fetches(h, b, d);
    h->steps += d->index + 1u;
    h->pc = (page + d->offset + d->size) & mask;
}

static void interp_run(struct hart *h)
{
    struct block *b = next_block(h);

    if (b)
        execute(h, b);
}

void interp_single(struct hart *h, const struct insn *d)
{
    execute(h, block_single(h->blocks, d));
}

const struct engine engine_interp = {.name = "interp", .run = interp_run};
