/* SPDX-License-Identifier: MIT */
/* The machine: one block of memory from Lua's allocator with everything in it that a system is.
 *
 *     struct platform | arena: struct kernel, then RAM
 *
 * This header is for machine/ and host/: what a machine consists of and what runs it. The kernel
 * sees only `struct platform *` and platform.h. Nothing here calls libc; what it needs of the world
 * comes through the Lua state that created the machine. */
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include <lua.h>

#include "kernel/kernel.h"
#include "machine/host_timer.h"

enum { CONSOLE_BUFFER_SIZE = 4096, UART_INPUT_SIZE = 256 };

/* Addresses and lines of the devices, those of QEMU's virt board (docs/devices.md). */
#define DEVICE_RTC_ADDRESS UINT64_C(0x00101000)
#define DEVICE_UART_ADDRESS UINT64_C(0x10000000)
enum { DEVICE_RTC_IRQ = 11, DEVICE_UART_IRQ = 10 };

enum { NS_PER_US = 1000 };

/* Costs in virtual time. */
enum {
    INSTRUCTIONS_PER_US = 100, /* VM instructions in a microsecond */
    ENTRY_COST_NS = 500,       /* of each kernel entry */
    PREEMPTION_CHECK_COST_NS = 1000
};

enum clock_kind { CLOCK_VIRTUAL, CLOCK_HOST };

/* What is said of a thread that the kernel itself has stopped. */
#define STOPPED_BY_FAULT "stopped by a fault that nobody handles; the kernel's message says which"

/* Why machine_run came back. */
enum stop_reason {
    STOP_NONE,     /* still running */
    STOP_HALTED,   /* DebugHalt */
    STOP_IDLE,     /* nothing can ever run again, and the root thread has ended */
    STOP_DEADLOCK, /* nothing can ever run again, but the root thread has not ended */
    STOP_LIMIT     /* the budget given to machine_run is used up */
};

struct interrupt_lines {
    uint64_t pending[2]; /* bit per line: the device asks, or the line was raised by the host */
    uint64_t masked[2];
    uint64_t claimed[2]; /* handed to the kernel, not acknowledged yet */
    uint64_t edge[2];
    uint64_t asserted[2]; /* what the devices say right now */
    bool is_one_due;      /* some line is pending, not masked and not claimed */
};

struct rtc {
    uint64_t alarm_ns;
    bool is_armed;
    bool is_enabled;
    bool is_interrupting;
    bool is_time_read;           /* somebody looks at the time, so computing must be counted */
    uint32_t latched_high;       /* TIME_HIGH as of the last read of TIME_LOW */
    uint32_t alarm_high;
};

struct uart {
    uint8_t input[UART_INPUT_SIZE];
    uint32_t input_head, input_count;
    uint8_t interrupt_enable;
    bool is_transmit_due;        /* "transmitter empty" is to be reported, once */
    uint8_t registers[8];        /* the others: what was written is read back */
};

/* The host's timer, during a run of the machine. A tick looks whether something is due; if so, it
   asks for the clock to be read: it sets a hook in the Lua state that runs, and whoever reads the
   clock has answered it. Where it finds no state, or the hook is lost because another was being set
   just then, preemption_update sees the ticks that nobody has answered. */
struct ticks {
    const struct host_timer *timer; /* NULL: none */
    uint64_t origin_ns;          /* the timer's time when the machine was made */
    uint64_t period_ns;
    volatile uint64_t due_ns;    /* p->leave_ns, or an alarm before; read by ticks, where half a
                                    change of it does no harm */
    bool are_on;                 /* the timer has been started for this machine */
    unsigned unanswered;         /* counted by ticks: use __atomic_* */
    lua_State *running_state;    /* whose code runs right now, or NULL; read by ticks: likewise */
    uint64_t hook_count;         /* calls of the count hook, for tests */
};

struct hart;

struct platform {
    struct kernel *kernel;
    lua_State *host;             /* of the host program, for the console and the host's clock;
                                    valid only inside machine_run and other host calls */
    enum clock_kind clock;
    uint64_t time_ns;            /* virtual: now. host: last answer */
    uint64_t deadline_ns;        /* platform_deadline */
    uint64_t stop_time_ns;       /* machine_run's limit; UINT64_MAX: none */
    uint64_t leave_ns;           /* clock_must_stop: from this time on */
    bool is_watched;             /* clock_is_watched; clock_note brings both up to date */
    struct ticks ticks;
    struct interrupt_lines lines;
    struct rtc rtc;
    struct uart uart;
    uint32_t console_length;
    char console[CONSOLE_BUFFER_SIZE]; /* output not yet written (console.c) */
    bool is_halted;
    bool has_failed;             /* an assertion of the kernel: nothing may be used but `block` */
    unsigned nesting;            /* Lua threads on the C stack: who traps may run the next one */
    bool is_unwinding;           /* all of them are to come back to the run loop */
    uint64_t root_error_count;   /* threads of the root task that an error or another fault has
                                    stopped, with no fault handler that could be told */
    uint64_t entry_serial;       /* for Entry addresses and the like; the engine's */
    struct hart *hart;           /* of RISC-V threads, once there has been one (rv64/hart.h) */
    void *block;                 /* what the allocator gave: to be freed */
    uint64_t block_size;
};

/* --- clock.c ---------------------------------------------------------------------------------- */

/* Lets virtual time pass; no effect with the host's clock. */
void clock_advance(struct platform *p, uint64_t ns);

/* Time now, in nanoseconds, also in p->time_ns. With CLOCK_HOST it is read from the host's timer;
   if there is none, asked of the host program: registry[p].clock answers microseconds. Without
   that, or if it fails, time stands still. */
uint64_t clock_now(struct platform *p);

/* The next moment, in nanoseconds, at which something happens by itself (timer deadline, RTC
   alarm), or UINT64_MAX. */
uint64_t clock_next_event(struct platform *p);

/* Whether platform_irq_next would answer something. Costs no time, unlike platform_irq_pending. */
bool clock_interrupt_is_due(const struct platform *p);

/* Brings the answers of the next two up to date: to be called when a deadline, the limit of a run,
   an interrupt line or the RTC has changed, or the machine is halted. */
void clock_note(struct platform *p);

/* Whether the thread that runs has to be left: an interrupt is due, the machine is halted, or
   p->stop_time_ns is reached. Asked around every system call. */
static inline bool clock_must_stop(const struct platform *p)
{
    return p->time_ns >= p->leave_ns;
}

/* Whether time spent computing could be noticed at all, so that it must be counted. */
static inline bool clock_is_watched(const struct platform *p)
{
    return p->is_watched;
}

/* Lets time pass up to `time_ns`: jumps, or has registry[p].sleep called with microseconds. False:
   the host program has no such function. */
bool clock_wait(struct platform *p, uint64_t time_ns);

/* --- platform.c ------------------------------------------------------------------------------- */

/* What a device says on its line. A level-triggered line is pending as long as this is true, an
   edge-triggered one from each change to true until it is claimed. */
void line_set(struct platform *p, uint32_t irq, bool is_asserted);

/* --- devices/, by physical address ------------------------------------------------------------ */

/* An access of size 1, 2, 4 or 8 bytes by a user mapping of device memory. False: no device there
   or not of that size; the access is then an access fault. */
bool device_load(struct platform *p, uint64_t address, unsigned size, uint64_t *value);
bool device_store(struct platform *p, uint64_t address, unsigned size, uint64_t value);

/* Brings interrupt lines in agreement with the devices' states; called when time has passed. */
void devices_update(struct platform *p);

/* Around machine_run, which the host calls protected: what the kernel asserts and is not so becomes
   an error of the Lua state p->host. Of such a machine only its memory may be used, to be freed.
   In between the host's timer ticks, if there is one and no other machine has it. */
void machine_begin(struct platform *p);
void machine_end(struct platform *p);

/* The host raises a line, as if a device had: once, until it is claimed. */
void machine_raise(struct platform *p, uint32_t irq);

/* Input for the UART; returns how many bytes there was room for. */
size_t uart_receive(struct platform *p, const char *bytes, size_t count);

/* --- console.c -------------------------------------------------------------------------------- */

/* Hands buffered output to the host program (a protected call of the console function that
   registry[p].console holds). Called when the buffer is full and before machine_run returns. */
void console_flush(struct platform *p);

/* --- machine.c -------------------------------------------------------------------------------- */

struct machine_options {
    uint64_t memory_size;        /* bytes, a multiple of 4096 */
    unsigned heap_bits;          /* size of the root task's Lua heap; RISC-V: 0 */
    bool is_mcs;                 /* the MCS configuration, else the classic one */
    uint32_t domain_count;
    const struct domain_entry *schedule; /* NULL: domain 0 for ever */
    uint32_t schedule_length;
    enum clock_kind clock;
    const struct host_timer *timer; /* for CLOCK_HOST; NULL: none */
    uint64_t tick_period_ns;     /* with a timer */
    bool traces_errors;
    const uint8_t *image;        /* a program image (image.h); RISC-V: whole pages of memory */
    uint64_t image_size;
    unsigned cnode_bits;         /* slots of the root CNode: 2^cnode_bits; 0: 2^12, as usual */
    bool is_riscv;               /* the image is machine code, for which alone is what follows: */
    uint64_t image_vaddr;        /* where its first page lies */
    uint64_t entry;              /* its first pc */
    const uint8_t *extra;        /* extra boot information; NULL: none */
    uint64_t extra_size;
};

/* Makes a machine in memory from the host state's allocator and boots the system. NULL: it cannot
   be, and a text for people is pushed on the host's stack. The machine is later to be freed. */
struct platform *machine_create(lua_State *host, const struct machine_options *options);

/* Gives the memory back. No code of the machine's programs runs any more. */
void machine_free(lua_State *host, struct platform *p);

/* --- run.c ------------------------------------------------------------------------------------ */

/* Runs the system until it stops or virtual time reaches p->stop_time_ns. */
enum stop_reason machine_run(struct platform *p);

#endif
