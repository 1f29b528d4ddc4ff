/* SPDX-License-Identifier: MIT */
/* The kernel as its machine sees it: the state of one system, and the entries.
 *
 * A machine gives kernel_boot a block of memory, the arena. From then on everything that the system
 * is lies in it, struct kernel first. Between entries the machine runs the thread that
 * kernel_current() names until that thread traps, faults, or an interrupt is due, and then makes
 * one entry; each entry ends with a new answer of kernel_current(). */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include "kernel/heap/heap.h"
#include "kernel/platform.h"
#include "kernel/thread/scheduler.h"

struct flavour;

enum { ASID_POOL_COUNT = 1 << ASID_POOL_COUNT_BITS, ASID_POOL_ENTRIES = 1 << ASID_POOL_INDEX_BITS };

enum irq_state { IRQ_INACTIVE, IRQ_SIGNAL, IRQ_RESERVED };

/* The whole state. Only its first two fields are host pointers; everything else stays true when the
   arena is copied elsewhere. entry/boot.c lays the arena out. */
struct kernel {
    /* --- set at boot, then constant --- */
    const struct flavour *flavour;
    struct platform *platform;
    uint64_t memory_size;      /* bytes of RAM = of the arena */
    uint32_t domain_count;
    uint32_t work_units_per_check; /* WORK_UNITS_PER_CHECK; tests choose less */
    kaddr free_start;          /* first byte after the kernel's own state */
    kaddr root_thread;
    kaddr root_cnode;
    bool traces_errors;        /* print the explanation of every refusal */

    /* --- scheduling --- */
    kaddr current;             /* thread that runs; the idle thread's address when nobody does */
    kaddr candidate;           /* SWITCH_TO_CANDIDATE: who */
    uint8_t action;            /* enum schedule_action */
    bool is_halted;
    uint32_t current_domain;
    uint64_t domain_time_ticks; /* left of the current entry; MCS: microseconds */
    uint32_t schedule_index;
    uint32_t schedule_start;
    uint32_t schedule_length;
    struct domain_entry schedule[DOMAIN_SCHEDULE_LENGTH];
    uint64_t tick_deadline;    /* classic: when the next tick is due; UINT64_MAX: never */

    /* --- time, MCS (mcs/budget.c) --- */
    uint64_t now;              /* at the beginning of this entry */
    uint64_t consumed;         /* by current_context, not charged yet */
    kaddr current_context;     /* on whose account time passes; 0: nobody's */
    kaddr release_root;        /* threads that wait for budget: the first (mcs/release_queue.c) */
    uint64_t release_serial;   /* how many have begun to */
    bool sets_deadline;        /* at the end of this entry */
    bool slice_can_wait;       /* its end is not watched; kernel_count_time: it never can */
    bool all_time_counts;
    uint64_t deadline;         /* as the platform was told last */

    /* --- work in this entry, for preemption points --- */
    uint32_t work_units;

    /* --- capabilities held by the kernel itself --- */
    struct slot cdt_sentinel;  /* head of the list of all capabilities (cap/cdt.c) */
    struct slot irq_slots[IRQ_COUNT]; /* notification to signal per interrupt line */
    uint8_t irq_states[IRQ_COUNT];    /* enum irq_state */
    kaddr asid_pools[ASID_POOL_COUNT]; /* by the high bits of an ASID */

    kaddr bound_heaps;                 /* list of Lua heaps that have a VSpace */
    uint64_t heap_serial;

    /* --- counts, for tests and the curious --- */
    uint64_t entries;
    uint64_t preemptions;

    struct tcb idle; /* current when nothing can run */

    /* --- arrays that the boot options size, behind this struct --- */
    kaddr ready;         /* struct ready_queues, one per domain */
    kaddr unclean_pages; /* uint64_t: bit per page of RAM: content unknown, clear before use */
    kaddr names;         /* struct object_name, name_capacity of them, name_count in use */
    uint32_t name_capacity;
    uint32_t name_count;
};

/* Host pointers and physical addresses. The arena begins with struct kernel. */
static inline void *kernel_pointer(struct kernel *k, kaddr address)
{
    kassert(address - RAM_BASE < k->memory_size); /* below RAM_BASE that is very large */
    return (uint8_t *)k + (address - RAM_BASE);
}

static inline kaddr kernel_address(const struct kernel *k, const void *pointer)
{
    return RAM_BASE + (uint64_t)((const uint8_t *)pointer - (const uint8_t *)k);
}

/* The slot, or the thread, at an address; NULL for address 0. */
static inline struct slot *slot_at(struct kernel *k, kaddr address)
{
    return address == 0 ? NULL : kernel_pointer(k, address);
}

/* Address 0 is nobody. */
static inline struct tcb *tcb_at(struct kernel *k, kaddr address)
{
    return address == 0 ? NULL : kernel_pointer(k, address);
}

/* What may be chosen when a system boots. */
struct boot_options {
    const struct flavour *flavour; /* &classic_flavour or &mcs_flavour */
    struct platform *platform;
    uint64_t memory_size;          /* bytes of the arena, a multiple of 4096 */
    uint32_t domain_count;         /* 1..DOMAIN_COUNT_MAX */
    const struct domain_entry *schedule; /* NULL: domain 0 for ever */
    uint32_t schedule_length;      /* entries without the end; below DOMAIN_SCHEDULE_LENGTH */
    uint32_t work_units_per_check; /* 0: WORK_UNITS_PER_CHECK */
    bool traces_errors;
    uint32_t name_capacity;        /* objects besides threads that can have names (cap/names.h) */

    /* the root task */
    const uint8_t *image;          /* copied to frames at image_vaddr, read-write-execute */
    uint64_t image_size;           /* bytes, at least 1 */
    uint64_t image_vaddr;          /* page-aligned */
    uint64_t entry;                /* its first pc */
    unsigned heap_bits;            /* size of its Lua heap; 0: none */
    unsigned cnode_bits;           /* 0: ROOT_CNODE_BITS_DEFAULT */
    const kaddr *device_pages;     /* 4 KiB each, ascending: get an untyped of their own */
    uint32_t device_page_count;
    const uint8_t *extra;          /* extra boot information: chunks { id, length, data } */
    uint64_t extra_size;           /* bytes; 0: none */
};

enum boot_result {
    BOOT_OK,
    BOOT_NO_MEMORY,    /* the memory does not hold kernel, image, heap and some more */
    BOOT_BAD_OPTIONS,  /* an option is out of its range */
    BOOT_CNODE_FULL    /* the root CNode does not hold all initial capabilities */
};

/* Boots a system into `arena`, 16-byte aligned and memory_size bytes long; what it held is of no
   interest. The kernel is then at (struct kernel *)arena. */
enum boot_result kernel_boot(void *arena, const struct boot_options *options);

/* Who is to run; NULL: nobody until an interrupt (or never, once k->is_halted). */
static inline struct tcb *kernel_current(struct kernel *k)
{
    struct tcb *t = tcb_at(k, k->current);

    return t == &k->idle || k->is_halted ? NULL : t;
}

/* --- entries; k->current has trapped, its registers are in its TCB ---------------------------- */

/* A system call. registers[REG_PC] is the address of the call, next_pc of what follows it. */
void kernel_syscall(struct kernel *k, int64_t number);

/* The same in two steps, for a machine that has to look before what is not simple: the first makes
   calls that pass a message of words on and destroy nothing, or answers false and has done nothing;
   then the second makes the call. */
bool kernel_syscall_fast(struct kernel *k, int64_t number);
void kernel_syscall_slow(struct kernel *k, int64_t number);

/* MCS; to be called between entries. Some thread may come to ask how much time a context has used
   (SchedContext_Consumed, YieldTo), so from now on the end of every slice is watched, though nobody
   else could run then. The first question has the same effect; but on a machine that counts time
   only while a deadline is set, what has been used until then is too little. One that sees the
   question coming calls this before. */
void kernel_count_time(struct kernel *k);

/* Something the processor would refuse: EXCEPTION_* or a RISC-V cause as `number`. */
void kernel_user_exception(struct kernel *k, uint64_t number, uint64_t code);

/* An access that the page tables do not allow; cause is CAUSE_FETCH, LOAD or STORE. */
void kernel_vm_fault(struct kernel *k, uint64_t vaddr, uint64_t cause);

/* platform_irq_pending said so. Also while nobody runs. */
void kernel_interrupt(struct kernel *k);

/* The current thread's function has returned: it stops, and that is no fault. */
void kernel_thread_exit(struct kernel *k);

#endif
