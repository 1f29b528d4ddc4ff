/* SPDX-License-Identifier: MIT */
#ifndef STDLIB_H
#define STDLIB_H

#include <stddef.h>

/* Ends the program: status 0 in silence, any other with a line on the console and a fault. */
void exit(int status) __attribute__((noreturn));

/* Ends the program with a fault that its fault handler, or else the console, is told of. */
void abort(void) __attribute__((noreturn));

#endif
