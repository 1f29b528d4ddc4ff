/* SPDX-License-Identifier: MIT */
/* Threads as objects: being made, stopped, resumed, and their message registers. */
#include "kernel/thread/tcb.h"

#include "kernel/flavour.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/ipc/notification.h"

/* Zero is right for nearly everything: stopped, priority 0, no capabilities. */
void tcb_init(struct kernel *k, struct tcb *t)
{
    kassert(is_aligned(kernel_address(k, t), TCB_BITS));
    memset(t, 0, sizeof(*t));
    k->flavour->thread_init(k, t);
}

/* The configuration first: it knows who else remembers the wait. */
void tcb_cancel_ipc(struct kernel *k, struct tcb *t)
{
    enum thread_state state = (enum thread_state)t->state;

    k->flavour->wait_cancelled(k, t);
    if (state == THREAD_BLOCKED_ON_SEND || state == THREAD_BLOCKED_ON_RECEIVE)
        endpoint_cancel(k, t);
    else if (state == THREAD_BLOCKED_ON_NOTIFICATION)
        notification_cancel(k, t);
}

/* In this order: out of what it waits for, then out of the ready queue. */
void tcb_suspend(struct kernel *k, struct tcb *t)
{
    kassert(t->state != THREAD_IDLE);
    platform_thread_sync(k->platform, t);
    tcb_cancel_ipc(k, t);
    /* A thread that was running has finished its last call: it goes on behind it. One that was
       blocked makes its call again. */
    if (t->state == THREAD_RUNNING)
        t->registers[REG_PC] = t->next_pc;
    scheduler_set_state(k, t, THREAD_INACTIVE);
    scheduler_dequeue(k, t);
    k->flavour->thread_stopped(k, t);
}

/* It begins at its pc; what it waited for is forgotten. */
void tcb_restart(struct kernel *k, struct tcb *t)
{
    if (!thread_is_stopped(t))
        return;
    tcb_cancel_ipc(k, t);
    k->flavour->thread_prepare(k, t);
    t->has_ended = false;
    t->is_abandoned = false;
    scheduler_set_state(k, t, THREAD_RESTART);
    k->flavour->thread_resumed(k, t);
}

/* --- messages --------------------------------------------------------------------------------- */

/* By the frame's own address: the mapping in the VSpace plays no part. */
struct ipc_buffer *tcb_buffer(struct kernel *k, struct tcb *t, enum buffer_use use)
{
    struct cap frame = t->slots[TCB_SLOT_BUFFER].cap;
    uint64_t offset;

    kassert(is_aligned(t->buffer_address, IPC_BUFFER_BITS));
    if (t->buffer_address == 0 || cap_type(frame) != CAP_FRAME || frame.frame.is_device)
        return NULL;
    if (frame.frame.rights != FRAME_READ_WRITE &&
        (use == BUFFER_WRITE || frame.frame.rights != FRAME_READ_ONLY))
        return NULL;
    offset = t->buffer_address & mask_bits(frame.frame.size_bits);
    return kernel_pointer(k, frame.frame.object + offset);
}

/* Beyond the registers there is nothing without a buffer. */
uint64_t tcb_message_word(const struct tcb *t, const struct ipc_buffer *buffer, unsigned index)
{
    if (index < MESSAGE_REGISTER_COUNT)
        return t->registers[REG_A2 + index];
    kassert(index < MESSAGE_WORDS_MAX);
    return buffer ? user_word_load(&buffer->msg[index]) : 0;
}

unsigned tcb_set_message_word(struct tcb *t, struct ipc_buffer *buffer, unsigned index, uint64_t v)
{
    if (index < MESSAGE_REGISTER_COUNT) {
        t->registers[REG_A2 + index] = v;
        return index + 1;
    }
    if (buffer == NULL)
        return MESSAGE_REGISTER_COUNT;
    kassert(index < MESSAGE_WORDS_MAX);
    user_word_store(&buffer->msg[index], v);
    return index + 1;
}

/* Always with a final NUL. */
void tcb_set_name(struct tcb *t, const char *name, size_t length)
{
    size_t kept = length < THREAD_NAME_SIZE - 1 ? length : THREAD_NAME_SIZE - 1;

    kassert(name != NULL);
    memset(t->name, 0, THREAD_NAME_SIZE);
    memcpy(t->name, name, kept);
}
