/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include "support.h"

enum { LINE = 1 };

static seL4_CPtr handler, notification;
static seL4_Word instructions; /* when the gate was left */

static seL4_Word instructions_made(void)
{
    seL4_Word count;

    __asm__ volatile("rdinstret %0" : "=r"(count));
    return count;
}

void gate_wait(void)
{
    if (handler == 0) {
        handler = new_slot();
        notification = new_object(seL4_NotificationObject, 0);
        CHECK(seL4_IRQControl_Get(seL4_CapIRQControl, LINE, seL4_CapInitThreadCNode, handler,
                                  seL4_WordBits));
        CHECK(seL4_IRQHandler_SetNotification(handler, notification));
    }
    wait_for(notification);
    CHECK(seL4_IRQHandler_Ack(handler));
    instructions = instructions_made();
}

void gate_pass(const char *what)
{
    seL4_Word made = instructions_made() - instructions;

    printf("%s: %lu instructions\n", what, made);
    gate_wait();
}
