/* SPDX-License-Identifier: MIT */
/* What the two programs that run sequences (runner.c) do differently. */
#ifndef TESTS_RV64_SEQUENCES_RUNNER_H
#define TESTS_RV64_SEQUENCES_RUNNER_H

/* Prints a character. What is printed counts from the end of a line on. */
void output_char(char c);

/* Ends the program. */
_Noreturn void output_finish(void);

#endif
