/* SPDX-License-Identifier: MIT */
/* Arguments of stubs; packed words; and what the program does with its IPC buffer. */
#include "machine/lua/stubs.h"

/* --- arguments ----------------------------------------------------------------------------------- */

static int wrong_type(lua_State *L, int index, const char *function, const char *parameter,
                      const char *expected)
{
    const char *found = lua_isnone(L, index) ? "no value" : luaL_typename(L, index);

    return luaL_error(L, "bad argument #%d to '%s' (%s: %s expected, got %s)", index, function,
                      parameter, expected, found);
}

uint64_t stub_refuse_word(lua_State *L, int index, const char *function, const char *parameter)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        wrong_type(L, index, function, parameter, "number");
    luaL_error(L, "bad argument #%d to '%s' (%s: %f is not an integer)", index, function, parameter,
               lua_tonumber(L, index));
    return 0;
}

uint64_t stub_zero_or_refuse(lua_State *L, int index, const char *function, const char *parameter)
{
    return lua_isnoneornil(L, index) ? 0 : stub_refuse_word(L, index, function, parameter);
}

uint64_t stub_number(lua_State *L, int index, const char *function, const char *parameter,
                     uint64_t max)
{
    uint64_t value = stub_word(L, index, function, parameter);

    if (value > max)
        luaL_error(L, "bad argument #%d to '%s' (%s: %I is not from 0 to %I)", index, function,
                   parameter, (LUAI_UACINT)value, (LUAI_UACINT)max);
    return value;
}

bool stub_bool(lua_State *L, int index, const char *function, const char *parameter)
{
    if (lua_isboolean(L, index))
        return lua_toboolean(L, index);
    if (lua_type(L, index) != LUA_TNUMBER)
        wrong_type(L, index, function, parameter, "boolean");
    return stub_number(L, index, function, parameter, 1) == 1;
}

static struct ipc_buffer *find_buffer(lua_State *L)
{
    struct tcb *t = trap_current(L);

    return tcb_buffer(process_kernel(process_of_state(L)), t, BUFFER_WRITE);
}

struct ipc_buffer *stub_buffer(lua_State *L, const char *function, const char *what)
{
    struct ipc_buffer *buffer = find_buffer(L);

    if (buffer == NULL)
        luaL_error(L, "seL4.%s: %s, but this thread has no IPC buffer; give it one with "
                      "TCB_Configure or TCB_SetIPCBuffer", function, what);
    return buffer;
}

struct user_word *stub_message_words(lua_State *L)
{
    struct ipc_buffer *buffer = find_buffer(L);

    if (buffer != NULL)
        return buffer->msg;
    return (struct user_word *)&trap_current(L)->engine[ENGINE_MESSAGE];
}

static int push_word(lua_State *L, uint64_t word)
{
    lua_pushinteger(L, (lua_Integer)word);
    return 1;
}

/* --- packed words -------------------------------------------------------------------------------- */

static int message_info_new(lua_State *L)
{
    static const char name[] = "MessageInfo_new";
    uint64_t label = stub_number(L, 1, name, "label", mask_bits(52));
    uint64_t unwrapped = stub_number(L, 2, name, "caps_unwrapped", 7);
    uint64_t caps = stub_number(L, 3, name, "extra_caps", EXTRA_CAPS_MAX);

    return push_word(L, message_info_make(label, unwrapped, caps,
                                          stub_number(L, 4, name, "length", 127)));
}

static int message_info_get_label(lua_State *L)
{
    return push_word(L, message_info_label(stub_word(L, 1, "MessageInfo_get_label", "info")));
}

static int message_info_get_caps_unwrapped(lua_State *L)
{
    uint64_t info = stub_word(L, 1, "MessageInfo_get_capsUnwrapped", "info");

    return push_word(L, message_info_caps_unwrapped(info));
}

static int message_info_get_extra_caps(lua_State *L)
{
    uint64_t info = stub_word(L, 1, "MessageInfo_get_extraCaps", "info");

    return push_word(L, message_info_extra_caps(info));
}

static int message_info_get_length(lua_State *L)
{
    return push_word(L, message_info_length(stub_word(L, 1, "MessageInfo_get_length", "info")));
}

static int cap_rights_new(lua_State *L)
{
    static const char name[] = "CapRights_new";
    bool grant_reply = stub_bool(L, 1, name, "grant_reply");
    bool grant = stub_bool(L, 2, name, "grant");
    bool read = stub_bool(L, 3, name, "read");

    return push_word(L, rights_make(grant_reply, grant, read, stub_bool(L, 4, name, "write")));
}

static int cap_data_new(lua_State *L)
{
    static const char name[] = "CNode_CapData_new";
    uint64_t guard = stub_number(L, 1, name, "guard", mask_bits(58));

    return push_word(L, cap_data_make(guard, stub_number(L, 2, name, "guard_size", 63)));
}

/* --- the IPC buffer ------------------------------------------------------------------------------ */

/* Message word `index`, in the buffer or, for the first ones, where there is none. */
static struct user_word *message_word(lua_State *L, const char *function)
{
    uint64_t index = stub_number(L, 1, function, "i", MESSAGE_WORDS_MAX - 1);

    if (index < MESSAGE_REGISTER_COUNT)
        return stub_message_words(L) + index;
    return stub_buffer(L, function, "message words from 4 on are in the IPC buffer")->msg + index;
}

static int set_mr(lua_State *L)
{
    struct user_word *word = message_word(L, "SetMR");

    user_word_store(word, stub_word(L, 2, "SetMR", "word"));
    return 0;
}

static int get_mr(lua_State *L)
{
    return push_word(L, user_word_load(message_word(L, "GetMR")));
}

static struct user_word *cap_word(lua_State *L, const char *function)
{
    uint64_t index = stub_number(L, 1, function, "i", EXTRA_CAPS_MAX - 1);

    return stub_buffer(L, function, "capabilities of a message are in the IPC buffer")
               ->caps_or_badges + index;
}

static int set_cap(lua_State *L)
{
    struct user_word *word = cap_word(L, "SetCap");

    user_word_store(word, stub_word(L, 2, "SetCap", "cap"));
    return 0;
}

static int get_cap(lua_State *L)
{
    return push_word(L, user_word_load(cap_word(L, "GetCap")));
}

static int get_badge(lua_State *L)
{
    return push_word(L, user_word_load(cap_word(L, "GetBadge")));
}

static int set_user_data(lua_State *L)
{
    uint64_t word = stub_word(L, 1, "SetUserData", "user_data");

    user_word_store(&stub_buffer(L, "SetUserData", "the word is in the IPC buffer")->user_data,
                    word);
    return 0;
}

static int get_user_data(lua_State *L)
{
    static const char what[] = "the word is in the IPC buffer";

    return push_word(L, user_word_load(&stub_buffer(L, "GetUserData", what)->user_data));
}

static int set_cap_receive_path(lua_State *L)
{
    static const char name[] = "SetCapReceivePath";
    uint64_t cnode = stub_word(L, 1, name, "receive_cnode");
    uint64_t index = stub_word(L, 2, name, "receive_index");
    uint64_t depth = stub_word(L, 3, name, "receive_depth");
    struct ipc_buffer *buffer = stub_buffer(L, name, "the path is in the IPC buffer");

    user_word_store(&buffer->receive_cnode, cnode);
    user_word_store(&buffer->receive_index, index);
    user_word_store(&buffer->receive_depth, depth);
    return 0;
}

static int get_ipc_buffer(lua_State *L)
{
    return push_word(L, trap_current(L)->buffer_address);
}

void stubs_message_set(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"MessageInfo_new", message_info_new},
        {"MessageInfo_get_label", message_info_get_label},
        {"MessageInfo_get_capsUnwrapped", message_info_get_caps_unwrapped},
        {"MessageInfo_get_extraCaps", message_info_get_extra_caps},
        {"MessageInfo_get_length", message_info_get_length},
        {"CapRights_new", cap_rights_new},
        {"CNode_CapData_new", cap_data_new},
        {"SetMR", set_mr},
        {"GetMR", get_mr},
        {"SetCap", set_cap},
        {"GetCap", get_cap},
        {"GetBadge", get_badge},
        {"SetUserData", set_user_data},
        {"GetUserData", get_user_data},
        {"SetCapReceivePath", set_cap_receive_path},
        {"GetIPCBuffer", get_ipc_buffer},
        {NULL, NULL},
    };

    luaL_setfuncs(L, functions, 0);
}
