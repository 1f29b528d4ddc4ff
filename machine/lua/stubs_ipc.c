/* SPDX-License-Identifier: MIT */
/* System calls that pass messages. As in libsel4 the plain ones take message words 0 to 3 from
 * where SetMR puts them and leave received ones where GetMR finds them; the ...WithMRs ones take
 * and return them as arguments and results. */
#include "machine/lua/stubs.h"

enum {
    TAKES_WORDS = 1 << 1,    /* as arguments */
    LOADS_WORDS = 1 << 2,    /* from where SetMR put them */
    RETURNS_INFO = 1 << 3,
    RETURNS_BADGE = 1 << 4,
    RETURNS_WORDS = 1 << 5,
    STORES_WORDS = 1 << 6    /* for GetMR */
};

/* A parameter: its name in messages, and the register it goes to. */
struct ipc_param {
    const char *name;
    uint8_t where; /* enum context_register */
};

enum { PARAMS_BEFORE_MAX = 3 };

/* One function. Its parameters are those before the words, the words if it takes any, and
   `last`. */
struct ipc_row {
    const char *name;
    enum syscall call;
    unsigned flags;
    struct ipc_param before[PARAMS_BEFORE_MAX]; /* up to the first without a name */
    struct ipc_param last;
};

static const char *const word_names[MESSAGE_REGISTER_COUNT] = {"m0", "m1", "m2", "m3"};

static const struct ipc_row *row_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/* The argument for a parameter into its register. */
static void set_argument(lua_State *L, const struct ipc_row *row, struct tcb *t,
                         const struct ipc_param *param, int index)
{
    t->registers[param->where] = stub_word(L, index, row->name, param->name);
}

/* Words into the registers; `first` is the index of the first argument. Returns the next one. */
static int set_words(lua_State *L, const struct ipc_row *row, struct tcb *t, int first)
{
    bool loads = (row->flags & LOADS_WORDS) != 0;
    const struct user_word *words = loads ? stub_message_words(L) : NULL;

    for (int i = 0; i < MESSAGE_REGISTER_COUNT; i++) {
        if ((row->flags & TAKES_WORDS) != 0)
            t->registers[REG_A2 + i] = stub_word_or_zero(L, first + i, row->name, word_names[i]);
        else if (loads)
            t->registers[REG_A2 + i] = user_word_load(&words[i]);
        else
            t->registers[REG_A2 + i] = 0; /* a signal leaves them as they are */
    }
    return (row->flags & TAKES_WORDS) != 0 ? first + MESSAGE_REGISTER_COUNT : first;
}

/* The call has been made: its results. They are no more than LUA_MINSTACK, for which Lua made room
   when it called the stub, and which a yield does not take away. */
static int finish_ipc(lua_State *L)
{
    const struct ipc_row *row = row_of(L);
    const struct tcb *t = trap_current(L);
    int count = 0;

    if ((row->flags & STORES_WORDS) != 0) {
        struct user_word *words = stub_message_words(L);

        for (int i = 0; i < MESSAGE_REGISTER_COUNT; i++)
            user_word_store(&words[i], t->registers[REG_A2 + i]);
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

    t->registers[REG_A0] = 0;
    t->registers[REG_A1] = 0;
    for (int i = 0; i < PARAMS_BEFORE_MAX && row->before[i].name != NULL; i++)
        set_argument(L, row, t, &row->before[i], next++);
    next = set_words(L, row, t, next);
    if (row->last.name != NULL)
        set_argument(L, row, t, &row->last, next);
    return trap_syscall(L, &ipc_operation, process_of_state(L)->syscall_numbers[row->call]);
}

enum {
    RECEIVES = RETURNS_INFO | RETURNS_BADGE | STORES_WORDS,
    RECEIVES_WORDS = RETURNS_INFO | RETURNS_BADGE | RETURNS_WORDS,
    IS_ANSWERED = RETURNS_INFO | STORES_WORDS,
    IS_ANSWERED_WORDS = RETURNS_INFO | RETURNS_WORDS
};

#define DEST {"dest", REG_A0}
#define SRC {"src", REG_A0}
#define INFO {"info", REG_A1}
#define REPLY {"reply", REG_A6}
#define NONE {NULL, 0}

static const struct ipc_row common_rows[] = {
    {"Send", SYSCALL_SEND, LOADS_WORDS, {DEST, INFO}, NONE},
    {"NBSend", SYSCALL_NB_SEND, LOADS_WORDS, {DEST, INFO}, NONE},
    {"Call", SYSCALL_CALL, LOADS_WORDS | IS_ANSWERED, {DEST, INFO}, NONE},
    {"Signal", SYSCALL_SEND, 0, {DEST}, NONE},
    {"Yield", SYSCALL_YIELD, 0, {NONE}, NONE},
    {"SendWithMRs", SYSCALL_SEND, TAKES_WORDS, {DEST, INFO}, NONE},
    {"NBSendWithMRs", SYSCALL_NB_SEND, TAKES_WORDS, {DEST, INFO}, NONE},
    {"CallWithMRs", SYSCALL_CALL, TAKES_WORDS | IS_ANSWERED_WORDS, {DEST, INFO}, NONE},
};

static const struct ipc_row classic_rows[] = {
    {"Recv", SYSCALL_RECV, RECEIVES, {SRC}, NONE},
    {"NBRecv", SYSCALL_NB_RECV, RECEIVES, {SRC}, NONE},
    {"Reply", SYSCALL_REPLY, LOADS_WORDS, {INFO}, NONE},
    {"ReplyRecv", SYSCALL_REPLY_RECV, LOADS_WORDS | RECEIVES, {SRC, INFO}, NONE},
    {"Wait", SYSCALL_RECV, RETURNS_BADGE, {SRC}, NONE},
    {"Poll", SYSCALL_NB_RECV, RECEIVES, {SRC}, NONE},
    {"RecvWithMRs", SYSCALL_RECV, RECEIVES_WORDS, {SRC}, NONE},
    {"NBRecvWithMRs", SYSCALL_NB_RECV, RECEIVES_WORDS, {SRC}, NONE},
    {"ReplyWithMRs", SYSCALL_REPLY, TAKES_WORDS, {INFO}, NONE},
    {"ReplyRecvWithMRs", SYSCALL_REPLY_RECV, TAKES_WORDS | RECEIVES_WORDS, {SRC, INFO}, NONE},
};

/* What receives leaves room for a reply object; NBSendWait needs none, so a6 names where to
   send. */
static const struct ipc_row mcs_rows[] = {
    {"Recv", SYSCALL_RECV, RECEIVES, {SRC}, REPLY},
    {"NBRecv", SYSCALL_NB_RECV, RECEIVES, {SRC}, REPLY},
    {"ReplyRecv", SYSCALL_REPLY_RECV, LOADS_WORDS | RECEIVES, {SRC, INFO}, REPLY},
    {"Wait", SYSCALL_WAIT, RECEIVES, {SRC}, NONE},
    {"NBWait", SYSCALL_NB_WAIT, RECEIVES, {SRC}, NONE},
    {"Poll", SYSCALL_NB_WAIT, RECEIVES, {SRC}, NONE},
    {"NBSendRecv", SYSCALL_NB_SEND_RECV, LOADS_WORDS | RECEIVES,
     {{"dest", REG_T0}, INFO, SRC}, REPLY},
    {"NBSendWait", SYSCALL_NB_SEND_WAIT, LOADS_WORDS | RECEIVES,
     {{"dest", REG_A6}, INFO, SRC}, NONE},
    {"RecvWithMRs", SYSCALL_RECV, RECEIVES_WORDS, {SRC}, REPLY},
    {"NBRecvWithMRs", SYSCALL_NB_RECV, RECEIVES_WORDS, {SRC}, REPLY},
    {"ReplyRecvWithMRs", SYSCALL_REPLY_RECV, TAKES_WORDS | RECEIVES_WORDS, {SRC, INFO}, REPLY},
    {"NBSendRecvWithMRs", SYSCALL_NB_SEND_RECV, TAKES_WORDS | RECEIVES_WORDS,
     {{"dest", REG_T0}, INFO, SRC}, REPLY},
    {"NBSendWaitWithMRs", SYSCALL_NB_SEND_WAIT, TAKES_WORDS | RECEIVES_WORDS,
     {{"dest", REG_A6}, INFO, SRC}, NONE},
    {"WaitWithMRs", SYSCALL_WAIT, RECEIVES_WORDS, {SRC}, NONE},
};

static void set_rows(lua_State *L, const struct ipc_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lua_pushlightuserdata(L, (void *)(uintptr_t)&rows[i]);
        lua_pushcclosure(L, make_call, 1);
        lua_setfield(L, -2, rows[i].name);
    }
}

void stubs_ipc_set(lua_State *L)
{
    set_rows(L, common_rows, sizeof(common_rows) / sizeof(common_rows[0]));
    if (process_configuration(process_of_state(L)) == CONFIGURATION_MCS)
        set_rows(L, mcs_rows, sizeof(mcs_rows) / sizeof(mcs_rows[0]));
    else
        set_rows(L, classic_rows, sizeof(classic_rows) / sizeof(classic_rows[0]));
}
