/* SPDX-License-Identifier: MIT */
#include "machine/lua/trap.h"

#include "kernel/cap/cdt.h"
#include "kernel/cap/lookup.h"
#include "kernel/flavour.h"
#include "machine/embedded.h"
#include "machine/lua/engine.h"

/* Whether the kernel entry that the registers ask for could destroy a Lua heap, maybe the very one
 * whose state is executing. The C frames of lua_resume and the stub below it would then stand on
 * memory that is the kernel's again. So such entries are made by the run loop, after the coroutine
 * has yielded. A heap goes only when a capability is deleted or revoked, when a thread's slots are
 * overwritten, or by Lua_Heap_Unbind: by invoking a CNode, a TCB, a heap, or what is in the middle
 * of deletion. What is listed here deletes at most reply and notification capabilities; nor does it
 * destroy more than itself when its own last capability is deleted. */
static bool cap_is_harmless(enum cap_type type)
{
    switch (type) {
    case CAP_NULL:
    case CAP_UNTYPED:
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_REPLY:
    case CAP_IRQ_CONTROL:
    case CAP_IRQ_HANDLER:
    case CAP_DOMAIN:
    case CAP_FRAME:
    case CAP_ASID_CONTROL:
    case CAP_REPLY_OBJECT:
    case CAP_SCHED_CONTEXT:
    case CAP_SCHED_CONTROL:
        return true;
    case CAP_CNODE:
    case CAP_TCB:
    case CAP_ZOMBIE:
    case CAP_PAGE_TABLE:
    case CAP_ASID_POOL:
    case CAP_LUA_HEAP:
    case CAP_TYPE_COUNT:
        return false;
    }
    return false;
}

/* The same of what is deleted: nothing goes with a capability that is not the last one. */
static bool deletion_is_harmless(struct kernel *k, const struct slot *slot)
{
    enum cap_type type = cap_type(slot->cap);

    return cap_is_harmless(type) || (type != CAP_ZOMBIE && !cdt_is_final(k, slot));
}

/* The same of a CNode method, which only deletes by that name. */
static bool cnode_call_is_harmless(struct kernel *k, const struct tcb *t, struct cap cnode)
{
    uint64_t depth = t->registers[REG_A3];
    struct lookup target;

    switch (invocation_method(k, message_info_label(thread_info(t)))) {
    case METHOD_CNODE_COPY:
    case METHOD_CNODE_MINT:
    case METHOD_CNODE_MOVE:
    case METHOD_CNODE_MUTATE:
    case METHOD_CNODE_ROTATE:
        return true;
    case METHOD_CNODE_DELETE:
        if (depth < 1 || depth > WORD_BITS)
            return false;
        target = lookup_resolve(k, cnode, t->registers[REG_A2], (unsigned)depth);
        return target.slot != NULL && deletion_is_harmless(k, target.slot);
    default:
        return false;
    }
}

static bool syscall_is_harmless(struct kernel *k, struct tcb *t)
{
    uint64_t number = 0 - t->registers[REG_A7];
    unsigned call = number < k->flavour->syscall_number_count
                        ? k->flavour->syscall_of_number[number]
                        : SYSCALL_NONE;
    struct lookup target;
    enum context_register where;

    if (call == SYSCALL_CALL || call == SYSCALL_SEND || call == SYSCALL_NB_SEND)
        where = REG_A0;
    else if (call == SYSCALL_NB_SEND_RECV)
        where = REG_T0;
    else if (call == SYSCALL_NB_SEND_WAIT ||
             (call == SYSCALL_REPLY_RECV && k->flavour->configuration == CONFIGURATION_MCS))
        where = REG_A6;
    else
        return true; /* classic ReplyRecv names no capability to answer through */
    target = lookup_in_thread(k, t, t->registers[where]);
    if (target.slot != NULL && cap_type(target.slot->cap) == CAP_CNODE)
        return cnode_call_is_harmless(k, t, target.slot->cap);
    return target.slot == NULL || cap_is_harmless(cap_type(target.slot->cap));
}

/* Makes the system call in the registers. False: it is one for the run loop, which has been charged
   for. */
static bool enter_syscall(struct platform *p, struct tcb *t)
{
    int64_t number = (int64_t)t->registers[REG_A7];

    clock_advance(p, ENTRY_COST_NS);
    if (!kernel_syscall_fast(p->kernel, number)) {
        if (!syscall_is_harmless(p->kernel, t))
            return false;
        kernel_syscall_slow(p->kernel, number);
    }
    devices_update(p);
    return true;
}

static int resumed(lua_State *L, int status, lua_KContext context);

/* Leaves the coroutine to the run loop. */
static int leave(lua_State *L, const struct operation *operation, enum request request)
{
    struct lua_thread *thread = process_of_state(L)->active;

    thread->request = request;
    thread->innermost = L;
    thread->has_deferred = false;
    return lua_yieldk(L, 0, (lua_KContext)(intptr_t)operation, resumed);
}

/* Whether no thread may run on from here, whoever is current. */
static bool must_stop(struct platform *p)
{
    return p->is_unwinding || clock_must_stop(p);
}

/* Whoever is to run instead of `t`, and is waiting in a coroutine of its own, is resumed from here,
   so that `t` need not yield and be resumed itself if it is answered soon. True: `t` is current
   again, and may go on; false: the run loop has to decide. */
static bool run_others(struct platform *p, const struct tcb *t)
{
    for (;;) {
        struct tcb *next = kernel_current(p->kernel);

        if (next == NULL || must_stop(p))
            return false;
        if (next == t)
            return true;
        if (!lua_engine_run_nested(p, next))
            return false;
    }
}

/* The call is to be made where no Lua code is active. If threads are below this one on the C stack,
   they all go back first, and this one comes to its call again. */
static int leave_for_syscall(lua_State *L, const struct operation *operation)
{
    struct lua_thread *thread = process_of_state(L)->active;
    struct platform *p = thread->process->platform;

    if (p->nesting == 1)
        return leave(L, operation, REQUEST_SYSCALL);
    p->is_unwinding = true;
    thread->tcb->next_pc = thread->tcb->registers[REG_PC];
    return leave(L, operation, REQUEST_SWITCH);
}

/* Makes the system call in the registers until it is done. Ends with the stub's results: after a
   yield below, each function to return from is one that the processor does not foresee. */
static int make_syscall(lua_State *L, const struct operation *operation)
{
    struct process *process = process_of_state(L);
    struct lua_thread *thread = process->active;
    struct platform *p = process->platform;
    struct tcb *t = thread->tcb;
    enum position position;

    do {
        position_set(p, thread, POSITION_OF_TRAP);
        thread->innermost = L;
        if (!enter_syscall(p, t))
            return leave_for_syscall(L, operation);
        if (!run_others(p, t))
            return leave(L, operation, REQUEST_SWITCH);
        position = position_of(t);
        if (position == POSITION_ELSEWHERE)
            return leave(L, operation, REQUEST_SWITCH);
    } while (position == POSITION_AT);
    preemption_update(L, process);
    return operation->finish(L, operation);
}

/* The run loop has resumed the coroutine in `leave`. */
static int resumed(lua_State *L, int status, lua_KContext context)
{
    const struct operation *operation = (const struct operation *)(intptr_t)context;
    struct process *process = process_of_state(L);
    struct tcb *t = process->active->tcb;

    (void)status;
    if (L != process->active->coroutine) /* the run loop has seen to the hook of that one */
        preemption_update(L, process);
    if (position_of(t) == POSITION_AFTER || operation->is_pause)
        return operation->finish(L, operation);
    kassert(position_of(t) == POSITION_AT);
    return operation->again == NULL ? make_syscall(L, operation) : operation->again(L);
}

/* A fault has been raised for the thread. */
static int after_fault(lua_State *L, const struct operation *operation)
{
    struct process *process = process_of_state(L);

    devices_update(process->platform);
    return leave(L, operation, REQUEST_SWITCH);
}

/* Pushes the name of the function on top as the libraries have it, "table.sort"; false: none
   does. */
static bool push_library_name(lua_State *L)
{
    int function = lua_gettop(L);

    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    for (lua_pushnil(L); lua_next(L, function + 1) != 0; lua_pop(L, 1)) {
        if (!lua_istable(L, -1))
            continue;
        for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
            if (!lua_rawequal(L, -1, function) || lua_type(L, -2) != LUA_TSTRING)
                continue;
            if (text_equals(lua_tostring(L, -4), "_G"))
                lua_pushvalue(L, -2);
            else
                lua_pushfstring(L, "%s.%s", lua_tostring(L, -4), lua_tostring(L, -2));
            return true;
        }
    }
    return false;
}

/* Whether a function does no harm to what it calls, so that the one wanted is behind it. */
static bool is_transparent(const char *name)
{
    return text_equals(name, "pcall") || text_equals(name, "xpcall");
}

/* Pushes the name of the C function whose callback stops `on` from yielding; false: not there. */
static bool push_callback_host(lua_State *L, lua_State *on)
{
    lua_Debug record;

    for (int level = 1; lua_getstack(on, level, &record); level++) {
        int base = lua_gettop(L);

        lua_getinfo(on, "Snf", &record);
        lua_xmove(on, L, 1);
        if (record.what[0] == 'C') {
            if (!push_library_name(L))
                lua_pushstring(L, record.name == NULL ? "a C function" : record.name);
            if (!is_transparent(lua_tostring(L, -1)))
                return true;
        }
        lua_settop(L, base);
    }
    return false;
}

const char *trap_callback_host(lua_State *L)
{
    const struct lua_thread *thread = process_of_state(L)->active;

    luaL_checkstack(L, LUA_MINSTACK, NULL);
    if (push_callback_host(L, L))
        return lua_tostring(L, -1);
    if (thread == NULL || thread->unyieldable_resumes == 0)
        return "a C function";
    if (thread->closings > 0)
        return "coroutine.close";
    lua_checkstack(thread->unyieldable, 1);
    return push_callback_host(L, thread->unyieldable) ? lua_tostring(L, -1) : "a C function";
}

struct tcb *trap_current(lua_State *L)
{
    struct process *process = process_of_state(L);

    if (process->active == NULL)
        luaL_error(L, "seL4 cannot be called here: no thread runs this code");
    return process->active->tcb;
}

void trap_refuse(lua_State *L, const char *name)
{
    trap_current(L);
    luaL_error(L, "seL4.%s cannot be called inside a callback of %s; call it before or after", name,
               trap_callback_host(L));
}

int trap_syscall(lua_State *L, const struct operation *operation, int64_t number)
{
    process_of_state(L)->active->tcb->registers[REG_A7] = (uint64_t)number;
    return make_syscall(L, operation);
}

int trap_vm_fault(lua_State *L, const struct operation *operation, uint64_t vaddr, uint64_t cause)
{
    struct process *process = process_of_state(L);

    position_set(process->platform, process->active, POSITION_OF_TRAP);
    process->active->innermost = L;
    clock_advance(process->platform, ENTRY_COST_NS);
    kernel_vm_fault(process_kernel(process), vaddr, cause);
    return after_fault(L, operation);
}

int trap_exception(lua_State *L, const struct operation *operation, uint64_t number, uint64_t code)
{
    struct process *process = process_of_state(L);

    position_set(process->platform, process->active, POSITION_OF_TRAP);
    process->active->innermost = L;
    clock_advance(process->platform, ENTRY_COST_NS);
    kernel_user_exception(process_kernel(process), number, code);
    return after_fault(L, operation);
}

int trap_pause(lua_State *L, const struct operation *operation)
{
    struct process *process = process_of_state(L);

    devices_update(process->platform);
    if (!clock_must_stop(process->platform) || !trap_can_yield(L)) {
        preemption_update(L, process); /* time may matter from now on */
        return operation->finish(L, operation);
    }
    position_set(process->platform, process->active, POSITION_OF_STOP);
    return leave(L, operation, REQUEST_SWITCH);
}

void trap_syscall_outside(struct platform *p, struct tcb *t)
{
    kernel_syscall(p->kernel, (int64_t)t->registers[REG_A7]);
    devices_update(p);
}

int trap_finish_nothing(lua_State *L, const struct operation *operation)
{
    (void)L;
    (void)operation;
    return 0;
}
