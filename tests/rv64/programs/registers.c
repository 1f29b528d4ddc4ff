/* SPDX-License-Identifier: MIT */
/* Every system call keeps the registers that it gives no results in. */
#include "support.h"

enum { REGISTERS = 63, A0 = 10, A1 = 11, A5 = 15, A6 = 16, A7 = 17, T0 = 5, F30 = 31 + 30 };

/* trap_all.S; register xn is at n - 1, fn at 31 + n. */
extern seL4_Word trap_before[REGISTERS], trap_after[REGISTERS];
void trap_all(void);

static seL4_CPtr echo_endpoint, sink, source, notification;

/* --- partners --------------------------------------------------------------------------------- */

static void echo(seL4_Word unused)
{
    seL4_MessageInfo_t info = receive(echo_endpoint, NULL);

    (void)unused;
    for (;;)
        info = reply_receive(echo_endpoint, info, NULL);
}

static void take(seL4_Word unused)
{
    (void)unused;
    for (;;)
        receive(sink, NULL);
}

/* Calls, so that somebody can be answered, for ever. */
static void give(seL4_Word unused)
{
    (void)unused;
    for (;;)
        seL4_Call(source, seL4_MessageInfo_new(5, 0, 0, 1));
}

/* --- the test --------------------------------------------------------------------------------- */

static const char *name_of(int index, char text[8])
{
    snprintf(text, 8, "%c%d", index < 31 ? 'x' : 'f', index < 31 ? index + 1 : index - 31);
    return text;
}

struct test {
    const char *name;
    seL4_SyscallNumber number;
    seL4_CPtr cap;
    seL4_Word a6, t0;
    bool has_results; /* in a0 to a5 */
};

static void run(const struct test *test)
{
    char text[8];
    int changed = 0;

    for (int i = 0; i < REGISTERS; i++)
        trap_before[i] = 0x9e3779b97f4a7c15ul * (seL4_Word)(i + 1);
    trap_before[A0 - 1] = test->cap;
    trap_before[A1 - 1] = seL4_MessageInfo_new(3, 0, 0, 4).words[0];
    trap_before[A6 - 1] = test->a6 != 0 ? test->a6 : trap_before[A6 - 1];
    trap_before[A7 - 1] = (seL4_Word)test->number;
    trap_before[T0 - 1] = test->t0 != 0 ? test->t0 : trap_before[T0 - 1];
    trap_all();
    printf("%s:", test->name);
    for (int i = 0; i < REGISTERS; i++) {
        bool is_result = test->has_results && i >= A0 - 1 && i <= A5 - 1;

        if (i != F30 && !is_result && trap_before[i] != trap_after[i]) {
            printf(" %s", name_of(i, text));
            changed++;
        }
    }
    printf("%s\n", changed == 0 ? " all kept" : " changed");
}

#ifdef CONFIG_KERNEL_MCS
static void run_all(void)
{
    seL4_CPtr r = new_object(seL4_ReplyObject, 0);
    const struct test tests[] = {
        {"Call", seL4_SysCall, echo_endpoint, 0, 0, true},
        {"Send", seL4_SysSend, sink, 0, 0, false},
        {"NBSend", seL4_SysNBSend, sink, 0, 0, false},
        {"NBSend to a notification", seL4_SysNBSend, notification, 0, 0, false},
        {"Wait", seL4_SysWait, notification, 0, 0, true},
        {"NBWait", seL4_SysNBWait, notification, 0, 0, true},
        {"Recv", seL4_SysRecv, source, r, 0, true},
        {"ReplyRecv", seL4_SysReplyRecv, source, r, 0, true},
        {"NBSendRecv", seL4_SysNBSendRecv, source, r, r, true},
        {"NBRecv", seL4_SysNBRecv, source, r, 0, true},
        {"NBSendWait", seL4_SysNBSendWait, notification, notification, 0, true},
        {"Yield", seL4_SysYield, 0, 0, 0, false},
        {"DebugPutChar", seL4_SysDebugPutChar, '.', 0, 0, false},
        {"DebugCapIdentify", seL4_SysDebugCapIdentify, echo_endpoint, 0, 0, true},
        {"DebugNameThread", seL4_SysDebugNameThread, seL4_CapInitThreadTCB, 0, 0, false},
    };

    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        run(&tests[i]);
}
#else
static void run_all(void)
{
    const struct test tests[] = {
        {"Call", seL4_SysCall, echo_endpoint, 0, 0, true},
        {"Send", seL4_SysSend, sink, 0, 0, false},
        {"NBSend", seL4_SysNBSend, sink, 0, 0, false},
        {"NBSend to a notification", seL4_SysNBSend, notification, 0, 0, false},
        {"Recv of a notification", seL4_SysRecv, notification, 0, 0, true},
        {"Recv", seL4_SysRecv, source, 0, 0, true},
        {"ReplyRecv", seL4_SysReplyRecv, source, 0, 0, true},
        {"Reply", seL4_SysReply, 0, 0, 0, false},
        {"NBRecv", seL4_SysNBRecv, source, 0, 0, true},
        {"Yield", seL4_SysYield, 0, 0, 0, false},
        {"DebugPutChar", seL4_SysDebugPutChar, '.', 0, 0, false},
        {"DebugCapIdentify", seL4_SysDebugCapIdentify, echo_endpoint, 0, 0, true},
        {"DebugNameThread", seL4_SysDebugNameThread, seL4_CapInitThreadTCB, 0, 0, false},
    };

    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        run(&tests[i]);
}
#endif

/* What these print says where everything lies, so test_programs.lua looks for their lines only. */
static void run_dumps(void)
{
    const struct test dumps[] = {
        {"DebugDumpScheduler", seL4_SysDebugDumpScheduler, 0, 0, 0, false},
        {"DebugSnapshot", seL4_SysDebugSnapshot, 0, 0, 0, false},
    };

    run(&dumps[0]);
    run(&dumps[1]);
}

int main(void)
{
    echo_endpoint = new_object(seL4_EndpointObject, 0);
    sink = new_object(seL4_EndpointObject, 0);
    source = new_object(seL4_EndpointObject, 0);
    notification = new_object(seL4_NotificationObject, 0);
    CHECK(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, 100));
    thread_run(echo, 0, 200);
    thread_run(take, 0, 200);
    thread_run(give, 0, 200);
    run_all();
#ifdef WITH_DUMPS
    run_dumps();
#else
    (void)run_dumps;
#endif
    return 0;
}
