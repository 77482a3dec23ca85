/*
 * What single instructions do to registers and memory, faults among them.
 */
#include "tests/hart_rig.h"

START_TEST(a_fault_in_a_block_is_exact)
{
    struct hart_rig *r = rig_new();

    r->hart.x[A0] = 0x40000000;
    r->hart.x[A2] = 7;
    emit(r, "addi", A1, ZERO, 0, 1);
    emit(r, "lw", A2, A0, 0, 8);
    emit(r, "addi", A1, ZERO, 0, 2);
    hart_run(&r->hart, 2);
    ck_assert_uint_eq(r->hart.x[A1], 1);
    ck_assert_uint_eq(r->hart.x[A2], 7);
    ck_assert_uint_eq(csr(r, MEPC), RIG_START + 4);
    ck_assert_uint_eq(csr(r, MTVAL), 0x40000008);
    ck_assert_uint_eq(csr(r, MCAUSE), CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(r->hart.failed, 1);
    rig_free(r);
}
END_TEST

START_TEST(a_load_to_x0_still_happens)
{
    struct hart_rig *r = rig_new();

    r->hart.x[A0] = 0x40000000;
    ck_assert(!execute(r, encode("lw", ZERO, A0, 0, 0)));
    rig_free(r);
}
END_TEST

START_TEST(jumps_use_the_old_register_and_wrap)
{
    struct hart_rig *r = rig_new();

    r->hart.x[RA] = (uint64_t)(int32_t)(RIG_START + 0x101);
    ck_assert(execute(r, encode("jalr", RA, RA, 0, 0)));
    ck_assert_uint_eq(r->hart.pc, RIG_START + 0x100);
    ck_assert_uint_eq((uint32_t)r->hart.x[RA], RIG_START + 4);
    r->hart.x[A0] = UINT64_MAX;
    ck_assert(execute(r, encode("jalr", ZERO, A0, 0, 5)));
    ck_assert_uint_eq(r->hart.pc, 4);
    rig_free(r);
}
END_TEST

START_TEST(lui_and_auipc_are_canonical)
{
    struct hart_rig *r = rig_new();

    ck_assert(execute(r, encode("lui", A0, 0, 0, (int32_t)0x80000000)));
    ck_assert_uint_eq(r->hart.x[A0], UINT64_C(0xffffffff80000000));
    ck_assert(execute(r, encode("auipc", A1, 0, 0, (int32_t)0x80000000)));
    ck_assert_uint_eq(r->hart.x[A1], 4);
    rig_free(r);
}
END_TEST

START_TEST(a_conditional_store_needs_its_reservation)
{
    struct hart_rig *r = rig_new();

    r->hart.x[A0] = (uint64_t)(int32_t)RIG_DATA;
    r->hart.x[A1] = 5;
    ck_assert(execute(r, encode("sc.w", A2, A0, A1, 0)));
    ck_assert_uint_eq(r->hart.x[A2], 1);
    ck_assert(execute(r, encode("lr.w", A3, A0, 0, 0)));
    ck_assert(execute(r, encode("sc.w", A2, A0, A1, 0)));
    ck_assert_uint_eq(r->hart.x[A2], 0);
    ck_assert(execute(r, encode("sc.w", A2, A0, A1, 0)));
    ck_assert_uint_eq(r->hart.x[A2], 1);
    ck_assert_uint_eq(load_le(bus_ram(&r->bus, RIG_DATA, 4), 4), 5);
    rig_free(r);
}
END_TEST

START_TEST(atomics_return_the_old_word_and_store_the_new)
{
    static const struct {
        const char *name;
        uint32_t memory, arg, result;
    } cases[] = {
        {"amoswap.w", 5, 9, 9},
        {"amoadd.w", 0xffffffff, 2, 1},
        {"amoxor.w", 0xff00ff00, 0xffff0000, 0x00ffff00},
        {"amoand.w", 0xff00ff00, 0xffff0000, 0xff000000},
        {"amoor.w", 0xff00ff00, 0xffff0000, 0xffffff00},
        {"amomin.w", 1, 0x80000000, 0x80000000},
        {"amomax.w", 1, 0x80000000, 1},
        {"amominu.w", 1, 0x80000000, 1},
        {"amomaxu.w", 1, 0x80000000, 0x80000000},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct hart_rig *r = rig_new();
        void *word = bus_ram(&r->bus, RIG_DATA, 4);

        store_le(word, 4, cases[i].memory);
        r->hart.x[A0] = (uint64_t)(int32_t)RIG_DATA;
        r->hart.x[A1] = (uint64_t)(int32_t)cases[i].arg;
        ck_assert(execute(r, encode(cases[i].name, A1, A0, A1, 0)));
        ck_assert_uint_eq(r->hart.x[A1], (uint64_t)(int32_t)cases[i].memory);
        ck_assert_uint_eq(load_le(word, 4), cases[i].result);
        r->hart.x[A0]++;
        ck_assert(!execute(r, encode(cases[i].name, A1, A0, A1, 0)));
        ck_assert_uint_eq(csr(r, MCAUSE), CAUSE_STORE_MISALIGNED);
        rig_free(r);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("interp");
    TCase *tc = tcase_create("interp");

    tcase_add_test(tc, a_fault_in_a_block_is_exact);
    tcase_add_test(tc, a_load_to_x0_still_happens);
    tcase_add_test(tc, jumps_use_the_old_register_and_wrap);
    tcase_add_test(tc, lui_and_auipc_are_canonical);
    tcase_add_test(tc, a_conditional_store_needs_its_reservation);
    tcase_add_test(tc, atomics_return_the_old_word_and_store_the_new);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
