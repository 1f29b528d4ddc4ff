/* SPDX-License-Identifier: MIT */
/* The system calls of the MCS configuration: receiving takes a reply object. */
#ifndef SEL4_SYSCALLS_H
#define SEL4_SYSCALLS_H

#include <sel4/sending.h>

/* sender may be NULL in all of these. */
static inline seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply)
{
    struct sel4_registers r = {.cap = src};

    sel4_trap_with((seL4_Word)seL4_SysRecv, &r, reply, 0);
    return sel4_received(&r, sender);
}

static inline seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply)
{
    struct sel4_registers r = {.cap = src};

    sel4_trap_with((seL4_Word)seL4_SysNBRecv, &r, reply, 0);
    return sel4_received(&r, sender);
}

static inline seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t msgInfo,
                                                seL4_Word *sender, seL4_CPtr reply)
{
    struct sel4_registers r = sel4_message(src, msgInfo);

    sel4_trap_with((seL4_Word)seL4_SysReplyRecv, &r, reply, 0);
    return sel4_received(&r, sender);
}

static inline seL4_MessageInfo_t seL4_NBSendRecv(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                                 seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply)
{
    struct sel4_registers r = sel4_message(src, msgInfo);

    sel4_trap_with((seL4_Word)seL4_SysNBSendRecv, &r, reply, dest);
    return sel4_received(&r, sender);
}

/* There is no reply object, so its register names whom to send to. */
static inline seL4_MessageInfo_t seL4_NBSendWait(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                                 seL4_CPtr src, seL4_Word *sender)
{
    struct sel4_registers r = sel4_message(src, msgInfo);

    sel4_trap_with((seL4_Word)seL4_SysNBSendWait, &r, dest, 0);
    return sel4_received(&r, sender);
}

static inline seL4_MessageInfo_t seL4_Wait(seL4_CPtr src, seL4_Word *sender)
{
    struct sel4_registers r = {.cap = src};

    sel4_trap((seL4_Word)seL4_SysWait, &r);
    return sel4_received(&r, sender);
}

static inline seL4_MessageInfo_t seL4_NBWait(seL4_CPtr src, seL4_Word *sender)
{
    struct sel4_registers r = {.cap = src};

    sel4_trap((seL4_Word)seL4_SysNBWait, &r);
    return sel4_received(&r, sender);
}

static inline seL4_MessageInfo_t seL4_Poll(seL4_CPtr src, seL4_Word *sender)
{
    return seL4_NBWait(src, sender);
}

/* mr0 to mr3 may be NULL in all of these. */
static inline seL4_MessageInfo_t seL4_RecvWithMRs(seL4_CPtr src, seL4_Word *sender, seL4_Word *mr0,
                                                  seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3,
                                                  seL4_CPtr reply)
{
    struct sel4_registers r = {.cap = src};

    sel4_trap_with((seL4_Word)seL4_SysRecv, &r, reply, 0);
    return sel4_received_to(&r, sender, mr0, mr1, mr2, mr3);
}

static inline seL4_MessageInfo_t seL4_ReplyRecvWithMRs(seL4_CPtr src, seL4_MessageInfo_t msgInfo,
                                                       seL4_Word *sender, seL4_Word *mr0,
                                                       seL4_Word *mr1, seL4_Word *mr2,
                                                       seL4_Word *mr3, seL4_CPtr reply)
{
    struct sel4_registers r = sel4_message_of(src, msgInfo, mr0, mr1, mr2, mr3);

    sel4_trap_with((seL4_Word)seL4_SysReplyRecv, &r, reply, 0);
    return sel4_received_to(&r, sender, mr0, mr1, mr2, mr3);
}

static inline seL4_MessageInfo_t seL4_NBSendRecvWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                                        seL4_CPtr src, seL4_Word *sender,
                                                        seL4_Word *mr0, seL4_Word *mr1,
                                                        seL4_Word *mr2, seL4_Word *mr3,
                                                        seL4_CPtr reply)
{
    struct sel4_registers r = sel4_message_of(src, msgInfo, mr0, mr1, mr2, mr3);

    sel4_trap_with((seL4_Word)seL4_SysNBSendRecv, &r, reply, dest);
    return sel4_received_to(&r, sender, mr0, mr1, mr2, mr3);
}

static inline seL4_MessageInfo_t seL4_NBSendWaitWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                                        seL4_CPtr src, seL4_Word *sender,
                                                        seL4_Word *mr0, seL4_Word *mr1,
                                                        seL4_Word *mr2, seL4_Word *mr3)
{
    struct sel4_registers r = sel4_message_of(src, msgInfo, mr0, mr1, mr2, mr3);

    sel4_trap_with((seL4_Word)seL4_SysNBSendWait, &r, dest, 0);
    return sel4_received_to(&r, sender, mr0, mr1, mr2, mr3);
}

static inline seL4_MessageInfo_t seL4_WaitWithMRs(seL4_CPtr src, seL4_Word *sender, seL4_Word *mr0,
                                                  seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    struct sel4_registers r = {.cap = src};

    sel4_trap((seL4_Word)seL4_SysWait, &r);
    return sel4_received_to(&r, sender, mr0, mr1, mr2, mr3);
}

#endif
