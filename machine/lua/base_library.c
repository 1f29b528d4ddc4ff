/* SPDX-License-Identifier: MIT */
/* The basic functions that differ from Lua's. */
#include "machine/lua/library.h"
#include "machine/lua/text_buffer.h"
#include "machine/lua/time_words.h"
#include "machine/lua/trap.h"
#include "machine/lua/value.h"
#include "machine/lua/work.h"

/* --- print and tostring ----------------------------------------------------------------------- */

/* Stack: the values, and a text above them for each that has been converted. */
static int print_texts(lua_State *L, int count)
{
    struct platform *p = process_of_state(L)->platform;

    for (int i = 1; i <= count; i++) {
        size_t length;
        const char *text = lua_tolstring(L, count + i, &length);

        if (i > 1)
            platform_console_put(p, '\t');
        for (size_t j = 0; j < length; j++)
            platform_console_put(p, text[j]);
        work_pay(L, length);
    }
    platform_console_put(p, '\n');
    return 0;
}

/* `context` is how many values there are. */
static int print_on(lua_State *L, int status, lua_KContext context)
{
    int count = (int)context;

    (void)status;
    if (lua_gettop(L) > count)
        value_check_text(L);
    while (lua_gettop(L) < 2 * count) {
        value_to_text(L, lua_gettop(L) - count + 1, count, print_on);
        value_check_text(L);
    }
    return print_texts(L, count);
}

static int base_print(lua_State *L)
{
    int count = lua_gettop(L);

    luaL_checkstack(L, count + LUA_MINSTACK, "too many values to print");
    return print_on(L, LUA_OK, count);
}

static int tostring_on(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    value_check_text(L);
    return 1;
}

static int base_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    value_to_text(L, 1, 0, tostring_on);
    return tostring_on(L, LUA_OK, 0);
}

/* --- iterating -------------------------------------------------------------------------------- */

static int pairs_on(lua_State *L, int status, lua_KContext context)
{
    (void)L;
    (void)status;
    (void)context;
    return 3;
}

/* Its upvalue is next. */
static int base_pairs(lua_State *L)
{
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") == LUA_TNIL) {
        lua_pushvalue(L, lua_upvalueindex(1));
        lua_pushvalue(L, 1);
        lua_pushnil(L);
        return 3;
    }
    lua_pushvalue(L, 1);
    lua_callk(L, 1, 3, 0, pairs_on);
    return 3;
}

/* The iterator of ipairs for a table without __index. */
static int next_element(lua_State *L)
{
    lua_Integer i = (lua_Integer)((lua_Unsigned)luaL_checkinteger(L, 2) + 1);

    lua_pushinteger(L, i);
    return lua_geti(L, 1, i) == LUA_TNIL ? 1 : 2;
}

static int base_ipairs(lua_State *L)
{
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__index") == LUA_TNIL)
        lua_pushcfunction(L, next_element);
    else
        value_push_lua(L, "metamethods", "next_element");
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

/* --- xpcall ----------------------------------------------------------------------------------- */

enum { HANDLER_ERRORS_MAX = 220 }; /* Lua has room for about as many */

static int handler_on(lua_State *L, int status, lua_KContext context);

/* Calls the handler, which is in slot 2, with the error on top. `errors`: that it has raised
   itself. */
static int call_handler(lua_State *L, int errors)
{
    const struct lua_thread *thread = process_of_state(L)->active;

    if (thread != NULL && thread->is_killed)
        preemption_raise(L);
    if (errors == HANDLER_ERRORS_MAX) {
        lua_pushboolean(L, 0);
        lua_pushliteral(L, "error in error handling");
        return 2;
    }
    lua_pushvalue(L, 2);
    lua_insert(L, -2);
    return handler_on(L, lua_pcallk(L, 1, 1, 0, errors, handler_on), errors);
}

/* What the handler has returned, or raised, is on top. */
static int handler_on(lua_State *L, int status, lua_KContext context)
{
    if (status != LUA_OK && status != LUA_YIELD && status != LUA_ERRMEM)
        return call_handler(L, (int)context + 1);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

/* Stack: function, handler, true, results; or behind the handler an error. */
static int xpcall_on(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(L) - 2;
    if (status != LUA_ERRMEM)
        return call_handler(L, 0);
    lua_pushboolean(L, 0); /* as in Lua, the handler is not called for want of memory */
    lua_insert(L, -2);
    return 2;
}

/* The handler is called when the error has left the function, so that it can be left and preempted
   like any other. Nothing can tell the difference but the order of it and of __close. */
static int base_xpcall(lua_State *L)
{
    int arguments = lua_gettop(L) - 2;

    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    return xpcall_on(L, lua_pcallk(L, arguments, LUA_MULTRET, 0, 0, xpcall_on), 0);
}

/* --- load ------------------------------------------------------------------------------------- */

enum { SLOT_TEXT = 5, SLOT_STATE };

/* Compiles the text, the first of so many arguments. */
static int load_text(lua_State *L, int argument_count)
{
    struct time_words words = time_words_begin(L);
    size_t length;
    const char *text = lua_tolstring(L, 1, &length);

    time_words_search(&words, text, length);
    time_words_note(L, &words);
    work_done(process_of_state(L), length * WORK_LOAD / WORK_LOAD_BYTES);
    lua_settop(L, argument_count);
    return library_call_original(L);
}

/* Stack: reader, name, mode, environment, text, state, then what lua_pcallk left there.
   `context` is whether an environment was given. */
static int read_on(lua_State *L, int status, lua_KContext context)
{
    struct text_buffer *text = lua_touserdata(L, SLOT_STATE);

    while (lua_gettop(L) > SLOT_STATE) {
        size_t length;
        const char *piece = lua_tolstring(L, -1, &length);

        if (status != LUA_OK && status != LUA_YIELD) {
            lua_pushnil(L);
            lua_insert(L, -2);
            return 2;
        }
        if (piece == NULL && !lua_isnil(L, -1)) {
            lua_pushnil(L);
            lua_pushliteral(L, "reader function must return a string");
            return 2;
        }
        if (piece == NULL || length == 0)
            break;
        text_buffer_add(L, text, piece, length);
        lua_settop(L, SLOT_STATE);
        lua_pushvalue(L, 1);
        status = lua_pcallk(L, 0, 1, 0, context, read_on);
    }
    text_buffer_push(L, text);
    lua_replace(L, 1);
    return load_text(L, context ? 4 : 3);
}

/* Gathers the text first, piece by piece: the parser could not be left while it waits for one. */
static int load_from_reader(lua_State *L, bool has_environment)
{
    struct text_buffer *text;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    if (lua_isnil(L, 2)) {
        lua_pushliteral(L, "=(load)");
        lua_replace(L, 2);
    }
    lua_settop(L, SLOT_TEXT);
    text = lua_newuserdata(L, sizeof(*text));
    text_buffer_init(text, SLOT_TEXT);
    lua_pushvalue(L, 1);
    return read_on(L, lua_pcallk(L, 0, 1, 0, has_environment, read_on), has_environment);
}

/* load(chunk [, chunkname [, mode [, env]]]): text only, whatever the mode says. */
static int base_load(lua_State *L)
{
    const char *mode = luaL_optstring(L, 3, "bt");
    bool has_environment = !lua_isnone(L, 4);
    bool allows_text = false;

    for (; *mode != '\0'; mode++)
        allows_text = allows_text || *mode == 't';
    if (!allows_text) {
        lua_pushnil(L);
        lua_pushliteral(L, "only text can be loaded: the mode must contain 't'");
        return 2;
    }
    lua_settop(L, has_environment ? 4 : 3);
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    if (!lua_isstring(L, 1))
        return load_from_reader(L, has_environment);
    return load_text(L, has_environment ? 4 : 3);
}

/* --- others ----------------------------------------------------------------------------------- */

/* setmetatable(table, metatable): without finalizers, which would run where no hook counts. */
static int base_setmetatable(lua_State *L)
{
    if (lua_type(L, 2) == LUA_TTABLE) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL)
            luaL_argerror(L, 2, "__gc is not allowed in a metatable: there are no finalizers here");
        lua_pop(L, 1);
    }
    return library_call_original(L);
}

/* Upvalues: Lua's own, and what is allowed. */
static int base_collectgarbage(lua_State *L)
{
    if (lua_rawequal(L, 1, lua_upvalueindex(2)) == 0)
        luaL_error(L, "collectgarbage: only 'count' is available; memory is collected as needed");
    lua_settop(L, 1);
    return library_call_original(L);
}

static void open_collectgarbage(lua_State *L)
{
    lua_getfield(L, -1, "collectgarbage");
    lua_pushliteral(L, "count");
    lua_pushcclosure(L, base_collectgarbage, 2);
    lua_setfield(L, -2, "collectgarbage");
}

static void open_pairs(lua_State *L)
{
    lua_getfield(L, -1, "next");
    lua_pushcclosure(L, base_pairs, 1);
    lua_setfield(L, -2, "pairs");
}

void base_library_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"ipairs", base_ipairs}, {"print", base_print}, {"tostring", base_tostring},
        {"xpcall", base_xpcall}, {NULL, NULL},
    };

    luaL_requiref(L, "_G", luaopen_base, 1);
    library_remove(L, "dofile");
    library_remove(L, "loadfile");
    library_remove(L, "warn");
    luaL_setfuncs(L, functions, 0);
    library_wrap(L, "load", base_load);
    library_wrap(L, "setmetatable", base_setmetatable);
    open_collectgarbage(L);
    open_pairs(L);
    lua_pop(L, 1);
}
