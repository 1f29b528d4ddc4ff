/* SPDX-License-Identifier: MIT */
/* System calls that pass messages. As in libsel4 the plain ones take message words 0 to 3 from where
 * SetMR puts them and leave received ones where GetMR finds them; the ...WithMRs ones take and return
 * them as arguments and results. */
#include "machine/lua/stubs.h"

enum {
    TAKES_INFO = 1 << 0,
    TAKES_WORDS = 1 << 1,    /* as arguments */
    LOADS_WORDS = 1 << 2,    /* from where SetMR put them */
    RETURNS_INFO = 1 << 3,
    RETURNS_BADGE = 1 << 4,
    RETURNS_WORDS = 1 << 5,
    STORES_WORDS = 1 << 6    /* for GetMR */
};

/* One function: the capability it takes goes in a0, its message info in a1, words in a2 to a5. */
struct ipc_row {
    const char *name;
    const char *capability; /* name of the first parameter; NULL: none */
    enum syscall call;
    unsigned flags;
};

static const char *const word_names[MESSAGE_REGISTER_COUNT] = {"m0", "m1", "m2", "m3"};

static const struct ipc_row *row_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/* Words into the registers; `first` is the index of the first argument. */
static void set_words(lua_State *L, const struct ipc_row *row, struct tcb *t, int first)
{
    if ((row->flags & TAKES_WORDS) != 0) {
        for (int i = 0; i < MESSAGE_REGISTER_COUNT; i++)
            t->registers[REG_A2 + i] = stub_word_or_zero(L, first + i, row->name, word_names[i]);
    } else if ((row->flags & LOADS_WORDS) != 0) {
        const uint64_t *words = stub_message_words(L);

        for (int i = 0; i < MESSAGE_REGISTER_COUNT; i++)
            t->registers[REG_A2 + i] = words[i];
    } else {
        for (int i = 0; i < MESSAGE_REGISTER_COUNT; i++)
            t->registers[REG_A2 + i] = 0; /* a signal leaves them as they are */
    }
}

/* The call has been made: its results. */
static int finish_ipc(lua_State *L)
{
    const struct ipc_row *row = row_of(L);
    const struct tcb *t = trap_current(L);
    int count = 0;

    luaL_checkstack(L, MESSAGE_REGISTER_COUNT + 2, NULL);
    if ((row->flags & STORES_WORDS) != 0) {
        uint64_t *words = stub_message_words(L);

        for (int i = 0; i < MESSAGE_REGISTER_COUNT; i++)
            words[i] = t->registers[REG_A2 + i];
    }
    if ((row->flags & RETURNS_INFO) != 0) {
        lua_pushinteger(L, (lua_Integer)t->registers[REG_A1]);
        count++;
    }
    if ((row->flags & RETURNS_BADGE) != 0) {
        lua_pushinteger(L, (lua_Integer)t->registers[REG_A0]);
        count++;
    }
    if ((row->flags & RETURNS_WORDS) == 0)
        return count;
    for (int i = 0; i < MESSAGE_REGISTER_COUNT; i++)
        lua_pushinteger(L, (lua_Integer)t->registers[REG_A2 + i]);
    return count + MESSAGE_REGISTER_COUNT;
}

static const struct operation ipc_operation = {.finish = finish_ipc};

/* Any of the functions below; its row is the upvalue. */
static int make_call(lua_State *L)
{
    const struct ipc_row *row = row_of(L);
    struct tcb *t = trap_begin(L, row->name);
    int next = 1;
    uint64_t capability = 0;
    uint64_t info = 0;

    if (row->capability != NULL)
        capability = stub_word(L, next++, row->name, row->capability);
    if ((row->flags & TAKES_INFO) != 0)
        info = stub_word(L, next++, row->name, "info");
    set_words(L, row, t, next);
    t->registers[REG_A0] = capability;
    t->registers[REG_A1] = info;
    return trap_syscall(L, &ipc_operation, process_of_state(L)->syscall_numbers[row->call]);
}

enum {
    SENDS = TAKES_INFO | LOADS_WORDS,
    SENDS_WORDS = TAKES_INFO | TAKES_WORDS,
    RECEIVES = RETURNS_INFO | RETURNS_BADGE | STORES_WORDS,
    RECEIVES_WORDS = RETURNS_INFO | RETURNS_BADGE | RETURNS_WORDS,
    IS_ANSWERED = RETURNS_INFO | STORES_WORDS,
    IS_ANSWERED_WORDS = RETURNS_INFO | RETURNS_WORDS
};

static const struct ipc_row rows[] = {
    {"Send", "dest", SYSCALL_SEND, SENDS},
    {"NBSend", "dest", SYSCALL_NB_SEND, SENDS},
    {"Call", "dest", SYSCALL_CALL, SENDS | IS_ANSWERED},
    {"Recv", "src", SYSCALL_RECV, RECEIVES},
    {"NBRecv", "src", SYSCALL_NB_RECV, RECEIVES},
    {"Reply", NULL, SYSCALL_REPLY, SENDS},
    {"ReplyRecv", "src", SYSCALL_REPLY_RECV, SENDS | RECEIVES},
    {"Signal", "dest", SYSCALL_SEND, 0},
    {"Wait", "src", SYSCALL_RECV, RETURNS_BADGE},
    {"Poll", "src", SYSCALL_NB_RECV, RECEIVES},
    {"Yield", NULL, SYSCALL_YIELD, 0},
    {"SendWithMRs", "dest", SYSCALL_SEND, SENDS_WORDS},
    {"NBSendWithMRs", "dest", SYSCALL_NB_SEND, SENDS_WORDS},
    {"CallWithMRs", "dest", SYSCALL_CALL, SENDS_WORDS | IS_ANSWERED_WORDS},
    {"RecvWithMRs", "src", SYSCALL_RECV, RECEIVES_WORDS},
    {"NBRecvWithMRs", "src", SYSCALL_NB_RECV, RECEIVES_WORDS},
    {"ReplyWithMRs", NULL, SYSCALL_REPLY, SENDS_WORDS},
    {"ReplyRecvWithMRs", "src", SYSCALL_REPLY_RECV, SENDS_WORDS | RECEIVES_WORDS},
};

void stubs_ipc_set(lua_State *L)
{
    const struct process *process = process_of_state(L);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (process->syscall_numbers[rows[i].call] == 0)
            continue; /* this configuration does not have it */
        lua_pushlightuserdata(L, (void *)(uintptr_t)&rows[i]);
        lua_pushcclosure(L, make_call, 1);
        lua_setfield(L, -2, rows[i].name);
    }
}
