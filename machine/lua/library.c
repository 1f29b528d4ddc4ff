/* SPDX-License-Identifier: MIT */
/* The standard library as a program finds it: Lua's own, less what would let it out of its heap,
 * read bytecode or run finalizers. Where a function of Lua's needs a check first, ours does the
 * check and then calls Lua's, which it has as its upvalue. */
#include "machine/lua/library.h"

#include "machine/lua/trap.h"

/* Seed of math.random: the same in every run. */
enum { RANDOM_SEED = 42 };

/* The registry's table of modules that are being loaded, with the coroutines that do. */
static const char loading_key;

/* --- base functions ------------------------------------------------------------------------------ */

/* Calls the function that is the upvalue with all arguments; its results are ours. */
static int call_original(lua_State *L)
{
    int arguments = lua_gettop(L);

    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, arguments, LUA_MULTRET);
    return lua_gettop(L);
}

static int base_print(lua_State *L)
{
    struct platform *p = process_of_state(L)->platform;
    int count = lua_gettop(L);

    for (int i = 1; i <= count; i++) {
        size_t length;
        const char *text = luaL_tolstring(L, i, &length);

        if (i > 1)
            platform_console_put(p, '\t');
        for (size_t j = 0; j < length; j++)
            platform_console_put(p, text[j]);
        lua_pop(L, 1);
    }
    platform_console_put(p, '\n');
    return 0;
}

/* load(chunk [, chunkname [, mode [, env]]]): text only, whatever the mode says. */
static int base_load(lua_State *L)
{
    const char *mode = luaL_optstring(L, 3, "bt");
    bool allows_text = false;

    for (; *mode != '\0'; mode++)
        allows_text = allows_text || *mode == 't';
    if (!allows_text) {
        lua_pushnil(L);
        lua_pushliteral(L, "only text can be loaded: the mode must contain 't'");
        return 2;
    }
    if (lua_gettop(L) < 3)
        lua_settop(L, 3);
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    return call_original(L);
}

/* setmetatable(table, metatable): without finalizers, which would run where no hook counts. */
static int base_setmetatable(lua_State *L)
{
    if (lua_type(L, 2) == LUA_TTABLE) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL)
            luaL_argerror(L, 2, "__gc is not allowed in a metatable: there are no finalizers here");
        lua_pop(L, 1);
    }
    return call_original(L);
}

static int base_collectgarbage(lua_State *L)
{
    if (lua_rawequal(L, 1, lua_upvalueindex(2)) == 0)
        luaL_error(L, "collectgarbage: only 'count' is available; memory is collected as needed");
    lua_settop(L, 1);
    return call_original(L);
}

/* math.randomseed(): without arguments Lua would take the time of day. */
static int math_randomseed(lua_State *L)
{
    if (lua_gettop(L) == 0)
        lua_pushinteger(L, RANDOM_SEED);
    return call_original(L);
}

/* --- require ------------------------------------------------------------------------------------- */

/* The image that the process was started from, as the running thread sees it. */
static void open_own_image(lua_State *L, struct image *image, const char *name)
{
    struct process *process = process_of_state(L);
    struct tcb *t = trap_current(L);

    if (process->image_vaddr == 0 ||
        image_open(process_kernel(process), t, process->image_vaddr, image) != IMAGE_OK)
        luaL_error(L, "module '%s' not found: this process was not started from a program image, "
                      "or the image is not mapped any more", name);
}

/* Pushes a list of the image's modules for the error. */
static void push_module_names(lua_State *L, const struct image *image)
{
    luaL_Buffer buffer;
    struct image_record record;

    luaL_buffinit(L, &buffer);
    for (uint64_t i = 0; i < image->module_count && image_record(image, i, &record); i++) {
        char *bytes;

        luaL_addstring(&buffer, i == 0 ? "" : ", ");
        bytes = luaL_prepbuffsize(&buffer, record.name_length);
        if (image_copy(image, record.name, bytes, record.name_length))
            luaL_addsize(&buffer, record.name_length);
    }
    luaL_pushresult(&buffer);
}

/* Whether the coroutine may still be running the module's chunk. */
static bool is_alive(lua_State *loader)
{
    lua_Debug record;

    return lua_status(loader) == LUA_YIELD ||
           (lua_status(loader) == LUA_OK && lua_getstack(loader, 0, &record));
}

/* Refuses a module that is being loaded already; one whose coroutine has died may be tried again.
   The table of such modules is on top. */
static void check_loading(lua_State *L, const char *name)
{
    lua_State *loader;

    lua_getfield(L, -1, name);
    loader = lua_tothread(L, -1);
    lua_pop(L, 1);
    if (loader != NULL && is_alive(loader))
        luaL_error(L, "loop or previous error loading module '%s'", name);
}

/* Stack: name, loaded, loading, results of the chunk. */
static int finish_require(lua_State *L, int status, lua_KContext context)
{
    const char *name = lua_tostring(L, 1);

    (void)status;
    (void)context;
    lua_settop(L, 4);
    lua_pushnil(L);
    lua_setfield(L, 3, name);
    if (!lua_isnil(L, 4)) {
        lua_setfield(L, 2, name);
    } else if (lua_getfield(L, 2, name) == LUA_TNIL) {
        lua_pushboolean(L, 1);
        lua_setfield(L, 2, name);
    }
    lua_getfield(L, 2, name);
    return 1;
}

/* require(name): the value of a module of the program's image, loaded once. */
static int base_require(lua_State *L)
{
    size_t length;
    const char *name = luaL_checklstring(L, 1, &length);
    struct image image;
    struct image_record record;

    lua_settop(L, 1);
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    if (lua_getfield(L, 2, name) != LUA_TNIL)
        return 1;
    lua_pop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &loading_key);
    check_loading(L, name);
    open_own_image(L, &image, name);
    if (!image_find_module(&image, name, length, &record)) {
        push_module_names(L, &image);
        luaL_error(L, "module '%s' not found: the program's image has only: %s", name,
                   lua_tostring(L, -1));
    }
    if (library_load_module(L, &image, &record) != LUA_OK)
        luaL_error(L, "error loading module '%s':\n\t%s", name, lua_tostring(L, -1));
    lua_pushthread(L);
    lua_setfield(L, 3, name);
    lua_pushvalue(L, 1);
    lua_callk(L, 1, 1, 0, finish_require);
    return finish_require(L, LUA_OK, 0);
}

int library_load_module(lua_State *L, const struct image *image, const struct image_record *record)
{
    struct image_text text = image_text(image, record);
    luaL_Buffer buffer;
    char *name;
    int status;

    luaL_buffinit(L, &buffer);
    luaL_addchar(&buffer, '@');
    name = luaL_prepbuffsize(&buffer, record->name_length);
    if (image_copy(image, record->name, name, record->name_length))
        luaL_addsize(&buffer, record->name_length);
    luaL_pushresult(&buffer);
    status = lua_load(L, image_text_read, &text, lua_tostring(L, -1), "t");
    lua_remove(L, -2);
    if (!text.has_failed)
        return status;
    lua_pop(L, 1);
    lua_pushliteral(L, "not all of the module's text is mapped executable");
    return LUA_ERRSYNTAX;
}

/* --- opening ------------------------------------------------------------------------------------- */

static void remove_field(lua_State *L, const char *name)
{
    lua_pushnil(L);
    lua_setfield(L, -2, name);
}

/* Puts our function before Lua's of that name in the table on top. */
static void wrap_field(lua_State *L, const char *name, lua_CFunction ours)
{
    lua_getfield(L, -1, name);
    lua_pushliteral(L, "count"); /* base_collectgarbage compares with it */
    lua_pushcclosure(L, ours, 2);
    lua_setfield(L, -2, name);
}

static void set_function(lua_State *L, const char *name, lua_CFunction function)
{
    lua_pushcfunction(L, function);
    lua_setfield(L, -2, name);
}

static void open_base(lua_State *L)
{
    luaL_requiref(L, "_G", luaopen_base, 1);
    remove_field(L, "dofile");
    remove_field(L, "loadfile");
    remove_field(L, "warn");
    wrap_field(L, "load", base_load);
    wrap_field(L, "setmetatable", base_setmetatable);
    wrap_field(L, "collectgarbage", base_collectgarbage);
    set_function(L, "print", base_print);
    set_function(L, "require", base_require);
    lua_pop(L, 1);
}

static void open_standard(lua_State *L)
{
    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
    remove_field(L, "dump");
    luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 1);
    luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
    wrap_field(L, "randomseed", math_randomseed);
    lua_getfield(L, -1, "randomseed");
    lua_call(L, 0, 0);
    lua_pop(L, 4);
}

/* Makes the table on top a loaded module, and a global if `is_global`. */
static void set_loaded(lua_State *L, const char *name, bool is_global)
{
    if (is_global) {
        lua_pushvalue(L, -1);
        lua_setglobal(L, name);
    }
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_insert(L, -2);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

void library_open(lua_State *L)
{
    open_base(L);
    open_standard(L);
    coroutine_library_push(L);
    set_loaded(L, LUA_COLIBNAME, true);
    sel4_library_push(L);
    set_loaded(L, "seL4", false);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loading_key);
}
