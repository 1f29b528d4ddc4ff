/* SPDX-License-Identifier: MIT */
#include "kernel/entry/fault.h"

#include "abi/names.h"
#include "kernel/entry/syscall.h"
#include "kernel/flavour.h"

struct fault fault_of_lookup(uint64_t cptr, struct lookup_fault lookup, bool in_receive_phase)
{
    return (struct fault){.kind = FAULT_CAP,
                          .address = cptr,
                          .lookup = lookup,
                          .in_receive_phase = in_receive_phase};
}

/* Number and code of a fault, with a text if it is one of a Lua thread. */
static void report_numbers(struct kernel *k, const struct fault *fault)
{
    uint64_t index = fault->address - EXCEPTION_LUA_ERROR;

    console_hex(k, fault->address);
    if (fault->kind == FAULT_USER_EXCEPTION && index < LUA_EXCEPTION_COUNT) {
        console_text(k, " (");
        console_text(k, lua_exception_names[index]);
        console_text(k, ")");
    }
    if (fault->kind != FAULT_UNKNOWN_SYSCALL) {
        console_text(k, ", code ");
        console_hex(k, fault->code);
    }
}

/* What a developer needs to know of a thread that nobody looks after. */
static void report(struct kernel *k, struct tcb *t, const char *why_not)
{
    const struct fault *fault = &t->fault;

    console_text(k, "seL4: thread '");
    console_text(k, t->name);
    console_text(k, "' stopped: ");
    console_text(k, fault_names[fault->kind]);
    console_text(k, ", ");
    if (fault->kind == FAULT_CAP)
        console_text(k, t->explanation);
    else
        report_numbers(k, fault);
    console_text(k, ", at pc ");
    console_hex(k, t->registers[REG_PC]);
    console_text(k, "; ");
    console_text(k, why_not);
    console_text(k, "\n");
}

/* A thread that nobody looks after stops, and the console says why: without that a missing
   handler looks like a hang. */
void fault_raise(struct kernel *k, struct tcb *t, struct fault fault)
{
    const char *why_not = "";

    kassert(fault.kind > FAULT_NONE && fault.kind < FAULT_KIND_COUNT);
    kassert(t != &k->idle);
    t->fault = fault;
    if (k->flavour->fault_send(k, t, &why_not))
        return;
    platform_thread_sync(k->platform, t);
    report(k, t, why_not);
    /* Nobody handles it: what the thread sends later is no fault message. */
    t->fault.kind = FAULT_NONE;
    t->is_abandoned = true;
    scheduler_set_state(k, t, THREAD_INACTIVE);
}
