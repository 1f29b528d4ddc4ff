/* SPDX-License-Identifier: MIT */
/* What the test programs share: objects out of the boot information, mappings, threads, and
 * receiving in either configuration. */
#ifndef TESTS_RV64_SUPPORT_H
#define TESTS_RV64_SUPPORT_H

#include <assert.h>
#include <sel4runtime.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_SIZE = 1 << seL4_PageBits, STACK_SIZE = 4 * PAGE_SIZE, THREADS_MAX = 8 };

/* A call that has to succeed. */
#define CHECK(call) check_call((call), #call, __LINE__)
void check_call(int error, const char *call, int line);

/* A slot of the root CNode that is empty. */
seL4_CPtr new_slot(void);

/* An object of its type; size_bits is for those that come in several sizes. */
seL4_CPtr new_object(seL4_Word type, seL4_Word size_bits);

/* An untyped capability of ordinary memory of this size, or more if there is none. */
seL4_CPtr find_untyped(seL4_Word size_bits);

/* The untyped capability of the device page at an address. */
seL4_CPtr find_device(seL4_Word paddr);

/* A copy of a capability with a badge. */
seL4_CPtr badged(seL4_CPtr cap, seL4_Word badge);

/* Maps a frame at vaddr in a VSpace, with the page tables that it needs. */
void map_at(seL4_CPtr vspace, seL4_CPtr frame, seL4_Word vaddr, seL4_CapRights_t rights);

/* Maps a new page, or a device's, in the root task's own VSpace; its address. */
void *map_new(seL4_Word vaddr);
volatile void *map_device(seL4_Word paddr, seL4_Word vaddr);

/* A thread of the root task. */
struct thread {
    seL4_CPtr tcb;
    seL4_CPtr sched_context; /* MCS only */
    seL4_IPCBuffer *buffer;
    seL4_UserContext start;
};

/* Makes a thread that calls function(argument), and is to return from it never. */
struct thread *thread_make(void (*function)(seL4_Word), seL4_Word argument, seL4_Word priority);

/* Sets the fault endpoint; the thread must not have begun. */
void thread_set_fault_endpoint(struct thread *t, seL4_CPtr endpoint);

void thread_start(struct thread *t);

/* Makes and starts one. */
struct thread *thread_run(void (*function)(seL4_Word), seL4_Word argument, seL4_Word priority);

/* Starts the first thread of another process. `cnode` has 2^cnode_bits slots; the thread's faults
   go to `fault_endpoint`, which in the classic configuration is slot 1 of that, if it is not 0.
   The result is the TCB. */
struct process {
    seL4_CPtr vspace, cnode, fault_endpoint, buffer_frame;
    seL4_Word cnode_bits, buffer, priority;
};
seL4_CPtr process_start(const struct process *p, seL4_UserContext *regs);

/* Stops the calling thread. */
void thread_end(void) __attribute__((noreturn));

/* Receiving; in MCS with a reply object of the calling thread's own. */
seL4_MessageInfo_t receive(seL4_CPtr endpoint, seL4_Word *badge);
seL4_MessageInfo_t reply_receive(seL4_CPtr endpoint, seL4_MessageInfo_t info, seL4_Word *badge);
void reply(seL4_MessageInfo_t info);
seL4_Word wait_for(seL4_CPtr notification);

#endif
