/* SPDX-License-Identifier: MIT */
/* The kernel's state as Lua tables. Threads are found through the list of all capabilities: every
 * thread has one, or it would be gone. */
#include "abi/names.h"
#include "host/box.h"
#include "kernel/cap/cdt.h"
#include "kernel/cap/names.h"
#include "kernel/flavour.h"
#include "kernel/mcs/mcs.h"
#include "kernel/vspace/vspace.h"
#include "machine/lua/engine.h"

enum { WHERE_SIZE = 128 };

static const char *const state_names[] = {
    [THREAD_INACTIVE] = "inactive",
    [THREAD_RUNNING] = "running",
    [THREAD_RESTART] = "restarting",
    [THREAD_BLOCKED_ON_RECEIVE] = "receiving",
    [THREAD_BLOCKED_ON_SEND] = "sending",
    [THREAD_BLOCKED_ON_REPLY] = "waiting for reply",
    [THREAD_BLOCKED_ON_NOTIFICATION] = "waiting",
    [THREAD_IDLE] = "idle",
};

static const char *const type_names[CAP_TYPE_COUNT] = {
    [CAP_NULL] = "Null",
    [CAP_UNTYPED] = "Untyped",
    [CAP_ENDPOINT] = "Endpoint",
    [CAP_NOTIFICATION] = "Notification",
    [CAP_REPLY] = "Reply",
    [CAP_CNODE] = "CNode",
    [CAP_TCB] = "TCB",
    [CAP_IRQ_CONTROL] = "IRQControl",
    [CAP_IRQ_HANDLER] = "IRQHandler",
    [CAP_ZOMBIE] = "Zombie",
    [CAP_DOMAIN] = "DomainSet",
    [CAP_FRAME] = "Frame",
    [CAP_PAGE_TABLE] = "PageTable",
    [CAP_ASID_CONTROL] = "ASIDControl",
    [CAP_ASID_POOL] = "ASIDPool",
    [CAP_LUA_HEAP] = "Lua_Heap",
    [CAP_REPLY_OBJECT] = "Reply",
    [CAP_SCHED_CONTEXT] = "SchedContext",
    [CAP_SCHED_CONTROL] = "SchedControl",
};

static void set_word(lua_State *L, const char *name, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    if (text == NULL)
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static void set_flag(lua_State *L, const char *name, bool value)
{
    lua_pushboolean(L, value);
    lua_setfield(L, -2, name);
}

static void set_rights(lua_State *L, unsigned rights)
{
    char text[5];
    unsigned length = 0;

    if (rights & RIGHT_READ)
        text[length++] = 'R';
    if (rights & RIGHT_WRITE)
        text[length++] = 'W';
    if (rights & RIGHT_GRANT)
        text[length++] = 'G';
    if (rights & RIGHT_GRANT_REPLY)
        text[length++] = 'P';
    lua_pushlstring(L, text, length);
    lua_setfield(L, -2, "rights");
}

/* --- threads ---------------------------------------------------------------------------------- */

static void set_fault(lua_State *L, const struct fault *fault)
{
    if (fault->kind == FAULT_NONE)
        return;
    set_text(L, "fault", fault_names[fault->kind]);
    set_word(L, "fault_address", fault->address);
    set_word(L, "fault_code", fault->code);
}

static void set_error(lua_State *L, struct platform *p, struct tcb *t)
{
    size_t length;
    const char *text = lua_engine_fault_text(p, t, &length);

    if (text != NULL)
        lua_pushlstring(L, text, length);
    else if (t->is_abandoned)
        lua_pushfstring(L, STOPPED_BY_FAULT " (at pc %p)", (void *)(uintptr_t)t->registers[REG_PC]);
    else
        return;
    lua_setfield(L, -2, "error");
}

/* MCS: what the thread may run on, and through what it is answered. */
static void set_time(lua_State *L, const struct tcb *t)
{
    if (t->sched_context != 0)
        set_word(L, "sched_context", t->sched_context);
    set_flag(L, "awaits_budget", t->awaits_budget);
    if (t->reply != 0)
        set_word(L, "reply", t->reply);
}

static void push_thread(lua_State *L, struct platform *p, struct tcb *t)
{
    char where[WHERE_SIZE];

    lua_createtable(L, 0, 18);
    set_word(L, "address", kernel_address(p->kernel, t));
    set_text(L, "name", t->name);
    set_text(L, "state", t->has_ended ? "ended" : state_names[t->state]);
    set_word(L, "priority", t->priority);
    set_word(L, "domain", t->domain);
    set_word(L, "vspace", vspace_of_thread(p->kernel, t));
    set_text(L, "where", lua_engine_where(p, t, where, sizeof(where)));
    set_flag(L, "is_abandoned", t->is_abandoned);
    set_flag(L, "is_root", kernel_address(p->kernel, t) == p->kernel->root_thread);
    if (t->state >= THREAD_BLOCKED_ON_RECEIVE && t->state <= THREAD_BLOCKED_ON_NOTIFICATION) {
        set_word(L, "blocked_on", t->blocked_on);
        set_flag(L, "is_call", t->is_call);
    }
    if (p->kernel->flavour->has_sched_contexts)
        set_time(L, t);
    set_fault(L, &t->fault);
    if (t->fault.kind == FAULT_CAP)
        set_text(L, "explanation", t->explanation);
    set_error(L, p, t);
}

int describe_threads(lua_State *L)
{
    struct platform *p = box_idle_platform(L, "threads");
    struct kernel *k = p->kernel;
    lua_Integer count = 0;

    lua_newtable(L);
    for (struct slot *s = cdt_next(k, &k->cdt_sentinel); s; s = cdt_next(k, s)) {
        struct tcb *t = cdt_first_of_thread(k, s);

        if (t == NULL)
            continue;
        push_thread(L, p, t);
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

/* --- capabilities ----------------------------------------------------------------------------- */

static void set_frame(lua_State *L, struct cap cap)
{
    static const char *const rights[] = {[FRAME_KERNEL_ONLY] = "", [FRAME_READ_ONLY] = "R",
                                         [FRAME_READ_WRITE] = "RW"};

    set_flag(L, "is_device", cap.frame.is_device);
    set_text(L, "rights", rights[cap.frame.rights]);
    if (cap.frame.asid != 0) {
        set_word(L, "asid", cap.frame.asid);
        set_word(L, "vaddr", cap.frame.vaddr);
    }
}

/* MCS: whose time it is, and how much; times in microseconds. */
static void set_context(lua_State *L, const struct sched_context *sc)
{
    set_word(L, "budget", sc->budget);
    set_word(L, "period", sc->period == 0 ? sc->budget : sc->period);
    set_word(L, "badge", sc->badge);
    if (sc->thread != 0)
        set_word(L, "bound_thread", sc->thread);
    if (sc->notification != 0)
        set_word(L, "bound_notification", sc->notification);
}

/* What the capability's type alone has, in the table on top. */
static void set_details(lua_State *L, struct kernel *k, struct cap cap)
{
    switch (cap_type(cap)) {
    case CAP_UNTYPED:
        set_word(L, "given_out", cap.untyped.free_bytes);
        set_flag(L, "is_device", cap.untyped.is_device);
        break;
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
        set_word(L, "badge", cap.endpoint.badge);
        set_rights(L, cap.endpoint.rights);
        break;
    case CAP_REPLY:
        set_word(L, "object", cap.reply.object); /* the caller's TCB */
        set_flag(L, "is_master", cap.reply.is_master);
        break;
    case CAP_REPLY_OBJECT:
        set_flag(L, "can_grant", cap.reply_object.can_grant);
        if (reply_at(k, cap.reply_object.object)->thread != 0)
            set_word(L, "bound_thread", reply_at(k, cap.reply_object.object)->thread);
        break;
    case CAP_SCHED_CONTEXT:
        set_context(L, sched_context_at(k, cap.sched_context.object));
        break;
    case CAP_CNODE:
        set_word(L, "slot_count", UINT64_C(1) << cap.cnode.radix);
        set_word(L, "guard", cap.cnode.guard);
        set_word(L, "guard_size", cap.cnode.guard_size);
        break;
    case CAP_IRQ_HANDLER:
        set_word(L, "irq", cap.irq_handler.irq);
        break;
    case CAP_FRAME:
        set_frame(L, cap);
        break;
    case CAP_PAGE_TABLE:
        if (cap.page_table.is_mapped) {
            set_word(L, "asid", cap.page_table.asid);
            set_word(L, "vaddr", cap.page_table.vaddr);
        }
        break;
    default:
        break;
    }
}

static void push_capability(lua_State *L, struct kernel *k, const struct slot *slot)
{
    struct cap cap = slot->cap;

    lua_createtable(L, 0, 12);
    set_word(L, "slot", kernel_address(k, slot));
    set_text(L, "type", type_names[cap_type(cap)]);
    set_text(L, "name", name_of(k, cap));
    set_flag(L, "is_original", slot->node.is_revocable);
    if (cap_has_memory(cap)) {
        set_word(L, "object", cap.any.object);
        set_word(L, "size_bits", cap_size_bits(cap));
    }
    set_details(L, k, cap);
}

int describe_capabilities(lua_State *L)
{
    struct kernel *k = box_idle_platform(L, "capabilities")->kernel;
    lua_Integer count = 0;

    lua_newtable(L);
    for (struct slot *s = cdt_next(k, &k->cdt_sentinel); s; s = cdt_next(k, s)) {
        push_capability(L, k, s);
        lua_rawseti(L, -2, ++count);
    }
    lua_pushinteger(L, (lua_Integer)k->root_cnode);
    lua_pushboolean(L, k->flavour->has_sched_contexts);
    return 3;
}
