/* SPDX-License-Identifier: MIT */
/* What Configure, SetSpace and their kin change of a thread. A method collects the changes,
   checking each, and then applies them all in seL4's order. */
#ifndef KERNEL_TCB_CHANGE_H
#define KERNEL_TCB_CHANGE_H

#include "kernel/entry/invocation.h"

/* A capability for one of the thread's slots, and where it comes from. */
struct slot_change {
    bool is_wanted;
    struct slot *source; /* NULL: the slot is only emptied */
    struct cap cap;
};

struct tcb_change {
    struct tcb *thread;
    struct slot_change slots[TCB_SLOT_COUNT];
    uint64_t buffer_address; /* with slots[TCB_SLOT_BUFFER] */
};

/* The new IPC buffer: a frame capability and an address. Address 0: none, whatever the
   capability is. */
MUST_USE enum outcome change_check_buffer(struct invocation *inv, struct tcb_change *change,
                                          struct slot *source, uint64_t address);

/* New CSpace and VSpace roots, each with its data word, 0 for none. */
struct new_spaces {
    struct slot *cspace;
    uint64_t cspace_data;
    struct slot *vspace;
    uint64_t vspace_data;
};
MUST_USE enum outcome change_check_spaces(struct invocation *inv, struct tcb_change *change,
                                          struct new_spaces spaces);

/* PREEMPTED in the middle is harmless: the same call changes the same again. */
MUST_USE enum outcome change_apply(struct invocation *inv, struct tcb_change *change);

/* The first capability of the message, whose maximum bounds the priorities that may be given, must
   be a thread's. */
MUST_USE enum outcome change_check_authority(struct invocation *inv);

/* The priority that message word `word` asks for, which the authority, the first capability of the
   message, must cover with its MCP. `why` is the explanation. */
MUST_USE enum outcome change_read_priority(struct invocation *inv, unsigned word,
                                           uint8_t *priority, const char *why);

extern const char *const change_priority_why;
extern const char *const change_mcp_why;

#endif
