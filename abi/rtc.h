/*
 * The goldfish real-time clock, as software sees it: nanoseconds since 1970
 * and one alarm. All registers are 32 bits wide and are accessed as such.
 */
#ifndef QUIRE_ABI_RTC_H
#define QUIRE_ABI_RTC_H

#define RTC_TIME_LOW 0x00 /* rw: reading it latches the other half */
#define RTC_TIME_HIGH 0x04
#define RTC_ALARM_LOW 0x08 /* rw: writing it arms the alarm */
#define RTC_ALARM_HIGH 0x0c
#define RTC_IRQ_ENABLED 0x10
#define RTC_CLEAR_ALARM 0x14
#define RTC_ALARM_STATUS 0x18 /* ro: whether it is armed */
#define RTC_CLEAR_INTERRUPT 0x1c

#endif
