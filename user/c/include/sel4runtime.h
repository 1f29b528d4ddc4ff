/* SPDX-License-Identifier: MIT */
/* Thread-local storage for threads that a program starts. A thread finds its own at register tp:
 *
 *     static char memory[256];
 *     seL4_UserContext regs = {.pc = ..., .sp = ..., .tp = sel4runtime_write_tls_image(memory)};
 *     sel4runtime_set_tls_variable(regs.tp, __sel4_ipc_buffer, buffer);
 */
#ifndef SEL4RUNTIME_H
#define SEL4RUNTIME_H

#include <sel4/sel4.h>
#include <stdlib.h>

/* How many bytes the thread-local variables of one thread take. */
size_t sel4runtime_get_tls_size(void);

/* Fills memory of that size, aligned to 16 bytes, with the variables' first values; the result is
   what register tp of the thread must be. */
seL4_Word sel4runtime_write_tls_image(void *memory);

/* Sets a variable of the thread whose register tp has this value. */
#define sel4runtime_set_tls_variable(tp, variable, value)                                          \
    (*(__typeof__(variable) *)((tp) + (seL4_Word)((char *)&(variable) -                            \
                                                  (char *)__builtin_thread_pointer())) = (value))

/* What the root task was told at its start; NULL in any other process. */
const seL4_BootInfo *sel4runtime_bootinfo(void);

#endif
