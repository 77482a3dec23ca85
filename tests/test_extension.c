/*
 * The extensions that -cpu switches: what their instructions and registers
 * do, and that they are not there without them.
 */
#include "cpu/extension.h"

#include "devices/clint.h"
#include "tests/hart_rig.h"

enum { STIMECMP = 0x14d, STIMECMPH = 0x15d, MENVCFG = 0x30a, MENVCFGH = 0x31a };
enum { SENVCFG = 0x10a };

static struct hart_rig *rig_without(unsigned without)
{
    struct hart_config config = {
        .xlen = 32, .without = without, .mmu = {.has_pmp = true}};

    return rig_new_with(&config);
}

static void poke(struct hart_rig *r, unsigned number, uint64_t value)
{
    ck_assert(hart_csr_poke(&r->hart, number, value));
}

START_TEST(instructions_are_illegal_without_their_extension)
{
    static const struct {
        unsigned bit;
        const char *insn;
    } rows[] = {
        {EXT_ZBA, "sh2add"},         {EXT_ZBB, "clz"},
        {EXT_ZBB, "rori"},           {EXT_ZBS, "bexti"},
        {EXT_ZICBOM, "cbo.clean"},   {EXT_ZICBOZ, "cbo.zero"},
        {EXT_SVINVAL, "sinval.vma"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct hart_rig *with = rig_without(~rows[i].bit);
        struct hart_rig *without = rig_without(rows[i].bit);
        uint32_t bits = encode(rows[i].insn, A0, A1, A2, 1);

        with->hart.x[A1] = without->hart.x[A1] = RIG_DATA;
        ck_assert_msg(execute(with, bits), "%s", rows[i].insn);
        ck_assert_msg(!execute(without, bits), "%s", rows[i].insn);
        ck_assert_uint_eq(csr(without, MCAUSE), CAUSE_ILLEGAL);
        rig_free(with);
        rig_free(without);
    }
}
END_TEST

START_TEST(misa_b_needs_all_three)
{
    static const unsigned parts[] = {EXT_ZBA, EXT_ZBB, EXT_ZBS};

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        struct hart_rig *r = rig_without(parts[i]);

        ck_assert_uint_eq(csr(r, MISA) & 2, 0);
        rig_free(r);
    }
}
END_TEST

START_TEST(fields_are_zero_without_their_extension)
{
    struct hart_rig *r = rig_without(EXT_ZICBOM | EXT_SSTC | EXT_SVADU);
    uint64_t value;

    poke(r, MENVCFG, UINT32_MAX);
    poke(r, SENVCFG, UINT32_MAX);
    poke(r, MENVCFGH, UINT32_MAX);
    ck_assert_uint_eq(csr(r, MENVCFG), 0x81);
    ck_assert_uint_eq(csr(r, SENVCFG), 0x81);
    ck_assert_uint_eq(csr(r, MENVCFGH), 0);
    ck_assert(!hart_csr_peek(&r->hart, STIMECMP, &value));
    ck_assert(!hart_csr_peek(&r->hart, STIMECMPH, &value));
    ck_assert(!r->hart.mmu.is_svade);
    rig_free(r);
    r = rig_without(EXT_ZICBOZ);
    poke(r, MENVCFG, UINT32_MAX);
    ck_assert_uint_eq(csr(r, MENVCFG), 0x71);
    rig_free(r);
}
END_TEST

START_TEST(svade_decides_what_adue_is_at_reset)
{
    struct hart_config config = {.xlen = 32, .mmu = {.is_svade = true}};
    struct hart_rig *r = rig_new_with(&config);

    ck_assert_uint_eq(csr(r, MENVCFGH), 0);
    ck_assert(r->hart.mmu.is_svade);
    poke(r, MENVCFGH, 1u << 29);
    ck_assert(!r->hart.mmu.is_svade);
    hart_reset(&r->hart, RIG_START);
    ck_assert(r->hart.mmu.is_svade);
    rig_free(r);
    config.without = EXT_SVADU;
    r = rig_new_with(&config);
    poke(r, MENVCFGH, 1u << 29);
    ck_assert_uint_eq(csr(r, MENVCFGH), 0);
    ck_assert(r->hart.mmu.is_svade);
    rig_free(r);
}
END_TEST

START_TEST(zeroing_breaks_reservations_of_others)
{
    struct hart_rig *r = rig_new();
    struct hart_config config = {.xlen = 32};
    struct hart *other = calloc(1, sizeof *other);
    struct mmu *mmus[2];

    ck_assert_ptr_nonnull(other);
    hart_init(other, &config, 1, &r->bus, &r->clock, NULL);
    mmus[0] = &r->hart.mmu;
    mmus[1] = &other->mmu;
    mmu_join(mmus, 2);
    other->mmu.is_reserved = true;
    other->mmu.reserved_size = 4;
    other->mmu.reserved_pa = RIG_DATA + 60;
    r->hart.x[A0] = RIG_DATA + 64;
    ck_assert(execute(r, encode("cbo.zero", 0, A0, 0, 0)));
    ck_assert(other->mmu.is_reserved);
    r->hart.x[A0] = RIG_DATA + 17;
    ck_assert(execute(r, encode("cbo.zero", 0, A0, 0, 0)));
    ck_assert(!other->mmu.is_reserved);
    hart_free(other);
    free(other);
    rig_free(r);
}
END_TEST

static void timer_changed(void *ctx)
{
    clint_compare(ctx);
}

static uint64_t mtime_of(void *ctx)
{
    return clint_mtime(ctx);
}

/* The interrupt comes before the very step at which time reaches stimecmp,
 * whatever the slices. */
START_TEST(stip_rises_at_the_exact_step)
{
    for (uint64_t slice = 1; slice < 400; slice += 133) {
        struct hart_rig *r = rig_new();
        struct hart *h = &r->hart;
        struct clint clint;

        clint_init(&clint, CLINT_BASE, &r->clock, 1);
        ck_assert(bus_attach(&r->bus, &clint.device));
        clint.supervisor[0] = (struct clint_supervisor){
            hart_stimecmp, h, {hart_set_irq, h, IRQ_STI}};
        hart_set_timer(h, timer_changed, &clint);
        hart_set_mtime(h, mtime_of, &clint);
        emit_li(r, A0, 0x80000000);
        emit_csrw(r, MENVCFGH, A0);
        emit_li(r, A0, 0x20);
        emit_csrw(r, MIE, A0);
        emit(r, "csrrsi", ZERO, 8, 0, MSTATUS);
        emit_csrw(r, STIMECMPH, ZERO);
        emit_li(r, A0, 7);
        emit_csrw(r, STIMECMP, A0);
        emit(r, "addi", A1, A1, 0, 1);
        emit(r, "jal", ZERO, 0, 0, -4);
        r->at = RIG_HANDLER;
        emit(r, "jal", ZERO, 0, 0, 0);
        while (h->pc != RIG_HANDLER) {
            hart_run(h, slice);
            if (r->clock.now >= r->clock.deadline)
                bus_tick(&r->bus, &r->clock);
            if (h->csr.wires & 1u << IRQ_STI)
                break;
            ck_assert_uint_lt(h->steps, 2000);
        }
        ck_assert_uint_eq(h->steps, 700);
        ck_assert_uint_eq(hart_run(h, 1), 1);
        ck_assert_uint_eq(csr(r, MCAUSE), 0x80000005);
        ck_assert_uint_eq(csr(r, MIP) & 0x20, 0x20);
        rig_free(r);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("extension");
    TCase *tc = tcase_create("extension");

    tcase_add_test(tc, instructions_are_illegal_without_their_extension);
    tcase_add_test(tc, misa_b_needs_all_three);
    tcase_add_test(tc, fields_are_zero_without_their_extension);
    tcase_add_test(tc, svade_decides_what_adue_is_at_reset);
    tcase_add_test(tc, zeroing_breaks_reservations_of_others);
    tcase_add_test(tc, stip_rises_at_the_exact_step);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
