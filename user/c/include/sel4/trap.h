/* SPDX-License-Identifier: MIT */
/* The trap into the kernel. A system call keeps every register but those it gives results in. */
#ifndef SEL4_TRAP_H
#define SEL4_TRAP_H

#include <sel4/functions.h>

enum { SEL4_MESSAGE_REGISTERS = 4 };

/* What travels in registers: a0, a1 and a2 to a5. */
struct sel4_registers {
    seL4_Word cap; /* the capability of the call; afterwards the sender's badge */
    seL4_Word info;
    seL4_Word words[SEL4_MESSAGE_REGISTERS];
};

/* Makes system call `number`. `reply` and `destination` are for the calls of MCS that take them. */
static inline void sel4_trap_with(seL4_Word number, struct sel4_registers *r, seL4_CPtr reply,
                                  seL4_CPtr destination)
{
    register seL4_Word a0 __asm__("a0") = r->cap;
    register seL4_Word a1 __asm__("a1") = r->info;
    register seL4_Word a2 __asm__("a2") = r->words[0];
    register seL4_Word a3 __asm__("a3") = r->words[1];
    register seL4_Word a4 __asm__("a4") = r->words[2];
    register seL4_Word a5 __asm__("a5") = r->words[3];
    register seL4_Word a6 __asm__("a6") = reply;
    register seL4_Word a7 __asm__("a7") = number;
    register seL4_Word t0 __asm__("t0") = destination;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a6), "r"(a7), "r"(t0)
                     : "memory");
    *r = (struct sel4_registers){.cap = a0, .info = a1, .words = {a2, a3, a4, a5}};
}

static inline void sel4_trap(seL4_Word number, struct sel4_registers *r)
{
    register seL4_Word a0 __asm__("a0") = r->cap;
    register seL4_Word a1 __asm__("a1") = r->info;
    register seL4_Word a2 __asm__("a2") = r->words[0];
    register seL4_Word a3 __asm__("a3") = r->words[1];
    register seL4_Word a4 __asm__("a4") = r->words[2];
    register seL4_Word a5 __asm__("a5") = r->words[3];
    register seL4_Word a7 __asm__("a7") = number;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a7)
                     : "memory");
    *r = (struct sel4_registers){.cap = a0, .info = a1, .words = {a2, a3, a4, a5}};
}

/* The registers of a message whose first words are in the IPC buffer. */
static inline struct sel4_registers sel4_message(seL4_CPtr cap, seL4_MessageInfo_t info)
{
    return (struct sel4_registers){
        .cap = cap,
        .info = info.words[0],
        .words = {seL4_GetMR(0), seL4_GetMR(1), seL4_GetMR(2), seL4_GetMR(3)},
    };
}

/* The registers of a message whose first words are given by their addresses; NULL: left out. */
static inline struct sel4_registers sel4_message_of(seL4_CPtr cap, seL4_MessageInfo_t info,
                                                    const seL4_Word *mr0, const seL4_Word *mr1,
                                                    const seL4_Word *mr2, const seL4_Word *mr3)
{
    seL4_Word length = seL4_MessageInfo_get_length(info);

    return (struct sel4_registers){
        .cap = cap,
        .info = info.words[0],
        .words = {mr0 != NULL && length > 0 ? *mr0 : 0, mr1 != NULL && length > 1 ? *mr1 : 0,
                  mr2 != NULL && length > 2 ? *mr2 : 0, mr3 != NULL && length > 3 ? *mr3 : 0},
    };
}

/* A received message's first words go to the IPC buffer, its badge to *sender unless that is
   NULL. */
static inline seL4_MessageInfo_t sel4_received(const struct sel4_registers *r, seL4_Word *sender)
{
    seL4_MessageInfo_t info = {{r->info}};

    for (int i = 0; i < SEL4_MESSAGE_REGISTERS; i++)
        seL4_SetMR(i, r->words[i]);
    if (sender != NULL)
        *sender = r->cap;
    return info;
}

/* A received message's first words go where the caller wants them; NULL: nowhere. */
static inline seL4_MessageInfo_t sel4_received_to(const struct sel4_registers *r,
                                                  seL4_Word *sender, seL4_Word *mr0,
                                                  seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_MessageInfo_t info = {{r->info}};

    if (mr0 != NULL)
        *mr0 = r->words[0];
    if (mr1 != NULL)
        *mr1 = r->words[1];
    if (mr2 != NULL)
        *mr2 = r->words[2];
    if (mr3 != NULL)
        *mr3 = r->words[3];
    if (sender != NULL)
        *sender = r->cap;
    return info;
}

#endif
