/* SPDX-License-Identifier: MIT */
#include "host/terminal/terminal.h"

#include <lauxlib.h>
#include <signal.h>
#include <unistd.h>

/* A signal handler knows no state but this. */
static volatile sig_atomic_t interrupt_count;

static void count_interrupt(int signal_number)
{
    (void)signal_number;
    interrupt_count++;
}

static int is_terminal(lua_State *L)
{
    lua_pushboolean(L, isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
    return 1;
}

/* Without SA_RESTART: a read that waits for a line ends, too. */
static int catch_interrupts(lua_State *L)
{
    struct sigaction action = {.sa_handler = count_interrupt};

    if (!lua_toboolean(L, 1))
        action.sa_handler = SIG_DFL;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    return 0;
}

static int was_interrupted(lua_State *L)
{
    lua_pushboolean(L, interrupt_count > 0);
    interrupt_count = 0;
    return 1;
}

int luaopen_selvm_terminal(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"is_terminal", is_terminal},
        {"catch_interrupts", catch_interrupts},
        {"was_interrupted", was_interrupted},
        {NULL, NULL},
    };

    luaL_newlib(L, functions);
    line_editor_add(L);
    return 1;
}
