/*
 * What the emitter writes is the instruction that was asked for, over all
 * registers and every shape of memory operand: capstone decodes it.
 */
#include "cpu/jit/x86.h"

#include <capstone.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "tests/unit.h"

#define N_REGS 16

static csh capstone;
static cs_insn *insn;
static uint8_t space[1 << 16];

/* An operand that the instruction must have; of `size` bits. */
struct want {
    enum { REG, MEM, NEAR, IMM } kind;
    unsigned size;
    unsigned reg;
    struct operand mem;
    uint64_t imm;
};

/* clang-format off */
static const x86_reg registers[4][N_REGS] = {
    { X86_REG_AL, X86_REG_CL, X86_REG_DL, X86_REG_BL, X86_REG_SPL, X86_REG_BPL,
      X86_REG_SIL, X86_REG_DIL, X86_REG_R8B, X86_REG_R9B, X86_REG_R10B,
      X86_REG_R11B, X86_REG_R12B, X86_REG_R13B, X86_REG_R14B, X86_REG_R15B },
    { X86_REG_AX, X86_REG_CX, X86_REG_DX, X86_REG_BX, X86_REG_SP, X86_REG_BP,
      X86_REG_SI, X86_REG_DI, X86_REG_R8W, X86_REG_R9W, X86_REG_R10W,
      X86_REG_R11W, X86_REG_R12W, X86_REG_R13W, X86_REG_R14W, X86_REG_R15W },
    { X86_REG_EAX, X86_REG_ECX, X86_REG_EDX, X86_REG_EBX, X86_REG_ESP,
      X86_REG_EBP, X86_REG_ESI, X86_REG_EDI, X86_REG_R8D, X86_REG_R9D,
      X86_REG_R10D, X86_REG_R11D, X86_REG_R12D, X86_REG_R13D, X86_REG_R14D,
      X86_REG_R15D },
    { X86_REG_RAX, X86_REG_RCX, X86_REG_RDX, X86_REG_RBX, X86_REG_RSP,
      X86_REG_RBP, X86_REG_RSI, X86_REG_RDI, X86_REG_R8, X86_REG_R9,
      X86_REG_R10, X86_REG_R11, X86_REG_R12, X86_REG_R13, X86_REG_R14,
      X86_REG_R15 },
};
/* clang-format on */

static x86_reg name_of(unsigned reg, unsigned size)
{
    return registers[size == 8 ? 0 : size == 16 ? 1 : size == 32 ? 2 : 3][reg];
}

static struct want reg(unsigned r, unsigned size)
{
    return (struct want){.kind = REG, .size = size, .reg = r};
}

static struct want imm(uint64_t v, unsigned size)
{
    return (struct want){.kind = IMM, .size = size, .imm = v};
}

/* The place `distance` bytes from the start of the instruction. */
static struct want nearby(int32_t distance, unsigned size)
{
    return (struct want){
        .kind = NEAR, .size = size, .mem = {.disp = distance}};
}

/* What an operand of the emitter means. */
static struct want rm(struct operand o, unsigned size)
{
    if (is_reg(o))
        return reg(o.base, size);
    return (struct want){.kind = MEM, .size = size, .mem = o};
}

static bool is_memory(const cs_x86_op *o, const struct want *w)
{
    x86_reg index =
        w->mem.index == NO_REG ? X86_REG_INVALID : name_of(w->mem.index, 64);

    return o->type == X86_OP_MEM && o->mem.base == name_of(w->mem.base, 64) &&
           o->mem.index == index && o->mem.disp == w->mem.disp &&
           (index == X86_REG_INVALID || o->mem.scale == w->mem.scale) &&
           o->mem.segment == X86_REG_INVALID;
}

static bool is_operand(const cs_x86_op *o, const struct want *w)
{
    uint64_t mask = w->size == 64 ? UINT64_MAX : (UINT64_C(1) << w->size) - 1;

    switch (w->kind) {
    case REG:
        return o->type == X86_OP_REG && o->reg == name_of(w->reg, w->size);
    case MEM:
        return is_memory(o, w) && (!w->size || o->size * 8u == w->size);
    case NEAR:
        return o->type == X86_OP_MEM && o->mem.base == X86_REG_RIP &&
               o->mem.disp + insn->size == w->mem.disp;
    case IMM:
        return o->type == X86_OP_IMM && !(((uint64_t)o->imm ^ w->imm) & mask);
    }
    return false;
}

/* One assertion writes to Check's file: only what is wrong is told. */
static void is_operands(const char *name, size_t n, const struct want *want)
{
    const cs_x86 *x86 = &insn->detail->x86;

    if (strcmp(insn->mnemonic, name) || x86->op_count != n)
        ck_abort_msg("not %s: %s %s", name, insn->mnemonic, insn->op_str);
    for (size_t i = 0; i < n; i++)
        if (!is_operand(&x86->operands[i], &want[i]))
            ck_abort_msg("operand %zu: %s %s", i, insn->mnemonic, insn->op_str);
}

/* What lies between `from` and c->at is `name` with these operands alone; c->at
 * goes back. */
static void is(struct code *c, uint8_t *from, const char *name, size_t n,
               const struct want *want)
{
    const uint8_t *bytes = from;
    size_t left = (size_t)(c->at - from);
    uint64_t address = (uint64_t)(uintptr_t)from;

    if (!cs_disasm_iter(capstone, &bytes, &left, &address, insn))
        ck_abort_msg("%s: no instruction", name);
    if (left)
        ck_abort_msg("%s: %zu bytes behind it", name, left);
    is_operands(name, n, want);
    c->at = from;
}

#define IS(c, name, ...)                                                       \
    is(c, space, name, ARRAY_SIZE(((struct want[]){__VA_ARGS__})),             \
       (struct want[]){__VA_ARGS__})

static struct code start(void)
{
    return (struct code){space};
}

/* Every shape of an operand. Calls `f` with each. */
typedef void shape_function(struct code *c, struct operand o, unsigned r);

static const int32_t disps[] = {0,   1,    -1,   127,       -128,
                                128, -129, 4096, INT32_MAX, INT32_MIN};

static void for_each_memory(shape_function *f, unsigned r)
{
    struct code c = start();

    for (unsigned base = 0; base < N_REGS; base++) {
        for (size_t d = 0; d < ARRAY_SIZE(disps); d++)
            f(&c, at((enum host_reg)base, disps[d]), r);
        for (unsigned i = 0; i < 4 * N_REGS; i++) {
            enum host_reg index = (enum host_reg)(i / 4);

            if (index == RSP) /* there is no such index */
                continue;
            for (int32_t disp = -200; disp <= 200; disp += 200)
                f(&c, at_index((enum host_reg)base, index, 1u << i % 4, disp),
                  r);
        }
    }
}

static void for_each_register(shape_function *f)
{
    struct code c = start();

    for (unsigned a = 0; a < N_REGS; a++)
        for (unsigned b = 0; b < N_REGS; b++)
            f(&c, in_reg((enum host_reg)a), b);
}

/* With each register beside it. */
static void for_each_shape(shape_function *f)
{
    for_each_register(f);
    for (unsigned r = 0; r < N_REGS; r++)
        for_each_memory(f, r);
}

static const char *const conditions[] = {
    [COND_B] = "b",   [COND_AE] = "ae", [COND_E] = "e", [COND_NE] = "ne",
    [COND_BE] = "be", [COND_A] = "a",   [COND_L] = "l", [COND_GE] = "ge",
    [COND_LE] = "le", [COND_G] = "g",
};

static const char *const alus[] = {
    [ALU_ADD] = "add", [ALU_OR] = "or",   [ALU_AND] = "and",
    [ALU_SUB] = "sub", [ALU_XOR] = "xor", [ALU_CMP] = "cmp",
};

static const char *named(const char *prefix, enum host_cond cond)
{
    static char name[16];

    snprintf(name, sizeof name, "%s%s", prefix, conditions[cond]);
    return name;
}

/* ---- moves ---- */

static void moves(struct code *c, struct operand o, unsigned r)
{
    enum host_reg host = (enum host_reg)r;

    x86_mov(c, host, o);
    IS(c, "mov", reg(r, 32), rm(o, 32));
    x86_mov64(c, host, o);
    IS(c, "mov", reg(r, 64), rm(o, 64));
    x86_store(c, o, host);
    IS(c, "mov", rm(o, 32), reg(r, 32));
    x86_store64(c, o, host);
    IS(c, "mov", rm(o, 64), reg(r, 64));
    x86_movsxd(c, host, o);
    IS(c, "movsxd", reg(r, 64), rm(o, 32));
    if (is_reg(o))
        return;
    x86_lea(c, host, o);
    IS(c, "lea", reg(r, 32), rm(o, 0));
    x86_lea64(c, host, o);
    IS(c, "lea", reg(r, 64), rm(o, 0));
}

START_TEST(places_near_the_code_are_reached)
{
    static const int32_t distances[] = {-100000, -1, 0, 7, 64, 100000};
    struct code c = start();

    for (unsigned r = 0; r < N_REGS; r++) {
        for (size_t i = 0; i < ARRAY_SIZE(distances); i++) {
            const uint8_t *place = space + distances[i];

            x86_mov64_near(&c, (enum host_reg)r, place);
            IS(&c, "mov", reg(r, 64), nearby(distances[i], 64));
            x86_lea64_near(&c, (enum host_reg)r, place);
            IS(&c, "lea", reg(r, 64), nearby(distances[i], 64));
        }
    }
}
END_TEST

START_TEST(moves_reach_every_operand)
{
    for_each_shape(moves);
}
END_TEST

/* Bytes and halfwords go through x86_op alone. */
static void narrow(struct code *c, struct operand o, unsigned r)
{
    x86_op(c, 0x88, X86_8, r, o);
    IS(c, "mov", rm(o, 8), reg(r, 8));
    x86_op(c, 0x89, X86_16, r, o);
    IS(c, "mov", rm(o, 16), reg(r, 16));
    x86_op(c, 0x0fb6, is_reg(o) ? X86_8 : 0, r, o);
    IS(c, "movzx", reg(r, 32), rm(o, 8));
    x86_op(c, 0x0fbe, is_reg(o) ? X86_8 : 0, r, o);
    IS(c, "movsx", reg(r, 32), rm(o, 8));
    x86_op(c, 0x0fb7, 0, r, o);
    IS(c, "movzx", reg(r, 32), rm(o, 16));
    x86_op(c, 0x0fbf, 0, r, o);
    IS(c, "movsx", reg(r, 32), rm(o, 16));
    x86_op(c, 0x0faf, 0, r, o);
    IS(c, "imul", reg(r, 32), rm(o, 32));
    x86_op(c, 0x0faf, X86_W, r, o);
    IS(c, "imul", reg(r, 64), rm(o, 64));
    x86_op(c, 0xf30fbd, 0, r, o);
    IS(c, "lzcnt", reg(r, 32), rm(o, 32));
}

START_TEST(opcodes_take_their_prefixes)
{
    for_each_shape(narrow);
}
END_TEST

static const uint64_t constants[] = {
    0,          1,          9,           0x7f,
    0x80,       0xff,       0x7fffffff,  0x80000000,
    0xffffff80, 0xffffffff, 0x100000000, 0x123456789abcdef0,
};

START_TEST(constants_are_whole)
{
    struct code c = start();

    for (unsigned r = 0; r < N_REGS; r++) {
        for (size_t i = 0; i < ARRAY_SIZE(constants); i++) {
            uint32_t low = (uint32_t)constants[i];

            x86_mov_imm(&c, (enum host_reg)r, low);
            if (low)
                IS(&c, "mov", reg(r, 32), imm(low, 32));
            else
                IS(&c, "xor", reg(r, 32), reg(r, 32));
            x86_mov_imm64(&c, (enum host_reg)r, constants[i]);
            IS(&c, "movabs", reg(r, 64), imm(constants[i], 64));
        }
    }
}
END_TEST

static void store_constant(struct code *c, struct operand o, unsigned r)
{
    for (size_t i = 0; i < ARRAY_SIZE(disps); i++) {
        x86_store_imm64(c, o, disps[i]);
        IS(c, "mov", rm(o, 64), imm((uint64_t)(int64_t)disps[i], 64));
    }
    (void)r;
}

START_TEST(stored_constants_are_sign_extended)
{
    for_each_memory(store_constant, 0);
}
END_TEST

/* ---- arithmetic ---- */

static void arithmetic(struct code *c, struct operand o, unsigned r)
{
    for (unsigned op = ALU_ADD; op <= ALU_CMP; op++) {
        if (!alus[op])
            continue;
        x86_alu(c, (enum alu)op, (enum host_reg)r, o);
        IS(c, alus[op], reg(r, 32), rm(o, 32));
        x86_alu64(c, (enum alu)op, (enum host_reg)r, o);
        IS(c, alus[op], reg(r, 64), rm(o, 64));
        x86_alu_store(c, (enum alu)op, o, (enum host_reg)r);
        IS(c, alus[op], rm(o, 32), reg(r, 32));
    }
}

START_TEST(arithmetic_reaches_every_operand)
{
    for_each_shape(arithmetic);
}
END_TEST

static void arithmetic_imm(struct code *c, struct operand o, unsigned r)
{
    for (unsigned op = ALU_ADD; op <= ALU_CMP; op++) {
        for (size_t i = 0; alus[op] && i < ARRAY_SIZE(disps); i++) {
            uint64_t v = (uint64_t)(int64_t)disps[i];

            x86_alu_imm(c, (enum alu)op, o, disps[i]);
            IS(c, alus[op], rm(o, 32), imm(v, 32));
            x86_alu_imm64(c, (enum alu)op, o, disps[i]);
            IS(c, alus[op], rm(o, 64), imm(v, 64));
        }
    }
    (void)r;
}

START_TEST(immediates_are_sign_extended)
{
    for_each_register(arithmetic_imm);
    for_each_memory(arithmetic_imm, 0);
}
END_TEST

static void unary(struct code *c, struct operand o, unsigned r)
{
    static const char *const names[] = {
        [UNARY_NOT] = "not",   [UNARY_NEG] = "neg", [UNARY_MUL] = "mul",
        [UNARY_IMUL] = "imul", [UNARY_DIV] = "div", [UNARY_IDIV] = "idiv",
    };

    for (unsigned op = UNARY_NOT; op <= UNARY_IDIV; op++) {
        x86_unary(c, (enum unary)op, o);
        IS(c, names[op], rm(o, 32));
    }
    (void)r;
}

START_TEST(unary_operations_are_those_named)
{
    for_each_register(unary);
    for_each_memory(unary, 0);
}
END_TEST

START_TEST(shifts_count_by_constants_and_cl)
{
    static const char *const names[] = {
        [SHIFT_ROL] = "rol", [SHIFT_ROR] = "ror", [SHIFT_SHL] = "shl",
        [SHIFT_SHR] = "shr", [SHIFT_SAR] = "sar",
    };
    struct code c = start();

    for (unsigned op = 0; op < ARRAY_SIZE(names); op++) {
        for (unsigned r = 0; names[op] && r < N_REGS; r++) {
            for (unsigned n = 1; n < 32; n++) {
                x86_shift(&c, (enum shift)op, (enum host_reg)r, n);
                IS(&c, names[op], reg(r, 32), imm(n, 8));
                x86_shift64(&c, (enum shift)op, (enum host_reg)r, n);
                IS(&c, names[op], reg(r, 64), imm(n, 8));
            }
            x86_shift_cl(&c, (enum shift)op, (enum host_reg)r);
            IS(&c, names[op], reg(r, 32), reg(RCX, 8));
        }
    }
}
END_TEST

/* ---- conditions ---- */

static void conditional(struct code *c, struct operand o, unsigned r)
{
    for (unsigned cond = 0; cond < ARRAY_SIZE(conditions); cond++) {
        if (!conditions[cond])
            continue;
        x86_cmov(c, (enum host_cond)cond, (enum host_reg)r, o);
        IS(c, named("cmov", (enum host_cond)cond), reg(r, 32), rm(o, 32));
    }
}

START_TEST(conditional_moves_have_their_condition)
{
    for_each_shape(conditional);
}
END_TEST

START_TEST(conditions_become_bytes_and_comparisons_flags)
{
    struct code c = start();

    for (unsigned r = 0; r < N_REGS; r++) {
        for (unsigned cond = 0; cond < ARRAY_SIZE(conditions); cond++) {
            if (!conditions[cond])
                continue;
            x86_setcc(&c, (enum host_cond)cond, (enum host_reg)r);
            IS(&c, named("set", (enum host_cond)cond), reg(r, 8));
        }
        for (unsigned b = 0; b < N_REGS; b++) {
            x86_test(&c, (enum host_reg)r, (enum host_reg)b);
            IS(&c, "test", reg(b, 32), reg(r, 32));
        }
        x86_test_imm(&c, (enum host_reg)r, 0xffffffc0);
        IS(&c, "test", reg(r, 32), imm(0xffffffc0, 32));
    }
}
END_TEST

START_TEST(the_opposite_of_a_condition_is_one)
{
    static const enum host_cond pairs[][2] = {
        {COND_B, COND_AE}, {COND_E, COND_NE}, {COND_BE, COND_A},
        {COND_L, COND_GE}, {COND_LE, COND_G},
    };

    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        ck_assert_int_eq(cond_not(pairs[i][0]), pairs[i][1]);
        ck_assert_int_eq(cond_not(pairs[i][1]), pairs[i][0]);
    }
}
END_TEST

/* ---- control ---- */

/* Places before, in and behind the jump. */
static const size_t places[] = {0, 1, 127, 128, 32768, 40000, 65535};

START_TEST(jumps_go_where_they_are_patched_to)
{
    uint8_t *from = space + 32768;

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        uint8_t *target = space + places[i];
        struct want to = imm((uint64_t)(uintptr_t)target, 64);
        struct code c = {from};
        uint8_t *field;

        x86_jmp_to(&c, target);
        is(&c, from, "jmp", 1, &to);
        x86_call_to(&c, target);
        is(&c, from, "call", 1, &to);
        field = x86_jmp(&c);
        x86_patch(field, target);
        ck_assert_ptr_eq(x86_target(field), target);
        is(&c, from, "jmp", 1, &to);
        x86_patch(x86_call(&c), target);
        is(&c, from, "call", 1, &to);
        for (unsigned cond = 0; cond < ARRAY_SIZE(conditions); cond++) {
            if (!conditions[cond])
                continue;
            x86_patch(x86_jcc(&c, (enum host_cond)cond), target);
            is(&c, from, named("j", (enum host_cond)cond), 1, &to);
        }
    }
}
END_TEST

START_TEST(jumps_through_registers_and_the_stack_are_of_64_bits)
{
    struct code c = start();

    for (unsigned r = 0; r < N_REGS; r++) {
        enum host_reg host = (enum host_reg)r;

        x86_jmp_reg(&c, host);
        IS(&c, "jmp", reg(r, 64));
        x86_call_reg(&c, host);
        IS(&c, "call", reg(r, 64));
        x86_push(&c, host);
        IS(&c, "push", reg(r, 64));
        x86_pop(&c, host);
        IS(&c, "pop", reg(r, 64));
    }
    x86_ret(&c);
    is(&c, space, "ret", 0, NULL);
}
END_TEST

START_TEST(data_are_written_as_they_are)
{
    struct code c = start();

    x86_byte(&c, 0x1a5);
    x86_word(&c, 0x04030201);
    ck_assert_ptr_eq(c.at, space + 5);
    ck_assert_mem_eq(space, "\xa5\1\2\3\4", 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("x86");
    TCase *tc = tcase_create("x86");

    if (cs_open(CS_ARCH_X86, CS_MODE_64, &capstone))
        return EXIT_FAILURE;
    cs_option(capstone, CS_OPT_DETAIL, CS_OPT_ON);
    insn = cs_malloc(capstone);
    tcase_add_test(tc, moves_reach_every_operand);
    tcase_add_test(tc, places_near_the_code_are_reached);
    tcase_add_test(tc, opcodes_take_their_prefixes);
    tcase_add_test(tc, constants_are_whole);
    tcase_add_test(tc, stored_constants_are_sign_extended);
    tcase_add_test(tc, arithmetic_reaches_every_operand);
    tcase_add_test(tc, immediates_are_sign_extended);
    tcase_add_test(tc, unary_operations_are_those_named);
    tcase_add_test(tc, shifts_count_by_constants_and_cl);
    tcase_add_test(tc, conditional_moves_have_their_condition);
    tcase_add_test(tc, conditions_become_bytes_and_comparisons_flags);
    tcase_add_test(tc, the_opposite_of_a_condition_is_one);
    tcase_add_test(tc, jumps_go_where_they_are_patched_to);
    tcase_add_test(tc, jumps_through_registers_and_the_stack_are_of_64_bits);
    tcase_add_test(tc, data_are_written_as_they_are);
    suite_add_tcase(suite, tc);
    unit_main(suite);
    cs_free(insn, 1);
    return cs_close(&capstone) ? EXIT_FAILURE : EXIT_SUCCESS;
}
