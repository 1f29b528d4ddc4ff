/* SPDX-License-Identifier: MIT */
/* The board: serial port, clock, their interrupts, and the tree that tells of them. */
#include "support.h"

enum {
    UART = 0x10000000, UART_IRQ = 10, RTC = 0x101000, RTC_IRQ = 11,
    UART_DATA = 0, UART_INTERRUPTS = 1, UART_IDENTITY = 2, UART_STATUS = 5,
    RTC_LOW = 0, RTC_HIGH = 1, RTC_ALARM_LOW = 2, RTC_ALARM_HIGH = 3, RTC_ENABLE = 4, RTC_CLEAR = 7,
    TRANSMITTER_EMPTY = 0x20, MILLISECOND = 1000000
};

static volatile uint8_t *uart;
static volatile uint32_t *rtc;

/* A handler of an interrupt line, and what it signals. */
static seL4_CPtr handle(seL4_Word irq, seL4_CPtr *notification)
{
    seL4_CPtr handler = new_slot();

    *notification = new_object(seL4_NotificationObject, 0);
    CHECK(seL4_IRQControl_Get(seL4_CapIRQControl, irq, seL4_CapInitThreadCNode, handler,
                              seL4_WordBits));
    CHECK(seL4_IRQHandler_SetNotification(handler, badged(*notification, irq)));
    return handler;
}

static void print_by_uart(const char *text)
{
    for (; *text != '\0'; text++) {
        while ((uart[UART_STATUS] & TRANSMITTER_EMPTY) == 0)
            ;
        uart[UART_DATA] = (uint8_t)*text;
    }
}

static uint64_t now(void)
{
    uint32_t low = rtc[RTC_LOW];

    return (uint64_t)rtc[RTC_HIGH] << 32 | low;
}

static void test_uart(void)
{
    seL4_CPtr notification, handler = handle(UART_IRQ, &notification);

    print_by_uart("printed by the serial port\n");
    uart[UART_INTERRUPTS] = 2; /* when there is room: at once */
    printf("interrupt %lu", wait_for(notification));
    printf(", identity %d\n", uart[UART_IDENTITY] & 15);
    uart[UART_INTERRUPTS] = 0;
    CHECK(seL4_IRQHandler_Ack(handler));
    printf("another handler: error %d\n",
           seL4_IRQControl_Get(seL4_CapIRQControl, UART_IRQ, seL4_CapInitThreadCNode, new_slot(),
                               seL4_WordBits));
}

static void test_rtc(void)
{
    seL4_CPtr notification, handler = handle(RTC_IRQ, &notification);
    uint64_t start = now();

    rtc[RTC_ENABLE] = 1;
    for (uint64_t i = 1; i <= 3; i++) {
        uint64_t alarm = now() + i * MILLISECOND;

        rtc[RTC_ALARM_HIGH] = (uint32_t)(alarm >> 32);
        rtc[RTC_ALARM_LOW] = (uint32_t)alarm;
        printf("interrupt %lu", wait_for(notification));
        printf(", not early: %d, not late: %d\n", now() >= alarm, now() < alarm + MILLISECOND);
        rtc[RTC_CLEAR] = 1;
        CHECK(seL4_IRQHandler_Ack(handler));
    }
    printf("6 ms in all: %d\n", now() - start >= 6 * MILLISECOND);
}

/* --- the device tree -------------------------------------------------------------------------- */

static uint32_t big_endian(const void *at)
{
    const uint8_t *b = at;

    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Prints the names of all nodes, two spaces for each level. */
static void print_nodes(const char *tree)
{
    const char *at = tree + big_endian(tree + 8);
    int depth = 0;

    for (;;) {
        uint32_t token = big_endian(at);

        at += 4;
        if (token == 1) {
            printf("%*s%s\n", 2 * depth, "", *at == '\0' ? "/" : at);
            depth++;
            at += (strlen(at) + 4) & ~3ul;
        } else if (token == 2) {
            depth--;
        } else if (token == 3) {
            at += 8 + ((big_endian(at) + 3) & ~3u);
        } else if (token == 9) {
            return;
        }
    }
}

int main(void)
{
    const char *extra = (const char *)seL4_GetBootInfo() + seL4_BootInfoFrameSize;

    uart = map_device(UART, 0x50000000);
    rtc = map_device(RTC, 0x50001000);
    test_uart();
    test_rtc();
    print_nodes(extra + sizeof(seL4_BootInfoHeader));
    return 0;
}
