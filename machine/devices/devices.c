/* SPDX-License-Identifier: MIT */
/* Which device answers at a physical address. */
#include "machine/devices/devices.h"

struct device {
    uint64_t address; /* of its page */
    bool (*load)(struct platform *p, uint64_t offset, unsigned size, uint64_t *value);
    bool (*store)(struct platform *p, uint64_t offset, unsigned size, uint64_t value);
    void (*update)(struct platform *p);
};

static const struct device devices[] = {
    {.address = DEVICE_RTC_ADDRESS, .load = rtc_load, .store = rtc_store, .update = rtc_update},
    {.address = DEVICE_UART_ADDRESS, .load = uart_load, .store = uart_store, .update = uart_update},
};

enum { DEVICE_COUNT = sizeof(devices) / sizeof(devices[0]) };

static const struct device *device_at(uint64_t address)
{
    for (unsigned i = 0; i < DEVICE_COUNT; i++) {
        if (devices[i].address == align_down(address, PAGE_BITS))
            return &devices[i];
    }
    return NULL;
}

bool device_load(struct platform *p, uint64_t address, unsigned size, uint64_t *value)
{
    const struct device *device = device_at(address);
    bool is_answered;

    *value = 0;
    if (device == NULL)
        return false;
    is_answered = device->load(p, address - device->address, size, value);
    device->update(p);
    clock_note(p);
    return is_answered;
}

bool device_store(struct platform *p, uint64_t address, unsigned size, uint64_t value)
{
    const struct device *device = device_at(address);
    bool is_answered;

    if (device == NULL)
        return false;
    is_answered = device->store(p, address - device->address, size, value);
    device->update(p);
    clock_note(p);
    return is_answered;
}

/* Whether no device can change what it says on its line by itself: what a program does to one is
   seen to at once. */
static bool all_are_quiet(const struct platform *p)
{
    return !p->rtc.is_armed && !p->rtc.is_interrupting && p->uart.interrupt_enable == 0;
}

void devices_update(struct platform *p)
{
    if (all_are_quiet(p))
        return;
    for (unsigned i = 0; i < DEVICE_COUNT; i++)
        devices[i].update(p);
    clock_note(p);
}
