/* SPDX-License-Identifier: MIT */
/* Messages from thread to thread: up to 120 words, up to 3 capabilities. Manual section 4.2.
 *
 * Words that fit into registers are copied from registers, the others from buffer to buffer; who
 * has no buffer sends or gets no more than the registers hold. A capability to the very endpoint
 * that the message goes over arrives as its badge ("unwrapped"); of the others one at most arrives,
 * in the slot that the receiver has named. */
#include "kernel/ipc/transfer.h"

#include "kernel/cap/cdt.h"
#include "kernel/cap/lookup.h"
#include "kernel/flavour.h"

/* The capabilities that a sender adds: none at all if one of the CPtrs fails. */
struct extra_caps {
    unsigned count;
    struct slot *slots[EXTRA_CAPS_MAX];
};

static struct extra_caps read_extra_caps(struct kernel *k, struct tcb *sender,
                                         const struct ipc_buffer *buffer)
{
    struct extra_caps extra = {.count = 0};
    unsigned count = (unsigned)message_info_extra_caps(thread_info(sender));

    if (buffer == NULL)
        return extra;
    for (unsigned i = 0; i < count; i++) {
        uint64_t cptr = user_word_load(&buffer->caps_or_badges[i]);
        struct lookup found = lookup_in_thread(k, sender, cptr);

        if (!found.slot)
            return (struct extra_caps){.count = 0};
        extra.slots[i] = found.slot;
        extra.count++;
    }
    return extra;
}

/* What became of the capabilities, for the receiver's message info. */
struct arrival {
    uint64_t unwrapped; /* bit per capability */
    unsigned count;
};

/* Stops at the first capability that has no place to go, as seL4 does; what came before it has
   arrived. */
static struct arrival transfer_caps(struct kernel *k, const struct extra_caps *extra,
                                    kaddr endpoint, struct tcb *receiver,
                                    struct ipc_buffer *buffer)
{
    struct arrival arrival = {0, 0};
    struct slot *destination;

    if (extra->count == 0 || buffer == NULL)
        return arrival;
    destination = lookup_receive_slot(k, receiver, buffer);
    for (unsigned i = 0; i < extra->count; i++) {
        struct cap cap = extra->slots[i]->cap;

        if (cap_type(cap) == CAP_ENDPOINT && endpoint != 0 && cap.endpoint.object == endpoint) {
            user_word_store(&buffer->caps_or_badges[i], cap.endpoint.badge);
            arrival.unwrapped |= UINT64_C(1) << i;
        } else {
            struct cap derived = cap_derive_or_null(k, extra->slots[i], cap);

            if (destination == NULL || cap_is_null(derived))
                break;
            cdt_insert(k, derived, extra->slots[i], destination);
            destination = NULL;
        }
        arrival.count++;
    }
    return arrival;
}

/* Whichever side lacks a buffer limits the message to the registers. Two threads may have the same
   buffer: then its words are where they should be. */
static unsigned copy_words(struct tcb *sender, const struct ipc_buffer *from,
                           struct tcb *receiver, struct ipc_buffer *to)
{
    unsigned length = (unsigned)message_info_length(thread_info(sender));
    unsigned most = from && to ? MESSAGE_WORDS_MAX : MESSAGE_REGISTER_COUNT;

    if (length > most)
        length = most;
    for (unsigned i = 0; i < length && i < MESSAGE_REGISTER_COUNT; i++)
        receiver->registers[REG_A2 + i] = sender->registers[REG_A2 + i];
    if (length > MESSAGE_REGISTER_COUNT)
        memmove(&to->msg[MESSAGE_REGISTER_COUNT], &from->msg[MESSAGE_REGISTER_COUNT],
                (length - MESSAGE_REGISTER_COUNT) * sizeof(to->msg[0]));
    return length;
}

unsigned transfer_words(struct kernel *k, struct tcb *sender, struct tcb *receiver)
{
    return copy_words(sender, tcb_buffer(k, sender, BUFFER_READ), receiver,
                      tcb_buffer(k, receiver, BUFFER_WRITE));
}

/* A message that is no fault. Buffers are looked for only if it does not fit into registers: they
   cost as much as the rest of a short message. */
static void transfer_normal(struct kernel *k, struct tcb *sender, struct tcb *receiver,
                            struct transfer_options o)
{
    bool has_buffers = !message_info_fits_registers(thread_info(sender));
    const struct ipc_buffer *from = has_buffers ? tcb_buffer(k, sender, BUFFER_READ) : NULL;
    struct ipc_buffer *to = has_buffers ? tcb_buffer(k, receiver, BUFFER_WRITE) : NULL;
    struct extra_caps extra = {.count = 0};
    struct arrival arrival;
    unsigned length;

    if (o.can_grant)
        extra = read_extra_caps(k, sender, from);
    length = copy_words(sender, from, receiver, to);
    arrival = transfer_caps(k, &extra, o.endpoint, receiver, to);
    receiver->registers[REG_A1] = message_info_make(message_info_label(thread_info(sender)),
                                                    arrival.unwrapped, arrival.count, length);
}

/* A thread with a fault has no message of its own: the fault is the message. */
void transfer_message(struct kernel *k, struct tcb *sender, struct tcb *receiver,
                      struct transfer_options o)
{
    kassert(sender != receiver);
    if (sender->fault.kind == FAULT_NONE)
        transfer_normal(k, sender, receiver, o);
    else
        receiver->registers[REG_A1] = fault_write_message(k, sender, receiver,
                                                          tcb_buffer(k, receiver, BUFFER_WRITE));
    receiver->registers[REG_A0] = o.badge;
}

/* Message and info stay what they were: only the badge says that nothing came. */
void transfer_nothing(struct tcb *receiver)
{
    receiver->registers[REG_A0] = 0;
}
