/* SPDX-License-Identifier: MIT */
#ifndef STDLIB_H
#define STDLIB_H

#include <stddef.h>

/* Ends the program, as a return from main does. A root task stops in silence if the status is 0;
   otherwise it prints that and has a fault. A process that somebody waits for tells them. */
void exit(int status) __attribute__((noreturn));

/* Ends the program with a fault that its fault handler, or else the console, is told of. */
void abort(void) __attribute__((noreturn));

#endif
