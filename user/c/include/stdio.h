/* SPDX-License-Identifier: MIT */
/* Printing on the kernel's console. */
#ifndef STDIO_H
#define STDIO_H

#include <stdarg.h>
#include <stddef.h>

#define EOF (-1)

int putchar(int c);
int puts(const char *text);

/* %d %i %u %x %X %o %c %s %p %%, with flags '-' and '0', a width, a precision for %s, and lengths
   hh, h, l, ll, z. No floating point: %f, %e and %g print "(double)". */
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int vprintf(const char *format, va_list arguments);
int snprintf(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int vsnprintf(char *text, size_t size, const char *format, va_list arguments);

#endif
