/* SPDX-License-Identifier: MIT */
/* Faults as messages, and answers to them. The words of each kind stand in manual chapter 6 and in
 * abi/faults.lua. */
#include "kernel/flavour.h"
#include "kernel/ipc/transfer.h"

/* Registers that a handler of an unknown system call, or of a user exception, sees and may set. */
static const uint8_t syscall_registers[] = {REG_PC, REG_SP, REG_RA, REG_A0, REG_A1,
                                            REG_A2, REG_A3, REG_A4, REG_A5, REG_A6};
static const uint8_t exception_registers[] = {REG_PC, REG_SP};

/* The answer to a timeout may set all of them, in the order of a UserContext. */
static const uint8_t timeout_registers[USER_REGISTER_COUNT] = {
    REG_PC, REG_RA, REG_SP, REG_GP, REG_S0, REG_S1, REG_S2, REG_S3, REG_S4, REG_S5, REG_S6,
    REG_S7, REG_S8, REG_S9, REG_S10, REG_S11, REG_A0, REG_A1, REG_A2, REG_A3, REG_A4, REG_A5,
    REG_A6, REG_A7, REG_T0, REG_T1, REG_T2, REG_T3, REG_T4, REG_T5, REG_T6, REG_TP};

enum { SYSCALL_REGISTERS = sizeof(syscall_registers), EXCEPTION_REGISTERS = 2 };

/* A message being written. */
struct message {
    struct tcb *receiver;
    struct ipc_buffer *buffer;
    unsigned length;
    unsigned index;
};

/* The next word; those that the receiver has no room for are dropped. */
static void add(struct message *m, uint64_t word)
{
    m->length = tcb_set_message_word(m->receiver, m->buffer, m->index, word);
    m->index++;
}

/* Registers of the faulter, by a list of them. */
static void add_registers(struct message *m, const struct tcb *t, const uint8_t *list,
                          unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        add(m, t->registers[list[i]]);
}

/* As many words as the kind of failure has figures. */
static void add_lookup(struct message *m, struct lookup_fault lookup)
{
    add(m, lookup.failure);
    if (lookup.failure == LOOKUP_INVALID_ROOT)
        return;
    add(m, lookup.bits_left);
    if (lookup.failure == LOOKUP_GUARD_MISMATCH)
        add(m, lookup.guard_found);
    if (lookup.failure != LOOKUP_MISSING_CAPABILITY)
        add(m, lookup.bits_found);
}

/* The words of each kind of fault, in their order. */
static void add_words(struct kernel *k, struct message *m, struct tcb *t)
{
    const struct fault *fault = &t->fault;

    switch ((enum fault_kind)fault->kind) {
    case FAULT_CAP:
        add(m, t->registers[REG_PC]);
        add(m, fault->address);
        add(m, fault->in_receive_phase);
        add_lookup(m, fault->lookup);
        break;
    case FAULT_UNKNOWN_SYSCALL:
        add_registers(m, t, syscall_registers, SYSCALL_REGISTERS);
        add(m, fault->address);
        break;
    case FAULT_USER_EXCEPTION:
        add_registers(m, t, exception_registers, EXCEPTION_REGISTERS);
        add(m, fault->address);
        add(m, fault->code);
        break;
    case FAULT_VM:
        add(m, t->registers[REG_PC]);
        add(m, fault->address);
        add(m, fault->is_instruction);
        add(m, fault->code);
        break;
    case FAULT_TIMEOUT:
        add(m, fault->address);
        if (t->sched_context != 0) /* of which it may have been robbed since */
            add(m, k->flavour->take_consumed(k, t));
        break;
    case FAULT_NONE:
    case FAULT_KIND_COUNT:
        break;
    }
}

/* The engine may keep the pc in a form of its own: it is asked before the words are taken. */
uint64_t fault_write_message(struct kernel *k, struct tcb *faulter, struct tcb *receiver,
                             struct ipc_buffer *buffer)
{
    struct message m = {.receiver = receiver, .buffer = buffer};

    kassert(faulter->fault.kind != FAULT_NONE && faulter->fault.kind < FAULT_KIND_COUNT);
    platform_thread_sync(k->platform, faulter);
    add_words(k, &m, faulter);
    return message_info_make(k->flavour->fault_labels[faulter->fault.kind], 0, 0, m.length);
}

/* The handler's words become the faulter's registers. */
static void set_registers(struct kernel *k, struct tcb *faulter, struct tcb *handler,
                          const uint8_t *list, unsigned count)
{
    const struct ipc_buffer *buffer = tcb_buffer(k, handler, BUFFER_READ);
    unsigned length = (unsigned)message_info_length(thread_info(handler));
    unsigned most = buffer ? count : MESSAGE_REGISTER_COUNT;

    if (length > count)
        length = count;
    if (length > most)
        length = most;
    for (unsigned i = 0; i < length; i++)
        faulter->registers[list[i]] = tcb_message_word(handler, buffer, i);
}

/* Other kinds of faults have nothing to write back: the thread makes its access or call again.
   False: the label of the answer, which is not 0, leaves it stopped. */
static bool apply_answer(struct kernel *k, struct tcb *faulter, struct tcb *handler)
{
    if (faulter->fault.kind == FAULT_UNKNOWN_SYSCALL)
        set_registers(k, faulter, handler, syscall_registers, SYSCALL_REGISTERS);
    else if (faulter->fault.kind == FAULT_USER_EXCEPTION)
        set_registers(k, faulter, handler, exception_registers, EXCEPTION_REGISTERS);
    else if (faulter->fault.kind == FAULT_TIMEOUT)
        set_registers(k, faulter, handler, timeout_registers, USER_REGISTER_COUNT);
    else
        return true;
    return message_info_label(thread_info(handler)) == 0;
}

enum thread_state fault_answer(struct kernel *k, struct tcb *faulter, struct tcb *handler)
{
    bool restarts;

    kassert(faulter->fault.kind != FAULT_NONE);
    restarts = apply_answer(k, faulter, handler);
    faulter->fault.kind = FAULT_NONE;
    return restarts ? THREAD_RESTART : THREAD_INACTIVE;
}
