/* SPDX-License-Identifier: MIT */
/* The clock device. Its time is the machine's, in nanoseconds since the start; it cannot be set. */
#include "machine/devices/devices.h"

enum rtc_register {
    RTC_TIME_LOW = 0x00,        /* read first: TIME_HIGH then belongs to it */
    RTC_TIME_HIGH = 0x04,
    RTC_ALARM_LOW = 0x08,       /* writing it arms the alarm, so write ALARM_HIGH first */
    RTC_ALARM_HIGH = 0x0c,
    RTC_IRQ_ENABLED = 0x10,
    RTC_CLEAR_ALARM = 0x14,
    RTC_ALARM_STATUS = 0x18,    /* 1: armed */
    RTC_CLEAR_INTERRUPT = 0x1c,
    RTC_END = 0x20
};

enum { REGISTER_SIZE = 4, HIGH_SHIFT = 32 };

static uint32_t read_time_low(struct platform *p)
{
    uint64_t now = clock_now(p);

    p->rtc.is_time_read = true;
    p->rtc.latched_high = (uint32_t)(now >> HIGH_SHIFT);
    return (uint32_t)now;
}

static uint32_t read_register(struct platform *p, uint64_t offset)
{
    const struct rtc *rtc = &p->rtc;

    switch (offset) {
    case RTC_TIME_LOW:
        return read_time_low(p);
    case RTC_TIME_HIGH:
        return rtc->latched_high;
    case RTC_ALARM_LOW:
        return (uint32_t)rtc->alarm_ns;
    case RTC_ALARM_HIGH:
        return (uint32_t)(rtc->alarm_ns >> HIGH_SHIFT);
    case RTC_IRQ_ENABLED:
        return rtc->is_enabled;
    case RTC_ALARM_STATUS:
        return rtc->is_armed;
    default:
        return 0; /* registers that are only written */
    }
}

static void write_register(struct rtc *rtc, uint64_t offset, uint32_t value)
{
    switch (offset) {
    case RTC_ALARM_LOW:
        rtc->alarm_ns = (uint64_t)rtc->alarm_high << HIGH_SHIFT | value;
        rtc->is_armed = true;
        break;
    case RTC_ALARM_HIGH:
        rtc->alarm_high = value;
        break;
    case RTC_IRQ_ENABLED:
        rtc->is_enabled = (value & 1) != 0;
        break;
    case RTC_CLEAR_ALARM:
        rtc->is_armed = false;
        break;
    case RTC_CLEAR_INTERRUPT:
        rtc->is_interrupting = false;
        break;
    default:
        break; /* the time is not to be set */
    }
}

static bool is_register(uint64_t offset, unsigned size)
{
    return size == REGISTER_SIZE && offset % REGISTER_SIZE == 0 && offset < RTC_END;
}

bool rtc_load(struct platform *p, uint64_t offset, unsigned size, uint64_t *value)
{
    if (!is_register(offset, size))
        return false;
    *value = read_register(p, offset);
    return true;
}

bool rtc_store(struct platform *p, uint64_t offset, unsigned size, uint64_t value)
{
    if (!is_register(offset, size))
        return false;
    clock_now(p); /* an alarm in the past fires at once */
    write_register(&p->rtc, offset, (uint32_t)value);
    return true;
}

void rtc_update(struct platform *p)
{
    struct rtc *rtc = &p->rtc;

    if (rtc->is_armed && rtc->alarm_ns <= p->time_ns) {
        rtc->is_armed = false;
        rtc->is_interrupting = true;
    }
    line_set(p, DEVICE_RTC_IRQ, rtc->is_interrupting && rtc->is_enabled);
}
