/* SPDX-License-Identifier: MIT */
/* Threads that call the kernel at random: valid calls, nearly valid ones and garbage, over objects
 * that they make and delete themselves, with time passing, interrupts and faults. After every entry
 * all invariants must hold.
 *
 *     random_calls [SEED [CALLS]]
 *
 * It runs system after system, each until nobody can run any more or its share of calls has been
 * made. A failure prints the seed, the number of the call and the last calls; the same seed gives
 * the same run. The last line is "N passed, N failed", where each system is one. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ipc/endpoint.h"
#include "tests/kernel/method_names.h"
#include "tests/kernel/random_calls.h"

enum {
    CALLS_PER_SYSTEM = 3000,
    CALLS_DEFAULT = 30000,
    SEED_DEFAULT = 1,
    LOG_SIZE = 24,
    ROOT_LINE = 96,        /* wakes the root thread (system.c) */
    QUIET_MOST = 10        /* attempts to wake somebody, when nobody runs */
};

/* An entry that was made, for the report of a failure. */
struct record {
    uint64_t number;
    int64_t call; /* 0: an event */
    const char *event;
    kaddr thread;
    uint64_t info;
    uint64_t targets[3]; /* a0, a6, t0 */
    uint64_t words[8];
    uint64_t caps[3];
};

static struct {
    uint64_t random;
    uint64_t seed;
    uint64_t calls_made;
    uint64_t calls_wanted;
    unsigned systems;
    uint64_t message_eighths; /* of this system's calls, how many are messages to threads */
    bool is_stormy;           /* in this system interrupts come in the middle of long operations */
    bool is_gentle;           /* this system's callers seldom destroy anything */
    struct record log[LOG_SIZE];
} run;

static struct system machine; /* static because a failure leaves by a jump */

/* --- chance ----------------------------------------------------------------------------------- */

/* xorshift64*: any seed but 0. */
uint64_t random_below(uint64_t limit)
{
    run.random ^= run.random >> 12;
    run.random ^= run.random << 25;
    run.random ^= run.random >> 27;
    return (run.random * UINT64_C(2685821657736338717) >> 11) % limit;
}

bool random_once_in(uint64_t n)
{
    return random_below(n) == 0;
}

/* --- what words and CPtrs are ----------------------------------------------------------------- */

static const uint8_t cap_type_of_kind[] = {
    [C_CNODE] = CAP_CNODE, [C_TCB] = CAP_TCB, [C_ENDPOINT] = CAP_ENDPOINT,
    [C_NOTIFICATION] = CAP_NOTIFICATION, [C_FRAME] = CAP_FRAME, [C_TABLE] = CAP_PAGE_TABLE,
    [C_UNTYPED] = CAP_UNTYPED, [C_IRQ_CONTROL] = CAP_IRQ_CONTROL,
    [C_IRQ_HANDLER] = CAP_IRQ_HANDLER, [C_DOMAIN] = CAP_DOMAIN,
    [C_ASID_CONTROL] = CAP_ASID_CONTROL, [C_ASID_POOL] = CAP_ASID_POOL, [C_HEAP] = CAP_LUA_HEAP,
    [C_REPLY] = CAP_REPLY, [C_REPLY_OBJECT] = CAP_REPLY_OBJECT, [C_CONTEXT] = CAP_SCHED_CONTEXT,
    [C_SCHED_CONTROL] = CAP_SCHED_CONTROL, [C_MESSAGE] = CAP_NULL, [C_HANDLER] = CAP_NULL};

static uint64_t any_slot(void)
{
    if (random_once_in(100))
        return random_below(1 << 16);
    return random_once_in(50) ? random_below(SLOT_COUNT)
                              : PLAYGROUND + random_below(ROOM);
}

/* A slot from `first` on with a capability of the type, found from a random place on; device memory
   only if there is no other. 0: none. */
static uint64_t find_from(struct system *s, uint64_t first, enum cap_type type)
{
    uint64_t count = SLOT_COUNT - first;
    uint64_t start = random_below(count);
    uint64_t found = 0;

    for (uint64_t i = 0; i < count; i++) {
        uint64_t slot = first + (start + i) % count;
        struct cap cap = root_slot(s, slot)->cap;

        if (cap_type(cap) != type)
            continue;
        found = slot;
        if (type != CAP_UNTYPED || !cap.untyped.is_device)
            break;
    }
    return found;
}

/* What the root thread needs lies below the playground, and is seldom touched. */
static uint64_t find_type(struct system *s, enum cap_type type)
{
    uint64_t found = random_once_in(300) ? 0 : find_from(s, PLAYGROUND, type);

    if (found == 0 && type != CAP_TCB && type != CAP_SCHED_CONTEXT)
        found = find_from(s, 1, type);
    return found ? found : any_slot();
}

uint64_t random_cptr(struct system *s, enum cptr_kind kind)
{
    static const uint8_t for_messages[] = {CAP_ENDPOINT, CAP_ENDPOINT, CAP_ENDPOINT,
                                           CAP_NOTIFICATION, CAP_REPLY, CAP_REPLY_OBJECT};

    if (kind == C_ANY || random_once_in(25))
        return any_slot();
    if (kind == C_CSPACE)
        return random_once_in(20) ? find_type(s, CAP_CNODE) : ROOT_CNODE;
    if (kind == C_SPACE)
        return random_once_in(8) ? find_type(s, CAP_PAGE_TABLE) : ROOT_VSPACE;
    if (kind == C_CNODE && !random_once_in(4))
        return ROOT_CNODE;
    if (kind == C_HANDLER)
        return random_once_in(3) ? 0 : find_type(s, CAP_ENDPOINT);
    if (kind == C_MESSAGE)
        return find_type(s, (enum cap_type)for_messages[random_below(sizeof(for_messages))]);
    return find_type(s, (enum cap_type)cap_type_of_kind[kind]);
}

static uint64_t garbage(void)
{
    static const uint64_t favourites[] = {0, 1, 2, 63, 64, 65, UINT64_MAX, UINT64_C(1) << 63,
                                          0x3ffffff000, 4096, 1 << 20};

    if (random_once_in(2))
        return favourites[random_below(sizeof(favourites) / sizeof(favourites[0]))];
    return random_below(UINT64_MAX) << random_below(64);
}

static uint64_t full_slot(void)
{
    uint64_t slot = PLAYGROUND + random_below(ROOM);

    while (slot < PLAYGROUND + ROOM && cap_is_null(root_slot(&machine, slot)->cap))
        slot++;
    return slot;
}

/* Mostly slots of the playground; of the others now and then, so that everything goes once. */
static uint64_t slot_word(void)
{
    if (random_once_in(1000))
        return random_below(SLOT_COUNT);
    return random_once_in(2) ? full_slot() : PLAYGROUND + random_below(ROOM);
}

static uint64_t time_word(void)
{
    uint64_t time = random_below(20) * 100 + 20;

    return random_once_in(30) ? garbage() : time;
}

static uint64_t word_of(enum word_kind kind)
{
    switch (kind) {
    case W_ANY: return garbage();
    case W_BIT: return random_below(2);
    case W_SMALL: return random_once_in(3) ? random_below(9) : 0;
    case W_SLOT: return slot_word();
    case W_DEPTH: return random_once_in(30) ? random_below(70) : 64;
    case W_RIGHTS: return random_once_in(2) ? ABI_ALL_RIGHTS : random_below(16);
    case W_BADGE: return random_below(5);
    case W_GUARD: return random_once_in(30) ? garbage() : 0;
    case W_PRIORITY: return random_once_in(30) ? random_below(300) : random_below(4) * 10;
    case W_VADDR: return random_once_in(20) ? garbage() : 0x100000 + random_below(600) * 4096;
    case W_BUFFER: return random_once_in(4) ? 0 : 0x100000 + random_below(600) * 1024;
    case W_TYPE: return random_below(ABI_TYPE_COUNT + 1);
    case W_SIZE: return random_below(15);
    case W_COUNT: return random_once_in(10) ? random_below(20) : 1;
    case W_LINE: return random_below(10);
    case W_DOMAIN: return random_below(3);
    case W_TURN: return random_once_in(8) ? 0 : random_below(5000);
    case W_BUDGET: return time_word();
    case W_PERIOD: return random_once_in(3) ? time_word() : time_word() + 2000;
    case W_REGISTERS: return random_below(34);
    }
    return 0;
}

/* --- invocations ------------------------------------------------------------------------------ */

static const struct shape shapes[] = {
    {ABI_UNTYPED_RETYPE, C_UNTYPED, 1, 6, {C_CNODE},
     {W_TYPE, W_SIZE, W_SMALL, W_DEPTH, W_SLOT, W_COUNT}},
    {ABI_UNTYPED_RETYPE, C_UNTYPED, 1, 6, {C_CNODE},
     {W_TYPE, W_SIZE, W_GUARD, W_GUARD, W_SLOT, W_COUNT}},
    {ABI_UNTYPED_RETYPE, C_UNTYPED, 1, 6, {C_CSPACE},
     {W_TYPE, W_SIZE, W_GUARD, W_GUARD, W_SLOT, W_COUNT}},
    {ABI_TCB_READ_REGISTERS, C_TCB, 0, 2, {0}, {W_BIT, W_REGISTERS}},
    {ABI_TCB_WRITE_REGISTERS, C_TCB, 0, 4, {0}, {W_BIT, W_SMALL, W_VADDR, W_ANY}},
    {ABI_TCB_COPY_REGISTERS, C_TCB, 1, 1, {C_TCB}, {W_SMALL}},
    {ABI_TCB_SET_PRIORITY, C_TCB, 1, 1, {C_TCB}, {W_PRIORITY}},
    {ABI_TCB_SET_MCPRIORITY, C_TCB, 1, 1, {C_TCB}, {W_PRIORITY}},
    {ABI_TCB_SET_IPC_BUFFER, C_TCB, 1, 1, {C_FRAME}, {W_BUFFER}},
    {ABI_TCB_SUSPEND, C_TCB, 0, 0, {0}, {0}},
    {ABI_TCB_RESUME, C_TCB, 0, 0, {0}, {0}},
    {ABI_TCB_RESUME, C_TCB, 0, 0, {0}, {0}},
    {ABI_TCB_RESUME, C_TCB, 0, 0, {0}, {0}},
    {ABI_TCB_BIND_NOTIFICATION, C_TCB, 1, 0, {C_NOTIFICATION}, {0}},
    {ABI_TCB_UNBIND_NOTIFICATION, C_TCB, 0, 0, {0}, {0}},
    {ABI_TCB_SET_TLS_BASE, C_TCB, 0, 1, {0}, {W_VADDR}},
    {ABI_TCB_SET_FLAGS, C_TCB, 0, 2, {0}, {W_SMALL, W_SMALL}},
    {ABI_CNODE_REVOKE, C_CNODE, 0, 2, {0}, {W_SLOT, W_DEPTH}},
    {ABI_CNODE_DELETE, C_CNODE, 0, 2, {0}, {W_SLOT, W_DEPTH}},
    {ABI_CNODE_DELETE, C_CNODE, 0, 2, {0}, {W_SLOT, W_DEPTH}},
    {ABI_CNODE_CANCEL_BADGED_SENDS, C_CNODE, 0, 2, {0}, {W_SLOT, W_DEPTH}},
    {ABI_CNODE_COPY, C_CNODE, 1, 5, {C_CNODE}, {W_SLOT, W_DEPTH, W_SLOT, W_DEPTH, W_RIGHTS}},
    {ABI_CNODE_COPY, C_CNODE, 1, 5, {C_CNODE}, {W_SLOT, W_DEPTH, W_SLOT, W_DEPTH, W_RIGHTS}},
    {ABI_CNODE_MINT, C_CNODE, 1, 6, {C_CNODE},
     {W_SLOT, W_DEPTH, W_SLOT, W_DEPTH, W_RIGHTS, W_BADGE}},
    {ABI_CNODE_MOVE, C_CNODE, 1, 4, {C_CNODE}, {W_SLOT, W_DEPTH, W_SLOT, W_DEPTH}},
    {ABI_CNODE_MUTATE, C_CNODE, 1, 5, {C_CNODE}, {W_SLOT, W_DEPTH, W_SLOT, W_DEPTH, W_BADGE}},
    {ABI_CNODE_ROTATE, C_CNODE, 2, 8, {C_CNODE, C_CNODE},
     {W_SLOT, W_DEPTH, W_GUARD, W_SLOT, W_DEPTH, W_GUARD, W_SLOT, W_DEPTH}},
    {ABI_IRQ_CONTROL_GET, C_IRQ_CONTROL, 1, 3, {C_CNODE}, {W_LINE, W_SLOT, W_DEPTH}},
    {ABI_IRQ_CONTROL_GET_TRIGGER, C_IRQ_CONTROL, 1, 4, {C_CNODE},
     {W_LINE, W_BIT, W_SLOT, W_DEPTH}},
    {ABI_IRQ_HANDLER_ACK, C_IRQ_HANDLER, 0, 0, {0}, {0}},
    {ABI_IRQ_HANDLER_SET_NOTIFICATION, C_IRQ_HANDLER, 1, 0, {C_NOTIFICATION}, {0}},
    {ABI_IRQ_HANDLER_CLEAR, C_IRQ_HANDLER, 0, 0, {0}, {0}},
    {ABI_DOMAIN_SET_SET, C_DOMAIN, 1, 1, {C_TCB}, {W_DOMAIN}},
    {ABI_DOMAIN_SCHEDULE_CONFIGURE, C_DOMAIN, 0, 3, {0}, {W_DOMAIN, W_DOMAIN, W_TURN}},
    {ABI_DOMAIN_SCHEDULE_SET_START, C_DOMAIN, 0, 1, {0}, {W_DOMAIN}},
    {ABI_PAGE_TABLE_MAP, C_TABLE, 1, 2, {C_SPACE}, {W_VADDR, W_SMALL}},
    {ABI_PAGE_TABLE_UNMAP, C_TABLE, 0, 0, {0}, {0}},
    {ABI_PAGE_MAP, C_FRAME, 1, 3, {C_SPACE}, {W_VADDR, W_RIGHTS, W_SMALL}},
    {ABI_PAGE_UNMAP, C_FRAME, 0, 0, {0}, {0}},
    {ABI_PAGE_GET_ADDRESS, C_FRAME, 0, 0, {0}, {0}},
    {ABI_ASID_CONTROL_MAKE_POOL, C_ASID_CONTROL, 2, 2, {C_UNTYPED, C_CNODE}, {W_SLOT, W_DEPTH}},
    {ABI_ASID_POOL_ASSIGN, C_ASID_POOL, 1, 0, {C_TABLE}, {0}},
    {ABI_HEAP_BIND, C_HEAP, 1, 0, {C_SPACE}, {0}},
    {ABI_HEAP_UNBIND, C_HEAP, 0, 0, {0}, {0}},
    {ABI_HEAP_STATS, C_HEAP, 0, 0, {0}, {0}}};

enum { SHAPE_COUNT = sizeof(shapes) / sizeof(shapes[0]) };

static const struct shape *any_shape(void)
{
    unsigned more = 0;
    uint64_t i;

    while (configuration_shapes[more].label != 0)
        more++;
    i = random_below(SHAPE_COUNT + 2 * more); /* what differs comes twice as often */
    return i < SHAPE_COUNT ? &shapes[i] : &configuration_shapes[(i - SHAPE_COUNT) % more];
}

static bool destroys(uint64_t label)
{
    return label == ABI_CNODE_REVOKE || label == ABI_CNODE_DELETE || label == ABI_CNODE_MOVE ||
           label == ABI_CNODE_MUTATE || label == ABI_CNODE_ROTATE || label == ABI_TCB_SUSPEND ||
           label == ABI_TCB_CONFIGURE || label == ABI_TCB_SET_SPACE;
}

static const struct shape *random_shape(void)
{
    const struct shape *shape = any_shape();

    while (run.is_gentle && destroys(shape->label) && !random_once_in(15))
        shape = any_shape();
    return shape;
}

/* The message that the shape describes, with a mistake now and then. */
static struct message fill(struct system *s, const struct shape *shape)
{
    struct message m = {.label = shape->label, .length = shape->word_count,
                        .extra_count = shape->cap_count};

    for (unsigned i = 0; i < shape->word_count; i++)
        m.words[i] = random_once_in(80) ? garbage() : word_of((enum word_kind)shape->words[i]);
    for (unsigned i = 0; i < shape->cap_count; i++)
        m.caps[i] = random_cptr(s, (enum cptr_kind)shape->caps[i]);
    if (random_once_in(50) && m.length > 0)
        m.length--;
    if (random_once_in(50) && m.extra_count > 0)
        m.extra_count--;
    if (random_once_in(200))
        m.label = random_below(ABI_LABEL_COUNT + 3);
    return m;
}

static int64_t prepare_invocation(struct system *s, struct tcb *t)
{
    const struct shape *shape = random_shape();
    struct message m = fill(s, shape);

    message_write(s, t, &m);
    t->registers[REG_A0] = random_cptr(s, shape->service);
    if (random_once_in(12))
        return random_once_in(2) ? ABI_SEND : ABI_NB_SEND;
    return ABI_CALL;
}

/* --- messages --------------------------------------------------------------------------------- */

static int64_t prepare_message(struct system *s, struct tcb *t)
{
    uint64_t *buffer = buffer_of(s, t);
    struct message m = {.label = random_once_in(3) ? random_below(3) : 0,
                        .length = (unsigned)random_below(random_once_in(10) ? 121 : 6),
                        .extra_count = (unsigned)(random_once_in(4) ? random_below(4) : 0)};

    for (unsigned i = 0; i < m.length && i < ABI_MESSAGE_WORDS; i++)
        m.words[i] = random_below(1 << 20);
    for (unsigned i = 0; i < m.extra_count; i++)
        m.caps[i] = any_slot();
    message_write(s, t, &m);
    if (buffer) {
        buffer[BUFFER_RECEIVE_CNODE] = ROOT_CNODE;
        buffer[BUFFER_RECEIVE_INDEX] = slot_word();
        buffer[BUFFER_RECEIVE_DEPTH] = word_of(W_DEPTH);
    }
    return random_message_call(s, t);
}

/* --- entries ---------------------------------------------------------------------------------- */

static void record(struct system *s, int64_t call, const char *event)
{
    struct record *r = &run.log[run.calls_made % LOG_SIZE];
    struct tcb *t = current(s);
    const uint64_t *buffer = t ? buffer_of(s, t) : NULL;

    *r = (struct record){.number = run.calls_made, .call = call, .event = event};
    if (!t)
        return;
    r->thread = kernel_address(s->k, t);
    r->info = t->registers[REG_A1];
    r->targets[0] = t->registers[REG_A0];
    r->targets[1] = t->registers[REG_A6];
    r->targets[2] = t->registers[REG_T0];
    for (unsigned i = 0; i < 8; i++)
        r->words[i] = i < 4 ? t->registers[REG_A2 + i] : buffer ? buffer[BUFFER_WORDS + i] : 0;
    for (unsigned i = 0; i < 3; i++)
        r->caps[i] = buffer ? buffer[BUFFER_CAPS + i] : 0;
}

/* Once: in a storm there is always another one. */
static void take_interrupt(struct system *s)
{
    if (!platform_irq_pending(&s->platform))
        return;
    kernel_interrupt(s->k);
    system_check(s);
}

static void pass_time(struct system *s)
{
    uint64_t step = random_once_in(3) ? random_below(20000) : random_below(300);
    uint64_t deadline = s->platform.deadline_us;

    record(s, 0, "time passes");
    if (random_once_in(3) && deadline != UINT64_MAX && deadline > s->platform.time_us)
        step = deadline - s->platform.time_us;
    s->platform.time_us += step;
    take_interrupt(s);
}

static void raise_line(struct system *s)
{
    record(s, 0, "a line is raised");
    null_platform_raise(&s->platform, (uint32_t)random_below(10));
    take_interrupt(s);
}

static void choose_weather(struct system *s)
{
    bool is_bad = run.is_stormy && random_once_in(2);

    s->platform.storm_line = is_bad ? (uint32_t)(1 + random_below(9)) : IRQ_NONE;
    s->platform.storm_period = (uint32_t)(1 + random_below(5));
    s->platform.time_per_question_us = is_bad ? random_below(40) : 0;
}

static void fault(struct system *s)
{
    struct tcb *t = current(s);

    record(s, 0, "a fault");
    t->registers[REG_PC] = t->next_pc;
    if (random_once_in(2))
        kernel_vm_fault(s->k, garbage(), CAUSE_LOAD_ACCESS);
    else
        kernel_user_exception(s->k, random_below(20), garbage());
    system_check(s);
}

/* The thread has been told to make its last call again, and usually it does. */
static bool makes_call_again(const struct tcb *t)
{
    return t->next_pc == t->registers[REG_PC] && (int64_t)t->registers[REG_A7] < 0 &&
           !random_once_in(8);
}

static void system_call(struct system *s)
{
    struct tcb *t = current(s);
    int64_t number = (int64_t)t->registers[REG_A7];

    if (!makes_call_again(t)) {
        number = random_once_in(100)  ? ABI_DEBUG_CAP_IDENTIFY
                 : random_once_in(25) ? ABI_YIELD
                 : random_once_in(500) ? 77
                 : random_below(8) < run.message_eighths ? prepare_message(s, t)
                                                         : prepare_invocation(s, t);
    }
    choose_weather(s);
    record(s, number, NULL);
    trap(s, number);
    s->platform.storm_line = IRQ_NONE;
}

static void enter(struct system *s)
{
    if (!current(s) || random_once_in(20)) {
        if (random_once_in(3))
            raise_line(s);
        else
            pass_time(s);
        return;
    }
    s->platform.time_us += random_below(30);
    if (random_once_in(150))
        fault(s);
    else if (random_once_in(2000))
        kernel_thread_exit(s->k);
    else
        system_call(s);
}

/* --- a system --------------------------------------------------------------------------------- */

static void populate(struct system *s)
{
    uint64_t below = s->next_slot;
    uint64_t handler = 0;

    s->next_slot = PLAYGROUND;
    for (unsigned i = 0; i < 3; i++) {
        handler = make(s, ABI_TYPE_ENDPOINT, 0);
        make(s, ABI_TYPE_NOTIFICATION, 0);
        make(s, ABI_TYPE_UNTYPED, 13);
    }
    make(s, ABI_TYPE_CNODE, 4);
    make(s, ABI_TYPE_PAGE_TABLE, 0);
    make(s, ABI_TYPE_LUA_HEAP, 16);
    random_populate(s);
    for (unsigned i = 0; i < 7; i++) {
        uint64_t tcb = make_thread(s, (struct thread_options){
                                          .priority = (uint8_t)(10 * (1 + i % 3)),
                                          .fault_handler = i % 2 ? handler : 0});

        need_success(s, invoke(s, tcb, ABI_TCB_SET_MCPRIORITY, CAPS(ROOT_TCB), WORDS(40)),
                     "giving a thread its maximum");
        random_prepare_thread(s, tcb, handler);
        if (i >= RANDOM_SERVERS)
            resume(s, tcb);
    }
    s->next_slot = below;
    root_sleep(s);
    random_start_servers(s);
}

/* The root thread takes no part, but when nobody runs any more it resumes whom it can. False: it
   cannot be woken either, the others have seen to that. */
static bool revive(struct system *s)
{
    s->platform.storm_line = IRQ_NONE;
    s->platform.time_per_question_us = 0;
    null_platform_raise(&s->platform, ROOT_LINE);
    take_interrupt(s);
    if (current(s) != s->root)
        return false;
    for (uint64_t slot = ROOT_CNODE; slot < SLOT_COUNT && current(s) == s->root; slot++)
        if (cap_type(root_slot(s, slot)->cap) == CAP_TCB &&
            (tcb_of(s, slot)->state != THREAD_BLOCKED_ON_RECEIVE || random_once_in(8)))
            invoke(s, slot, ABI_TCB_RESUME, NO_CAPS, NO_WORDS);
    if (current(s) == s->root)
        invoke(s, s->park - 1, ABI_IRQ_HANDLER_ACK, NO_CAPS, NO_WORDS);
    if (current(s) == s->root)
        receive(s, s->park);
    return true;
}

static void run_system(struct system *s)
{
    static const struct domain_entry schedule[2] = {{0, 3 * ABI_TURN}, {1, 2 * ABI_TURN}};
    bool has_domains = random_once_in(3);
    unsigned quiet = 0;

    run.message_eighths = 1 + random_below(7);
    run.is_stormy = random_once_in(2);
    run.is_gentle = !random_once_in(3);

    system_boot(s, (struct system_options){.memory_mib = 2,
                                           .cnode_bits = CNODE_BITS,
                                           .work_units_per_check = 1 + (uint32_t)random_below(8),
                                           .domain_count = has_domains ? 2 : 1,
                                           .schedule = has_domains ? schedule : NULL,
                                           .schedule_length = has_domains ? 2 : 0,
                                           .is_bare = true});
    populate(s);
    for (unsigned i = 0; i < CALLS_PER_SYSTEM; i++) {
        run.calls_made++;
        enter(s);
        if (s->has_trouble)
            system_fail("an invariant is broken: %s", s->report.text);
        quiet = current(s) ? 0 : quiet + 1;
        if (quiet == QUIET_MOST && !revive(s))
            return;
    }
}

/* --- report ----------------------------------------------------------------------------------- */

static void print_record(const struct record *r)
{
    uint64_t label = abi_info_label(r->info);

    printf("%8llu  thread %llx  ", (unsigned long long)r->number, (unsigned long long)r->thread);
    if (r->event) {
        printf("%s\n", r->event);
        return;
    }
    printf("call %lld on %llu, a6 %llu, t0 %llu: %s, %u words", (long long)r->call,
           (unsigned long long)r->targets[0], (unsigned long long)r->targets[1],
           (unsigned long long)r->targets[2], label < ABI_LABEL_COUNT ? method_names[label] : "?",
           abi_info_length(r->info));
    for (unsigned i = 0; i < 8 && i < abi_info_length(r->info); i++)
        printf(" %llx", (unsigned long long)r->words[i]);
    for (unsigned i = 0; i < 3 && i < abi_info_extra(r->info); i++)
        printf(" cap %llu", (unsigned long long)r->caps[i]);
    printf("\n");
}

static void report_failure(void)
{
    printf("FAILED seed %llu, call %llu: %s\nthe last calls:\n", (unsigned long long)run.seed,
           (unsigned long long)run.calls_made, null_platform_failure());
    for (unsigned i = 1; i <= LOG_SIZE; i++) {
        const struct record *r = &run.log[(run.calls_made + i) % LOG_SIZE];

        if (r->number != 0)
            print_record(r);
    }
}

int main(int argc, char **argv)
{
    jmp_buf escape;

    run.seed = argc > 1 ? strtoull(argv[1], NULL, 0) : SEED_DEFAULT;
    run.calls_wanted = argc > 2 ? strtoull(argv[2], NULL, 0) : CALLS_DEFAULT;
    run.random = run.seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    null_platform_catch_failures(&escape);
    if (setjmp(escape) != 0) {
        report_failure();
        printf("%u passed, 1 failed\n", run.systems);
        return 1;
    }
    while (run.calls_made < run.calls_wanted) {
        run_system(&machine);
        system_free(&machine);
        run.systems++;
    }
    printf("%u passed, 0 failed\n", run.systems);
    return 0;
}
