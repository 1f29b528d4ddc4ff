/* SPDX-License-Identifier: MIT */
/* Calls that only a kernel for debugging has. */
#ifndef SEL4_DEBUG_H
#define SEL4_DEBUG_H

#include <sel4/trap.h>

/* Makes a debug call with one argument; gives back what it answers. */
static inline seL4_Word sel4_debug_call(seL4_SyscallNumber number, seL4_Word argument)
{
    struct sel4_registers r = {.cap = argument};

    sel4_trap((seL4_Word)number, &r);
    return r.cap;
}

static inline void seL4_DebugPutChar(char c)
{
    sel4_debug_call(seL4_SysDebugPutChar, (seL4_Uint8)c);
}

static inline void seL4_DebugPutString(const char *text)
{
    while (*text != '\0')
        seL4_DebugPutChar(*text++);
}

static inline void seL4_DebugDumpScheduler(void)
{
    sel4_debug_call(seL4_SysDebugDumpScheduler, 0);
}

static inline void seL4_DebugHalt(void)
{
    sel4_debug_call(seL4_SysDebugHalt, 0);
}

static inline void seL4_DebugSnapshot(void)
{
    sel4_debug_call(seL4_SysDebugSnapshot, 0);
}

static inline seL4_Uint32 seL4_DebugCapIdentify(seL4_CPtr cap)
{
    return (seL4_Uint32)sel4_debug_call(seL4_SysDebugCapIdentify, cap);
}

/* The name travels in the IPC buffer; what does not fit there is cut. */
static inline void seL4_DebugNameThread(seL4_CPtr tcb, const char *name)
{
    char *text = (char *)seL4_GetIPCBuffer()->msg;
    size_t i;

    for (i = 0; name[i] != '\0' && i < seL4_MsgMaxLength * sizeof(seL4_Word) - 1; i++)
        text[i] = name[i];
    text[i] = '\0';
    sel4_debug_call(seL4_SysDebugNameThread, tcb);
}

#endif
