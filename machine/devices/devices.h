/* SPDX-License-Identifier: MIT */
/* Device models, as devices.c finds them: each answers accesses by offset in its page, and says
 * what its interrupt line is to be. */
#ifndef MACHINE_DEVICES_H
#define MACHINE_DEVICES_H

#include "machine/machine.h"

/* The serial port: a ns16550 that never has to wait. Registers are bytes; words read as such. */
bool uart_load(struct platform *p, uint64_t offset, unsigned size, uint64_t *value);
bool uart_store(struct platform *p, uint64_t offset, unsigned size, uint64_t value);
void uart_update(struct platform *p);

/* The clock: Google's goldfish real-time clock, with an alarm. Registers are words of 4 bytes. */
bool rtc_load(struct platform *p, uint64_t offset, unsigned size, uint64_t *value);
bool rtc_store(struct platform *p, uint64_t offset, unsigned size, uint64_t value);
void rtc_update(struct platform *p);

#endif
