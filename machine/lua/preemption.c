/* SPDX-License-Identifier: MIT */
/* Preemption: a hook counts the VM's instructions, lets virtual time pass, and leaves the coroutine
 * when an interrupt is due. Where a coroutine cannot yield, inside a callback of a C function, the
 * hook leaves it running; it comes again soon and preempts at the first moment it can. */
#include "machine/lua/trap.h"

enum {
    HOOK_INSTRUCTIONS = 1000,
    HOOK_NS = HOOK_INSTRUCTIONS * 1000 / INSTRUCTIONS_PER_US
};

/* Notes the place now: in Lua 5.3 it must not be asked for once the hook has yielded. */
static void note_place(lua_State *L, struct lua_thread *thread)
{
    thread->innermost = L;
    if (!position_find_place(thread))
        thread->innermost = NULL;
}

static void count_hook(lua_State *L, lua_Debug *record)
{
    struct process *process = process_of_state(L);
    struct platform *p = process->platform;

    (void)record;
    clock_advance(p, HOOK_NS);
    clock_now(p);
    devices_update(p);
    if (!clock_must_stop(p) || !trap_can_yield(L))
        return;
    position_set(p, process->active, POSITION_OF_STOP);
    note_place(L, process->active);
    process->active->request = REQUEST_SWITCH;
    lua_yield(L, 0);
}

void preemption_update(lua_State *L, const struct process *process)
{
    bool is_needed = clock_is_watched(process->platform);

    if (is_needed == (lua_gethookmask(L) != 0))
        return;
    lua_sethook(L, is_needed ? count_hook : NULL, is_needed ? LUA_MASKCOUNT : 0,
                is_needed ? HOOK_INSTRUCTIONS : 0);
}
