/* SPDX-License-Identifier: MIT */
/* Reading fault messages, as their handlers receive them. */
#include "abi/names.h"
#include "kernel/flavour.h"
#include "machine/lua/stubs.h"

enum { FAULT_WORDS_MAX = 11, LOOKUP_TYPE_WORD = 3 };

/* The words of each message from MR0 on, by libsel4's names. */
static const char *const fault_words[FAULT_KIND_COUNT][FAULT_WORDS_MAX + 1] = {
    [FAULT_CAP] = {"IP", "Addr", "InRecvPhase", "LookupFailureType", "BitsLeft"},
    [FAULT_UNKNOWN_SYSCALL] = {"FaultIP", "SP", "RA", "A0", "A1", "A2", "A3", "A4", "A5", "A6",
                               "Syscall"},
    [FAULT_USER_EXCEPTION] = {"FaultIP", "SP", "Number", "Code"},
    [FAULT_TIMEOUT] = {"Data", "Consumed"},
    [FAULT_VM] = {"IP", "Addr", "PrefetchFault", "FSR"},
};

/* What follows BitsLeft in a CapFault, by lookup failure. */
static const char *const lookup_words[LOOKUP_FAILURE_COUNT][2] = {
    [LOOKUP_DEPTH_MISMATCH] = {"DepthMismatch_BitsFound"},
    [LOOKUP_GUARD_MISMATCH] = {"GuardMismatch_GuardFound", "GuardMismatch_BitsFound"},
};

/* The kind of fault that a message info's label says; FAULT_KIND_COUNT: none. */
static unsigned kind_of_info(lua_State *L, uint64_t info)
{
    const struct flavour *flavour = process_kernel(process_of_state(L))->flavour;
    uint64_t label = message_info_label(info);

    for (unsigned kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        if (flavour->fault_labels[kind] == label && (label != 0 || kind == FAULT_NONE))
            return kind;
    }
    return FAULT_KIND_COUNT;
}

/* Message word `index`; 0 where there is none for want of an IPC buffer. */
static uint64_t received_word(lua_State *L, unsigned index)
{
    struct kernel *k = process_kernel(process_of_state(L));
    const struct ipc_buffer *buffer = tcb_buffer(k, trap_current(L), BUFFER_WRITE);

    if (index < MESSAGE_REGISTER_COUNT)
        return user_word_load(&stub_message_words(L)[index]);
    return buffer == NULL ? 0 : user_word_load(&buffer->msg[index]);
}

static void set_word(lua_State *L, const char *name, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

/* The figures of a failed lookup, after BitsLeft. */
static void set_lookup_words(lua_State *L)
{
    uint64_t failure = received_word(L, LOOKUP_TYPE_WORD);

    if (failure >= LOOKUP_FAILURE_COUNT)
        return;
    for (unsigned i = 0; i < 2 && lookup_words[failure][i] != NULL; i++)
        set_word(L, lookup_words[failure][i], received_word(L, LOOKUP_TYPE_WORD + 2 + i));
}

/* seL4.getFault(info) -> { label, name, words by name } */
static int get_fault(lua_State *L)
{
    uint64_t info = stub_word(L, 1, "getFault", "info");
    unsigned kind = kind_of_info(L, info);

    if (kind == FAULT_KIND_COUNT)
        luaL_error(L, "bad argument #1 to 'getFault' (info: %I is the label of no fault)",
                   (LUAI_UACINT)message_info_label(info));
    lua_newtable(L);
    set_word(L, "label", message_info_label(info));
    lua_pushstring(L, fault_names[kind]);
    lua_setfield(L, -2, "name");
    for (unsigned i = 0; i < FAULT_WORDS_MAX && fault_words[kind][i] != NULL; i++)
        set_word(L, fault_words[kind][i], received_word(L, i));
    if (kind == FAULT_CAP)
        set_lookup_words(L);
    return 1;
}

/* seL4.isXxx_tag(info) -> boolean; the upvalue is the kind. */
static int is_tag(lua_State *L)
{
    unsigned kind = (unsigned)lua_tointeger(L, lua_upvalueindex(1));

    lua_pushboolean(L, kind_of_info(L, stub_word(L, 1, "is..._tag", "info")) == kind);
    return 1;
}

void stubs_fault_set(lua_State *L)
{
    static const char *const names[FAULT_KIND_COUNT] = {
        [FAULT_NONE] = "isNullFault_tag",
        [FAULT_CAP] = "isCapFault_tag",
        [FAULT_UNKNOWN_SYSCALL] = "isUnknownSyscall_tag",
        [FAULT_USER_EXCEPTION] = "isUserException_tag",
        [FAULT_TIMEOUT] = "isTimeoutFault_tag",
        [FAULT_VM] = "isVMFault_tag",
    };
    const struct flavour *flavour = process_kernel(process_of_state(L))->flavour;

    lua_pushcfunction(L, get_fault);
    lua_setfield(L, -2, "getFault");
    for (unsigned kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        if (kind != FAULT_NONE && flavour->fault_labels[kind] == 0)
            continue; /* this configuration does not have it */
        lua_pushinteger(L, (lua_Integer)kind);
        lua_pushcclosure(L, is_tag, 1);
        lua_setfield(L, -2, names[kind]);
    }
}
