/* SPDX-License-Identifier: MIT */
/* Methods of objects: one C function for all of them. The generated table of stubs says how each
 * one's arguments travel in the message; results are the error, then the method's results, which are
 * nil if there was an error. */
#include "abi/names.h"
#include "abi/stubs.h"
#include "kernel/flavour.h"
#include "machine/embedded.h"
#include "machine/lua/stubs.h"

enum { UINT8_LIMIT = 255, STUB_WORDS_MAX = 40 };

/* A call being put together. */
struct call {
    const struct stub_method *method;
    uint64_t words[STUB_WORDS_MAX];
    uint64_t caps[EXTRA_CAPS_MAX];
};

static const struct stub_method *method_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

static bool is_register_name(const char *name)
{
    for (unsigned i = 0; i < USER_REGISTER_COUNT; i++) {
        if (text_equals(name, register_names[i]))
            return true;
    }
    return false;
}

/* The keys of the table must be names of registers: what is misspelt would silently be 0. */
static void check_register_names(lua_State *L, const char *function, int index)
{
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING && is_register_name(lua_tostring(L, -2)))
            continue;
        luaL_error(L, "bad argument #%d to '%s' (regs: there is no register '%s'; there are pc, "
                      "ra, sp, gp, s0 to s11, a0 to a7, t0 to t6 and tp)",
                   index, function, luaL_tolstring(L, -2, NULL));
    }
}

/* The table of registers at `index`, by name; absent ones are 0. */
static void read_user_context(lua_State *L, struct call *call, int index, unsigned first)
{
    const char *name = call->method->name;

    if (lua_type(L, index) != LUA_TTABLE)
        luaL_error(L, "bad argument #%d to '%s' (regs: table of registers by name expected, got %s)",
                   index, name, luaL_typename(L, index));
    check_register_names(L, name, index);
    for (unsigned i = 0; i < USER_REGISTER_COUNT; i++) {
        int is_integer = 1;

        kassert(first + i < STUB_WORDS_MAX);
        if (lua_getfield(L, index, register_names[i]) != LUA_TNIL)
            call->words[first + i] = (uint64_t)lua_tointegerx(L, -1, &is_integer);
        if (!is_integer)
            luaL_error(L, "bad argument #%d to '%s' (regs.%s: integer expected, got %s)", index, name,
                       register_names[i], luaL_typename(L, -1));
        lua_pop(L, 1);
    }
}

/* One argument into the message. */
static void read_argument(lua_State *L, struct call *call, const struct stub_param *param, int index)
{
    const char *name = call->method->name;

    kassert(param->word < STUB_WORDS_MAX);
    switch ((enum stub_kind)param->kind) {
    case STUB_WORD:
        call->words[param->word] = stub_word(L, index, name, param->name);
        return;
    case STUB_BOOL:
        call->words[param->word] |= (uint64_t)stub_bool(L, index, name, param->name)
                                    << param->shift;
        return;
    case STUB_UINT8:
        call->words[param->word] |= stub_number(L, index, name, param->name, UINT8_LIMIT)
                                    << param->shift;
        return;
    case STUB_CAP:
        kassert(param->word < EXTRA_CAPS_MAX);
        call->caps[param->word] = stub_word(L, index, name, param->name);
        return;
    case STUB_USER_CONTEXT:
        read_user_context(L, call, index, param->word);
        return;
    }
}

static void read_arguments(lua_State *L, struct call *call)
{
    int index = 2; /* the first one is _service */

    for (unsigned i = 0; i < call->method->param_count; i++) {
        const struct stub_param *param = &call->method->params[i];

        if (!param->is_out)
            read_argument(L, call, param, index++);
    }
}

/* What of the message does not fit registers. */
static void write_buffer(const struct call *call, struct ipc_buffer *buffer)
{
    for (unsigned i = MESSAGE_REGISTER_COUNT; i < call->method->length; i++)
        user_word_store(&buffer->msg[i], call->words[i]);
    for (unsigned i = 0; i < call->method->cap_count; i++)
        user_word_store(&buffer->caps_or_badges[i], call->caps[i]);
}

/* The message into registers and IPC buffer. */
static void write_message(lua_State *L, const struct call *call, struct tcb *t)
{
    const struct stub_method *method = call->method;

    for (unsigned i = 0; i < MESSAGE_REGISTER_COUNT; i++)
        t->registers[REG_A2 + i] = call->words[i];
    if (method->length > MESSAGE_REGISTER_COUNT)
        write_buffer(call, stub_buffer(L, method->name, "its message is longer than four words"));
    else if (method->cap_count > 0)
        write_buffer(call, stub_buffer(L, method->name, "its message has capabilities"));
}

/* --- results ------------------------------------------------------------------------------------- */

/* A word of the answer. */
static uint64_t answer_word(lua_State *L, const struct stub_method *method, unsigned index)
{
    if (index < MESSAGE_REGISTER_COUNT)
        return trap_current(L)->registers[REG_A2 + index];
    return user_word_load(
        &stub_buffer(L, method->name, "its answer is longer than four words")->msg[index]);
}

/* Registers by name, as many as the answer has. */
static void push_user_context(lua_State *L, const struct stub_method *method, unsigned first)
{
    uint64_t length = message_info_length(trap_current(L)->registers[REG_A1]);

    lua_createtable(L, 0, USER_REGISTER_COUNT);
    for (unsigned i = 0; i < USER_REGISTER_COUNT && first + i < length; i++) {
        lua_pushinteger(L, (lua_Integer)answer_word(L, method, first + i));
        lua_setfield(L, -2, register_names[i]);
    }
}

static void push_result(lua_State *L, const struct stub_method *method,
                        const struct stub_param *param)
{
    uint64_t word;

    if (param->kind == STUB_USER_CONTEXT) {
        push_user_context(L, method, param->word);
        return;
    }
    word = answer_word(L, method, param->word) >> param->shift & mask_bits(param->bits);
    if (param->kind == STUB_BOOL)
        lua_pushboolean(L, word != 0);
    else
        lua_pushinteger(L, (lua_Integer)word);
}

/* An error's words are left for GetMR, as libsel4 does. */
static void store_error_words(lua_State *L, const struct tcb *t)
{
    struct user_word *words = stub_message_words(L);

    for (unsigned i = 0; i < MESSAGE_REGISTER_COUNT; i++)
        user_word_store(&words[i], t->registers[REG_A2 + i]);
}

static int finish_invoke(lua_State *L, const struct operation *operation)
{
    (void)operation;
    const struct stub_method *method = method_of(L);
    const struct tcb *t = trap_current(L);
    uint64_t error = message_info_label(t->registers[REG_A1]);
    int count = 1;

    kassert(method->param_count + 3 <= LUA_MINSTACK); /* 3: a table that is being filled */
    lua_settop(L, 0);
    lua_pushinteger(L, (lua_Integer)error);
    if (error != SEL4_NO_ERROR)
        store_error_words(L, t);
    for (unsigned i = 0; i < method->param_count; i++) {
        if (!method->params[i].is_out)
            continue;
        if (error != SEL4_NO_ERROR)
            lua_pushnil(L);
        else
            push_result(L, method, &method->params[i]);
        count++;
    }
    return count;
}

static const struct operation invoke_operation = {.finish = finish_invoke};

/* Any method: upvalues are its row and its label. */
static int invoke(lua_State *L)
{
    struct call call = {.method = method_of(L)};
    const struct stub_method *method = call.method;
    struct tcb *t = trap_begin(L, method->name);
    uint64_t service = stub_word(L, 1, method->name, "_service");
    uint64_t label = (uint64_t)lua_tointeger(L, lua_upvalueindex(2));

    read_arguments(L, &call);
    write_message(L, &call, t);
    t->registers[REG_A0] = service;
    t->registers[REG_A1] = message_info_make(label, 0, method->cap_count, method->length);
    return trap_syscall(L, &invoke_operation, process_of_state(L)->syscall_numbers[SYSCALL_CALL]);
}

/* The label of a method in this configuration. */
static lua_Integer label_of(const struct flavour *flavour, unsigned method)
{
    if (method == METHOD_LUA_HEAP_BIND)
        return LABEL_LUA_HEAP_BIND;
    if (method == METHOD_LUA_HEAP_UNBIND)
        return LABEL_LUA_HEAP_UNBIND;
    if (method == METHOD_LUA_HEAP_STATS)
        return LABEL_LUA_HEAP_STATS;
    for (unsigned label = 0; label < flavour->label_count; label++) {
        if (flavour->method_of_label[label] == method)
            return (lua_Integer)label;
    }
    return 0;
}

/* The names of a method's parameters of one direction, as an array. */
static void push_names(lua_State *L, const struct stub_method *method, bool is_out)
{
    lua_Integer count = 0;

    lua_createtable(L, method->param_count, 0);
    for (unsigned i = 0; i < method->param_count; i++) {
        if ((method->params[i].is_out != 0) != is_out)
            continue;
        lua_pushstring(L, method->params[i].name);
        lua_rawseti(L, -2, ++count);
    }
}

/* seL4.Parameters(name) -> names of a method's parameters, names of its results; or nil */
static int parameters(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    unsigned configuration = process_configuration(process_of_state(L));

    for (size_t i = 0; i < STUB_METHOD_COUNT; i++) {
        if (!(stub_methods[i].configurations & configuration) ||
            !text_equals(stub_methods[i].name, name))
            continue;
        push_names(L, &stub_methods[i], false);
        push_names(L, &stub_methods[i], true);
        return 2;
    }
    lua_pushnil(L);
    return 1;
}

bool stubs_invoke_has(unsigned configuration, const char *name)
{
    for (size_t i = 0; i < STUB_METHOD_COUNT; i++) {
        if ((stub_methods[i].configurations & configuration) != 0 &&
            text_equals(stub_methods[i].name, name))
            return true;
    }
    return false;
}

void stubs_invoke_set(lua_State *L)
{
    const struct process *process = process_of_state(L);
    unsigned configuration = process_configuration(process);

    for (size_t i = 0; i < STUB_METHOD_COUNT; i++) {
        const struct stub_method *method = &stub_methods[i];

        if ((method->configurations & configuration) == 0)
            continue;
        lua_pushlightuserdata(L, (void *)(uintptr_t)method);
        lua_pushinteger(L, label_of(process_kernel(process)->flavour, method->method));
        lua_pushcclosure(L, invoke, 2);
        lua_setfield(L, -2, method->name);
    }
    lua_pushcfunction(L, parameters);
    lua_setfield(L, -2, "Parameters");
}
