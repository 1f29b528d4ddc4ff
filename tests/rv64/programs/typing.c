/* SPDX-License-Identifier: MIT */
/* Prints what is typed at the serial port, line by line, until a line is empty. It waits for the
 * interrupt; test_programs.lua types. */
#include "support.h"

enum { UART = 0x10000000, UART_IRQ = 10, DATA = 0, INTERRUPTS = 1, STATUS = 5, HAS_INPUT = 1 };

static volatile uint8_t *uart;
static seL4_CPtr handler, notification;

static char next_character(void)
{
    while ((uart[STATUS] & HAS_INPUT) == 0) {
        wait_for(notification);
        CHECK(seL4_IRQHandler_Ack(handler));
    }
    return (char)uart[DATA];
}

int main(void)
{
    char line[64];
    size_t length;

    uart = map_device(UART, 0x50000000);
    handler = new_slot();
    notification = new_object(seL4_NotificationObject, 0);
    CHECK(seL4_IRQControl_Get(seL4_CapIRQControl, UART_IRQ, seL4_CapInitThreadCNode, handler,
                              seL4_WordBits));
    CHECK(seL4_IRQHandler_SetNotification(handler, notification));
    uart[INTERRUPTS] = 1;
    do {
        for (length = 0; length < sizeof(line) - 1; length++) {
            line[length] = next_character();
            if (line[length] == '\n')
                break;
        }
        line[length] = '\0';
        printf("typed: '%s'\n", line);
    } while (length > 0);
    return 0;
}
