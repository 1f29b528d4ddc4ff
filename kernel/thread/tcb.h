/* SPDX-License-Identifier: MIT */
/* A thread control block: all that the kernel and the engine keep of a thread, in 2 KiB. */
#ifndef KERNEL_TCB_H
#define KERNEL_TCB_H

#include "abi/constants.h"
#include "kernel/cap/slot.h"

struct kernel;

/* The capabilities a thread holds by itself. */
enum tcb_slot {
    TCB_SLOT_CSPACE,
    TCB_SLOT_VSPACE,
    TCB_SLOT_REPLY,  /* classic: the master reply capability, parent of the caller's */
    TCB_SLOT_CALLER, /* classic: right to answer who called last */
    TCB_SLOT_BUFFER, /* the frame with the IPC buffer */
    TCB_SLOT_COUNT,
    TCB_SLOT_FAULT = TCB_SLOT_REPLY,    /* MCS: endpoint of the fault handler */
    TCB_SLOT_TIMEOUT = TCB_SLOT_CALLER  /* MCS: endpoint of the timeout handler */
};

/* Radix of the CNode that these slots form when the thread is destroyed. */
enum { TCB_SLOTS_RADIX = 3 };

enum thread_state {
    THREAD_INACTIVE,
    THREAD_RUNNING,
    THREAD_RESTART, /* runnable; makes its last system call or access again */
    THREAD_BLOCKED_ON_RECEIVE,
    THREAD_BLOCKED_ON_SEND,
    THREAD_BLOCKED_ON_REPLY,
    THREAD_BLOCKED_ON_NOTIFICATION,
    THREAD_IDLE
};

/* A failed capability lookup: enum lookup_failure and its figures (manual section 3.4). `unused`,
   here and below, is zero, so that equal states are equal memory. */
struct lookup_fault {
    uint8_t failure;     /* enum lookup_failure */
    uint8_t bits_left;
    uint8_t bits_found;  /* depth mismatch: bits of the level; guard mismatch: guard size */
    uint8_t unused[5];
    uint64_t guard_found;
};

/* Why a thread stopped, until its handler has answered (manual chapter 6). */
struct fault {
    uint8_t kind; /* enum fault_kind */
    bool in_receive_phase;          /* FAULT_CAP */
    bool is_instruction;            /* FAULT_VM */
    uint8_t unused[5];
    struct lookup_fault lookup;     /* FAULT_CAP */
    uint64_t address; /* FAULT_CAP: cptr; VM: vaddr; UNKNOWN_SYSCALL, USER_EXCEPTION: number */
    uint64_t code;    /* FAULT_USER_EXCEPTION: code; FAULT_VM: status (CAUSE_*) */
};

/* MCS: a thread's place in the release queue, a heap (mcs/release_queue.c). */
struct release_node {
    kaddr parent; /* 0: it is the root, or not there */
    kaddr left;
    kaddr right;
    uint64_t rank;   /* threads on the shortest way down to a missing child, this one included */
    uint64_t serial; /* who came first, of those with equal times */
};

enum { THREAD_NAME_SIZE = 32, EXPLANATION_SIZE = 512, ENGINE_WORDS = 16, FPU_WORDS = 33 };

struct tcb {
    struct slot slots[TCB_SLOT_COUNT];

    /* --- what the thread itself sees; engines read and write it while the thread runs --- */
    uint64_t registers[USER_REGISTER_COUNT]; /* enum context_register; REG_PC is the address of the
                                                instruction or call the thread last trapped at */
    uint64_t next_pc;                        /* where it goes on; equal to REG_PC: does it again */
    uint64_t fpu[FPU_WORDS];                 /* f0..f31, fcsr; only RISC-V code uses them */
    uint64_t engine[ENGINE_WORDS];           /* the engine's own; zero in a new thread */

    /* --- state --- */
    uint8_t state; /* enum thread_state */
    bool has_ended; /* returned from its function */
    bool is_abandoned; /* stopped by a fault that no handler could be told of */
    bool is_queued; /* in a ready queue */
    uint8_t priority;
    uint8_t max_controlled_priority;
    uint8_t domain;
    uint8_t flags;            /* TCB_FLAG_* */
    uint32_t time_slice_ticks; /* classic: ticks left */
    bool awaits_budget;       /* MCS: in the release queue */
    kaddr sched_context;      /* MCS: what its time is charged to; 0: it cannot run */
    kaddr yield_to;           /* MCS: the context of its YieldTo, until that has ended; or 0 */
    kaddr reply;              /* MCS: reply object it receives with, or is answered through; or 0 */
    kaddr bound_notification;

    /* --- while blocked on an endpoint or notification --- */
    kaddr blocked_on;
    uint64_t badge;         /* sending: badge of the capability used */
    bool can_grant;         /* rights of the capability used */
    bool can_grant_reply;
    bool is_call;
    kaddr queue_next;       /* the endpoint's or notification's queue */
    kaddr queue_previous;

    kaddr ready_next;       /* the ready queue, while is_queued */
    kaddr ready_previous;
    struct release_node release; /* MCS: zero unless it awaits budget */

    struct fault fault;
    uint64_t fault_handler;  /* classic: CPtr in the thread's own CSpace */
    uint64_t buffer_address; /* vaddr of the IPC buffer; 0: none */

    char name[THREAD_NAME_SIZE];        /* DebugNameThread; NUL-terminated */
    char explanation[EXPLANATION_SIZE]; /* of its last refusal or failed lookup */
};

_Static_assert(sizeof(struct tcb) <= 1 << TCB_BITS, "a thread fits its object");

static inline bool thread_is_runnable(const struct tcb *t)
{
    return t->state == THREAD_RUNNING || t->state == THREAD_RESTART;
}

/* Inactive or blocked: TCB_Resume has something to do. */
static inline bool thread_is_stopped(const struct tcb *t)
{
    return !thread_is_runnable(t) && t->state != THREAD_IDLE;
}

/* The system call's message info and badge registers. */
static inline uint64_t thread_info(const struct tcb *t)
{
    return t->registers[REG_A1];
}

/* Whether a message with this info has neither words nor capabilities in the IPC buffer. */
static inline bool message_info_fits_registers(uint64_t info)
{
    return message_info_length(info) <= MESSAGE_REGISTER_COUNT &&
           message_info_extra_caps(info) == 0;
}

/* --- tcb.c: acts on threads --------------------------------------------------------------- */

/* Makes the object at an address a new thread: stopped, everything zero, default time slice. */
void tcb_init(struct kernel *k, struct tcb *t);

/* Stops a thread: takes it out of every queue and cancels what it waits for. What it was about to
   do, it will do again when resumed. */
void tcb_suspend(struct kernel *k, struct tcb *t);

/* Makes a stopped thread run from its pc; no effect on one that is not stopped. */
void tcb_restart(struct kernel *k, struct tcb *t);

/* Takes a thread off whatever it is blocked on. Its state is left for the caller to set. */
void tcb_cancel_ipc(struct kernel *k, struct tcb *t);

/* The thread's IPC buffer as the kernel may reach it, or NULL; `is_receiver`: it must be
   writable. */
enum buffer_use { BUFFER_READ, BUFFER_WRITE };
struct ipc_buffer *tcb_buffer(struct kernel *k, struct tcb *t, enum buffer_use use);

/* Message words of a thread, from registers and buffer. Setting beyond the registers without a
   buffer does nothing; both return how many words the message has if this was its last. */
uint64_t tcb_message_word(const struct tcb *t, const struct ipc_buffer *buffer, unsigned index);
unsigned tcb_set_message_word(struct tcb *t, struct ipc_buffer *buffer, unsigned index, uint64_t v);

/* Sets the name shown in dumps; longer ones are cut. */
void tcb_set_name(struct tcb *t, const char *name, size_t length);

#endif
