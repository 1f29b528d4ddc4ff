/* SPDX-License-Identifier: MIT */
/* The host's timer in a process with several OS threads: ticks come to the thread that has started
 * it, whatever thread the system picks; and what was there before is there again. */
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "host/timer/timer.h"
#include "machine/host_timer.h"

enum { PERIOD_NS = 200000, TICKS = 200, WAIT_MS = 20000 };

static const struct host_timer *timer;
static int failure_count, check_count;

static unsigned tick_count, strange_count; /* atomic; ticks in the right thread, and in others */
static bool has_ended;                     /* atomic */
static unsigned former_count;              /* calls of the handler that was there before */

static void expect(bool is_right, const char *what)
{
    check_count++;
    failure_count += !is_right;
    if (!is_right)
        printf("FAIL %s\n", what);
}

static void tick(void *argument)
{
    const pthread_t *owner = argument;

    if (pthread_equal(*owner, pthread_self()))
        __atomic_add_fetch(&tick_count, 1, __ATOMIC_SEQ_CST);
    else
        __atomic_add_fetch(&strange_count, 1, __ATOMIC_SEQ_CST);
}

static void count_former(int signal_number)
{
    (void)signal_number;
    former_count++;
}

static bool is_blocked(void)
{
    sigset_t mask;

    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return sigismember(&mask, SIGURG) == 1;
}

static void spin_until(unsigned ticks)
{
    uint64_t end = timer->now_ns() + (uint64_t)WAIT_MS * 1000000;

    while (__atomic_load_n(&tick_count, __ATOMIC_SEQ_CST) < ticks && timer->now_ns() < end)
        continue;
}

/* A machine's thread, which was made with the signal blocked. */
static void *run_machine(void *unused)
{
    pthread_t self = pthread_self();

    (void)unused;
    for (unsigned round = 1; round <= 3; round++) {
        expect(timer->start(tick, &self, PERIOD_NS), "a free timer starts");
        expect(!timer->start(tick, &self, PERIOD_NS), "one that is in use does not");
        expect(!is_blocked(), "the signal comes through");
        spin_until(round * TICKS);
        timer->stop();
        expect(is_blocked(), "the signal is blocked as before");
    }
    __atomic_store_n(&has_ended, true, __ATOMIC_SEQ_CST);
    return NULL;
}

static void test_threads(void)
{
    struct sigaction former = {.sa_handler = count_former};
    struct sigaction now;
    sigset_t signals;
    pthread_t machine;

    sigemptyset(&former.sa_mask);
    sigaction(SIGURG, &former, NULL);
    sigemptyset(&signals);
    sigaddset(&signals, SIGURG);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    pthread_create(&machine, NULL, run_machine, NULL);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    while (!__atomic_load_n(&has_ended, __ATOMIC_SEQ_CST))
        continue; /* the system likes to send signals to the first thread */
    pthread_join(machine, NULL);
    expect(tick_count >= 3 * TICKS, "ticks come to the thread of the machine");
    expect(strange_count == 0, "and to no other");
    expect(former_count == 0, "the handler before gets none");
    sigaction(SIGURG, NULL, &now);
    expect(now.sa_handler == count_former, "the handler before is restored");
    raise(SIGURG);
    expect(former_count == 1, "and called");
}

/* sleep(us) of the module, with ticks and without. */
static void test_sleep(lua_State *L)
{
    pthread_t self = pthread_self();
    uint64_t before;

    expect(timer->start(tick, &self, PERIOD_NS), "a free timer starts");
    before = timer->now_ns();
    lua_getfield(L, -1, "sleep");
    lua_pushinteger(L, 50000);
    lua_call(L, 1, 0);
    expect(timer->now_ns() - before >= 50000000, "sleep is not cut short by ticks");
    timer->stop();
}

int main(void)
{
    lua_State *L = luaL_newstate();

    luaL_openlibs(L);
    luaL_requiref(L, "selvm_timer", luaopen_selvm_timer, 0);
    if (!lua_istable(L, -1)) {
        printf("this build has no timer: skipped\n0 passed, 0 failed\n");
        return 0;
    }
    lua_getfield(L, -1, "handle");
    timer = lua_touserdata(L, -1);
    lua_pop(L, 1);
    test_threads();
    test_sleep(L);
    lua_close(L);
    printf("%d passed, %d failed\n", check_count - failure_count, failure_count);
    return failure_count > 0;
}
