/*
 * Multiplication and division at their edges. Rows 1, 2, 3 and 5 of the list
 * of corner cases.
 */
#include "roms/lib/rom.h"

#define INT_MIN 0x80000000u

CASE(division_by_zero_gives_all_ones_and_the_dividend)
{
    EXPECT(op2("div", 7, 0), ~0u);
    EXPECT(op2("div", INT_MIN, 0), ~0u);
    EXPECT(op2("divu", 7, 0), ~0u);
    EXPECT(op2("divu", 0, 0), ~0u);
    EXPECT(op2("rem", -7, 0), -7);
    EXPECT(op2("remu", 0xfffffff9, 0), 0xfffffff9);
    EXPECT(op2("rem", 0, 0), 0);
}

CASE(the_one_overflow_of_division_wraps)
{
    EXPECT(op2("div", INT_MIN, -1), INT_MIN);
    EXPECT(op2("rem", INT_MIN, -1), 0);
    EXPECT(op2("divu", INT_MIN, -1), 0);
    EXPECT(op2("remu", INT_MIN, -1), INT_MIN);
}

CASE(division_truncates_toward_zero)
{
    EXPECT(op2("div", -7, 2), -3);
    EXPECT(op2("rem", -7, 2), -1);
    EXPECT(op2("div", 7, -2), -3);
    EXPECT(op2("rem", 7, -2), 1);
    EXPECT(op2("divu", -7, 2), 0x7ffffffc);
    EXPECT(op2("remu", -7, 2), 1);
}

CASE(high_products_honour_each_operands_sign)
{
    EXPECT(op2("mulh", INT_MIN, INT_MIN), 0x40000000);
    EXPECT(op2("mulh", -1, 1), -1);
    EXPECT(op2("mulhu", -1, -1), 0xfffffffe);
    EXPECT(op2("mulhsu", -1, -1), 0xffffffff);
    EXPECT(op2("mulhsu", INT_MIN, INT_MIN), 0xc0000000);
    EXPECT(op2("mulhsu", 1, -1), 0);
    EXPECT(op2("mulhsu", -1, 1), -1);
    EXPECT(op2("mul", INT_MIN, -1), INT_MIN);
    EXPECT(op2("mul", 0x10001, 0x10001), 0x00020001);
}

CASE(results_for_x0_are_discarded)
{
    uint32_t zero;

    __asm__ volatile("div x0, %1, %1\n mul x0, %1, %1\n mv %0, x0"
                     : "=r"(zero)
                     : "r"(3));
    EXPECT(zero, 0);
}
