/* SPDX-License-Identifier: MIT */
/* Processor time as MCS gives it: budgets, timeout faults, reply objects, passive servers. */
#include "support.h"

enum { MS = 1000, SERVER_WORK = 200000 };

static seL4_CPtr control, endpoint, timeouts, ready;

static void configure(seL4_CPtr context, seL4_Time budget, seL4_Time period, seL4_Word badge)
{
    CHECK(seL4_SchedControl_ConfigureFlags(control, context, budget, period, 0, badge,
                                           seL4_SchedContext_NoFlag));
}

/* --- budgets ---------------------------------------------------------------------------------- */

static volatile seL4_Word counts[2];

static void count(seL4_Word index)
{
    for (;;)
        counts[index]++;
}

static volatile bool is_late;

static void finish_late(seL4_Word notification)
{
    is_late = true;
    seL4_Signal(notification);
    thread_end();
}

/* One has three times the budget of the other; a thread of low priority gets what they leave. */
static void test_shares(void)
{
    seL4_CPtr notification = new_object(seL4_NotificationObject, 0);
    struct thread *a = thread_make(count, 0, 150), *b = thread_make(count, 1, 150), *c;
    seL4_SchedContext_Consumed_t used;

    configure(a->sched_context, 1 * MS, 10 * MS, 0);
    configure(b->sched_context, 3 * MS, 10 * MS, 0);
    thread_start(a);
    thread_start(b);
    c = thread_make(finish_late, notification, 50);
    configure(c->sched_context, 10 * MS, 10 * MS, 0);
    thread_start(c);
    wait_for(notification);
    printf("the third ran: %d, a third of the other: %d\n", is_late,
           counts[1] > 2 * counts[0] && counts[1] < 4 * counts[0]);
    used = seL4_SchedContext_Consumed(b->sched_context);
    printf("consumed: error %d, about 3 ms: %d\n", used.error,
           used.consumed >= 2900 && used.consumed <= 3100);
    CHECK(seL4_TCB_Suspend(a->tcb));
    CHECK(seL4_TCB_Suspend(b->tcb));
    CHECK(seL4_TCB_Suspend(c->tcb));
}

/* --- timeouts --------------------------------------------------------------------------------- */

static void overrun(seL4_Word unused)
{
    (void)unused;
    for (;;)
        ;
}

static void recovered(seL4_Word value)
{
    printf("recovered with %lu\n", value);
    seL4_Signal(ready);
    thread_end();
}

static void test_timeout(void)
{
    struct thread *t = thread_make(overrun, 0, 100);
    seL4_UserContext regs = t->start;
    seL4_CPtr reply_object = new_object(seL4_ReplyObject, 0);
    seL4_MessageInfo_t info;
    seL4_Fault_t fault;

    configure(t->sched_context, 2 * MS, 20 * MS, 99);
    CHECK(seL4_TCB_SetTimeoutEndpoint(t->tcb, timeouts));
    thread_start(t);
    info = seL4_Recv(timeouts, NULL, reply_object);
    fault = seL4_getFault(info);
    printf("timeout %d of context %lu, consumed 2 ms: %d\n", seL4_isTimeoutFault_tag(info),
           seL4_Fault_Timeout_get_data(fault),
           seL4_Fault_Timeout_get_consumed(fault) >= 2 * MS - 10 &&
               seL4_Fault_Timeout_get_consumed(fault) <= 2 * MS + 10);
    regs.pc = (seL4_Word)recovered;
    regs.a0 = 77;
    configure(t->sched_context, 10 * MS, 10 * MS, 0);
    seL4_Send(reply_object, seL4_TimeoutReply_new(true, regs, 32));
    seL4_Wait(ready, NULL);
}

/* --- servers ---------------------------------------------------------------------------------- */

/* Has no time of its own: it runs on that of its callers. */
static void serve(seL4_Word unused)
{
    seL4_CPtr reply_object = new_object(seL4_ReplyObject, 0);
    seL4_MessageInfo_t info;
    seL4_Word badge;

    (void)unused;
    info = seL4_NBSendRecv(ready, seL4_MessageInfo_new(0, 0, 0, 0), endpoint, &badge,
                           reply_object);
    for (;;) {
        for (volatile int i = 0; i < (int)seL4_GetMR(0); i++)
            ;
        seL4_SetMR(0, badge + seL4_GetMR(0));
        info = seL4_ReplyRecv(endpoint, seL4_MessageInfo_new(seL4_MessageInfo_get_label(info), 0,
                                                             0, 1),
                              &badge, reply_object);
    }
}

static void test_passive_server(void)
{
    struct thread *server = thread_make(serve, 0, 200);
    seL4_CPtr client = badged(endpoint, 5);
    seL4_SchedContext_Consumed_t before, after;
    seL4_MessageInfo_t info;
    seL4_Word m0 = 100;

    thread_start(server);
    seL4_Wait(ready, NULL);
    CHECK(seL4_SchedContext_UnbindObject(server->sched_context, server->tcb));
    info = seL4_CallWithMRs(client, seL4_MessageInfo_new(8, 0, 0, 1), &m0, NULL, NULL, NULL);
    printf("served: label %lu, %lu\n", seL4_MessageInfo_get_label(info), m0);
    before = seL4_SchedContext_Consumed(seL4_CapInitThreadSC);
    m0 = SERVER_WORK;
    seL4_CallWithMRs(client, seL4_MessageInfo_new(8, 0, 0, 1), &m0, NULL, NULL, NULL);
    after = seL4_SchedContext_Consumed(seL4_CapInitThreadSC);
    printf("at the caller's expense: %d, error %d\n", after.consumed > 2 * MS, before.error);
    printf("not at the server's: %d\n",
           seL4_SchedContext_Consumed(server->sched_context).consumed < 100);
}

/* A caller that is never answered comes free when the reply object is deleted. */
static void call_once(seL4_Word cap)
{
    seL4_Call(cap, seL4_MessageInfo_new(1, 0, 0, 0));
    printf("not reached\n");
    thread_end();
}

static void test_reply_object(void)
{
    seL4_CPtr way = new_object(seL4_EndpointObject, 0);
    seL4_CPtr reply_object = new_object(seL4_ReplyObject, 0);
    struct thread *t = thread_make(call_once, way, 100);
    seL4_MessageInfo_t info;

    thread_start(t);
    info = seL4_Recv(way, NULL, reply_object);
    printf("called with %lu\n", seL4_MessageInfo_get_label(info));
    CHECK(seL4_CNode_Delete(seL4_CapInitThreadCNode, reply_object, seL4_WordBits));
    printf("reply object is gone: type %u\n", seL4_DebugCapIdentify(reply_object));
    printf("a budget above its period: error %d\n",
           seL4_SchedControl_ConfigureFlags(control, t->sched_context, 2 * MS, MS, 0, 0, 0));
    info = seL4_NBSendWait(ready, seL4_MessageInfo_new(0, 0, 0, 0), ready, NULL);
    printf("sent and waited: label %lu\n", seL4_MessageInfo_get_label(info));
}

int main(void)
{
    control = seL4_GetBootInfo()->schedcontrol.start;
    endpoint = new_object(seL4_EndpointObject, 0);
    timeouts = new_object(seL4_EndpointObject, 0);
    ready = new_object(seL4_NotificationObject, 0);
    test_shares();
    test_timeout();
    test_passive_server();
    test_reply_object();
    return 0;
}
