/*
 * Compressed encodings: the reserved ones are illegal, the hints do nothing.
 * Rows 10, 11, 12, 13 and 17 of the list of corner cases.
 */
#include "roms/lib/rom.h"

CASE(reserved_encodings_are_illegal_and_mtval_holds_their_bits)
{
    static const uint16_t reserved[] = {
        0x0000, /* all zeros: c.addi4spn s0, sp, 0 */
        0x0008, /* c.addi4spn a0, sp, 0 */
        0x6101, /* c.addi16sp 0 */
        0x6501, /* c.lui a0, 0 */
        0x4002, /* c.lwsp x0, 0 */
        0x8002, /* c.jr x0 */
        0x8000, /* quadrant 0, 100 */
        0x9c01, /* c.subw: RV64 only */
        0x9c21, /* c.addw: RV64 only */
        0x9c41, /* quadrant 1, reserved */
    };

    for (unsigned i = 0; i < sizeof(reserved) / 2; i++)
        EXPECT_TRAP(rom_exec(M, reserved[i], 0, 0), CAUSE_ILLEGAL,
                    rom_exec_pc(), reserved[i]);
}

CASE(all_ones_and_longer_encodings_are_illegal)
{
    /* 32 ones; formats of 48, 64, 80 and 192 bits. */
    static const uint32_t words[] = {0xffffffff, 0x0000001f, 0x0000003f,
                                     0x0000007f, 0x0000707f};

    for (unsigned i = 0; i < sizeof(words) / 4; i++)
        EXPECT_TRAP(rom_exec(M, words[i], 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                    words[i]);
}

CASE(unassigned_encodings_are_illegal)
{
    static const uint32_t words[] = {
        0x0000000b, /* custom-0 */
        0x0000003b, /* addw: RV64 only */
        0x0000001b, /* addiw: RV64 only */
        0x00003003, /* ld: RV64 only */
        0x00006003, /* lwu: RV64 only */
        0x00003023, /* sd: RV64 only */
        0x00002063, /* branch, funct3 2 */
        0x00001067, /* jalr, funct3 1 */
        0x04000033, /* add, funct7 2 */
        0x40001033, /* sll, funct7 32 */
        0x00004073, /* system, funct3 4 */
        0x00200073, /* uret */
        0x0000302f, /* amo, 64 bits: RV64 only */
        0x2800202f, /* amo, unassigned */
        0x00100173, /* ebreak with rd */
    };

    for (unsigned i = 0; i < sizeof(words) / 4; i++)
        EXPECT_TRAP(rom_exec(M, words[i], frame_pa(0), 0), CAUSE_ILLEGAL,
                    rom_exec_pc(), words[i]);
}

CASE(hints_do_nothing)
{
    static const uint16_t hints[] = {
        0x0001, /* c.nop */
        0x0005, /* c.nop 1 */
        0x4005, /* c.li x0, 1 */
        0x6005, /* c.lui x0, 1 */
        0x0006, /* c.slli x0, 1 */
        0x802a, /* c.mv x0, a0 */
        0x902a, /* c.add x0, a0 */
        0x0501, /* c.addi a0, 0 */
    };

    for (unsigned i = 0; i < sizeof(hints) / 2; i++) {
        const struct trap *t = rom_exec(M, hints[i], 0x1234, 0);

        EXPECT_DONE(t, M);
        EXPECT(t->x[10], 0x1234);
        EXPECT(t->epc, rom_exec_pc() + 2);
    }
}

CASE(lui_of_x2_is_addi16sp)
{
    /* c.addi16sp -512 */
    const struct trap *t = rom_exec(M, 0x7101, 0, 0);
    const uint32_t with = t->x[2];

    t = rom_exec(M, 0x0001, 0, 0);
    EXPECT(with, t->x[2] - 512);
}

CASE(quadrant_one_function_one_is_jal_on_rv32)
{
    uint32_t link, after;

    __asm__ volatile(".option push\n .option norelax\n"
                     "la %1, 1f\n c.jal 2f\n1: c.nop\n2: mv %0, ra\n"
                     ".option pop"
                     : "=&r"(link), "=&r"(after)::"ra");
    EXPECT(link, after);
}

CASE(compressed_operations_compute_as_their_full_forms)
{
    /* a0 (x10) = 0xf0f01234, a1 (x11) = 0x0ff0ffff */
    static const struct {
        uint16_t insn;
        uint32_t a0;
    } rows[] = {
        {0x8d0d, 0xe0ff1235}, /* c.sub a0, a1 */
        {0x8d2d, 0xff00edcb}, /* c.xor a0, a1 */
        {0x8d4d, 0xfff0ffff}, /* c.or a0, a1 */
        {0x8d6d, 0x00f01234}, /* c.and a0, a1 */
        {0x952e, 0x00e11233}, /* c.add a0, a1 */
        {0x852e, 0x0ff0ffff}, /* c.mv a0, a1 */
        {0x8511, 0xff0f0123}, /* c.srai a0, 4 */
        {0x8111, 0x0f0f0123}, /* c.srli a0, 4 */
        {0x0512, 0x0f012340}, /* c.slli a0, 4 */
        {0x9941, 0xf0f01230}, /* c.andi a0, -16 */
        {0x1541, 0xf0f01224}, /* c.addi a0, -16 */
        {0x5541, 0xfffffff0}, /* c.li a0, -16 */
        {0x757d, 0xfffff000}, /* c.lui a0, -1 */
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct trap *t =
            rom_exec(M, rows[i].insn, 0xf0f01234, 0x0ff0ffff);

        EXPECT_DONE(t, M);
        EXPECT(t->x[10], rows[i].a0);
    }
}
