/*
 * Scenes of harts: LR and SC, interrupts, the UART.
 */
#include "tests/snapshot_programs.h"

/* LR and SC. */

static uint64_t write_lr_sc(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    poke(m, WORD, 4, 5);
    op_li(&p, S0, WORD);
    op_li(&p, A2, 77);
    op(&p, "lr.w", A1, S0, 0, 0);
    stop = p.at;
    op(&p, "sc.w", A3, S0, A2, 0);
    op(&p, "sc.w", A4, S0, A1, 0);
    op_save(&p, SEEN, A3);
    op_save(&p, SEEN + 4, A4);
    op_pass(&p);
    return stop;
}

static void check_reserved(struct machine *m)
{
    ck_assert(m->harts[0].mmu.is_reserved);
    ck_assert_uint_eq(m->harts[0].mmu.reserved_pa, WORD);
}

static void check_sc_stored(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 0);
    ck_assert_uint_eq(peek(m, SEEN + 4, 4), 1);
    ck_assert_uint_eq(peek(m, WORD, 4), 77);
}

/* Hart 1 has stored to WORD before the LR, and may do so without asking;
 * between LR and SC it stores to `target`. */
static void write_other_hart(struct machine *m, uint32_t target)
{
    struct program p = {m, OTHER};

    op_write(&p, WORD, 6);
    op_write(&p, WORD, 7);
    op_write(&p, READY, 1);
    op_await(&p, FLAG);
    op_write(&p, target, 8);
    op_write(&p, DONE, 1);
    op(&p, "wfi", 0, 0, 0, 0);
    op_to(&p, "jal", 0, 0, p.at - 4);
}

static uint64_t write_two_harts(struct machine *m, uint32_t target)
{
    struct program p = start(m);
    uint64_t stop;

    write_other_hart(m, target);
    op(&p, "beq", 0, A0, ZERO, 8);
    op_to(&p, "jal", 0, 0, OTHER);
    op_await(&p, READY);
    op_li(&p, S0, WORD);
    op(&p, "lr.w", A1, S0, 0, 0);
    stop = p.at;
    op_write(&p, FLAG, 1);
    op_await(&p, DONE);
    op(&p, "sc.w", A3, S0, A1, 0);
    op_save(&p, SEEN, A3);
    op_pass(&p);
    return stop;
}

static uint64_t write_broken(struct machine *m)
{
    return write_two_harts(m, WORD);
}

static uint64_t write_unbroken(struct machine *m)
{
    return write_two_harts(m, WORD + 4);
}

static void check_sc_failed(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 1);
    ck_assert_uint_eq(peek(m, WORD, 4), 8);
}

static void check_sc_stored_beside(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 0);
    ck_assert_uint_eq(peek(m, WORD, 4), 7);
    ck_assert_uint_eq(peek(m, WORD + 4, 4), 8);
}

/* Interrupts. */

static void write_handler(struct machine *m)
{
    struct program p = {m, HANDLER};

    op(&p, "csrrs", A1, ZERO, 0, MCAUSE);
    op(&p, "csrrs", A2, ZERO, 0, MEPC);
    op_save(&p, SEEN, A1);
    op_save(&p, SEEN + 4, A2);
    op_pass(&p);
}

static void op_timer(struct program *p, uint32_t ticks)
{
    write_handler(p->m);
    op_csrw(p, MTVEC, HANDLER);
    op_write(p, CLINT_BASE + CLINT_MTIMECMP, ticks);
    op_write(p, CLINT_BASE + CLINT_MTIMECMP + 4, 0);
    op_csrw(p, MIE, 1u << IRQ_MTI);
}

static uint64_t write_wfi(struct machine *m)
{
    struct program p = start(m);

    op_timer(&p, 50);
    op(&p, "csrrsi", ZERO, 8, 0, MSTATUS);
    op(&p, "wfi", 0, 0, 0, 0);
    op(&p, "jal", ZERO, 0, 0, 0);
    return p.at - 4;
}

static void check_wfi(struct machine *m)
{
    uint64_t when = m->board->clint.mtimecmp[0];

    ck_assert(hart_is_waiting(&m->harts[0]));
    ck_assert_uint_eq(when, 50);
    ck_assert_uint_lt(clint_mtime(&m->board->clint), when);
    ck_assert_uint_eq(m->idle_cycles, 0);
}

static void check_woken(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 0x80000007);
    ck_assert_uint_gt(m->idle_cycles, 4000);
    ck_assert_uint_eq(m->harts[0].stats.interrupts[IRQ_MTI], 1);
}

static uint64_t write_masked(struct machine *m)
{
    struct program p = start(m);

    op_timer(&p, 0);
    op(&p, "csrrsi", ZERO, 8, 0, MSTATUS);
    op(&p, "jal", ZERO, 0, 0, 0);
    return p.at - 8;
}

static void check_pending(struct machine *m)
{
    ck_assert(m->harts[0].csr.wires & m->harts[0].csr.mie);
    ck_assert_int_eq(m->harts[0].csr.mstatus & MSTATUS_MIE, 0);
}

static void check_taken(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 0x80000007);
    ck_assert_uint_eq(peek(m, SEEN + 4, 4), m->harts[0].csr.mepc);
    ck_assert_uint_eq(peek(m, m->harts[0].csr.mepc, 4),
                      encode("jal", 0, 0, 0, 0));
}

static uint64_t write_uart(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    op_li(&p, S0, UART_BASE);
    op_li(&p, T1, 2); /* IER: the transmitter is empty */
    op(&p, "sb", 0, S0, T1, 1);
    op(&p, "lbu", A1, S0, 0, 2); /* IIR: says so, and no longer */
    op(&p, "sb", 0, S0, T1, 0);  /* a byte goes out, and it is again */
    stop = p.at;
    op(&p, "lbu", A2, S0, 0, 2);
    op(&p, "lbu", A3, S0, 0, 5);
    op(&p, "lbu", A4, S0, 0, 0);
    op(&p, "lbu", A5, S0, 0, 2);
    for (unsigned i = 0; i < 5; i++)
        op_save(&p, SEEN + 4 * i, A1 + i);
    op_pass(&p);
    return stop;
}

static void check_sending(struct machine *m)
{
    ck_assert(m->board->uart.is_thre_pending);
}

static void send_input(struct machine *m)
{
    ck_assert_uint_eq(machine_console_input(m, (const uint8_t *)"q", 1), 1);
}

static void check_uart_end(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4) & 0xf, 2);
    ck_assert_uint_eq(peek(m, SEEN + 4, 4) & 0xf, 2);
    ck_assert_uint_eq(peek(m, SEEN + 8, 4) & 1, 1);
    ck_assert_uint_eq(peek(m, SEEN + 12, 4), 'q');
    ck_assert_uint_eq(peek(m, SEEN + 16, 4) & 0xf, 1);
}

/* clang-format off */
static const struct scene scenes[] = {
    { "between LR and SC", 1, NO_DRIVE, false, 0, 0,
      write_lr_sc, check_reserved, NULL, check_sc_stored },
    { "between LR and SC that another hart makes fail", 2, NO_DRIVE,
      false, 0, 0, write_broken, check_reserved, NULL, check_sc_failed },
    { "between LR and SC while another hart stores beside", 2, NO_DRIVE,
      false, 0, 0, write_unbroken, check_reserved, NULL,
      check_sc_stored_beside },
    { "between LR and SC that another hart makes fail, nothing modelled", 2,
      NO_DRIVE, false, OFF, OFF, write_broken, check_reserved, NULL,
      check_sc_failed },
    { "in WFI with a timer to come", 1, NO_DRIVE, false, 0, 0,
      write_wfi, check_wfi, NULL, check_woken },
    { "with an interrupt pending and masked", 1, NO_DRIVE, false, 0, 0,
      write_masked, check_pending, NULL, check_taken },
    { "while the UART sends and has received", 1, NO_DRIVE, false, 0, 0,
      write_uart, check_sending, send_input, check_uart_end },
};
/* clang-format on */

const struct scene_list hart_scenes = {scenes, ARRAY_SIZE(scenes)};
