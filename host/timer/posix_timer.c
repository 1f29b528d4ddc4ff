/* SPDX-License-Identifier: MIT */
#include "host/timer/timer.h"

#include <errno.h>
#include <lauxlib.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

#include "machine/host_timer.h"

enum { TICK_SIGNAL = SIGURG, NS_PER_US = 1000, NS_PER_S = 1000000000 };

#define SLEEP_US_MAX 1e15 /* 31 years */

/* A signal handler knows no state but this. */
static struct {
    bool is_taken;            /* atomic: between start and stop */
    bool is_on;               /* atomic: ticks are to be passed on; then what follows is constant */
    void (*tick)(void *argument);
    void *argument;
    pthread_t owner;          /* the thread that runs the machine */
    timer_t timer;
    struct sigaction former;
    bool was_blocked;         /* the signal, for the owner */
    unsigned handler_count;   /* atomic: handlers that run right now, in any thread */
    uint64_t tick_count;      /* atomic */
} ticks;

static struct timespec timespec_of_ns(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- ticks ------------------------------------------------------------------------------------ */

static void handle_tick(int signal_number)
{
    int error = errno;

    __atomic_add_fetch(&ticks.handler_count, 1, __ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&ticks.is_on, __ATOMIC_SEQ_CST)) {
        /* It was on its way when the last machine stopped. */
    } else if (pthread_equal(pthread_self(), ticks.owner)) {
        __atomic_add_fetch(&ticks.tick_count, 1, __ATOMIC_RELAXED);
        ticks.tick(ticks.argument);
    } else {
        pthread_kill(ticks.owner, signal_number);
    }
    __atomic_sub_fetch(&ticks.handler_count, 1, __ATOMIC_SEQ_CST);
    errno = error;
}

static sigset_t only_ticks(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, TICK_SIGNAL);
    return set;
}

static bool start_timer(uint64_t period_ns)
{
    struct timespec period = timespec_of_ns(period_ns);
    struct itimerspec times = {.it_interval = period, .it_value = period};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = TICK_SIGNAL};

    if (timer_create(CLOCK_MONOTONIC, &event, &ticks.timer) != 0)
        return false;
    if (timer_settime(ticks.timer, 0, &times, NULL) == 0)
        return true;
    timer_delete(ticks.timer);
    return false;
}

/* Ticks that are on their way to a handler are dropped, for the one before must not get them; those
   that have arrived in it are waited for. */
static void remove_handler(void)
{
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    sigset_t blocked = only_ticks();

    __atomic_store_n(&ticks.is_on, false, __ATOMIC_SEQ_CST);
    sigemptyset(&ignored.sa_mask);
    sigaction(TICK_SIGNAL, &ignored, NULL);
    while (__atomic_load_n(&ticks.handler_count, __ATOMIC_SEQ_CST) > 0)
        sched_yield();
    sigaction(TICK_SIGNAL, &ticks.former, NULL);
    if (ticks.was_blocked)
        pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    __atomic_store_n(&ticks.is_taken, false, __ATOMIC_SEQ_CST);
}

static bool start(void (*tick)(void *argument), void *argument, uint64_t period_ns)
{
    struct sigaction action = {.sa_handler = handle_tick, .sa_flags = SA_RESTART};
    sigset_t unblocked = only_ticks();
    sigset_t former_mask;

    if (__atomic_exchange_n(&ticks.is_taken, true, __ATOMIC_SEQ_CST))
        return false;
    ticks.tick = tick;
    ticks.argument = argument;
    ticks.owner = pthread_self();
    sigemptyset(&action.sa_mask);
    sigaction(TICK_SIGNAL, &action, &ticks.former);
    pthread_sigmask(SIG_UNBLOCK, &unblocked, &former_mask);
    ticks.was_blocked = sigismember(&former_mask, TICK_SIGNAL) == 1;
    __atomic_store_n(&ticks.is_on, true, __ATOMIC_SEQ_CST);
    if (start_timer(period_ns))
        return true;
    remove_handler();
    return false;
}

static void stop(void)
{
    timer_delete(ticks.timer);
    remove_handler();
}

static const struct host_timer timer = {.now_ns = now_ns, .start = start, .stop = stop};

/* --- the module ------------------------------------------------------------------------------- */

static int module_time(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)(now_ns() / NS_PER_US));
    return 1;
}

/* Ticks are blocked meanwhile, so that a machine that waits does not keep the processor awake: the
   system sends the next one only when the last has arrived. */
static int module_sleep(lua_State *L)
{
    lua_Number us = luaL_checknumber(L, 1);
    sigset_t blocked = only_ticks();
    sigset_t before;
    struct timespec end;

    luaL_argcheck(L, us >= 0 && us <= SLEEP_US_MAX, 1, "a number of microseconds is needed");
    end = timespec_of_ns(now_ns() + (uint64_t)(us * NS_PER_US));
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
        continue;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return 0;
}

static int module_ticks(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)__atomic_load_n(&ticks.tick_count, __ATOMIC_RELAXED));
    return 1;
}

int luaopen_selvm_timer(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"time", module_time},
        {"sleep", module_sleep},
        {"ticks", module_ticks},
        {NULL, NULL},
    };

    luaL_newlib(L, functions);
    lua_pushlightuserdata(L, (void *)(uintptr_t)&timer);
    lua_setfield(L, -2, "handle");
    return 1;
}
