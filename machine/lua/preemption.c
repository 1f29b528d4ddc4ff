/* SPDX-License-Identifier: MIT */
/* Preemption: a hook counts the VM's instructions, lets virtual time pass, and leaves the coroutine
 * when an interrupt is due. Where a coroutine cannot yield, inside a callback of a C function, the
 * preemption is deferred: from then on the hook also sees functions return, and after the one that
 * ends this state it comes at the very next instruction. */
#include "machine/lua/trap.h"

enum {
    HOOK_INSTRUCTIONS = 1000, /* at most, between two looks at the clock */
    INSTRUCTION_NS = 1000 / INSTRUCTIONS_PER_US
};

/* Notes the place now: in Lua 5.3 it must not be asked for once the hook has yielded. */
static void note_place(lua_State *L, struct lua_thread *thread)
{
    thread->innermost = L;
    if (!position_find_place(thread))
        thread->innermost = NULL;
}

static void hook(lua_State *L, lua_Debug *record);

/* Instructions until the clock has to be looked at: never beyond the next event, so that in virtual
   time a thread is left at the very instruction at which its time is up. */
static int instructions_to_event(struct platform *p)
{
    uint64_t event = clock_next_event(p);
    uint64_t left;

    if (p->stop_time_ns < event)
        event = p->stop_time_ns;
    if (event <= p->time_ns)
        return 1;
    left = (event - p->time_ns + INSTRUCTION_NS - 1) / INSTRUCTION_NS;
    return left < HOOK_INSTRUCTIONS ? (int)left : HOOK_INSTRUCTIONS;
}

/* Sets the hook unless it is set so already: setting it begins its count anew, and what has been
   counted is lost. `count` may be less than what is set, if the count has just ended. */
static void set_hook(lua_State *L, int mask, int count)
{
    if (lua_gethookmask(L) != mask || (mask != 0 && lua_gethookcount(L) != count))
        lua_sethook(L, mask == 0 ? NULL : hook, mask, count);
}

/* Leaves the coroutine, from its hook. */
static void preempt(lua_State *L, struct process *process)
{
    struct lua_thread *thread = process->active;

    position_set(process->platform, thread, POSITION_OF_STOP);
    note_place(L, thread);
    thread->request = REQUEST_SWITCH;
    thread->has_deferred = false;
    lua_yield(L, 0);
}

static void hook(lua_State *L, lua_Debug *record)
{
    struct process *process = process_of_state(L);
    struct platform *p = process->platform;

    if (record->event == LUA_HOOKCOUNT) {
        clock_advance(p, (uint64_t)lua_gethookcount(L) * INSTRUCTION_NS);
        clock_now(p);
        devices_update(p);
    }
    if (process->active != NULL && clock_must_stop(p)) {
        if (record->event == LUA_HOOKCOUNT && trap_can_yield(L)) {
            preempt(L, process);
            return; /* only now, when the hook returns, the coroutine is left */
        }
        process->active->has_deferred = true;
    }
    preemption_update(L, process);
}

void preemption_update(lua_State *L, const struct process *process)
{
    if (!clock_is_watched(process->platform))
        set_hook(L, 0, 0);
    else if (process->active == NULL || !process->active->has_deferred)
        set_hook(L, LUA_MASKCOUNT, instructions_to_event(process->platform));
    else if (trap_can_yield(L))
        set_hook(L, LUA_MASKCOUNT, 1);
    else
        set_hook(L, LUA_MASKCOUNT | LUA_MASKRET, HOOK_INSTRUCTIONS);
}
