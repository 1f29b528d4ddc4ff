/* SPDX-License-Identifier: MIT */
/* All that the kernel asks of the machine it runs on, besides memcpy, memset, memmove and memcmp.
 *
 * A port supplies these functions and calls the entries of kernel.h; tests/null_platform/ is the
 * smallest one. No function may call back into the kernel, and none may leave by a non-local
 * jump. `struct platform` belongs to the port; the kernel only hands its pointer back.
 *
 * Time is in microseconds since the machine started. Interrupt lines are numbered from 1 to
 * IRQ_LINE_MAX; IRQ_TIMER is the kernel's own timer and IRQ_NONE stands for no interrupt. */
#ifndef KERNEL_PLATFORM_H
#define KERNEL_PLATFORM_H

#include "kernel/types.h"

struct lua_heap;
struct platform;
struct tcb;

enum { IRQ_NONE = 0, IRQ_LINE_MAX = 96, IRQ_TIMER = 97, IRQ_COUNT = 98 };

/* Where the interrupt controller lies: no user gets a capability to it. */
#define IRQ_CONTROLLER_START UINT64_C(0x0c000000)
#define IRQ_CONTROLLER_END UINT64_C(0x10000000)

enum irq_trigger { TRIGGER_LEVEL = 0, TRIGGER_EDGE = 1 };

/* --- console ----------------------------------------------------------------------------- */

/* One byte of kernel or DebugPutChar output. */
void platform_console_put(struct platform *p, char byte);

/* --- time and interrupts ------------------------------------------------------------------ */

/* Time now. Never goes back. */
uint64_t platform_time(struct platform *p);

/* From `time` on, platform_irq_next answers IRQ_TIMER: once, then there is no deadline before
   another is set. UINT64_MAX: never. */
void platform_deadline(struct platform *p, uint64_t time);

/* The interrupt to handle next: the timer first, then the lowest unmasked pending line; IRQ_NONE if
   there is none. Taking a line claims it: it is not reported again before platform_irq_ack. */
uint32_t platform_irq_next(struct platform *p);

/* Whether platform_irq_next would answer something. Asked at preemption points, once every
   `work_units_per_check` units of work; a port that counts time may let some pass here. */
bool platform_irq_pending(struct platform *p);

/* A masked line stays pending but is not reported. All lines are masked at the start. */
void platform_irq_mask(struct platform *p, uint32_t irq, bool is_masked);

/* Whether it is masked. Only kernel_check asks. */
bool platform_irq_is_masked(const struct platform *p, uint32_t irq);

/* The driver has dealt with the line; it may interrupt again. */
void platform_irq_ack(struct platform *p, uint32_t irq);

/* How the line signals. */
void platform_irq_trigger(struct platform *p, uint32_t irq, enum irq_trigger trigger);

/* --- threads and heaps ---------------------------------------------------------------------- */

/* Brings the thread's saved registers up to date before the kernel or another thread reads them
   (an engine may keep the program counter in a form of its own). */
void platform_thread_sync(struct platform *p, struct tcb *thread);

/* The thread object is being destroyed: whatever the engine keeps for it is void. */
void platform_thread_release(struct platform *p, struct tcb *thread);

/* The heap is being destroyed: its Lua state is dropped where it stands. Its memory is the kernel's
   again when this returns. */
void platform_heap_destroy(struct platform *p, struct lua_heap *heap);

/* Size, bytes in use, greatest use so far, and number of threads. */
void platform_heap_stats(struct platform *p, const struct lua_heap *heap, uint64_t stats[4]);

/* --- memory --------------------------------------------------------------------------------- */

/* What page tables under the VSpace root allowed is not allowed any more, or leads elsewhere: what
   an engine remembers of it is void. Not called for what was not mapped before. */
void platform_mappings_changed(struct platform *p, kaddr root);

/* No user can reach the memory any more, and its content changes: what an engine remembers of it is
   void. */
void platform_memory_reclaimed(struct platform *p, kaddr start, uint64_t size);

/* --- end ------------------------------------------------------------------------------------ */

/* DebugHalt: the machine is to run nothing any more. Returns; the kernel call then ends. */
void platform_halt(struct platform *p);

/* The kernel has found itself wrong. Must not return. */
_Noreturn void platform_assertion_failed(const char *condition, const char *file, int line);

#endif
