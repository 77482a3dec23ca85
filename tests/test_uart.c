/*
 * The 16550A, and the finisher beside it.
 */
#include "devices/uart.h"

#include "tests/rig.h"

#define RBR 0
#define IER 1
#define IIR 2
#define LCR 3
#define MCR 4
#define LSR 5
#define MSR 6

static struct rig rig;

static void setup(void)
{
    rig_init(&rig);
}

static void teardown(void)
{
    rig_free(&rig);
}

static uint8_t rd(unsigned offset)
{
    return (uint8_t)rig_read(&rig, UART_BASE + offset, 1);
}

static void wr(unsigned offset, uint8_t value)
{
    rig_write(&rig, UART_BASE + offset, 1, value);
}

static bool interrupts(void)
{
    return bit(rig.plic.level[0], UART_IRQ);
}

START_TEST(what_is_written_leaves_at_once)
{
    wr(RBR, 'h');
    wr(RBR, 'i');
    ck_assert_str_eq(rig.console, "hi");
    ck_assert_uint_eq(rd(LSR), 0x60);
}
END_TEST

START_TEST(what_is_received_comes_in_order)
{
    wr(IIR, 0x01);
    ck_assert_uint_eq(uart_can_receive(&rig.uart), 16);
    for (unsigned i = 0; i < 40; i++) {
        uart_receive(&rig.uart, (uint8_t)i);
        ck_assert_uint_eq(rd(LSR), 0x61);
        ck_assert_uint_eq(rd(RBR), i);
    }
    ck_assert_uint_eq(rd(LSR), 0x60);
    ck_assert_uint_eq(rd(RBR), 39); /* empty: the last one again */
}
END_TEST

START_TEST(too_much_input_is_an_overrun)
{
    wr(IIR, 0x01);
    for (unsigned i = 0; i < 16; i++)
        uart_receive(&rig.uart, (uint8_t)i);
    ck_assert_uint_eq(uart_can_receive(&rig.uart), 0);
    wr(IER, 0x04);
    ck_assert(!interrupts());
    uart_receive(&rig.uart, 99);
    ck_assert(interrupts());
    ck_assert_uint_eq(rd(IIR), 0xc6);
    ck_assert_uint_eq(rd(LSR), 0x63);
    ck_assert(!interrupts());
    ck_assert_uint_eq(rd(LSR), 0x61);
    for (unsigned i = 0; i < 16; i++)
        ck_assert_uint_eq(rd(RBR), i);
}
END_TEST

START_TEST(without_fifos_one_byte_waits)
{
    ck_assert_uint_eq(uart_can_receive(&rig.uart), 1);
    uart_receive(&rig.uart, 'a');
    ck_assert_uint_eq(uart_can_receive(&rig.uart), 0);
    ck_assert_uint_eq(rd(IIR), 0x01);
    wr(IER, 0x01);
    ck_assert_uint_eq(rd(IIR), 0x04);
    ck_assert(interrupts());
    ck_assert_uint_eq(rd(RBR), 'a');
    ck_assert(!interrupts());
}
END_TEST

START_TEST(the_trigger_level_holds_the_interrupt_back)
{
    wr(IIR, 0x81); /* 8 bytes */
    wr(IER, 0x01);
    for (unsigned i = 0; i < 7; i++)
        uart_receive(&rig.uart, 'x');
    ck_assert(!interrupts());
    uart_receive(&rig.uart, 'x');
    ck_assert_uint_eq(rd(IIR), 0xc4);
    ck_assert(interrupts());
    (void)rd(RBR);
    ck_assert(!interrupts());
}
END_TEST

START_TEST(a_few_bytes_time_out_after_four_characters)
{
    uint64_t cycles = 4 * 10 * 16 * 12 * UINT64_C(1000000000) / UART_HZ;

    wr(IIR, 0xc1); /* 14 bytes */
    wr(IER, 0x01);
    uart_receive(&rig.uart, 'x');
    uart_receive(&rig.uart, 'y');
    rig_run(&rig, cycles);
    ck_assert(!interrupts());
    rig_run(&rig, 1);
    ck_assert(interrupts());
    ck_assert_uint_eq(rd(IIR), 0xcc);
    (void)rd(RBR);
    ck_assert(!interrupts());
    rig_run(&rig, cycles + 1);
    ck_assert_uint_eq(rd(IIR), 0xcc);
    (void)rd(RBR);
    rig_run(&rig, 2 * cycles);
    ck_assert_uint_eq(rd(IIR), 0xc1);
}
END_TEST

START_TEST(the_transmitters_interrupt_ends_by_reading_iir)
{
    wr(IER, 0x02);
    ck_assert(interrupts());
    ck_assert_uint_eq(rd(IIR), 0x02);
    ck_assert(!interrupts());
    ck_assert_uint_eq(rd(IIR), 0x01);
    wr(RBR, 'x');
    ck_assert(interrupts());
    wr(IER, 0x00);
    ck_assert(!interrupts());
    wr(IER, 0x02);
    ck_assert_uint_eq(rd(IIR), 0x02);
}
END_TEST

START_TEST(the_most_urgent_interrupt_is_named_first)
{
    wr(IER, 0x0f);
    uart_receive(&rig.uart, 'a');
    uart_receive(&rig.uart, 'b');
    ck_assert_uint_eq(rd(IIR), 0x06);
    (void)rd(LSR);
    ck_assert_uint_eq(rd(IIR), 0x04); /* does not end the transmitter's */
    (void)rd(RBR);
    ck_assert_uint_eq(rd(IIR), 0x02);
    ck_assert_uint_eq(rd(IIR), 0x01);
}
END_TEST

START_TEST(dlab_shows_the_divisor)
{
    wr(IER, 0x05);
    wr(LCR, 0x83);
    wr(RBR, 0x34);
    wr(IER, 0x12);
    ck_assert_uint_eq(rd(RBR), 0x34);
    ck_assert_uint_eq(rd(IER), 0x12);
    wr(LCR, 0x03);
    ck_assert_uint_eq(rd(IER), 0x05);
    ck_assert_str_eq(rig.console, "");
    ck_assert_uint_eq(rig.uart.divisor, 0x1234);
}
END_TEST

START_TEST(loopback_hears_itself)
{
    wr(MCR, 0x10);
    wr(RBR, 'q');
    ck_assert_str_eq(rig.console, "");
    ck_assert_uint_eq(rd(RBR), 'q');
    ck_assert_uint_eq(uart_can_receive(&rig.uart), 0);
    uart_receive(&rig.uart, 'z');
    ck_assert_uint_eq(rd(LSR), 0x60);
}
END_TEST

START_TEST(loopback_shows_the_modem_lines)
{
    wr(MCR, 0x10);
    ck_assert_uint_eq(rd(MSR), 0x0b); /* CTS, DSR, DCD went down */
    ck_assert_uint_eq(rd(MSR), 0x00);
    wr(IER, 0x08);
    wr(MCR, 0x1f);
    ck_assert(interrupts());
    ck_assert_uint_eq(rd(IIR), 0x00);
    ck_assert_uint_eq(rd(MSR), 0xfb);
    ck_assert(!interrupts());
    wr(MCR, 0x1b); /* RI's trailing edge */
    ck_assert_uint_eq(rd(MSR), 0xb4);
    wr(MCR, 0x00);
    ck_assert_uint_eq(rd(MSR), 0xb0);
}
END_TEST

START_TEST(bytes_in_flight_survive_a_snapshot)
{
    struct archive *save = archive_new_save(), *load;
    const void *data;
    size_t size;

    wr(IIR, 0xc1);
    wr(IER, 0x01);
    uart_receive(&rig.uart, 'x');
    uart_receive(&rig.uart, 'y');
    rig.uart.device.class->archive(&rig.uart.device, save);
    data = archive_data(save, &size);
    rig_free(&rig);
    rig_init(&rig);
    load = archive_new_load(data, size);
    rig.uart.device.class->archive(&rig.uart.device, load);
    ck_assert_ptr_null(archive_error(load));
    ck_assert_uint_eq(rd(LSR), 0x61);
    ck_assert_uint_eq(rd(RBR), 'x');
    ck_assert_uint_eq(rd(RBR), 'y');
    ck_assert_uint_eq(rd(LSR), 0x60);
    archive_free(load);
    archive_free(save);
}
END_TEST

START_TEST(clearing_the_receiver_drops_its_bytes)
{
    wr(IIR, 0x01);
    uart_receive(&rig.uart, 'a');
    wr(IIR, 0x03);
    ck_assert_uint_eq(rd(LSR), 0x60);
    uart_receive(&rig.uart, 'b');
    wr(IIR, 0x00); /* so does switching the FIFOs off */
    ck_assert_uint_eq(rd(LSR), 0x60);
    ck_assert_uint_eq(rd(IIR), 0x01);
}
END_TEST

START_TEST(the_finisher_stops_at_its_store)
{
    wr32(&rig, FINISHER_BASE, 0x1234);
    ck_assert_int_eq(rig.finished, -1);
    ck_assert_uint_gt(rig.clock.deadline, rig.clock.now);
    rig_run(&rig, 77);
    wr32(&rig, FINISHER_BASE, 42u << 16 | FINISHER_FAIL);
    ck_assert_uint_eq(rig.clock.deadline, 77);
    ck_assert_int_eq(rig.finished, FINISH_FAIL);
    ck_assert_uint_eq(rig.finish_code, 42);
    rig_write(&rig, FINISHER_BASE, 2, FINISHER_PASS);
    ck_assert_int_eq(rig.finished, FINISH_PASS);
    ck_assert_uint_eq(rig.finish_code, 0);
    wr32(&rig, FINISHER_BASE, FINISHER_RESET);
    ck_assert_int_eq(rig.finished, FINISH_RESET);
    wr32(&rig, FINISHER_BASE + 4, FINISHER_PASS);
    ck_assert_int_eq(rig.finished, FINISH_RESET);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uart");
    TCase *tc = tcase_create("uart");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, what_is_written_leaves_at_once);
    tcase_add_test(tc, what_is_received_comes_in_order);
    tcase_add_test(tc, too_much_input_is_an_overrun);
    tcase_add_test(tc, without_fifos_one_byte_waits);
    tcase_add_test(tc, the_trigger_level_holds_the_interrupt_back);
    tcase_add_test(tc, a_few_bytes_time_out_after_four_characters);
    tcase_add_test(tc, the_transmitters_interrupt_ends_by_reading_iir);
    tcase_add_test(tc, the_most_urgent_interrupt_is_named_first);
    tcase_add_test(tc, dlab_shows_the_divisor);
    tcase_add_test(tc, loopback_hears_itself);
    tcase_add_test(tc, loopback_shows_the_modem_lines);
    tcase_add_test(tc, bytes_in_flight_survive_a_snapshot);
    tcase_add_test(tc, clearing_the_receiver_drops_its_bytes);
    tcase_add_test(tc, the_finisher_stops_at_its_store);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
