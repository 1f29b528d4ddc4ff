/* SPDX-License-Identifier: MIT */
/* Fuzzes the kernel with raw system calls of a small system: any number, any registers, any IPC
 * buffer, with time and interrupts in between. After every entry all invariants must hold.
 *
 * The input is a list of entries. One byte says what it is; a call then has registers a0..a6 and
 * t0, and with another byte some words of the IPC buffer. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/input.h"
#include "tests/kernel/system.h"

enum { ENTRIES_MAX = 40, CNODE_BITS = 8, BUFFER_LENGTH = 128, SHORT_MESSAGE = 12, WORK = 3 };

static struct system s;
static uint8_t *copy_of_arena;
static struct system copy_of_system;

/* Objects of all kinds and two threads that may run, besides the root thread. */
static void populate(void)
{
    uint64_t endpoint = make(&s, ABI_TYPE_ENDPOINT, 0);

    make(&s, ABI_TYPE_NOTIFICATION, 0);
    make(&s, ABI_TYPE_CNODE, 4);
    make(&s, ABI_TYPE_UNTYPED, 14);
    make(&s, ABI_TYPE_PAGE_TABLE, 0);
    make(&s, ABI_TYPE_PAGE, 0);
    make(&s, ABI_TYPE_LUA_HEAP, 16);
    for (unsigned i = 0; i < 2; i++)
        resume(&s, make_thread(&s, (struct thread_options){.priority = 255,
                                                           .fault_handler = endpoint}));
}

/* The same system for each input: all its state lies in the arena and in the platform. */
static void begin(void)
{
    uint64_t size;

    if (copy_of_arena) {
        memcpy(s.block, copy_of_arena, s.k->memory_size);
        s = copy_of_system;
        return;
    }
    system_boot(&s, (struct system_options){.memory_mib = 2,
                                            .cnode_bits = CNODE_BITS,
                                            .work_units_per_check = WORK,
                                            .heap_bits = 0});
    populate();
    size = s.k->memory_size;
    copy_of_arena = malloc(size);
    if (!copy_of_arena)
        system_fail("the host has no memory for a copy of the system");
    memcpy(copy_of_arena, s.block, size);
    copy_of_system = s;
}

static void fill_buffer(struct input *in, struct tcb *t)
{
    uint64_t *buffer = buffer_of(&s, t);
    uint64_t first = input_number(in, 1);

    for (uint64_t i = 0; buffer && i < SHORT_MESSAGE; i++) {
        uint64_t word = input_word(in);

        if (first + i < BUFFER_LENGTH)
            buffer[first + i] = word;
    }
}

/* Message infos are mostly plausible: label, length and number of capabilities from a byte each. */
static uint64_t read_info(struct input *in, unsigned kind)
{
    uint64_t label, length;

    if (kind & 1)
        return input_word(in);
    label = input_number(in, 1);
    length = input_number(in, 1);
    return abi_info(label, 0, length >> 4 & 3, length & 15);
}

static void make_call(struct input *in, unsigned kind)
{
    struct tcb *t = current(&s);
    int64_t number = -(int64_t)input_number(in, 1);

    t->registers[REG_A0] = input_word(in);
    t->registers[REG_A1] = read_info(in, kind);
    for (unsigned i = 0; i < ABI_MESSAGE_REGISTERS; i++)
        t->registers[REG_A2 + i] = input_word(in);
    if (kind & 2) {
        t->registers[REG_A6] = input_word(in);
        t->registers[REG_T0] = input_word(in);
    }
    if (kind & 4)
        fill_buffer(in, t);
    trap(&s, kind & 8 ? (int64_t)input_word(in) : number);
}

static void enter(struct input *in)
{
    unsigned kind = (unsigned)input_number(in, 1);
    struct tcb *t = current(&s);

    if (kind >= 0xf0 || !t) {
        s.platform.time_us += input_word(in) & 0xffff;
        null_platform_raise(&s.platform, 1 + kind % 10);
        interrupt(&s);
    } else if (kind >= 0xe8) {
        t->registers[REG_PC] = t->next_pc;
        kernel_vm_fault(s.k, input_word(in), CAUSE_LOAD_ACCESS);
    } else if (kind >= 0xe0) {
        t->registers[REG_PC] = t->next_pc;
        kernel_user_exception(s.k, input_word(in), input_word(in));
    } else {
        s.platform.storm_line = kind & 0x40 ? 3 : IRQ_NONE;
        s.platform.storm_period = 1 + (kind >> 4 & 3);
        make_call(in, kind);
        s.platform.storm_line = IRQ_NONE;
    }
    system_check(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input in = {bytes, size};

    begin();
    for (unsigned i = 0; i < ENTRIES_MAX && in.left > 0 && !s.k->is_halted; i++) {
        enter(&in);
        if (s.has_trouble)
            system_fail("an invariant is broken: %s", s.report.text);
    }
    return 0;
}
