/* SPDX-License-Identifier: MIT */
/* The system calls of the classic configuration. */
#ifndef SEL4_SYSCALLS_H
#define SEL4_SYSCALLS_H

#include <sel4/sending.h>

/* sender may be NULL in all of these. */
static inline seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *sender)
{
    struct sel4_registers r = {.cap = src};

    sel4_trap((seL4_Word)seL4_SysRecv, &r);
    return sel4_received(&r, sender);
}

static inline seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *sender)
{
    struct sel4_registers r = {.cap = src};

    sel4_trap((seL4_Word)seL4_SysNBRecv, &r);
    return sel4_received(&r, sender);
}

static inline void seL4_Reply(seL4_MessageInfo_t msgInfo)
{
    struct sel4_registers r = sel4_message(0, msgInfo);

    sel4_trap((seL4_Word)seL4_SysReply, &r);
}

static inline seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t msgInfo,
                                                seL4_Word *sender)
{
    struct sel4_registers r = sel4_message(src, msgInfo);

    sel4_trap((seL4_Word)seL4_SysReplyRecv, &r);
    return sel4_received(&r, sender);
}

static inline void seL4_Wait(seL4_CPtr src, seL4_Word *sender)
{
    seL4_Recv(src, sender);
}

static inline seL4_MessageInfo_t seL4_Poll(seL4_CPtr src, seL4_Word *sender)
{
    return seL4_NBRecv(src, sender);
}

/* mr0 to mr3 may be NULL in all of these. */
static inline seL4_MessageInfo_t seL4_RecvWithMRs(seL4_CPtr src, seL4_Word *sender, seL4_Word *mr0,
                                                  seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    struct sel4_registers r = {.cap = src};

    sel4_trap((seL4_Word)seL4_SysRecv, &r);
    return sel4_received_to(&r, sender, mr0, mr1, mr2, mr3);
}

static inline void seL4_ReplyWithMRs(seL4_MessageInfo_t msgInfo, seL4_Word *mr0, seL4_Word *mr1,
                                     seL4_Word *mr2, seL4_Word *mr3)
{
    struct sel4_registers r = sel4_message_of(0, msgInfo, mr0, mr1, mr2, mr3);

    sel4_trap((seL4_Word)seL4_SysReply, &r);
}

static inline seL4_MessageInfo_t seL4_ReplyRecvWithMRs(seL4_CPtr src, seL4_MessageInfo_t msgInfo,
                                                       seL4_Word *sender, seL4_Word *mr0,
                                                       seL4_Word *mr1, seL4_Word *mr2,
                                                       seL4_Word *mr3)
{
    struct sel4_registers r = sel4_message_of(src, msgInfo, mr0, mr1, mr2, mr3);

    sel4_trap((seL4_Word)seL4_SysReplyRecv, &r);
    return sel4_received_to(&r, sender, mr0, mr1, mr2, mr3);
}

#endif
