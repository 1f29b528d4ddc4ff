/* SPDX-License-Identifier: MIT */
/* require, and the loading of a program image's modules. */
#include "machine/lua/library.h"
#include "machine/lua/time_words.h"
#include "machine/lua/trap.h"
#include "machine/lua/work.h"

/* The registry's table of modules that are being loaded, with the coroutines that do. */
static const char loading_key;

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

/* A module's text on its way to lua_load. */
struct loading {
    struct image_text text;
    struct time_words words;
};

static const char *read_text(lua_State *L, void *data, size_t *size)
{
    struct loading *loading = data;
    const char *piece = image_text_read(L, &loading->text, size);

    if (piece != NULL)
        time_words_search(&loading->words, piece, *size);
    return piece;
}

int library_load_module(lua_State *L, const struct image *image, const struct image_record *record)
{
    struct loading loading = {.text = image_text(image, record),
                              .words = time_words_begin(L)};
    luaL_Buffer buffer;
    char *name;
    int status;

    luaL_buffinit(L, &buffer);
    luaL_addchar(&buffer, '@');
    name = luaL_prepbuffsize(&buffer, record->name_length);
    if (image_copy(image, record->name, name, record->name_length))
        luaL_addsize(&buffer, record->name_length);
    luaL_pushresult(&buffer);
    work_done(process_of_state(L), record->text_length * WORK_LOAD / WORK_LOAD_BYTES);
    status = lua_load(L, read_text, &loading, lua_tostring(L, -1), "t");
    lua_remove(L, -2);
    time_words_note(L, &loading.words);
    if (!loading.text.has_failed)
        return status;
    lua_pop(L, 1);
    lua_pushliteral(L, "not all of the module's text is mapped executable");
    return LUA_ERRSYNTAX;
}

void require_open(lua_State *L)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loading_key);
    lua_pushcfunction(L, base_require);
    lua_setglobal(L, "require");
}
