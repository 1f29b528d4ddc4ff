/* SPDX-License-Identifier: MIT */
#ifndef ASSERT_H
#define ASSERT_H

#define static_assert _Static_assert

/* A claim that is not true is told on the console and ends the program with a fault. */
#define assert(claim) ((claim) ? (void)0 : assert_failed(#claim, __FILE__, __LINE__))

void assert_failed(const char *claim, const char *file, int line) __attribute__((noreturn));

#endif
