/* SPDX-License-Identifier: MIT */
/* Debug calls, raw system calls, and what seLVM explains to programs. */
#include <string.h>

#include "kernel/cap/lookup.h"
#include "kernel/cap/names.h"
#include "kernel/entry/explain.h"
#include "machine/lua/engine.h"
#include "machine/lua/stubs.h"

enum { NAME_BYTES = sizeof(uint64_t) * MESSAGE_WORDS_MAX, TRAP_ARGUMENTS = 7, TRAP_RESULTS = 6 };

static const struct operation no_results = {.finish = trap_finish_nothing, .is_pause = true};
static const struct operation call_without_results = {.finish = trap_finish_nothing};

static int make_call(lua_State *L, const struct operation *operation, enum syscall call)
{
    return trap_syscall(L, operation, process_of_state(L)->syscall_numbers[call]);
}

/* A string, or an error that says which argument must be one. */
static const char *text_argument(lua_State *L, int index, const char *function, const char *name,
                                 size_t *length)
{
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "bad argument #%d to '%s' (%s: string expected, got %s)", index, function,
                   name, luaL_typename(L, index));
    return lua_tolstring(L, index, length);
}

static int debug_put_char(lua_State *L)
{
    uint64_t character = stub_word(L, 1, "DebugPutChar", "character");
    struct tcb *t = trap_begin(L, "DebugPutChar");

    t->registers[REG_A0] = character;
    return make_call(L, &call_without_results, SYSCALL_DEBUG_PUT_CHAR);
}

/* As many DebugPutChar calls as the text has bytes, in time, but made at once. */
static int debug_put_string(lua_State *L)
{
    struct platform *p = process_of_state(L)->platform;
    size_t length;
    const char *text;

    text = text_argument(L, 1, "DebugPutString", "text", &length);
    trap_begin(L, "DebugPutString");
    for (size_t i = 0; i < length; i++) {
        clock_advance(p, ENTRY_COST_NS);
        platform_console_put(p, text[i]);
    }
    return trap_pause(L, &no_results);
}

static int debug_dump_scheduler(lua_State *L)
{
    trap_begin(L, "DebugDumpScheduler");
    return make_call(L, &call_without_results, SYSCALL_DEBUG_DUMP_SCHEDULER);
}

static int debug_halt(lua_State *L)
{
    trap_begin(L, "DebugHalt");
    return make_call(L, &call_without_results, SYSCALL_DEBUG_HALT);
}

static int debug_snapshot(lua_State *L)
{
    trap_begin(L, "DebugSnapshot");
    return make_call(L, &call_without_results, SYSCALL_DEBUG_SNAPSHOT);
}

static int finish_cap_identify(lua_State *L, const struct operation *operation)
{
    (void)operation;
    lua_pushinteger(L, (lua_Integer)trap_current(L)->registers[REG_A0]);
    return 1;
}

static int debug_cap_identify(lua_State *L)
{
    static const struct operation operation = {.finish = finish_cap_identify};
    uint64_t cap = stub_word(L, 1, "DebugCapIdentify", "cap");
    struct tcb *t = trap_begin(L, "DebugCapIdentify");

    t->registers[REG_A0] = cap;
    return make_call(L, &operation, SYSCALL_DEBUG_CAP_IDENTIFY);
}

/* seL4.DebugNameThread(tcb, name): the name travels in the IPC buffer. */
static int debug_name_thread(lua_State *L)
{
    static const char function[] = "DebugNameThread";
    uint64_t cap = stub_word(L, 1, function, "tcb");
    struct tcb *t = trap_begin(L, function);
    struct ipc_buffer *buffer;
    const char *name;
    size_t length;

    name = text_argument(L, 2, function, "name", &length);
    buffer = stub_buffer(L, function, "the name travels in the IPC buffer");
    if (length > NAME_BYTES - 1)
        length = NAME_BYTES - 1;
    memcpy(buffer->msg, name, length);
    ((char *)buffer->msg)[length] = '\0';
    t->registers[REG_A0] = cap;
    return make_call(L, &call_without_results, SYSCALL_DEBUG_NAME_THREAD);
}

/* seL4.DebugNameCap(cap, name) -> whether the object has the name now */
static int debug_name_cap(lua_State *L)
{
    uint64_t cap = stub_word(L, 1, "DebugNameCap", "cap");
    struct kernel *k = process_of_state(L)->platform->kernel;
    struct lookup found = lookup_in_thread(k, trap_current(L), cap);
    size_t length;
    const char *name = text_argument(L, 2, "DebugNameCap", "name", &length);

    lua_pushboolean(L, found.slot != NULL && name_set(k, found.slot->cap, name, length));
    return 1;
}

/* seL4.DebugCapText(cap) -> "an Endpoint (requests), badge 7"; nil: no slot has this number */
static int debug_cap_text(lua_State *L)
{
    uint64_t cap = stub_word(L, 1, "DebugCapText", "cap");
    struct kernel *k = process_of_state(L)->platform->kernel;
    struct lookup found = lookup_in_thread(k, trap_current(L), cap);
    char text[EXPLANATION_SIZE];
    struct sentence s = {text, 0};

    if (found.slot == NULL) {
        lua_pushnil(L);
        return 1;
    }
    sentence_cap(&s, k, found.slot->cap);
    if (cap_badge(found.slot->cap) != 0) {
        sentence_text(&s, ", badge ");
        sentence_number(&s, cap_badge(found.slot->cap));
    }
    lua_pushlstring(L, text, s.length);
    return 1;
}

static int finish_trap(lua_State *L, const struct operation *operation)
{
    (void)operation;
    const struct tcb *t = trap_current(L);

    luaL_checkstack(L, TRAP_RESULTS, NULL);
    for (int i = 0; i < TRAP_RESULTS; i++)
        lua_pushinteger(L, (lua_Integer)t->registers[REG_A0 + i]);
    return TRAP_RESULTS;
}

/* seL4.Trap(number, a0..a6, t0) -> a0..a5 */
static int trap(lua_State *L)
{
    static const struct operation operation = {.finish = finish_trap};
    uint64_t number = stub_word(L, 1, "Trap", "call_number");
    struct tcb *t = trap_begin(L, "Trap");

    for (int i = 0; i < TRAP_ARGUMENTS; i++)
        t->registers[REG_A0 + i] = stub_word_or_zero(L, 2 + i, "Trap", "arguments");
    t->registers[REG_T0] = stub_word_or_zero(L, 2 + TRAP_ARGUMENTS, "Trap", "arguments");
    return trap_syscall(L, &operation, (int64_t)number);
}

/* seL4.Explain() -> why the last refused invocation was refused, or nil */
static int explain_last(lua_State *L)
{
    const struct tcb *t = trap_current(L);

    if (t->explanation[0] == '\0')
        lua_pushnil(L);
    else
        lua_pushstring(L, t->explanation);
    return 1;
}

/* seL4.DebugFaultText(tcb) -> why the thread stands: the failed lookup of its CapFault in words, or
   text and traceback of its last uncaught error; or nil */
static int debug_fault_text(lua_State *L)
{
    uint64_t cap = stub_word(L, 1, "DebugFaultText", "tcb");
    struct platform *p = process_of_state(L)->platform;
    struct lookup found = lookup_in_thread(p->kernel, trap_current(L), cap);
    struct tcb *t = NULL;
    const char *text = NULL;
    size_t length = 0;

    if (found.slot != NULL && cap_type(found.slot->cap) == CAP_TCB)
        t = tcb_at(p->kernel, found.slot->cap.tcb.object);
    if (t != NULL && t->fault.kind == FAULT_CAP) {
        lua_pushstring(L, t->explanation);
        return 1;
    }
    if (t != NULL)
        text = lua_engine_fault_text(p, t, &length);
    if (text == NULL)
        lua_pushnil(L);
    else
        lua_pushlstring(L, text, length);
    return 1;
}

void stubs_debug_set(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"DebugPutChar", debug_put_char},
        {"DebugPutString", debug_put_string},
        {"DebugDumpScheduler", debug_dump_scheduler},
        {"DebugHalt", debug_halt},
        {"DebugCapIdentify", debug_cap_identify},
        {"DebugSnapshot", debug_snapshot},
        {"DebugNameThread", debug_name_thread},
        {"DebugNameCap", debug_name_cap},
        {"DebugCapText", debug_cap_text},
        {"DebugFaultText", debug_fault_text},
        {"Explain", explain_last},
        {"Trap", trap},
        {NULL, NULL},
    };

    luaL_setfuncs(L, functions, 0);
}
