/* SPDX-License-Identifier: MIT */
/* The machine's clock: counted in virtual time; else read from the host's timer, or asked of the
 * host program. */
#include <lauxlib.h>

#include "machine/machine.h"

#define RESULT_LIMIT 9e15 /* microseconds; below it every number fits an integer */

/* A call of one of the host program's functions, registry[p][name]. */
struct host_call {
    struct platform *platform;
    const char *name;
    lua_Integer argument;
    lua_Integer result;
    bool is_there;
};

static int call_host_function(lua_State *L)
{
    struct host_call *call = lua_touserdata(L, 1);
    lua_Number number;

    if (lua_rawgetp(L, LUA_REGISTRYINDEX, call->platform) != LUA_TTABLE)
        return 0;
    if (lua_getfield(L, -1, call->name) != LUA_TFUNCTION)
        return 0;
    call->is_there = true;
    lua_pushinteger(L, call->argument);
    lua_call(L, 1, 1);
    number = lua_tonumber(L, -1);
    if (number > 0 && number < RESULT_LIMIT)
        call->result = (lua_Integer)number;
    return 0;
}

/* False: there is no such function, or it failed. */
static bool host_call(struct host_call *call)
{
    lua_State *L = call->platform->host;
    int base;
    int status;

    if (L == NULL || !lua_checkstack(L, 4))
        return false;
    base = lua_gettop(L);
    lua_pushcfunction(L, call_host_function);
    lua_pushlightuserdata(L, call);
    status = lua_pcall(L, 1, 0, 0);
    lua_settop(L, base);
    return status == LUA_OK && call->is_there;
}

static uint64_t ns_of_us(uint64_t us)
{
    return us > UINT64_MAX / NS_PER_US ? UINT64_MAX : us * NS_PER_US;
}

static bool alarm_is_awaited(const struct platform *p)
{
    return p->rtc.is_armed && p->rtc.is_enabled;
}

void clock_advance(struct platform *p, uint64_t ns)
{
    if (p->clock == CLOCK_VIRTUAL)
        p->time_ns += ns;
}

static void ask_host_clock(struct platform *p)
{
    struct host_call call = {.platform = p, .name = "clock"};

    if (host_call(&call) && call.result > 0) {
        uint64_t now = ns_of_us((uint64_t)call.result);

        if (now > p->time_ns)
            p->time_ns = now;
    }
}

/* A tick that comes behind the first line asks anew. */
static void read_timer(struct platform *p)
{
    uint64_t now;

    __atomic_store_n(&p->ticks.unanswered, 0, __ATOMIC_RELAXED);
    now = p->ticks.timer->now_ns() - p->ticks.origin_ns;
    if (now > p->time_ns)
        p->time_ns = now;
}

uint64_t clock_now(struct platform *p)
{
    if (p->ticks.timer != NULL)
        read_timer(p);
    else if (p->clock == CLOCK_HOST)
        ask_host_clock(p);
    return p->time_ns;
}

uint64_t clock_next_event(struct platform *p)
{
    if (alarm_is_awaited(p) && p->rtc.alarm_ns < p->deadline_ns)
        return p->rtc.alarm_ns;
    return p->deadline_ns;
}

bool clock_interrupt_is_due(const struct platform *p)
{
    return p->deadline_ns <= p->time_ns || p->lines.is_one_due;
}

void clock_note(struct platform *p)
{
    uint64_t event = p->deadline_ns < p->stop_time_ns ? p->deadline_ns : p->stop_time_ns;
    bool is_read = p->rtc.is_time_read && p->clock == CLOCK_VIRTUAL;

    p->leave_ns = p->is_halted || p->lines.is_one_due ? 0 : event;
    p->ticks.due_ns = alarm_is_awaited(p) && p->rtc.alarm_ns < p->leave_ns ? p->rtc.alarm_ns
                                                                           : p->leave_ns;
    p->is_watched = event != UINT64_MAX || is_read || alarm_is_awaited(p) || p->lines.is_one_due;
}

bool clock_wait(struct platform *p, uint64_t time_ns)
{
    struct host_call call = {.platform = p, .name = "sleep"};
    uint64_t now = clock_now(p);

    if (time_ns <= now)
        return true;
    if (p->clock == CLOCK_VIRTUAL) {
        p->time_ns = time_ns;
        return true;
    }
    call.argument = (lua_Integer)((time_ns - now + NS_PER_US - 1) / NS_PER_US);
    if (!host_call(&call))
        return false;
    clock_now(p);
    return true;
}

uint64_t platform_time(struct platform *p)
{
    return clock_now(p) / NS_PER_US;
}

void platform_deadline(struct platform *p, uint64_t time)
{
    p->deadline_ns = ns_of_us(time);
    clock_note(p);
}
