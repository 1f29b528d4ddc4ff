/* SPDX-License-Identifier: MIT */
/* Where a measured program stops until the host lets it go on: the machine's run() returns there,
 * so that only what comes between two gates is timed. */
#ifndef BENCH_RISCV_GATE_H
#define BENCH_RISCV_GATE_H

/* Waits for interrupt line 1. */
void gate_wait(void);

/* Says how many instructions have been made since the last gate, and waits at the next. */
void gate_pass(const char *what);

#endif
