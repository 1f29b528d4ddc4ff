/* SPDX-License-Identifier: MIT */
/* Refusals and failed lookups in words: a sentence in the caller's TCB, for seL4_Explain, the trace
 * and dumps. It has no effect on what the kernel does.
 *
 *     RISCV_Page_Map on capability 80 (buffer): vaddr is not a multiple of the page's size: vaddr
 *     is 0x1234; round it
 *
 * is the method, the capability invoked with its name, a phrase, the arguments that the phrase
 * mentions by libsel4's names with what they are, and behind a semicolon the remedy. The phrase is
 * the literal "vaddr is not a multiple of the page's size; round it". */
#ifndef KERNEL_EXPLAIN_H
#define KERNEL_EXPLAIN_H

#include "kernel/entry/invocation.h"

/* Text being put together in a TCB; cut where it is full: better short than absent. */
struct sentence {
    char *text;
    size_t length;
};

struct explanation {
    struct sentence s;
    const struct invocation *inv;
    const char *why;
};

void sentence_text(struct sentence *s, const char *text);
void sentence_number(struct sentence *s, uint64_t value); /* hexadecimal from 10000 on */

/* "an Endpoint (requests)" */
void sentence_cap(struct sentence *s, struct kernel *k, struct cap cap);

/* "RISCV_Page_Map on capability 80 (buffer): ", for what is not put together from one phrase. */
struct sentence explain_head(const struct invocation *inv);

/* Head, phrase and arguments, without the remedy; the caller may go on in `s`. */
struct explanation explain_begin(const struct invocation *inv, const char *why);

/* The phrase's remedy, and one of the caller's own; NULL: none. */
void explain_end(struct explanation *e, const char *remedy);

/* All three at once. */
void explain(const struct invocation *inv, const char *why);

/* The argument that leads to the slot, what the slot holds, and the phrase. */
void explain_source(const struct invocation *inv, const struct slot *slot, const char *why);

/* The message has too little for the method: which argument is missing first. */
void explain_truncated(const struct invocation *inv);

/* What went wrong on the way to a slot: "; the CNode's guard ..." with figures. */
void explain_lookup(struct sentence *s, struct lookup_fault fault);

/* A CPtr that a system call uses leads to no slot, or to none that will do; `why` says how not,
   NULL: the lookup itself failed. Goes to the thread that made the call. */
enum lookup_use { USE_SEND, USE_SEND_ALONG, USE_RECEIVE };
void explain_cptr(struct tcb *t, enum lookup_use use, uint64_t cptr, struct lookup_fault fault,
                  const char *why);

#endif
