/* SPDX-License-Identifier: MIT */
/* The hart runs slices: as many instructions as there are until the next event, or until something
 * has to be told to the kernel. Between slices the thread's registers are in its TCB. */
#include "machine/rv64/engine.h"

#include <lauxlib.h>

#include "machine/image.h"
#include "machine/lua/thread.h"
#include "machine/rv64/block.h"
#include "machine/rv64/bytes.h"
#include "machine/rv64/tlb.h"

enum {
    INSTRUCTION_NS = 1000 / INSTRUCTIONS_PER_US,
    TIMER_TICK_NS = 100,             /* of RDTIME */
    SLICE_MAX = 1 << 24,             /* instructions */
    SLICE_MAX_HOST_CLOCK = 20000,    /* between two looks at the host's clock */
    NO_ENGINE_LUA = 0,               /* codes of EXCEPTION_NO_ENGINE: Lua source without a heap, */
    NO_ENGINE_MEMORY = 2             /* or no memory for the engine */
};

/* --- the hart --------------------------------------------------------------------------------- */

static struct hart *hart_make(struct platform *p)
{
    void *user;
    lua_Alloc allocator = lua_getallocf(p->host, &user);
    struct hart *h = allocator(user, NULL, 0, sizeof(*h));

    if (h == NULL)
        return NULL;
    memset(h, 0, offsetof(struct hart, spaces));
    for (unsigned i = 0; i < SPACE_COUNT; i++)
        h->spaces[i].root = 0;
    for (unsigned i = 0; i < CODE_PAGES; i++)
        h->pages[i].address = 0;
    h->generation = 1;
    h->op_count = 1; /* index 0 stands for none */
    h->platform = p;
    space_enter(h, 0);
    p->hart = h;
    kernel_count_time(p->kernel); /* machine code may ask for it */
    return h;
}

void rv64_engine_free(lua_State *host, struct platform *p)
{
    void *user;
    lua_Alloc allocator = lua_getallocf(host, &user);

    if (p->hart != NULL)
        allocator(user, p->hart, sizeof(*p->hart), 0);
    p->hart = NULL;
}

void rv64_engine_interrupted(struct platform *p)
{
    if (p->hart != NULL)
        p->hart->reserved_vaddr = RESERVED_NONE;
}

/* --- what others change ----------------------------------------------------------------------- */

void rv64_memory_written(struct platform *p, kaddr start, uint64_t size)
{
    if (p->hart != NULL)
        code_forget(p->hart, start, size);
}

void platform_memory_reclaimed(struct platform *p, kaddr start, uint64_t size)
{
    rv64_memory_written(p, start, size);
}

void platform_mappings_changed(struct platform *p, kaddr root)
{
    if (p->hart != NULL)
        space_forget(p->hart, root);
}

/* --- registers -------------------------------------------------------------------------------- */

/* Which x register is where in a TCB. */
static const uint8_t x_of_context[USER_REGISTER_COUNT] = {
    [REG_RA] = 1,   [REG_SP] = 2,   [REG_GP] = 3,   [REG_TP] = 4,   [REG_T0] = 5,   [REG_T1] = 6,
    [REG_T2] = 7,   [REG_S0] = 8,   [REG_S1] = 9,   [REG_A0] = 10,  [REG_A1] = 11,  [REG_A2] = 12,
    [REG_A3] = 13,  [REG_A4] = 14,  [REG_A5] = 15,  [REG_A6] = 16,  [REG_A7] = 17,  [REG_S2] = 18,
    [REG_S3] = 19,  [REG_S4] = 20,  [REG_S5] = 21,  [REG_S6] = 22,  [REG_S7] = 23,  [REG_S8] = 24,
    [REG_S9] = 25,  [REG_S10] = 26, [REG_S11] = 27, [REG_T3] = 28,  [REG_T4] = 29,  [REG_T5] = 30,
    [REG_T6] = 31};

static void load_registers(struct hart *h, struct tcb *t)
{
    for (unsigned i = REG_PC + 1; i < USER_REGISTER_COUNT; i++)
        h->x[x_of_context[i]] = t->registers[i];
    h->pc = t->next_pc & ~UINT64_C(1);
    h->fpu = t->flags & TCB_FLAG_FPU_DISABLED ? NULL : t->fpu;
}

/* `is_done`: the instruction at pc is a system call, behind which the thread goes on. */
static void save_registers(const struct hart *h, struct tcb *t, bool is_done)
{
    for (unsigned i = REG_PC + 1; i < USER_REGISTER_COUNT; i++)
        t->registers[i] = h->x[x_of_context[i]];
    t->registers[REG_PC] = h->pc;
    t->next_pc = is_done ? h->pc + 4 : h->pc;
}

/* --- time ------------------------------------------------------------------------------------- */

static uint64_t time_ns(const struct hart *h, uint64_t instructions)
{
    bool is_virtual = h->platform->clock == CLOCK_VIRTUAL;

    return h->platform->time_ns + (is_virtual ? instructions * INSTRUCTION_NS : 0);
}

uint64_t rv64_cycles(const struct hart *h, uint64_t instructions)
{
    return time_ns(h, instructions) / INSTRUCTION_NS;
}

uint64_t rv64_time(const struct hart *h, uint64_t instructions)
{
    return time_ns(h, instructions) / TIMER_TICK_NS;
}

/* How many instructions there are until something happens by itself; at least one. */
static int64_t slice_length(struct platform *p)
{
    uint64_t event = clock_next_event(p);
    uint64_t length;

    if (p->clock == CLOCK_HOST)
        return SLICE_MAX_HOST_CLOCK;
    if (p->stop_time_ns < event)
        event = p->stop_time_ns;
    if (event <= p->time_ns)
        return 1;
    length = (event - p->time_ns - 1) / INSTRUCTION_NS + 1;
    return length < SLICE_MAX ? (int64_t)length : SLICE_MAX;
}

/* --- a slice ---------------------------------------------------------------------------------- */

static struct op *fetch_fault(struct hart *h, uint64_t vaddr)
{
    h->fault_vaddr = vaddr;
    h->cause = CAUSE_FETCH_ACCESS;
    h->stop = RV64_VM_FAULT;
    return NULL;
}

/* Where code at vaddr lies; false: none may be executed there. */
static bool fetch_address(struct hart *h, uint64_t vaddr, kaddr *address)
{
    return vspace_translate(h->platform->kernel, h->thread, vaddr, ACCESS_FETCH, address) &&
           *address >= RAM_BASE;
}

/* The block at h->pc; NULL: there can be none, and h->stop says so. */
static struct op *find_block(struct hart *h)
{
    struct op *link = h->link;
    struct op *block = jump_to(h, h->pc);
    struct jump_entry *entry;
    kaddr address;

    if (block == NULL) {
        uint64_t generation = h->generation;

        if (!fetch_address(h, h->pc, &address))
            return fetch_fault(h, h->pc);
        block = block_at(h, address);
        if (h->generation != generation)
            link = NULL; /* the block with the entry is gone */
        entry = &h->space->jumps[h->pc / 2 % JUMP_ENTRIES];
        *entry = (struct jump_entry){.vaddr = h->pc, .block = block};
        h->page_vaddr = align_down(h->pc, PAGE_BITS);
    }
    if (link != NULL)
        link->target = block;
    h->link = NULL;
    return block;
}

/* The block of the instruction at h->pc, whose second half lies in the next page. */
static struct op *find_crossing(struct hart *h)
{
    struct kernel *k = h->platform->kernel;
    kaddr first, second;

    if (!fetch_address(h, h->pc, &first))
        return fetch_fault(h, h->pc);
    if (!fetch_address(h, h->pc + 2, &second))
        return fetch_fault(h, h->pc + 2);
    return block_crossing(h, bytes_load16(kernel_pointer(k, first)) |
                                 (uint32_t)bytes_load16(kernel_pointer(k, second)) << 16);
}

/* The kernel writes messages without telling; a thread that executes what has come in one must
   have fenced. */
static void fence(struct hart *h)
{
    kaddr address;

    if (h->thread->buffer_address != 0 &&
        vspace_translate(h->platform->kernel, h->thread, h->thread->buffer_address, ACCESS_LOAD,
                         &address) && address >= RAM_BASE)
        code_forget(h, address, 1 << IPC_BUFFER_BITS);
}

/* What comes after a block that does not know it. NULL: the slice ends. */
static struct op *after(struct hart *h)
{
    switch (h->stop) {
    case RV64_JUMP_FENCED:
        fence(h);
        return find_block(h);
    case RV64_JUMP:
        return find_block(h);
    case RV64_CROSSING:
        return find_crossing(h);
    default:
        return NULL;
    }
}

/* Runs up to `length` instructions, and the rest of the last block, from h->pc. */
static void run_slice(struct hart *h, int64_t length)
{
    struct op *block;

    h->left = length;
    h->slice = (uint64_t)length;
    h->stop = RV64_JUMP;
    h->link = NULL;
    block = after(h);
    while (block != NULL) {
        while (block != NULL && h->left > 0) {
            h->block = block;
            h->left -= block->count;
            block = block[1].run(h, block + 1);
        }
        if (block == NULL) {
            block = after(h);
        } else {
            h->pc = h->page_vaddr + block->offset;
            h->stop = RV64_TIME;
            block = NULL;
        }
    }
}

/* --- why it has ended ------------------------------------------------------------------------- */

/* Whether code at the address is Lua's: the image of a program, or a function. */
static bool is_lua(struct hart *h, uint64_t pc)
{
    kaddr address;

    if (entry_point_is_address(pc))
        return true;
    return fetch_address(h, pc, &address) && (pc & 7) == 0 &&
           memcmp(kernel_pointer(h->platform->kernel, address), IMAGE_MAGIC, IMAGE_MAGIC_SIZE) == 0;
}

/* The kernel's view of what the instruction at pc has caused. */
static void raise_fault(struct hart *h)
{
    struct kernel *k = h->platform->kernel;

    if (is_lua(h, h->pc))
        kernel_user_exception(k, EXCEPTION_NO_ENGINE, NO_ENGINE_LUA);
    else if (h->stop == RV64_VM_FAULT)
        kernel_vm_fault(k, h->fault_vaddr, h->cause);
    else
        kernel_user_exception(k, h->cause, 0);
}

/* Of the threads of the root task, those that have been stopped are counted. A thread that has just
   been deleted is not one of them: what its memory held still stands there. */
static void count_stop(struct platform *p, struct tcb *t)
{
    struct tcb *root = tcb_at(p->kernel, p->kernel->root_thread);

    if (t->is_abandoned && (t == root || (root != NULL && vspace_of_thread(p->kernel, t) ==
                                                              vspace_of_thread(p->kernel, root))))
        p->root_error_count++;
}

/* Makes an access of a device. True: the thread goes on behind it. */
static bool access_device(struct hart *h, const struct op *op)
{
    struct platform *p = h->platform;
    uint64_t value = h->device.value;

    clock_now(p);
    if (h->device.is_store ? !device_store(p, h->device.address, h->device.size, value)
                           : !device_load(p, h->device.address, h->device.size, &value)) {
        h->stop = RV64_VM_FAULT;
        h->fault_vaddr = h->device.vaddr;
        h->cause = h->device.is_store ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS;
        return false;
    }
    if (!h->device.is_store)
        h->device.finish(h, op, value);
    h->pc = pc_of(h, op + 1);
    h->retired++;
    clock_advance(p, INSTRUCTION_NS);
    return true;
}

/* Tells the kernel why the slice has ended, if it has to know. */
static void end_slice(struct hart *h, struct tcb *t)
{
    struct platform *p = h->platform;
    bool is_call = h->stop == RV64_ECALL;

    if (h->stop == RV64_DEVICE && access_device(h, h->device.op)) {
        save_registers(h, t, false);
        return;
    }
    save_registers(h, t, is_call);
    if (h->stop == RV64_TIME)
        return;
    h->reserved_vaddr = RESERVED_NONE;
    clock_advance(p, ENTRY_COST_NS);
    if (is_call)
        kernel_syscall(p->kernel, (int64_t)t->registers[REG_A7]);
    else
        raise_fault(h);
    count_stop(p, t);
}

static void refuse_to_run(struct platform *p, struct tcb *t, uint64_t code)
{
    clock_advance(p, ENTRY_COST_NS);
    kernel_user_exception(p->kernel, EXCEPTION_NO_ENGINE, code);
    count_stop(p, t);
}

/* The thread runs for a slice. One that stands in a Lua program has lost its heap. */
static void run_thread(struct hart *h, struct tcb *t)
{
    struct platform *p = h->platform;
    uint64_t made;

    if (position_of(t) != POSITION_ELSEWHERE) {
        refuse_to_run(p, t, NO_ENGINE_LUA);
        return;
    }
    if (h->thread != t)
        h->reserved_vaddr = RESERVED_NONE;
    if (thread_find(t) != NULL)
        platform_thread_release(p, t); /* it has been a Lua thread before */
    h->thread = t;
    space_enter(h, vspace_of_thread(p->kernel, t));
    load_registers(h, t);
    run_slice(h, slice_length(p));
    made = h->slice - (uint64_t)h->left;
    h->retired += made;
    clock_advance(p, made * INSTRUCTION_NS);
    end_slice(h, t);
    clock_now(p);
    devices_update(p);
}

void rv64_engine_run(struct platform *p, struct tcb *t)
{
    struct hart *h = p->hart != NULL ? p->hart : hart_make(p);

    if (h == NULL) {
        refuse_to_run(p, t, NO_ENGINE_MEMORY);
        return;
    }
    do {
        run_thread(h, t);
        t = kernel_current(p->kernel);
    } while (t != NULL && heap_of_thread(p->kernel, t) == NULL && !clock_must_stop(p));
}
