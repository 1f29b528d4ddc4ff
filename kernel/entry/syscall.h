/* SPDX-License-Identifier: MIT */
/* The parts of system calls that the configurations share. */
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#include "abi/methods.h"
#include "kernel/kernel.h"

/* Send, NBSend and Call: whatever the capability in a0 names is sent the message. */
struct send_kind {
    bool is_blocking;
    bool is_call;
};
void syscall_send(struct kernel *k, struct send_kind kind);

/* Recv and NBRecv, on the capability in a0. */
void syscall_receive(struct kernel *k, bool is_blocking);

/* The debug calls (entry/debug.c). */
void debug_syscall(struct kernel *k, uint8_t call);

/* Printing to the platform's console: text, numbers. */
void console_text(struct kernel *k, const char *text);
void console_decimal(struct kernel *k, uint64_t value);
void console_hex(struct kernel *k, uint64_t value);

/* Lists all threads, or all capabilities. Never fails, whatever the state. */
void debug_dump_threads(struct kernel *k);
void debug_dump_capabilities(struct kernel *k);

#endif
