/* SPDX-License-Identifier: MIT */
/* The serial port. Output goes to the console at once, so the transmitter is always empty; input
 * comes from the host program and waits in a small queue. */
#include "machine/devices/devices.h"

enum uart_register {
    UART_DATA = 0,             /* RBR when read, THR when written; divisor when the latch is open */
    UART_INTERRUPT_ENABLE = 1, /* IER */
    UART_INTERRUPT_ID = 2,     /* IIR when read, FCR when written */
    UART_LINE_CONTROL = 3,     /* LCR */
    UART_LINE_STATUS = 5,      /* LSR */
    UART_REGISTER_COUNT = 8
};

enum uart_bits {
    ENABLE_RECEIVED = 1 << 0,
    ENABLE_TRANSMITTED = 1 << 1,
    ID_NOTHING = 0x01,
    ID_TRANSMITTED = 0x02,
    ID_RECEIVED = 0x04,
    CONTROL_CLEAR_INPUT = 1 << 1, /* of FCR */
    LINE_DIVISOR_LATCH = 1 << 7,
    STATUS_DATA_READY = 1 << 0,
    STATUS_TRANSMITTER_EMPTY = 0x60
};

static bool latch_is_open(const struct uart *uart)
{
    return (uart->registers[UART_LINE_CONTROL] & LINE_DIVISOR_LATCH) != 0;
}

static bool asks_for_reader(const struct uart *uart)
{
    return (uart->interrupt_enable & ENABLE_RECEIVED) && uart->input_count > 0;
}

static bool asks_for_writer(const struct uart *uart)
{
    return (uart->interrupt_enable & ENABLE_TRANSMITTED) && uart->is_transmit_due;
}

/* The oldest byte of input; 0 if there is none. */
static uint8_t take_input(struct uart *uart)
{
    uint8_t byte;

    if (uart->input_count == 0)
        return 0;
    byte = uart->input[uart->input_head];
    uart->input_head = (uart->input_head + 1) % UART_INPUT_SIZE;
    uart->input_count--;
    return byte;
}

/* Why the line is up. Being told that the transmitter is empty settles that. */
static uint8_t read_interrupt_id(struct uart *uart)
{
    if (asks_for_reader(uart))
        return ID_RECEIVED;
    if (!asks_for_writer(uart))
        return ID_NOTHING;
    uart->is_transmit_due = false;
    return ID_TRANSMITTED;
}

static uint8_t read_register(struct uart *uart, uint64_t offset)
{
    if (latch_is_open(uart) && offset <= UART_INTERRUPT_ENABLE)
        return uart->registers[offset];
    switch (offset) {
    case UART_DATA:
        return take_input(uart);
    case UART_INTERRUPT_ENABLE:
        return uart->interrupt_enable;
    case UART_INTERRUPT_ID:
        return read_interrupt_id(uart);
    case UART_LINE_STATUS:
        return (uint8_t)(STATUS_TRANSMITTER_EMPTY |
                         (uart->input_count > 0 ? STATUS_DATA_READY : 0));
    default:
        return uart->registers[offset];
    }
}

static void write_register(struct platform *p, uint64_t offset, uint8_t value)
{
    struct uart *uart = &p->uart;

    if (latch_is_open(uart) && offset <= UART_INTERRUPT_ENABLE) {
        uart->registers[offset] = value;
    } else if (offset == UART_DATA) {
        platform_console_put(p, (char)value);
        uart->is_transmit_due = true;
    } else if (offset == UART_INTERRUPT_ENABLE) {
        uart->interrupt_enable = value;
        uart->is_transmit_due = (value & ENABLE_TRANSMITTED) != 0;
    } else if (offset == UART_INTERRUPT_ID) {
        uart->input_count = (value & CONTROL_CLEAR_INPUT) ? 0 : uart->input_count;
    } else {
        uart->registers[offset] = value;
    }
}

static bool is_register(uint64_t offset, unsigned size)
{
    return offset < UART_REGISTER_COUNT && (size == 1 || size == 4);
}

bool uart_load(struct platform *p, uint64_t offset, unsigned size, uint64_t *value)
{
    if (!is_register(offset, size))
        return false;
    *value = read_register(&p->uart, offset);
    return true;
}

bool uart_store(struct platform *p, uint64_t offset, unsigned size, uint64_t value)
{
    if (!is_register(offset, size))
        return false;
    write_register(p, offset, (uint8_t)value);
    return true;
}

void uart_update(struct platform *p)
{
    line_set(p, DEVICE_UART_IRQ, asks_for_reader(&p->uart) || asks_for_writer(&p->uart));
}

size_t uart_receive(struct platform *p, const char *bytes, size_t count)
{
    struct uart *uart = &p->uart;
    size_t room = UART_INPUT_SIZE - uart->input_count;
    size_t taken = count < room ? count : room;

    for (size_t i = 0; i < taken; i++) {
        uart->input[(uart->input_head + uart->input_count) % UART_INPUT_SIZE] = (uint8_t)bytes[i];
        uart->input_count++;
    }
    uart_update(p);
    return taken;
}
