/* SPDX-License-Identifier: MIT */
/* printf in short, over the kernel's console. */
#include <sel4/sel4.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS_MAX = 24 };

/* Where characters go: to `text`, of which the last place is for a 0, or to the console. */
struct sink {
    char *text; /* NULL: the console */
    size_t size;
    size_t count; /* characters so far, also those that did not fit */
};

/* One conversion of a format. */
struct conversion {
    bool is_left, has_zeros;
    int width;     /* at least 0 */
    int precision; /* negative: none */
    int longs;     /* 0: int, less: smaller ones; more: 64 bits */
};

static void put(struct sink *sink, char c)
{
    if (sink->text == NULL)
        seL4_DebugPutChar(c);
    else if (sink->count + 1 < sink->size)
        sink->text[sink->count] = c;
    sink->count++;
}

static void put_times(struct sink *sink, char c, int count)
{
    while (count-- > 0)
        put(sink, c);
}

/* A piece of text behind its sign, in its width. */
static void put_field(struct sink *sink, const struct conversion *c, const char *sign,
                      const char *text, int length)
{
    int gap = c->width - length - (int)strlen(sign);

    if (!c->is_left && !c->has_zeros)
        put_times(sink, ' ', gap);
    while (*sign != '\0')
        put(sink, *sign++);
    if (!c->is_left && c->has_zeros)
        put_times(sink, '0', gap);
    for (int i = 0; i < length; i++)
        put(sink, text[i]);
    if (c->is_left)
        put_times(sink, ' ', gap);
}

static void put_number(struct sink *sink, const struct conversion *c, const char *sign,
                       unsigned long value, unsigned base, const char *digits)
{
    char text[DIGITS_MAX];
    int at = DIGITS_MAX;

    do {
        text[--at] = digits[value % base];
        value /= base;
    } while (value > 0);
    put_field(sink, c, sign, text + at, DIGITS_MAX - at);
}

static void put_text(struct sink *sink, const struct conversion *c, const char *text)
{
    int length = 0;

    text = text != NULL ? text : "(null)";
    while ((c->precision < 0 || length < c->precision) && text[length] != '\0')
        length++;
    put_field(sink, c, "", text, length);
}

/* Reads a decimal number of a format, or takes it from the arguments. */
static int read_number(const char **format, va_list *arguments)
{
    int number = 0;

    if (**format == '*') {
        (*format)++;
        return va_arg(*arguments, int);
    }
    while (**format >= '0' && **format <= '9')
        number = number * 10 + *(*format)++ - '0';
    return number;
}

static struct conversion read_conversion(const char **format, va_list *arguments)
{
    struct conversion c = {.precision = -1};

    for (; **format == '-' || **format == '0' || **format == '#'; (*format)++) {
        c.is_left = c.is_left || **format == '-';
        c.has_zeros = c.has_zeros || **format == '0';
    }
    c.width = read_number(format, arguments);
    if (c.width < 0) {
        c.is_left = true;
        c.width = -c.width;
    }
    if (**format == '.') {
        (*format)++;
        c.precision = read_number(format, arguments);
    }
    for (; **format == 'l' || **format == 'h' || **format == 'z'; (*format)++)
        c.longs += **format == 'h' ? -1 : 1;
    return c;
}

static unsigned long unsigned_argument(const struct conversion *c, va_list *arguments)
{
    if (c->longs > 0)
        return va_arg(*arguments, unsigned long);
    if (c->longs == -1)
        return (unsigned short)va_arg(*arguments, unsigned int);
    if (c->longs < -1)
        return (unsigned char)va_arg(*arguments, unsigned int);
    return va_arg(*arguments, unsigned int);
}

static void put_signed(struct sink *sink, const struct conversion *c, va_list *arguments)
{
    long value = c->longs > 0 ? va_arg(*arguments, long) : va_arg(*arguments, int);

    if (c->longs < 0)
        value = c->longs == -1 ? (short)value : (signed char)value;
    put_number(sink, c, value < 0 ? "-" : "",
               value < 0 ? -(unsigned long)value : (unsigned long)value, 10, "0123456789");
}

static void convert(struct sink *sink, char kind, const struct conversion *c, va_list *arguments)
{
    static const char double_text[] = "(double)";
    char character;

    switch (kind) {
    case 'd':
    case 'i':
        put_signed(sink, c, arguments);
        break;
    case 'u':
        put_number(sink, c, "", unsigned_argument(c, arguments), 10, "0123456789");
        break;
    case 'o':
        put_number(sink, c, "", unsigned_argument(c, arguments), 8, "01234567");
        break;
    case 'x':
        put_number(sink, c, "", unsigned_argument(c, arguments), 16, "0123456789abcdef");
        break;
    case 'X':
        put_number(sink, c, "", unsigned_argument(c, arguments), 16, "0123456789ABCDEF");
        break;
    case 'p':
        put_number(sink, c, "0x", va_arg(*arguments, unsigned long), 16, "0123456789abcdef");
        break;
    case 's':
        put_text(sink, c, va_arg(*arguments, const char *));
        break;
    case 'c':
        character = (char)va_arg(*arguments, int);
        put_field(sink, c, "", &character, 1);
        break;
    case 'e':
    case 'f':
    case 'g':
        va_arg(*arguments, double); /* so that the next argument is the next conversion's */
        put_field(sink, c, "", double_text, sizeof(double_text) - 1);
        break;
    default:
        put(sink, kind);
        break;
    }
}

static int print(struct sink *sink, const char *format, va_list arguments)
{
    va_list rest;

    va_copy(rest, arguments);
    while (*format != '\0') {
        struct conversion c;

        if (*format != '%') {
            put(sink, *format++);
            continue;
        }
        format++;
        c = read_conversion(&format, &rest);
        if (*format == '\0')
            break;
        convert(sink, *format++, &c, &rest);
    }
    va_end(rest);
    return (int)sink->count;
}

int putchar(int c)
{
    seL4_DebugPutChar((char)c);
    return (unsigned char)c;
}

int puts(const char *text)
{
    seL4_DebugPutString(text);
    seL4_DebugPutChar('\n');
    return 0;
}

int vprintf(const char *format, va_list arguments)
{
    struct sink console = {0};

    return print(&console, format, arguments);
}

int printf(const char *format, ...)
{
    va_list arguments;
    int count;

    va_start(arguments, format);
    count = vprintf(format, arguments);
    va_end(arguments);
    return count;
}

int vsnprintf(char *text, size_t size, const char *format, va_list arguments)
{
    char nothing;
    struct sink sink = {.text = size > 0 ? text : &nothing, .size = size};
    int count = print(&sink, format, arguments);

    if (size > 0)
        text[sink.count < size ? sink.count : size - 1] = '\0';
    return count;
}

int snprintf(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    int count;

    va_start(arguments, format);
    count = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return count;
}
