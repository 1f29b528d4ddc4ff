/* SPDX-License-Identifier: MIT */
/* System calls that are the same in both configurations. */
#ifndef SEL4_SENDING_H
#define SEL4_SENDING_H

#include <sel4/trap.h>

static inline void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    struct sel4_registers r = sel4_message(dest, msgInfo);

    sel4_trap((seL4_Word)seL4_SysSend, &r);
}

static inline void seL4_NBSend(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    struct sel4_registers r = sel4_message(dest, msgInfo);

    sel4_trap((seL4_Word)seL4_SysNBSend, &r);
}

static inline seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    struct sel4_registers r = sel4_message(dest, msgInfo);

    sel4_trap((seL4_Word)seL4_SysCall, &r);
    return sel4_received(&r, NULL);
}

static inline void seL4_SendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_Word *mr0,
                                    seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    struct sel4_registers r = sel4_message_of(dest, msgInfo, mr0, mr1, mr2, mr3);

    sel4_trap((seL4_Word)seL4_SysSend, &r);
}

static inline void seL4_NBSendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_Word *mr0,
                                      seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    struct sel4_registers r = sel4_message_of(dest, msgInfo, mr0, mr1, mr2, mr3);

    sel4_trap((seL4_Word)seL4_SysNBSend, &r);
}

static inline seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                                  seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2,
                                                  seL4_Word *mr3)
{
    struct sel4_registers r = sel4_message_of(dest, msgInfo, mr0, mr1, mr2, mr3);

    sel4_trap((seL4_Word)seL4_SysCall, &r);
    return sel4_received_to(&r, NULL, mr0, mr1, mr2, mr3);
}

static inline void seL4_Signal(seL4_CPtr dest)
{
    struct sel4_registers r = {.cap = dest};

    sel4_trap((seL4_Word)seL4_SysSend, &r);
}

static inline void seL4_Yield(void)
{
    struct sel4_registers r = {0};

    sel4_trap((seL4_Word)seL4_SysYield, &r);
}

#endif
