/* SPDX-License-Identifier: MIT */
#include "support.h"

enum { DEPTH = seL4_WordBits, BUDGET_US = 10000, CONTEXT_BITS = 8 };

extern char __executable_start[];

static seL4_CPtr next_slot;
static struct thread threads[THREADS_MAX];
static unsigned thread_count;
static char stacks[THREADS_MAX][STACK_SIZE] __attribute__((aligned(16)));
static char buffers[THREADS_MAX][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static char tls[THREADS_MAX][256] __attribute__((aligned(16)));

void check_call(int error, const char *call, int line)
{
    if (error == seL4_NoError)
        return;
    printf("line %d: %s: error %d (%lu, %lu)\n", line, call, error, seL4_GetMR(0), seL4_GetMR(1));
    abort();
}

/* --- objects ---------------------------------------------------------------------------------- */

seL4_CPtr new_slot(void)
{
    if (next_slot == 0)
        next_slot = seL4_GetBootInfo()->empty.start;
    assert(next_slot < seL4_GetBootInfo()->empty.end);
    return next_slot++;
}

seL4_CPtr find_untyped(seL4_Word size_bits)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();
    seL4_Word best = 0;
    seL4_Uint8 best_bits = 0xff;

    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *u = &info->untypedList[i];

        if (!u->isDevice && u->sizeBits >= size_bits && u->sizeBits < best_bits) {
            best = i;
            best_bits = u->sizeBits;
        }
    }
    assert(best_bits != 0xff);
    return info->untyped.start + best;
}

seL4_CPtr find_device(seL4_Word paddr)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();

    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *u = &info->untypedList[i];

        if (u->isDevice && u->paddr == paddr)
            return info->untyped.start + i;
    }
    assert(!"a device is there");
    return 0;
}

static seL4_CPtr retype(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits)
{
    seL4_CPtr slot = new_slot();

    CHECK(seL4_Untyped_Retype(untyped, type, size_bits, seL4_CapInitThreadCNode, 0, 0, slot, 1));
    return slot;
}

seL4_CPtr new_object(seL4_Word type, seL4_Word size_bits)
{
    static seL4_CPtr pool;

    if (pool == 0)
        pool = find_untyped(22);
    return retype(pool, type, size_bits);
}

seL4_CPtr badged(seL4_CPtr cap, seL4_Word badge)
{
    seL4_CPtr slot = new_slot();

    CHECK(seL4_CNode_Mint(seL4_CapInitThreadCNode, slot, DEPTH, seL4_CapInitThreadCNode, cap, DEPTH,
                          seL4_AllRights, badge));
    return slot;
}

/* --- mappings --------------------------------------------------------------------------------- */

void map_at(seL4_CPtr vspace, seL4_CPtr frame, seL4_Word vaddr, seL4_CapRights_t rights)
{
    seL4_Error error = seL4_RISCV_Page_Map(frame, vspace, vaddr, rights,
                                           seL4_RISCV_Default_VMAttributes);

    while (error == seL4_FailedLookup) {
        CHECK(seL4_RISCV_PageTable_Map(new_object(seL4_RISCV_PageTableObject, 0), vspace, vaddr,
                                       seL4_RISCV_Default_VMAttributes));
        error = seL4_RISCV_Page_Map(frame, vspace, vaddr, rights, seL4_RISCV_Default_VMAttributes);
    }
    check_call(error, "seL4_RISCV_Page_Map", __LINE__);
}

void *map_new(seL4_Word vaddr)
{
    map_at(seL4_CapInitThreadVSpace, new_object(seL4_RISCV_4K_Page, 0), vaddr, seL4_ReadWrite);
    return (void *)vaddr;
}

volatile void *map_device(seL4_Word paddr, seL4_Word vaddr)
{
    map_at(seL4_CapInitThreadVSpace, retype(find_device(paddr), seL4_RISCV_4K_Page, 0), vaddr,
           seL4_ReadWrite);
    return (volatile void *)vaddr;
}

/* --- threads ---------------------------------------------------------------------------------- */

enum { FAULT_SLOT = 1 };

/* The root task's frames are in the order of their addresses. */
static seL4_CPtr frame_of(const void *address)
{
    seL4_Word page = ((seL4_Word)address - (seL4_Word)__executable_start) / PAGE_SIZE;

    return seL4_GetBootInfo()->userImageFrames.start + page;
}

#ifdef CONFIG_KERNEL_MCS
static void configure(struct thread *t, seL4_Word priority)
{
    t->sched_context = new_object(seL4_SchedContextObject, CONTEXT_BITS);
    CHECK(seL4_SchedControl_ConfigureFlags(seL4_GetBootInfo()->schedcontrol.start,
                                           t->sched_context, BUDGET_US, BUDGET_US, 0, 0, 0));
    CHECK(seL4_TCB_Configure(t->tcb, seL4_CapInitThreadCNode, 0, seL4_CapInitThreadVSpace, 0,
                             (seL4_Word)t->buffer, frame_of(t->buffer)));
    CHECK(seL4_TCB_SetSchedParams(t->tcb, seL4_CapInitThreadTCB, priority, priority,
                                  t->sched_context, seL4_CapNull));
}

static void configure_process(seL4_CPtr tcb, const struct process *p, seL4_Word guard)
{
    seL4_CPtr context = new_object(seL4_SchedContextObject, CONTEXT_BITS);

    CHECK(seL4_SchedControl_ConfigureFlags(seL4_GetBootInfo()->schedcontrol.start, context,
                                           BUDGET_US, BUDGET_US, 0, 0, 0));
    CHECK(seL4_TCB_Configure(tcb, p->cnode, guard, p->vspace, 0, p->buffer, p->buffer_frame));
    CHECK(seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 0, p->priority, context,
                                  p->fault_endpoint));
}
#else
static void configure(struct thread *t, seL4_Word priority)
{
    CHECK(seL4_TCB_Configure(t->tcb, seL4_CapNull, seL4_CapInitThreadCNode, 0,
                             seL4_CapInitThreadVSpace, 0, (seL4_Word)t->buffer,
                             frame_of(t->buffer)));
    CHECK(seL4_TCB_SetSchedParams(t->tcb, seL4_CapInitThreadTCB, priority, priority));
}

static void configure_process(seL4_CPtr tcb, const struct process *p, seL4_Word guard)
{
    CHECK(seL4_TCB_Configure(tcb, p->fault_endpoint != 0 ? FAULT_SLOT : 0, p->cnode, guard,
                             p->vspace, 0, p->buffer, p->buffer_frame));
    CHECK(seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 0, p->priority));
}
#endif

void thread_set_fault_endpoint(struct thread *t, seL4_CPtr endpoint)
{
    CHECK(seL4_TCB_SetSpace(t->tcb, endpoint, seL4_CapInitThreadCNode, 0,
                            seL4_CapInitThreadVSpace, 0));
}

seL4_CPtr process_start(const struct process *p, seL4_UserContext *regs)
{
    seL4_CPtr tcb = new_object(seL4_TCBObject, 0);

    configure_process(tcb, p, seL4_CNode_CapData_new(0, DEPTH - p->cnode_bits).words[0]);
    CHECK(seL4_TCB_WriteRegisters(tcb, true, 0, sizeof(*regs) / sizeof(seL4_Word), regs));
    return tcb;
}

struct thread *thread_make(void (*function)(seL4_Word), seL4_Word argument, seL4_Word priority)
{
    unsigned index = thread_count++;
    struct thread *t = &threads[index];
    seL4_Word gp;

    assert(index < THREADS_MAX && sel4runtime_get_tls_size() <= sizeof(tls[0]));
    __asm__ volatile("mv %0, gp" : "=r"(gp));
    t->tcb = new_object(seL4_TCBObject, 0);
    t->buffer = (seL4_IPCBuffer *)buffers[index];
    configure(t, priority);
    t->start = (seL4_UserContext){
        .pc = (seL4_Word)function,
        .sp = (seL4_Word)stacks[index] + STACK_SIZE,
        .gp = gp,
        .tp = sel4runtime_write_tls_image(tls[index]),
        .a0 = argument,
    };
    sel4runtime_set_tls_variable(t->start.tp, __sel4_ipc_buffer, t->buffer);
    return t;
}

void thread_start(struct thread *t)
{
    CHECK(seL4_TCB_WriteRegisters(t->tcb, true, 0, sizeof(t->start) / sizeof(seL4_Word),
                                  &t->start));
}

struct thread *thread_run(void (*function)(seL4_Word), seL4_Word argument, seL4_Word priority)
{
    struct thread *t = thread_make(function, argument, priority);

    thread_start(t);
    return t;
}

/* Which thread calls: its IPC buffer tells. */
void thread_end(void)
{
    for (unsigned i = 0; i < thread_count; i++) {
        if (threads[i].buffer == seL4_GetIPCBuffer())
            seL4_TCB_Suspend(threads[i].tcb);
    }
    abort();
}

/* --- receiving -------------------------------------------------------------------------------- */

#ifdef CONFIG_KERNEL_MCS
static __thread seL4_CPtr reply_object;

static seL4_CPtr own_reply(void)
{
    if (reply_object == 0)
        reply_object = new_object(seL4_ReplyObject, 0);
    return reply_object;
}

seL4_MessageInfo_t receive(seL4_CPtr endpoint, seL4_Word *badge)
{
    return seL4_Recv(endpoint, badge, own_reply());
}

seL4_MessageInfo_t reply_receive(seL4_CPtr endpoint, seL4_MessageInfo_t info, seL4_Word *badge)
{
    return seL4_ReplyRecv(endpoint, info, badge, own_reply());
}

void reply(seL4_MessageInfo_t info)
{
    seL4_Send(own_reply(), info);
}
#else
seL4_MessageInfo_t receive(seL4_CPtr endpoint, seL4_Word *badge)
{
    return seL4_Recv(endpoint, badge);
}

seL4_MessageInfo_t reply_receive(seL4_CPtr endpoint, seL4_MessageInfo_t info, seL4_Word *badge)
{
    return seL4_ReplyRecv(endpoint, info, badge);
}

void reply(seL4_MessageInfo_t info)
{
    seL4_Reply(info);
}
#endif

seL4_Word wait_for(seL4_CPtr notification)
{
    seL4_Word badge;

    seL4_Wait(notification, &badge);
    return badge;
}
