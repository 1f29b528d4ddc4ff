/* SPDX-License-Identifier: MIT */
/* What tests of kernel_check expect it to say. The system has been broken on purpose, so nothing
 * may enter the kernel after that. */
#ifndef TESTS_TROUBLE_H
#define TESTS_TROUBLE_H

#include "tests/kernel/harness.h"

/* kernel_check_all says exactly: the text; the text and a number; the text, a slot and what is in
   it; the text and a thread. */
void expect_trouble(struct system *s, const char *text);
void expect_trouble_at(struct system *s, const char *text, uint64_t where);
void expect_trouble_slot(struct system *s, const char *text, const struct slot *slot);
void expect_trouble_thread(struct system *s, const char *text, const struct tcb *t);

#endif
