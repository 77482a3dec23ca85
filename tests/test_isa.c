/*
 * The instruction table: every row can be read, rows overlap only where one
 * is a special case of the other, and what is reserved is illegal.
 */
#include "cpu/isa.h"

#include "tests/hart_rig.h"

static struct isa *isa32(void)
{
    return isa_new(32);
}

static enum op op_of(uint32_t bits)
{
    struct isa *isa = isa32();
    struct insn d = isa_decode(isa, bits);

    isa_free(isa);
    return (enum op)d.op;
}

START_TEST(every_row_can_be_read)
{
    for (size_t i = 0; i < isa_table_rows; i++) {
        struct isa_pattern p;

        ck_assert_msg(isa_parse(&isa_table[i], &p), "%s", isa_table[i].name);
        ck_assert_uint_eq(p.match & ~p.mask, 0);
        ck_assert_str_ne(isa_table[i].meaning, "");
    }
}
END_TEST

START_TEST(wrong_notation_is_refused)
{
    static const char *const wrong[] = {"",
                                        "000",
                                        "imm[11:0] rs1 000 rd 001001",
                                        "imm[0:11] rs1 000 rd 0010011",
                                        "imm[11:0] rs3 000 rd 0010011",
                                        "imm[11:0] rs1 002 rd 0010011",
                                        "0 imm[11:0] rs1 000 rd 0010011"};

    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct isa_row row = isa_table[0];
        struct isa_pattern p;

        row.encoding = wrong[i];
        ck_assert_msg(!isa_parse(&row, &p), "%s", wrong[i]);
    }
}
END_TEST

START_TEST(rows_overlap_only_as_special_cases)
{
    for (size_t i = 0; i < isa_table_rows; i++)
        for (size_t j = 0; j < i; j++) {
            struct isa_pattern p, q;
            uint32_t common;

            ck_assert(isa_parse(&isa_table[i], &p));
            ck_assert(isa_parse(&isa_table[j], &q));
            common = p.mask & q.mask;
            if (!(isa_table[i].xlens & isa_table[j].xlens) ||
                p.size != q.size || (p.match ^ q.match) & common)
                continue;
            ck_assert_msg(p.mask != q.mask &&
                              (common == p.mask || common == q.mask),
                          "%s and %s", isa_table[i].name, isa_table[j].name);
        }
}
END_TEST

START_TEST(reserved_encodings_are_illegal)
{
    static const uint32_t reserved[] = {
        0x0000,
        0xffffffff,
        0x0000001f,      /* zeros, ones, longer formats */
        0x0004,          /* c.addi4spn of 0 */
        0x6101,          /* c.addi16sp of 0 */
        0x6501,          /* c.lui of 0 */
        0x4002,          /* c.lwsp to x0 */
        0x8002,          /* c.jr x0 */
        0x9501 | 0x1000, /* c.srli with shamt[5] */
        0x1502,          /* c.slli with shamt[5] */
        0x9c01,          /* c.subw is RV64's */
        0x2000,
        0x6000,               /* c.fld, c.flw */
        0x02051513,           /* slli with shamt[5] */
        0x1015a52f,           /* lr.w with rs2 */
        0x0005b503,           /* ld */
        0x0005e503,           /* lwu */
        0x00b5051b,           /* addiw */
        0x00000053,           /* fadd.s */
        0x00052507,           /* flw */
        0x30200173,           /* mret with rd */
        0x00200073,           /* uret */
        0x70000073 | 1 << 20, /* unknown system */
    };

    for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
        ck_assert_msg(op_of(reserved[i]) == OP_ILLEGAL, "%08x", reserved[i]);
}
END_TEST

START_TEST(hints_and_reserved_fences_are_not_illegal)
{
    ck_assert_int_eq(op_of(0x0001), OP_ADDIW);     /* c.nop */
    ck_assert_int_eq(op_of(0x0005), OP_ADDIW);     /* c.nop 1 */
    ck_assert_int_eq(op_of(0x400d), OP_ADDIW);     /* c.li x0 */
    ck_assert_int_eq(op_of(0x000e), OP_SLLIW);     /* c.slli x0 */
    ck_assert_int_eq(op_of(0x802a), OP_ADDW);      /* c.mv x0 */
    ck_assert_int_eq(op_of(0x902a), OP_ADDW);      /* c.add x0 */
    ck_assert_int_eq(op_of(0x6005), OP_LUI);       /* c.lui x0 */
    ck_assert_int_eq(op_of(0x0100000f), OP_FENCE); /* pause */
    ck_assert_int_eq(op_of(0xfff58f8f), OP_FENCE);
    ck_assert_int_eq(op_of(0xfff59f8f), OP_FENCE_I);
}
END_TEST

START_TEST(all_orderings_of_atomics_decode)
{
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_int_eq(op_of(0x1005a52f | i << 25), OP_LR_W);
        ck_assert_int_eq(op_of(0x18c5a52f | i << 25), OP_SC_W);
        ck_assert_int_eq(op_of(0xe0c5a52f | i << 25), OP_AMOMAXU_W);
    }
}
END_TEST

START_TEST(what_is_encoded_decodes_to_the_same)
{
    struct isa *isa = isa32();
    struct insn d = isa_decode(isa, encode("sw", 0, A1, A2, -2048));

    ck_assert_int_eq(d.op, OP_SW);
    ck_assert_int_eq(d.imm, -2048);
    ck_assert_uint_eq(d.rs1, A1);
    ck_assert_uint_eq(d.rs2, A2);
    d = isa_decode(isa, encode("jal", RA, 0, 0, -1048576));
    ck_assert_int_eq(d.imm, -1048576);
    d = isa_decode(isa, encode("beq", 0, A0, A1, 4094));
    ck_assert_int_eq(d.imm, 4094);
    d = isa_decode(isa, encode("lui", 0, 0, 0, (int32_t)0x80000000));
    ck_assert_uint_eq(d.rd, REG_SINK);
    ck_assert_int_eq(d.imm, INT32_MIN);
    isa_free(isa);
}
END_TEST

START_TEST(the_same_row_is_wide_on_rv64)
{
    struct isa *isa = isa_new(64);

    ck_assert_int_eq(isa_decode(isa, encode("add", A0, A1, A2, 0)).op, OP_ADD);
    ck_assert_int_eq(isa_decode(isa, encode("c.jal", 0, 0, 0, 4)).op,
                     OP_ILLEGAL);
    isa_free(isa);
}
END_TEST

START_TEST(a_short_buffer_is_not_overrun)
{
    struct isa *isa = isa32();
    char text[8];

    for (size_t size = 1; size <= sizeof text; size++) {
        memset(text, 'x', sizeof text);
        isa_disassemble(isa, text, size, encode("amomaxu.w", A0, A1, A2, 3), 0);
        ck_assert_uint_eq(strlen(text), size - 1);
    }
    isa_free(isa);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("isa");
    TCase *tc = tcase_create("isa");

    tcase_add_test(tc, every_row_can_be_read);
    tcase_add_test(tc, wrong_notation_is_refused);
    tcase_add_test(tc, rows_overlap_only_as_special_cases);
    tcase_add_test(tc, reserved_encodings_are_illegal);
    tcase_add_test(tc, hints_and_reserved_fences_are_not_illegal);
    tcase_add_test(tc, all_orderings_of_atomics_decode);
    tcase_add_test(tc, what_is_encoded_decodes_to_the_same);
    tcase_add_test(tc, the_same_row_is_wide_on_rv64);
    tcase_add_test(tc, a_short_buffer_is_not_overrun);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
