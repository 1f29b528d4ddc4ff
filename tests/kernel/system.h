/* SPDX-License-Identifier: MIT */
/* A booted system on the null platform, and its threads making system calls, for tests.
 *
 *     struct system s;
 *     system_boot(&s, (struct system_options){.memory_mib = 8});
 *     retype(&s, s.untyped, ABI_TYPE_ENDPOINT, 0, slot, 1);     // the root thread does it
 *     uint64_t error = invoke(&s, ROOT_CNODE, ABI_CNODE_DELETE, NO_CAPS, WORDS(slot, 64));
 *     system_free(&s);
 *
 * No program runs: whichever thread the kernel says is current makes the call that the test names.
 * Every entry is followed by kernel_check; what it finds first stays in s->trouble. */
#ifndef TESTS_SYSTEM_H
#define TESTS_SYSTEM_H

#include "kernel/check/check.h"
#include "kernel/flavour.h"
#include "tests/kernel/abi.h"
#include "tests/null_platform/null_platform.h"

struct message {
    uint64_t label;
    uint64_t badge; /* as received */
    unsigned length;
    unsigned extra_count;
    unsigned unwrapped;
    uint64_t words[ABI_MESSAGE_WORDS];
    uint64_t caps[ABI_EXTRA_CAPS]; /* to send: CPtrs; received: what the kernel wrote */
};

/* Threads of one system that may receive with reply objects. */
enum { SYSTEM_THREADS_MAX = 64 };

struct system_options {
    unsigned memory_mib;           /* 0: 8 */
    unsigned cnode_bits;           /* 0: the kernel's default */
    uint32_t work_units_per_check; /* 0: the kernel's default */
    uint32_t domain_count;         /* 0: 1 */
    const struct domain_entry *schedule;
    uint32_t schedule_length;
    unsigned heap_bits;
    uint32_t name_capacity;        /* see struct boot_options */
    unsigned image_pages;          /* 0: 1 */
    const kaddr *device_pages;     /* see struct boot_options */
    uint32_t device_page_count;
    const void *extra;
    uint64_t extra_size;
    bool is_unchecked;             /* no kernel_check: for tests of speed and huge states */
    bool is_bare;                  /* as the kernel has booted it: no root_prepare */
};

struct system {
    struct platform platform;
    struct kernel *k;
    struct tcb *root;
    void *block;            /* the arena, as malloc gave it */
    uint64_t untyped;       /* CPtr of the largest untyped of RAM */
    uint64_t next_slot;     /* next empty slot of the root CNode (slot_new) */
    uint64_t next_vaddr;    /* next free page of the root VSpace (buffers) */
    unsigned reply_count;   /* MCS: threads that have received, and with which reply objects */
    struct tcb *reply_users[SYSTEM_THREADS_MAX];
    uint64_t reply_slots[SYSTEM_THREADS_MAX]; /* of reply objects, all of them made at the start */
    uint64_t park;          /* CPtr of what the root thread sleeps on; 0: not made yet */
    bool is_unchecked;
    bool has_trouble;
    struct check_report report; /* with has_trouble: the first broken invariant */
    struct message reply;   /* of the last invoke() */
};

/* --- booting ---------------------------------------------------------------------------------- */

enum boot_result system_try_boot(struct system *s, struct system_options options);

/* The same, and anything but success is a failed test (it prints and aborts). */
void system_boot(struct system *s, struct system_options options);
void system_free(struct system *s);

/* A word of the root task's boot information, by byte offset. */
uint64_t boot_info_word(struct system *s, unsigned offset);

/* --- looking ---------------------------------------------------------------------------------- */

struct tcb *current(struct system *s);
struct slot *root_slot(struct system *s, uint64_t cptr);   /* of the root CNode */
struct tcb *tcb_of(struct system *s, uint64_t cptr);       /* TCB that a root CNode slot names */
kaddr object_of(struct system *s, uint64_t cptr);
uint64_t *buffer_of(struct system *s, struct tcb *t);      /* IPC buffer as words, or NULL */
uint64_t identify(struct system *s, uint64_t cptr);        /* DebugCapIdentify */

/* Looks at the invariants and keeps the first trouble. Done by all that enters the kernel. */
void system_check(struct system *s);

/* --- entering the kernel ---------------------------------------------------------------------- */

/* The current thread executes an ecall with the registers it has. One entry, no repetition. Returns
   the address of the ecall: where the thread's next_pc is if it has to make the call again. */
uint64_t trap(struct system *s, int64_t number);

/* The same, repeated while the thread stays current and has to make it again (preempted). */
void trap_to_end(struct system *s, int64_t number);

/* Interrupts that are due are taken, as between two instructions of a thread. */
void interrupt(struct system *s);

/* --- messages --------------------------------------------------------------------------------- */

/* The message as the thread would lay it out: registers (a1, a2..a5) and IPC buffer. */
void message_write(struct system *s, struct tcb *t, const struct message *m);
void message_read(struct system *s, struct tcb *t, struct message *m);

/* System calls by the current thread, with a message. They return when the kernel does: whether the
   thread has gone on is for the test to see. */
void send(struct system *s, uint64_t cptr, const struct message *m);
void send_nonblocking(struct system *s, uint64_t cptr, const struct message *m);
void call(struct system *s, uint64_t cptr, const struct message *m);
void reply(struct system *s, const struct message *m);
void receive(struct system *s, uint64_t cptr);
void receive_nonblocking(struct system *s, uint64_t cptr);
void reply_receive(struct system *s, uint64_t cptr, const struct message *m);
void signal_to(struct system *s, uint64_t cptr);

/* --- invocations ------------------------------------------------------------------------------ */

struct word_list {
    unsigned count;
    uint64_t items[ABI_MESSAGE_WORDS];
};

struct cap_list {
    unsigned count;
    uint64_t items[ABI_EXTRA_CAPS];
};

#define WORDS(...)                                                                                 \
    ((struct word_list){sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), {__VA_ARGS__}})
#define CAPS(...)                                                                                  \
    ((struct cap_list){sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), {__VA_ARGS__}})
#define NO_WORDS ((struct word_list){0, {0}})
#define NO_CAPS ((struct cap_list){0, {0}})

/* No error number: the call has not been answered (the thread faulted or waits). */
#define NOT_ANSWERED UINT64_MAX

/* The current thread calls a kernel object. Returns the error; s->reply is the whole answer. */
uint64_t invoke(struct system *s, uint64_t service, uint64_t label, struct cap_list caps,
                struct word_list words);

/* Shorthands for the root thread, or another with the same CSpace. */
uint64_t retype(struct system *s, uint64_t untyped, uint64_t type, uint64_t size_bits,
                uint64_t slot, uint64_t count);
uint64_t cnode_copy(struct system *s, uint64_t to, uint64_t from);
uint64_t cnode_mint(struct system *s, uint64_t to, uint64_t from, uint64_t rights, uint64_t badge);
uint64_t cnode_move(struct system *s, uint64_t to, uint64_t from);
uint64_t cnode_delete(struct system *s, uint64_t slot);
uint64_t cnode_revoke(struct system *s, uint64_t slot);

/* --- making things (any refusal is a failed test) --------------------------------------------- */

/* A slot of the root CNode that nobody has used yet; `count` of them, the first one's number. */
uint64_t slot_new(struct system *s);
uint64_t slots_new(struct system *s, unsigned count);

/* A new object in a new slot. */
uint64_t make(struct system *s, uint64_t type, uint64_t size_bits);

/* A new frame, mapped read-write in the root VSpace; returns its slot, and where it is mapped. */
uint64_t make_buffer(struct system *s, uint64_t *vaddr);

/* A new thread in the root task's spaces, stopped, with an IPC buffer; returns its slot. */
struct thread_options {
    uint8_t priority;
    uint64_t fault_handler; /* CPtr; 0: none */
    bool is_passive;        /* MCS: without a scheduling context */
};
uint64_t make_thread(struct system *s, struct thread_options options);

/* --- what differs between the configurations (classic_system.c, mcs_system.c) ----------------- */

/* The root thread's own means, right after boot. */
void root_prepare(struct system *s);

/* A thread's spaces, buffer, fault handler and priorities. `handler` is the CPtr of the handler
   for the caller; `handler_inside` the one for the thread itself, as the classic configuration
   wants it. */
struct thread_setup {
    uint64_t cnode;
    uint64_t frame;
    uint64_t vaddr;
    uint64_t handler;
    uint64_t handler_inside;
    uint64_t mcp;
    uint64_t priority;
    bool is_passive;
};
void thread_set_up(struct system *s, uint64_t tcb, struct thread_setup setup);

/* TCB_Configure, TCB_SetSpace and TCB_SetSchedParams by the current thread, with the parameters
   that they have in this configuration and no fault handler. MCS: the thread keeps its context. */
struct thread_spaces {
    uint64_t cnode;
    uint64_t cnode_data;
    uint64_t vspace;
    uint64_t frame; /* configure_thread only */
    uint64_t vaddr;
};
uint64_t configure_thread(struct system *s, uint64_t tcb, struct thread_spaces spaces);
uint64_t set_space(struct system *s, uint64_t tcb, struct thread_spaces spaces);
uint64_t set_sched_params(struct system *s, uint64_t tcb, uint64_t mcp, uint64_t priority);

/* A thread that make_thread has not made may run: MCS binds a scheduling context to it. */
void give_time(struct system *s, uint64_t tcb);

/* MCS: a configured scheduling context in a new slot. Times in microseconds. */
struct context_options {
    uint64_t budget;
    uint64_t period;
    uint64_t extra_refills;
    uint64_t badge;
    bool is_sporadic;
    unsigned size_bits; /* 0: 8 */
};
uint64_t make_context(struct system *s, struct context_options options);

/* Where the current thread answers whom it has received from (MCS: a6 before receiving). */
void reply_choose(struct system *s);
void resume(struct system *s, uint64_t tcb);

/* The root thread (255) sleeps, so that others run; and is current again, without their doing. */
void root_sleep(struct system *s);
void root_wake(struct system *s);

/* Anything but error 0 ends the test. */
void need_success(struct system *s, uint64_t error, const char *what);

/* A call that sends m (NULL: nothing) with cptr in a0, as often as it takes. */
void trap_with(struct system *s, int64_t number, uint64_t cptr, const struct message *m);

/* The test cannot go on (null_platform_fail): for helpers of tests. */
_Noreturn void system_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
