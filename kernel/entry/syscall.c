/* SPDX-License-Identifier: MIT */
/* The entries of kernel.h, and the life of an invocation:
 *
 *     look up the capability and those sent along   (a failed lookup is a fault, if blocking)
 *     hand the message to what is named              (an endpoint takes it as it is; the methods of
 *                                                     kernel objects are decoded and checked)
 *     answer                                         (an error's words, or the method's results)
 *
 * An invocation that is preempted leaves its thread in THREAD_RESTART: it makes the same call again
 * when it next runs, and finds what has been done so far done. */
#include "kernel/entry/syscall.h"

#include "kernel/cap/lookup.h"
#include "kernel/check/check.h"
#include "kernel/entry/explain.h"
#include "kernel/entry/fault.h"
#include "kernel/entry/methods.h"
#include "kernel/flag.h"
#include "kernel/flavour.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/ipc/notification.h"
#include "kernel/irq/irq.h"

/* --- what a capability does with a message --------------------------------------------------- */

/* Only sending needs a right here; the rights to grant travel along with the message. */
static enum outcome send_to_endpoint(struct invocation *inv)
{
    struct cap cap = inv->slot->cap;
    struct send_options options = endpoint_send_options(cap);

    if (!(cap.endpoint.rights & RIGHT_WRITE))
        return refuse_capability(inv, 0,
                                 "the endpoint capability lacks the right to send; copy it with "
                                 "right Write");
    options.is_blocking = inv->is_blocking;
    options.is_call = inv->is_call;
    options.may_donate = inv->may_donate;
    endpoint_send(inv->kernel, endpoint_at(inv->kernel, cap.endpoint.object), inv->thread,
                  options);
    return DONE;
}

/* The badge goes to the notification; the message is ignored. */
static enum outcome signal(struct invocation *inv)
{
    struct cap cap = inv->slot->cap;

    if (!(cap.notification.rights & RIGHT_WRITE))
        return refuse_capability(inv, 0,
                                 "the notification capability lacks the right to signal; copy it "
                                 "with right Write");
    notification_signal(inv->kernel, notification_at(inv->kernel, cap.notification.object),
                        cap.notification.badge);
    return DONE;
}

/* Methods that could be preempted, or take the caller's time away, are no first part of a call. */
static bool is_for_first_phase(enum cap_type type)
{
    return type != CAP_TCB && type != CAP_CNODE && type != CAP_DOMAIN &&
           type != CAP_SCHED_CONTEXT && type != CAP_SCHED_CONTROL;
}

/* An endpoint or notification takes the message as it is; the others decode it. */
static enum outcome invoke(struct invocation *inv)
{
    enum cap_type type = cap_type(inv->slot->cap);

    if (inv->is_first_phase && !is_for_first_phase(type))
        return refuse_capability(inv, 0,
                                 "this object cannot be invoked in the first part of NBSendRecv or "
                                 "NBSendWait; use Call");
    switch (type) {
    case CAP_NULL:
        return refuse_capability(inv, 0, "the slot invoked is empty");
    case CAP_ZOMBIE:
        return refuse_capability(inv, 0, "the object invoked is being deleted");
    case CAP_ENDPOINT:
        return send_to_endpoint(inv);
    case CAP_NOTIFICATION:
        return signal(inv);
    case CAP_REPLY:
    case CAP_REPLY_OBJECT:
        return inv->kernel->flavour->reply_invoke(inv);
    case CAP_SCHED_CONTEXT:
        return inv->kernel->flavour->sched_context_invoke(inv);
    case CAP_SCHED_CONTROL:
        return inv->kernel->flavour->sched_control_invoke(inv);
    case CAP_CNODE:
        return cnode_invoke(inv);
    case CAP_UNTYPED:
        return untyped_invoke(inv);
    case CAP_TCB:
        return inv->kernel->flavour->tcb_invoke(inv);
    case CAP_IRQ_CONTROL:
        return irq_control_invoke(inv);
    case CAP_IRQ_HANDLER:
        return irq_handler_invoke(inv);
    case CAP_DOMAIN:
        return domain_invoke(inv);
    case CAP_FRAME:
        return frame_invoke(inv);
    case CAP_PAGE_TABLE:
        return page_table_invoke(inv);
    case CAP_ASID_CONTROL:
        return asid_control_invoke(inv);
    case CAP_ASID_POOL:
        return asid_pool_invoke(inv);
    case CAP_LUA_HEAP:
        return heap_invoke(inv);
    case CAP_TYPE_COUNT:
        break;
    }
    kassert(!"a capability type");
    return REFUSED;
}

/* --- reading the call ------------------------------------------------------------------------- */

/* A CPtr of the message that names no slot is a fault of the caller, unless it does not block. */
static enum outcome fault_of_caller(struct invocation *inv, enum lookup_use use, uint64_t cptr,
                                    struct lookup_fault fault)
{
    explain_cptr(inv->thread, use, cptr, fault, NULL);
    if (inv->is_blocking)
        fault_raise(inv->kernel, inv->thread, fault_of_lookup(cptr, fault, false));
    return FAULTED;
}

/* The capability itself first, then those sent along: the first failure is the fault. */
static enum outcome look_up_caps(struct invocation *inv, unsigned extra_count)
{
    struct lookup found = lookup_in_thread(inv->kernel, inv->thread, inv->cptr);

    if (!found.slot)
        return fault_of_caller(inv, USE_SEND, inv->cptr, found.fault);
    inv->slot = found.slot;
    for (unsigned i = 0; inv->buffer && i < extra_count; i++) {
        uint64_t cptr = user_word_load(&inv->buffer->caps_or_badges[i]);

        found = lookup_in_thread(inv->kernel, inv->thread, cptr);
        if (!found.slot)
            return fault_of_caller(inv, USE_SEND_ALONG, cptr, found.fault);
        inv->extra[i] = found.slot;
    }
    return DONE;
}

/* Whether the capability passes the message on, or ignores it, and reads none of its words. */
static bool takes_message_whole(enum cap_type type)
{
    return type == CAP_ENDPOINT || type == CAP_NOTIFICATION || type == CAP_REPLY ||
           type == CAP_REPLY_OBJECT;
}

/* Everything is read from the caller's registers and buffer; nothing here can fail. A message that
   fits into registers gets its buffer when it is known that a method will read it. */
static struct invocation read_call(struct kernel *k, struct tcb *t, struct send_kind kind)
{
    uint64_t info = thread_info(t);
    struct invocation inv = {.kernel = k,
                             .thread = t,
                             .cptr = t->registers[kind.cptr_register],
                             .label = message_info_label(info),
                             .length = (unsigned)message_info_length(info),
                             .is_call = kind.is_call,
                             .is_blocking = kind.is_blocking,
                             .may_donate = kind.may_donate,
                             .is_first_phase = kind.is_first_phase};

    if (!message_info_fits_registers(info)) {
        unsigned most;

        inv.buffer = tcb_buffer(k, t, BUFFER_READ);
        most = inv.buffer ? MESSAGE_WORDS_MAX : MESSAGE_REGISTER_COUNT;
        if (inv.length > most)
            inv.length = most;
    }
    inv.method = invocation_method(k, inv.label);
    return inv;
}

/* --- answering -------------------------------------------------------------------------------- */

/* Who was refused what and why, as a line on the console. */
static void trace_refusal(const struct invocation *inv)
{
    console_text(inv->kernel, "seL4: ");
    console_text(inv->kernel, inv->thread->name);
    console_text(inv->kernel, ": ");
    console_text(inv->kernel, inv->thread->explanation);
    console_text(inv->kernel, "\n");
}

/* A sender that did not call is not told: the refusal is only traced. */
static void answer_refusal(struct invocation *inv)
{
    struct tcb *t = inv->thread;
    unsigned length = 0;

    kassert(inv->error.error != SEL4_NO_ERROR);
    if (inv->kernel->traces_errors)
        trace_refusal(inv);
    if (!inv->is_call)
        return;
    inv->buffer = tcb_buffer(inv->kernel, t, BUFFER_WRITE);
    for (unsigned i = 0; i < inv->error.word_count; i++)
        length = tcb_set_message_word(t, inv->buffer, i, inv->error.words[i]);
    t->registers[REG_A0] = 0;
    t->registers[REG_A1] = message_info_make(inv->error.error, 0, 0, length);
}

/* The method's words are there already; adds the message info. */
static void answer_success(struct invocation *inv)
{
    if (!inv->is_call)
        return;
    inv->thread->registers[REG_A0] = 0;
    inv->thread->registers[REG_A1] = message_info_make(0, 0, 0, inv->answer_length);
}

/* The caller is still running: it has not been answered by another thread, nor does it wait. */
static void finish(struct invocation *inv, enum outcome outcome)
{
    kassert(outcome == DONE || outcome == REFUSED);
    inv->thread->state = THREAD_RUNNING;
    if (outcome == REFUSED)
        answer_refusal(inv);
    else
        answer_success(inv);
}

enum outcome syscall_send(struct kernel *k, struct send_kind kind)
{
    struct invocation inv = read_call(k, kernel_current(k), kind);
    enum outcome outcome = look_up_caps(&inv, (unsigned)message_info_extra_caps(
                                                  thread_info(inv.thread)));

    if (outcome == FAULTED)
        return DONE;
    if (inv.buffer == NULL && !takes_message_whole(cap_type(inv.slot->cap)))
        inv.buffer = tcb_buffer(k, inv.thread, BUFFER_READ);
    /* While it is carried out, the thread is one that would have to make the call again: that is
       what becomes of it if it is preempted, or suspends itself. */
    inv.thread->state = THREAD_RESTART;
    outcome = invoke(&inv);
    if (outcome == PREEMPTED) {
        k->flavour->preempted(k);
        irq_handle_pending(k);
        return PREEMPTED;
    }
    if (inv.thread->state == THREAD_RESTART)
        finish(&inv, outcome);
    return DONE;
}

/* --- receiving -------------------------------------------------------------------------------- */

/* `why`: NULL if the lookup itself has failed. */
static void fault_of_receiver(struct kernel *k, struct tcb *t, uint64_t cptr,
                              struct lookup_fault fault, const char *why)
{
    explain_cptr(t, USE_RECEIVE, cptr, fault, why);
    fault_raise(k, t, fault_of_lookup(cptr, fault, true));
}

/* The capability is there and cannot be received from. */
static void refuse_receive(struct kernel *k, struct tcb *t, uint64_t cptr, const char *why)
{
    fault_of_receiver(k, t, cptr, (struct lookup_fault){.failure = LOOKUP_MISSING_CAPABILITY}, why);
}

static const char *const no_right_why =
    "the capability lacks the right to receive; copy it with right Read";

/* What is wrong with a capability that is neither of those that can be received from. */
static const char *unfit_why(struct cap cap)
{
    if (cap_is_null(cap))
        return "the slot is empty";
    return cap_type(cap) == CAP_ENDPOINT ? no_right_why
                                         : "the capability is to no endpoint and no notification";
}

/* A notification that is bound to one thread is for that thread alone. */
static void receive_signal(struct kernel *k, struct tcb *t, struct cap cap, bool is_blocking)
{
    struct notification *n = notification_at(k, cap.notification.object);

    if (!(cap.notification.rights & RIGHT_READ))
        refuse_receive(k, t, t->registers[REG_A0], no_right_why);
    else if (!notification_is_for(n, kernel_address(k, t)))
        refuse_receive(k, t, t->registers[REG_A0],
                       "the notification is bound to another thread, and only that may wait");
    else
        notification_receive(k, t, n, is_blocking);
}

/* The reply object that a6 names; false: it names none, and the thread has faulted. */
static bool find_reply(struct kernel *k, struct tcb *t, kaddr *reply)
{
    uint64_t cptr = t->registers[REG_A6];
    struct lookup found = lookup_in_thread(k, t, cptr);

    if (!found.slot) {
        fault_of_receiver(k, t, cptr, found.fault, NULL);
        return false;
    }
    if (cap_type(found.slot->cap) != CAP_REPLY_OBJECT) {
        refuse_receive(k, t, cptr, "a6 names no reply object; make one with Untyped_Retype");
        return false;
    }
    *reply = found.slot->cap.reply_object.object;
    return true;
}

static void receive_message(struct kernel *k, struct tcb *t, struct cap cap,
                            struct receive_kind kind)
{
    struct receive_options options = {.cap = cap, .is_blocking = kind.is_blocking};

    if (kind.reply == REPLY_IN_A6 && !find_reply(k, t, &options.reply))
        return;
    endpoint_receive(k, t, options);
}

void syscall_receive(struct kernel *k, struct receive_kind kind)
{
    struct tcb *t = kernel_current(k);
    uint64_t cptr;
    struct lookup found;

    kassert(t != NULL);
    cptr = t->registers[REG_A0];
    found = lookup_in_thread(k, t, cptr);
    if (!found.slot)
        fault_of_receiver(k, t, cptr, found.fault, NULL);
    else if (cap_type(found.slot->cap) == CAP_ENDPOINT &&
             (found.slot->cap.endpoint.rights & RIGHT_READ))
        receive_message(k, t, found.slot->cap, kind);
    else if (cap_type(found.slot->cap) == CAP_NOTIFICATION)
        receive_signal(k, t, found.slot->cap, kind.is_blocking);
    else
        refuse_receive(k, t, cptr, unfit_why(found.slot->cap));
}

/* --- entries ---------------------------------------------------------------------------------- */

static void count_entry(struct kernel *k)
{
    k->entries++;
    k->work_units = 0;
    kassert(k->action == KEEP_CURRENT);
}

/* False: the current thread's time is up. What it came for is not done now, but when it has
   time. */
static bool begin_entry(struct kernel *k)
{
    count_entry(k);
    return k->flavour->begin_entry(k);
}

/* Nothing refers to the entry any more: the state is whole, and can be checked. */
static void check_state(struct kernel *k)
{
    struct check_report report;

    if (CHECK_EVERY_ENTRY && !kernel_check(k, &report)) {
        console_text(k, report.text);
        kassert(!"kernel_check");
    }
}

static void end_entry(struct kernel *k)
{
    scheduler_run(k);
    check_state(k);
}

/* begin_entry for what the current thread does itself, and will do again if its time is up. */
static bool begin_trap(struct kernel *k)
{
    struct tcb *t = kernel_current(k);

    t->state = THREAD_RESTART; /* so a timeout fault that comes now leaves it before the call */
    if (!begin_entry(k))
        return false;
    t->state = THREAD_RUNNING;
    return true;
}

/* Numbers are negative; SYSCALL_NONE: no call has this one. */
static enum syscall call_of_number(const struct kernel *k, int64_t number)
{
    uint64_t index = 0 - (uint64_t)number;

    return index < k->flavour->syscall_number_count
               ? (enum syscall)k->flavour->syscall_of_number[index]
               : SYSCALL_NONE;
}

/* What is no call is a fault of its own kind. */
static void carry_out(struct kernel *k, enum syscall call, int64_t number)
{
    if (call == SYSCALL_NONE)
        fault_raise(k, kernel_current(k), (struct fault){.kind = FAULT_UNKNOWN_SYSCALL,
                                                         .address = (uint64_t)number});
    else if (call >= SYSCALL_DEBUG_PUT_CHAR)
        debug_syscall(k, (uint8_t)call);
    else
        k->flavour->syscall(k, call);
}

bool kernel_syscall_fast(struct kernel *k, int64_t number)
{
    if (!k->flavour->fastpath(k, call_of_number(k, number)))
        return false;
    check_state(k);
    return true;
}

void kernel_syscall_slow(struct kernel *k, int64_t number)
{
    if (begin_trap(k))
        carry_out(k, call_of_number(k, number), number);
    end_entry(k);
}

void kernel_syscall(struct kernel *k, int64_t number)
{
    if (!kernel_syscall_fast(k, number))
        kernel_syscall_slow(k, number);
}

void kernel_count_time(struct kernel *k)
{
    k->flavour->count_time(k);
}

void kernel_user_exception(struct kernel *k, uint64_t number, uint64_t code)
{
    if (begin_trap(k))
        fault_raise(k, kernel_current(k), (struct fault){.kind = FAULT_USER_EXCEPTION,
                                                         .address = number,
                                                         .code = code});
    end_entry(k);
}

void kernel_vm_fault(struct kernel *k, uint64_t vaddr, uint64_t cause)
{
    if (begin_trap(k))
        fault_raise(k, kernel_current(k),
                    (struct fault){.kind = FAULT_VM,
                                   .address = vaddr,
                                   .is_instruction = cause == CAUSE_FETCH_ACCESS,
                                   .code = cause});
    end_entry(k);
}

/* Time is charged even if nobody is woken; what the thread was doing goes on behind it. */
void kernel_interrupt(struct kernel *k)
{
    begin_entry(k);
    irq_handle_pending(k);
    end_entry(k);
}

/* Not a fault, and nobody is told: as if it had suspended itself. */
void kernel_thread_exit(struct kernel *k)
{
    struct tcb *t = kernel_current(k);

    kassert(t != NULL);
    begin_entry(k);
    tcb_cancel_ipc(k, t); /* of a timeout fault, if its time is up just now */
    t->has_ended = true;
    scheduler_set_state(k, t, THREAD_INACTIVE);
    scheduler_dequeue(k, t);
    k->flavour->thread_stopped(k, t);
    end_entry(k);
}
