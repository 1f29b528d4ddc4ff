/* SPDX-License-Identifier: MIT */
/* luaopen_selvm: the machine as a Lua module. What needs C is here, as functions of a table that
 * the Lua part (host/machine.lua) builds the module from; arguments have been checked there. */
#include "host/module.h"

#include <lualib.h>

#include "host/box.h"
#include "machine/embedded.h"
#include "kernel/check/check.h"

enum { RUN_LIMIT_BITS = 50 };

/* --- the box ---------------------------------------------------------------------------------- */

static struct box *box_check(lua_State *L)
{
    return luaL_checkudata(L, 1, BOX_NAME);
}

struct platform *box_platform(lua_State *L)
{
    struct box *box = box_check(L);

    if (box->platform == NULL)
        luaL_error(L, "the machine is closed");
    return box->platform;
}

struct platform *box_idle_platform(lua_State *L, const char *what)
{
    struct platform *p = box_platform(L);

    if (box_check(L)->is_running)
        luaL_error(L, "%s: the machine is running; wait until run() has returned", what);
    if (p->has_failed)
        luaL_error(L, "%s: the machine has failed and can only be closed", what);
    return p;
}

/* --- making ----------------------------------------------------------------------------------- */

static lua_Integer integer_field(lua_State *L, int table, const char *name)
{
    lua_Integer value;

    lua_getfield(L, table, name);
    value = luaL_checkinteger(L, -1);
    lua_pop(L, 1);
    return value;
}

/* Reads the schedule { { domain =, ticks = }, ... } in field `schedule`, if there is one. */
static void read_schedule(lua_State *L, struct machine_options *options,
                          struct domain_entry entries[DOMAIN_SCHEDULE_LENGTH])
{
    lua_Integer count;

    lua_getfield(L, 1, "schedule");
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return;
    }
    count = luaL_len(L, -1);
    luaL_argcheck(L, count >= 1 && count < DOMAIN_SCHEDULE_LENGTH, 1, "schedule too long");
    for (lua_Integer i = 0; i < count; i++) {
        lua_rawgeti(L, -1, i + 1);
        entries[i].domain = (uint64_t)integer_field(L, lua_gettop(L), "domain");
        entries[i].duration_ticks = (uint64_t)integer_field(L, lua_gettop(L), "ticks");
        lua_pop(L, 1);
    }
    options->schedule = entries;
    options->schedule_length = (uint32_t)count;
    lua_pop(L, 1);
}

static bool flag_field(lua_State *L, int table, const char *name)
{
    bool value;

    lua_getfield(L, table, name);
    value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

/* Reads what is to be loaded; its strings stay on the stack. The fields vaddr, entry and extra are
   of RISC-V code. */
static void read_image(lua_State *L, struct machine_options *options)
{
    size_t size;

    lua_getfield(L, 1, "image");
    options->image = (const uint8_t *)luaL_checklstring(L, -1, &size);
    options->image_size = size;
    options->is_riscv = lua_getfield(L, 1, "entry") != LUA_TNIL;
    if (!options->is_riscv)
        return;
    options->entry = (uint64_t)integer_field(L, 1, "entry");
    options->image_vaddr = (uint64_t)integer_field(L, 1, "vaddr");
    lua_getfield(L, 1, "extra");
    options->extra = (const uint8_t *)luaL_checklstring(L, -1, &size);
    options->extra_size = size;
}

/* Reads the host's timer, if one is given. False: it is none. */
static bool read_timer(lua_State *L, struct machine_options *options)
{
    bool is_right = lua_getfield(L, 1, "timer") == LUA_TNIL || lua_islightuserdata(L, -1);

    options->timer = is_right ? lua_touserdata(L, -1) : NULL;
    lua_pop(L, 1);
    if (options->timer != NULL)
        options->tick_period_ns = (uint64_t)integer_field(L, 1, "tick_us") * NS_PER_US;
    return is_right;
}

static int refuse_timer(lua_State *L)
{
    lua_pushnil(L);
    lua_pushliteral(L, "option 'timer': its field 'handle' is not that of selvm_timer");
    return 2;
}

/* core.create(options, hooks) -> machine, or nil and why not. options: image, vaddr, entry, extra,
   memory, heap_bits, cnode_bits, domains, schedule, mcs, trace_errors, host_clock, timer (light
   userdata) and tick_us; hooks: console, clock, sleep. */
static int core_create(lua_State *L)
{
    struct domain_entry entries[DOMAIN_SCHEDULE_LENGTH];
    struct machine_options options = {0};
    struct box *box;

    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    options.memory_size = (uint64_t)integer_field(L, 1, "memory");
    options.heap_bits = (unsigned)integer_field(L, 1, "heap_bits");
    options.cnode_bits = (unsigned)integer_field(L, 1, "cnode_bits");
    options.domain_count = (uint32_t)integer_field(L, 1, "domains");
    options.is_mcs = flag_field(L, 1, "mcs");
    options.traces_errors = flag_field(L, 1, "trace_errors");
    options.clock = flag_field(L, 1, "host_clock") ? CLOCK_HOST : CLOCK_VIRTUAL;
    if (!read_timer(L, &options))
        return refuse_timer(L);
    read_schedule(L, &options, entries);
    read_image(L, &options);
    box = lua_newuserdata(L, sizeof(*box));
    box->platform = NULL;
    box->is_running = false;
    luaL_setmetatable(L, BOX_NAME);
    lua_pushvalue(L, 2);
    lua_setuservalue(L, -2);
    box->platform = machine_create(L, &options);
    if (box->platform != NULL)
        return 1;
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

/* machine:close(): the machine is gone; closing again has no effect. */
static int core_close(lua_State *L)
{
    struct box *box = box_check(L);

    if (box->is_running)
        luaL_error(L, "close: the machine is running; wait until run() has returned");
    if (box->platform != NULL)
        machine_free(L, box->platform);
    box->platform = NULL;
    return 0;
}

/* --- running ---------------------------------------------------------------------------------- */

/* The machine may call the host program until leave(): its functions are at registry[p], and its
   state is this one. Registry and userdata then hold no cycle that keeps a machine alive. */
static void enter(lua_State *L, struct platform *p)
{
    lua_getuservalue(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, p);
    p->host = L;
}

static void leave(lua_State *L, struct platform *p)
{
    p->host = NULL;
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, p);
}

/* machine_run, to be called protected (light userdata 1: platform). */
static int run_machine(lua_State *L)
{
    static const char *const reasons[] = {
        [STOP_NONE] = "limit", [STOP_HALTED] = "halted", [STOP_IDLE] = "idle",
        [STOP_DEADLOCK] = "deadlock", [STOP_LIMIT] = "limit",
    };

    lua_pushstring(L, reasons[machine_run(lua_touserdata(L, 1))]);
    return 1;
}

/* core.run(machine, limit in microseconds or nil) -> why it stopped */
static int core_run(lua_State *L)
{
    struct platform *p = box_idle_platform(L, "run");
    struct box *box = box_check(L);
    lua_Integer limit_us = luaL_optinteger(L, 2, -1);
    int status;

    luaL_argcheck(L, limit_us < (lua_Integer)1 << RUN_LIMIT_BITS, 2, "limit too large");
    enter(L, p);
    p->stop_time_ns = UINT64_MAX;
    if (limit_us >= 0)
        p->stop_time_ns = clock_now(p) + (uint64_t)limit_us * NS_PER_US;
    clock_note(p);
    lua_pushcfunction(L, run_machine);
    lua_pushlightuserdata(L, p);
    box->is_running = true;
    machine_begin(p);
    status = lua_pcall(L, 1, 1, 0);
    machine_end(p);
    console_flush(p);
    box->is_running = false;
    leave(L, p);
    return status == LUA_OK ? 1 : lua_error(L);
}

/* core.flush(machine): what the console has collected is handed over now. */
static int core_flush(lua_State *L)
{
    struct platform *p = box_platform(L);

    if (p->host != NULL)
        console_flush(p);
    return 0;
}

/* core.raise(machine, irq) */
static int core_raise(lua_State *L)
{
    struct platform *p = box_platform(L);
    lua_Integer irq = luaL_checkinteger(L, 2);

    luaL_argcheck(L, irq >= 1 && irq <= IRQ_LINE_MAX, 2, "no such interrupt line");
    machine_raise(p, (uint32_t)irq);
    return 0;
}

/* core.input(machine, text) -> how many bytes the serial port had room for */
static int core_input(lua_State *L)
{
    struct platform *p = box_platform(L);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);

    lua_pushinteger(L, (lua_Integer)uart_receive(p, text, length));
    return 1;
}

/* core.time(machine) -> microseconds since the start */
static int core_time(lua_State *L)
{
    struct platform *p = box_platform(L);

    lua_pushinteger(L, (lua_Integer)(p->time_ns / NS_PER_US));
    return 1;
}

/* core.hook_count(machine) -> how often its programs were interrupted to look at the clock */
static int core_hook_count(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)box_platform(L)->ticks.hook_count);
    return 1;
}

/* core.check(machine) -> true, or nil and the first broken invariant */
static int core_check(lua_State *L)
{
    struct platform *p = box_idle_platform(L, "check");
    struct check_report report;

    if (kernel_check_all(p->kernel, &report)) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, report.text);
    return 2;
}

/* core.error_count(machine) -> how many threads of the root task errors have stopped */
static int core_error_count(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)box_platform(L)->root_error_count);
    return 1;
}

/* core.is_closed(machine) */
static int core_is_closed(lua_State *L)
{
    lua_pushboolean(L, box_check(L)->platform == NULL);
    return 1;
}

/* core.library(name) -> text of a module of user/, or nil */
static int core_library(lua_State *L)
{
    const struct embedded_file *file = embedded_find(embedded_user, luaL_checkstring(L, 1));

    if (file == NULL)
        return 0;
    lua_pushlstring(L, (const char *)file->text, file->length);
    return 1;
}

/* core.sdk() -> the files of the C library, { name = text } */
static int core_sdk(lua_State *L)
{
    lua_newtable(L);
    for (const struct embedded_file *file = embedded_sdk; file->name != NULL; file++) {
        lua_pushlstring(L, (const char *)file->text, file->length);
        lua_setfield(L, -2, file->name);
    }
    return 1;
}

/* --- opening ---------------------------------------------------------------------------------- */

static const luaL_Reg core_functions[] = {
    {"create", core_create},
    {"close", core_close},
    {"run", core_run},
    {"flush", core_flush},
    {"raise", core_raise},
    {"input", core_input},
    {"time", core_time},
    {"hook_count", core_hook_count},
    {"check", core_check},
    {"error_count", core_error_count},
    {"is_closed", core_is_closed},
    {"library", core_library},
    {"sdk", core_sdk},
    {"threads", describe_threads},
    {"capabilities", describe_capabilities},
    {NULL, NULL},
};

/* The table of C functions, with the machines' metatable for the Lua part to fill. */
static int open_core(lua_State *L)
{
    luaL_newlib(L, core_functions);
    luaL_newmetatable(L, BOX_NAME);
    lua_pushcfunction(L, core_close);
    lua_setfield(L, -2, "__gc");
    lua_setfield(L, -2, "metatable");
    return 1;
}

/* package.preload's function for one of host/'s Lua files; its row is the upvalue. */
static int load_embedded(lua_State *L)
{
    const struct embedded_file *file = lua_touserdata(L, lua_upvalueindex(1));
    const char *chunk_name = lua_pushfstring(L, "@%s", file->path);

    if (luaL_loadbufferx(L, (const char *)file->text, file->length, chunk_name, "t") != LUA_OK)
        return lua_error(L);
    lua_pushstring(L, file->name);
    lua_call(L, 1, 1);
    return 1;
}

int luaopen_selvm(lua_State *L)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, open_core);
    lua_setfield(L, -2, "selvm.core");
    for (const struct embedded_file *file = embedded_host; file->name != NULL; file++) {
        lua_pushlightuserdata(L, (void *)(uintptr_t)file);
        lua_pushcclosure(L, load_embedded, 1);
        lua_setfield(L, -2, file->name);
    }
    lua_pop(L, 1);
    lua_getglobal(L, "require");
    lua_pushstring(L, "selvm.machine");
    lua_call(L, 1, 1);
    return 1;
}
