/* SPDX-License-Identifier: MIT */
/* The program's own coroutines. They differ from Lua's in one thing: when code inside one makes a
 * system call that has to wait, or is preempted, the whole chain of coroutines yields to the run
 * loop, the innermost first, and later all are resumed in the opposite order.
 *
 * A coroutine in such a state is held: it looks normal, not suspended, to the other threads of the
 * process, which share it, and none of them can resume it. */
#include "machine/lua/library.h"
#include "machine/lua/trap.h"

/* Results of resume_once other than a count of values. */
enum { HAS_FAILED = -1, HAS_LEFT = -2 };

static lua_State *coroutine_argument(lua_State *L)
{
    lua_State *co = lua_tothread(L, 1);

    luaL_argcheck(L, co != NULL, 1, "coroutine expected");
    return co;
}

static const char *status_name(lua_State *L, lua_State *co)
{
    lua_Debug record;

    if (L == co)
        return "running";
    if (state_is_held(co))
        return "normal";
    switch (lua_status(co)) {
    case LUA_YIELD:
        return "suspended";
    case LUA_OK:
        if (lua_getstack(co, 0, &record))
            return "normal"; /* it has resumed another */
        return lua_gettop(co) == 0 ? "dead" : "suspended";
    default:
        return "dead"; /* an error has ended it */
    }
}

static bool is_suspended(lua_State *L, lua_State *co)
{
    return status_name(L, co)[0] == 's';
}

/* Resumes with `arguments` values that are on co's stack. What it yields or returns is on co's
   stack then; HAS_FAILED: an error value; HAS_LEFT: it is held, and L must yield as well. */
static int resume_once(lua_State *L, lua_State *co, int arguments)
{
    struct process *process = process_of_state(L);
    struct lua_thread *thread = process->active;
    bool can_yield = lua_isyieldable(L) != 0;
    int count;
    int status;

    trap_current(L);
    thread_set_running(thread, co);
    preemption_update(co, process);
    state_set_held(co, false);
    if (!can_yield && thread->unyieldable_resumes == 0)
        thread->unyieldable = L;
    thread->unyieldable_resumes += can_yield ? 0 : 1;
    status = compat_resume(co, L, arguments, &count);
    thread_set_running(thread, L);
    thread->unyieldable_resumes -= can_yield ? 0 : 1;
    preemption_update(L, process);
    if (status != LUA_OK && status != LUA_YIELD && thread->is_killed)
        state_set_killed(co);
    if (status == LUA_YIELD && thread->request != REQUEST_NONE) {
        state_set_held(co, true);
        return HAS_LEFT;
    }
    return status == LUA_OK || status == LUA_YIELD ? count : HAS_FAILED;
}

/* Moves the arguments above `base` to a coroutine that is to be resumed for the first time or
   after a yield of its own. False: an error message is pushed instead. */
static bool give_arguments(lua_State *L, lua_State *co, int arguments)
{
    if (!is_suspended(L, co)) {
        lua_pushfstring(L, "cannot resume %s coroutine",
                        status_name(L, co)[0] == 'd' ? "dead" : "non-suspended");
        return false;
    }
    if (!lua_checkstack(co, arguments)) {
        lua_pushliteral(L, "too many arguments to resume");
        return false;
    }
    lua_xmove(L, co, arguments);
    return true;
}

/* Moves the results to L. False: an error message is pushed instead. */
static bool take_results(lua_State *L, lua_State *co, int count)
{
    if (count == HAS_FAILED) {
        lua_xmove(co, L, 1);
        return false;
    }
    if (!lua_checkstack(L, count + 1)) {
        lua_pop(co, count);
        lua_pushliteral(L, "too many results to resume");
        return false;
    }
    lua_xmove(co, L, count);
    return true;
}

/* Closes it: the handlers of its variables run on it, where nothing can yield. One that was killed
   stays as it is, with the error on its top. */
static int close(lua_State *L, lua_State *co)
{
    struct process *process = process_of_state(L);
    struct lua_thread *thread = process->active;
    int status;

    trap_current(L);
    if (state_is_killed(co))
        return LUA_ERRMEM;
    thread_set_running(thread, co);
    preemption_update(co, process);
    thread->unyieldable_resumes++;
    thread->closings++;
    status = compat_close(co);
    thread_set_running(thread, L);
    thread->unyieldable_resumes--;
    thread->closings--;
    preemption_update(L, process);
    return status;
}

/* --- resume ----------------------------------------------------------------------------------- */

static int resume_on(lua_State *L, int status, lua_KContext context);

/* `count` as resume_once gave it. */
static int finish_resume(lua_State *L, lua_State *co, int count)
{
    bool is_fine;

    if (count == HAS_LEFT)
        return lua_yieldk(L, 0, 0, resume_on);
    is_fine = take_results(L, co, count);
    lua_pushboolean(L, is_fine);
    lua_insert(L, is_fine ? -(count + 1) : -2);
    return is_fine ? count + 1 : 2;
}

/* The run loop has resumed L, so it is the held coroutine's turn. */
static int resume_on(lua_State *L, int status, lua_KContext context)
{
    lua_State *co = lua_tothread(L, 1);

    (void)status;
    (void)context;
    return finish_resume(L, co, resume_once(L, co, 0));
}

static int coroutine_resume(lua_State *L)
{
    lua_State *co = coroutine_argument(L);
    int arguments = lua_gettop(L) - 1;

    if (!give_arguments(L, co, arguments)) {
        lua_pushboolean(L, 0);
        lua_insert(L, -2);
        return 2;
    }
    return finish_resume(L, co, resume_once(L, co, arguments));
}

/* --- wrap ------------------------------------------------------------------------------------- */

static int wrap_on(lua_State *L, int status, lua_KContext context);

/* Raises the error on top, with where it was noticed if it is a text. */
static int propagate_error(lua_State *L, lua_State *co)
{
    int status = lua_status(co);

    if (status != LUA_OK && status != LUA_YIELD && compat_has_close()) {
        lua_pushvalue(L, -1); /* closing expects the error where resuming left it */
        lua_xmove(L, co, 1);
        status = close(L, co);
        if (status != LUA_OK) {
            lua_xmove(co, L, 1); /* the same error, or that of a variable's __close */
            lua_remove(L, -2);
        }
    }
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int finish_wrap(lua_State *L, lua_State *co, int count)
{
    if (count == HAS_LEFT)
        return lua_yieldk(L, 0, 0, wrap_on);
    if (!take_results(L, co, count))
        return propagate_error(L, co);
    return count;
}

static int wrap_on(lua_State *L, int status, lua_KContext context)
{
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));

    (void)status;
    (void)context;
    return finish_wrap(L, co, resume_once(L, co, 0));
}

static int wrapped(lua_State *L)
{
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    int arguments = lua_gettop(L);

    if (!give_arguments(L, co, arguments))
        return propagate_error(L, co);
    return finish_wrap(L, co, resume_once(L, co, arguments));
}

/* --- the others ------------------------------------------------------------------------------- */

static int coroutine_create(lua_State *L)
{
    lua_State *co;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    return 1;
}

static int coroutine_wrap(lua_State *L)
{
    coroutine_create(L);
    lua_pushcclosure(L, wrapped, 1);
    return 1;
}

/* Whether L is a thread's own coroutine, the one that the engine resumes. */
static bool is_outermost(lua_State *L)
{
    const struct process *process = process_of_state(L);

    return process->active != NULL && process->active->coroutine == L;
}

static int coroutine_yield(lua_State *L)
{
    if (is_outermost(L))
        luaL_error(L, "attempt to yield from outside a coroutine");
    return lua_yield(L, lua_gettop(L));
}

static int coroutine_status(lua_State *L)
{
    lua_pushstring(L, status_name(L, coroutine_argument(L)));
    return 1;
}

static int coroutine_isyieldable(lua_State *L)
{
    lua_State *co = lua_isthread(L, 1) ? lua_tothread(L, 1) : L;

    lua_pushboolean(L, lua_isyieldable(co) && !is_outermost(co));
    return 1;
}

static int coroutine_running(lua_State *L)
{
    lua_pushthread(L);
    lua_pushboolean(L, is_outermost(L));
    return 2;
}

static int coroutine_close(lua_State *L)
{
    lua_State *co = coroutine_argument(L);
    const char *status = status_name(L, co);

    if (status[0] != 's' && status[0] != 'd')
        luaL_error(L, "cannot close a %s coroutine", status);
    if (close(L, co) == LUA_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushboolean(L, 0);
    lua_xmove(co, L, 1);
    return 2;
}

void coroutine_library_push(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"create", coroutine_create},
        {"resume", coroutine_resume},
        {"running", coroutine_running},
        {"status", coroutine_status},
        {"wrap", coroutine_wrap},
        {"yield", coroutine_yield},
        {"isyieldable", coroutine_isyieldable},
        {NULL, NULL},
    };

    luaL_newlib(L, functions);
    if (compat_has_close()) {
        lua_pushcfunction(L, coroutine_close);
        lua_setfield(L, -2, "close");
    }
}
