/* SPDX-License-Identifier: MIT */
/* Preemption: a hook counts the VM's instructions, lets virtual time pass, and leaves the coroutine
 * when an interrupt is due. With a host's timer nothing is counted: its tick has the hook called
 * once, at the next instruction, when something is due. Where a coroutine cannot yield, inside a
 * callback of a C function, the preemption is deferred: from then on the hook also sees functions
 * return, and after the one that ends this state it comes at the very next instruction.
 *
 * A callback that does not end would keep the processor for ever. Past a limit the thread is
 * killed: the hook raises an error, and again at every instruction, in every coroutine of the
 * thread that gets control back, so that no pcall can hold it. The thread then has a fault
 * (thread.c). */
#include "machine/lua/engine.h"
#include "machine/lua/thread.h"
#include "machine/lua/work.h"

enum {
    INSTRUCTION_NS = 1000 / INSTRUCTIONS_PER_US,
    LONG_LOOK_NS = 100000, /* with the host's clock, so long may pass between two looks */
    TICKS_PER_HOOK = 4,    /* of unanswered ticks, one sets the hook again */
    OVERSTAY_MS = 1,
    NS_PER_MS = 1000000
};

/* Notes the place now: in Lua 5.3 it must not be asked for once the hook has yielded. */
static void note_place(lua_State *L, struct lua_thread *thread)
{
    thread->innermost = L;
    if (!position_find_place(thread))
        thread->innermost = NULL;
}

static void hook(lua_State *L, lua_Debug *record);

/* --- when the hook comes ---------------------------------------------------------------------- */

/* Instructions until the clock has to be looked at: never beyond the next event, so that in virtual
   time a thread is left at the very instruction at which its time is up. */
static int instructions_to_event(const struct process *process)
{
    struct platform *p = process->platform;
    uint64_t event = clock_next_event(p);
    uint64_t left;

    if (p->stop_time_ns < event)
        event = p->stop_time_ns;
    if (event <= p->time_ns || clock_interrupt_is_due(p)) /* an alarm that has passed is no event */
        return 1;
    left = (event - p->time_ns + INSTRUCTION_NS - 1) / INSTRUCTION_NS;
    if (left >= (uint64_t)process->hook_instructions || p->clock == CLOCK_HOST)
        return process->hook_instructions;
    return (int)left;
}

/* With the host's clock and no ticks: some instructions take long, such as a comparison of long
   strings; then the hook comes more often. */
static void adapt(struct process *process, uint64_t passed_ns)
{
    if (passed_ns > LONG_LOOK_NS)
        process->hook_instructions = process->hook_instructions / 4 + 1;
    else if (passed_ns < LONG_LOOK_NS / 4 && process->hook_instructions < HOOK_INSTRUCTIONS / 2)
        process->hook_instructions *= 2;
    else if (passed_ns < LONG_LOOK_NS / 4)
        process->hook_instructions = HOOK_INSTRUCTIONS;
}

/* Sets the hook unless it is set so already: setting it begins its count anew, and what has been
   counted is lost. `count` may be less than what is set, if the count has just ended. */
static void set_hook(lua_State *L, int mask, int count)
{
    if (lua_gethookmask(L) != mask || (mask != 0 && lua_gethookcount(L) != count))
        lua_sethook(L, mask == 0 ? NULL : hook, mask, count);
}

/* Without anything deferred: the hook comes when something may be due. Between two ticks that is so
   only if the clock has been read for another reason. */
static void await_time(lua_State *L, const struct process *process)
{
    struct platform *p = process->platform;

    if (!p->ticks.are_on)
        set_hook(L, LUA_MASKCOUNT, instructions_to_event(process));
    else if (p->ticks.due_ns <= p->time_ns ||
             __atomic_load_n(&p->ticks.unanswered, __ATOMIC_RELAXED) > 0)
        set_hook(L, LUA_MASKCOUNT, 1);
    else
        set_hook(L, 0, 0);
}

/* Called by the host's timer at any moment, between any two instructions of this program. Lua lets
   hooks be set like that: it writes a few words that are right in any order and with any of them
   old, and marks the frames of the Lua functions that are active. If those are some hundred
   thousand, that takes longer than a tick; so it is done only when something is due, and not by
   every tick then, or the program would never get to the instruction at which the hook comes. */
static void tick(void *argument)
{
    struct platform *p = argument;
    lua_State *running = __atomic_load_n(&p->ticks.running_state, __ATOMIC_ACQUIRE);

    if (p->ticks.timer->now_ns() - p->ticks.origin_ns < p->ticks.due_ns)
        return;
    if (__atomic_fetch_add(&p->ticks.unanswered, 1, __ATOMIC_RELAXED) % TICKS_PER_HOOK == 0 &&
        running != NULL)
        lua_sethook(running, hook, LUA_MASKCOUNT, 1);
}

void lua_engine_start_ticks(struct platform *p)
{
    struct ticks *ticks = &p->ticks;

    platform_set_running(p, NULL);
    if (ticks->timer != NULL)
        ticks->are_on = ticks->timer->start(tick, p, ticks->period_ns);
}

void lua_engine_stop_ticks(struct platform *p)
{
    if (p->ticks.are_on)
        p->ticks.timer->stop();
    p->ticks.are_on = false;
}

/* --- what the hook does ----------------------------------------------------------------------- */

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

void preemption_raise(lua_State *L)
{
    lua_pushnil(L);
    lua_error(L);
}

/* Raises the error of a thread that is killed; the first time, keeps where it is. */
static void kill(lua_State *L, struct lua_thread *thread)
{
    size_t length;
    const char *text;

    if (!thread->has_kill_text) {
        thread->has_kill_text = true;
        thread_keep_error(thread, NULL, 0); /* if there is no memory for the next lines */
        lua_pushfstring(L, "killed: for %d ms after an interrupt it stayed inside a callback of "
                           "%s, where no switch to another thread is possible",
                        (int)OVERSTAY_MS, trap_callback_host(L));
        luaL_traceback(L, L, lua_tostring(L, -1), 0);
        text = lua_tolstring(L, -1, &length);
        thread_keep_error(thread, text, length);
    }
    preemption_raise(L);
}

/* The thread would have to be left now and cannot be. */
static void defer(const struct platform *p, struct lua_thread *thread)
{
    if (!thread->has_deferred)
        thread->deferred_since_ns = p->time_ns;
    else if (p->time_ns - thread->deferred_since_ns > (uint64_t)OVERSTAY_MS * NS_PER_MS)
        thread->is_killed = true;
    thread->has_deferred = true;
}

static void hook(lua_State *L, lua_Debug *record)
{
    struct process *process = process_of_state(L);
    struct platform *p = process->platform;

    if (process->is_collection_due) {
        process->is_collection_due = false;
        lua_gc(L, LUA_GCCOLLECT, 0);
    }
    if (record->event == LUA_HOOKCOUNT) {
        uint64_t before = p->time_ns;

        p->ticks.hook_count++;
        clock_advance(p, (uint64_t)lua_gethookcount(L) * INSTRUCTION_NS);
        clock_now(p);
        if (p->clock == CLOCK_HOST && !p->ticks.are_on)
            adapt(process, p->time_ns - before);
        devices_update(p);
    }
    if (process->active != NULL && clock_must_stop(p)) {
        if (record->event == LUA_HOOKCOUNT && !process->active->is_killed && trap_can_yield(L)) {
            preempt(L, process);
            return; /* only now, when the hook returns, the coroutine is left */
        }
        defer(p, process->active);
    }
    preemption_update(L, process);
    if (process->active != NULL && process->active->is_killed && record->event == LUA_HOOKCOUNT)
        kill(L, process->active);
}

void work_done(struct process *process, uint64_t instructions)
{
    struct platform *p = process->platform;

    if (process->active == NULL)
        return;
    clock_advance(p, instructions * INSTRUCTION_NS);
    clock_now(p);
    devices_update(p);
    if (clock_must_stop(p))
        preemption_update(process->active->running, process);
}

bool work_is_over(lua_State *L)
{
    struct process *process = process_of_state(L);
    struct lua_thread *thread = process->active;

    if (thread == NULL || (!clock_must_stop(process->platform) && !thread->is_killed))
        return false;
    if (!thread->is_killed && trap_can_yield(L))
        return true;
    defer(process->platform, thread);
    if (thread->is_killed)
        kill(L, thread);
    return false;
}

int work_leave(lua_State *L, lua_KContext context, lua_KFunction go_on)
{
    struct process *process = process_of_state(L);
    struct lua_thread *thread = process->active;

    position_set(process->platform, thread, POSITION_OF_STOP);
    thread->innermost = L;
    thread->request = REQUEST_SWITCH;
    thread->has_deferred = false;
    return lua_yieldk(L, 0, context, go_on);
}

void preemption_update(lua_State *L, const struct process *process)
{
    if (process->is_collection_due || (process->active != NULL && process->active->is_killed))
        set_hook(L, LUA_MASKCOUNT, 1);
    else if (!clock_is_watched(process->platform))
        set_hook(L, 0, 0);
    else if (process->active == NULL || !process->active->has_deferred)
        await_time(L, process);
    else if (trap_can_yield(L))
        set_hook(L, LUA_MASKCOUNT, 1);
    else
        set_hook(L, LUA_MASKCOUNT | LUA_MASKRET, HOOK_INSTRUCTIONS);
}
