/* SPDX-License-Identifier: MIT */
/* Calls from one VSpace to another and back, of several lengths. The second VSpace has the same
 * frames at the same addresses, so that both sides are one program. */
#include "gate.h"
#include "support.h"

extern char __executable_start[]; /* program.ld has it */

enum { CALLS = 200000 / SCALE };

static seL4_CPtr clone_vspace(void)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();
    seL4_CPtr vspace = new_object(seL4_RISCV_PageTableObject, 0);

    CHECK(seL4_RISCV_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    for (seL4_CPtr frame = info->userImageFrames.start; frame < info->userImageFrames.end; frame++)
        map_at(vspace, badged(frame, 0),
               (seL4_Word)__executable_start + (frame - info->userImageFrames.start) * PAGE_SIZE,
               seL4_ReadWrite);
    map_at(vspace, badged(seL4_CapBootInfoFrame, 0), (seL4_Word)info, seL4_CanRead);
    return vspace;
}

static void serve(seL4_Word endpoint)
{
    seL4_Word badge;
    seL4_MessageInfo_t info = receive(endpoint, &badge);

    for (;;)
        info = reply_receive(endpoint, info, &badge);
}

static void call_often(seL4_CPtr endpoint, seL4_Word words)
{
    const seL4_MessageInfo_t info = seL4_MessageInfo_new(0, 0, 0, words);

    for (seL4_Word i = 0; i < words; i++)
        seL4_SetMR((int)i, i);
    for (int i = 0; i < CALLS; i++)
        seL4_Call(endpoint, info);
    for (seL4_Word i = 0; i < words; i++)
        assert(seL4_GetMR((int)i) == i);
}

int main(void)
{
    static const seL4_Word lengths[] = {0, 4, 10, 120};
    seL4_CPtr endpoint = new_object(seL4_EndpointObject, 0);
    struct thread *server = thread_make(serve, endpoint, seL4_MaxPrio);

    CHECK(seL4_TCB_SetSpace(server->tcb, seL4_CapNull, seL4_CapInitThreadCNode, 0, clone_vspace(),
                            0));
    thread_start(server);
    gate_wait();
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        call_often(endpoint, lengths[i]);
        gate_pass("calls");
    }
    return 0;
}
