/* SPDX-License-Identifier: MIT */
/* The parts of system calls that the configurations share. */
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#include "abi/methods.h"
#include "kernel/kernel.h"

/* Send, NBSend, Call and first parts: whatever the capability names is sent the message. */
struct send_kind {
    enum context_register cptr_register; /* names the capability */
    bool is_blocking;
    bool is_call;
    bool may_donate;     /* MCS: the scheduling context may go along */
    bool is_first_phase; /* MCS: it receives afterwards; methods that may take long are refused */
};

/* PREEMPTED: the call is going to be made again. Else DONE, whatever has become of it. */
enum outcome syscall_send(struct kernel *k, struct send_kind kind);

/* Recv, NBRecv, Wait and NBWait, on the capability in a0. */
enum reply_use { REPLY_NONE, REPLY_IN_A6 }; /* MCS: a6 names a reply object */
struct receive_kind {
    bool is_blocking;
    enum reply_use reply;
};
void syscall_receive(struct kernel *k, struct receive_kind kind);

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
