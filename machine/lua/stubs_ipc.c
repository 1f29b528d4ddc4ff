/* SPDX-License-Identifier: MIT */
/* System calls that pass messages. As in libsel4 the plain ones take message words 0 to 3 from
 * where SetMR puts them and leave received ones where GetMR finds them; the ...WithMRs ones take
 * and return them as arguments and results. */
#include <string.h>

#include "machine/lua/stubs.h"

enum {
    LOADS_WORDS = 1 << 1,    /* from where SetMR put them */
    RETURNS_INFO = 1 << 2,
    RETURNS_BADGE = 1 << 3,
    RETURNS_WORDS = 1 << 4,
    STORES_WORDS = 1 << 5    /* for GetMR */
};

/* A parameter: its name in messages, and the register it goes to. */
struct ipc_param {
    const char *name;
    uint8_t where; /* enum context_register */
};

enum { PARAMS_MAX = 8 + 1 };

/* One function. Message words among its parameters may be left out. */
struct ipc_row {
    struct operation operation;
    const char *name;
    enum syscall call;
    unsigned flags;
    struct ipc_param params[PARAMS_MAX]; /* and one without a name at the end */
};

/* What is no integer, which hardly ever happens: the place for it is not in the loop. */
static uint64_t odd_argument(lua_State *L, int index, const struct ipc_row *row,
                             const struct ipc_param *param)
{
    bool is_word = param->where >= REG_A2 && param->where < REG_A2 + MESSAGE_REGISTER_COUNT;

    return is_word ? stub_word_or_zero(L, index, row->name, param->name)
                   : stub_convert_word(L, index, row->name, param->name);
}

static void load_words(lua_State *L, struct tcb *t)
{
    const struct user_word *words = stub_message_words(L);

    for (int i = 0; i < MESSAGE_REGISTER_COUNT; i++)
        t->registers[REG_A2 + i] = user_word_load(&words[i]);
}

static void store_words(lua_State *L, const struct tcb *t)
{
    struct user_word *words = stub_message_words(L);

    for (int i = 0; i < MESSAGE_REGISTER_COUNT; i++)
        user_word_store(&words[i], t->registers[REG_A2 + i]);
}

/* The call has been made: its results. They are no more than LUA_MINSTACK, for which Lua made room
   when it called the stub, and which a yield does not take away. */
static int finish_ipc(lua_State *L, const struct operation *operation)
{
    const struct ipc_row *row = (const struct ipc_row *)operation;
    const struct tcb *t = trap_current(L);
    int count = 0;

    if ((row->flags & STORES_WORDS) != 0)
        store_words(L, t);
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

_Static_assert(REG_A2 == REG_A0 + 2, "badge, info and words lie side by side");

/* Any of the functions below; its row is the upvalue. */
static int make_call(lua_State *L)
{
    const struct ipc_row *row = lua_touserdata(L, lua_upvalueindex(1));
    struct tcb *t = trap_begin(L, row->name);
    int index = 1;

    /* A signal has no words: it leaves them zero. */
    memset(&t->registers[REG_A0], 0, (2 + MESSAGE_REGISTER_COUNT) * sizeof(t->registers[0]));
    for (const struct ipc_param *param = row->params; param->name != NULL; param++, index++)
        t->registers[param->where] = lua_isinteger(L, index)
                                         ? (uint64_t)lua_tointegerx(L, index, NULL)
                                         : odd_argument(L, index, row, param);
    if ((row->flags & LOADS_WORDS) != 0)
        load_words(L, t);
    return trap_syscall(L, &row->operation, process_of_state(L)->syscall_numbers[row->call]);
}

enum {
    RECEIVES = RETURNS_INFO | RETURNS_BADGE | STORES_WORDS,
    RECEIVES_WORDS = RETURNS_INFO | RETURNS_BADGE | RETURNS_WORDS,
    IS_ANSWERED = RETURNS_INFO | STORES_WORDS,
    IS_ANSWERED_WORDS = RETURNS_INFO | RETURNS_WORDS
};

#define DEST_IN(register) {"dest", register}
#define DEST DEST_IN(REG_A0)
#define SRC {"src", REG_A0}
#define INFO {"info", REG_A1}
#define WORDS {"m0", REG_A2}, {"m1", REG_A3}, {"m2", REG_A4}, {"m3", REG_A5}
#define REPLY {"reply", REG_A6}
#define ROW(name, call, flags, ...) {{.finish = finish_ipc}, name, call, flags, {__VA_ARGS__}}

static const struct ipc_row common_rows[] = {
    ROW("Send", SYSCALL_SEND, LOADS_WORDS, DEST, INFO),
    ROW("NBSend", SYSCALL_NB_SEND, LOADS_WORDS, DEST, INFO),
    ROW("Call", SYSCALL_CALL, LOADS_WORDS | IS_ANSWERED, DEST, INFO),
    ROW("Signal", SYSCALL_SEND, 0, DEST),
    ROW("Yield", SYSCALL_YIELD, 0, {0}),
    ROW("SendWithMRs", SYSCALL_SEND, 0, DEST, INFO, WORDS),
    ROW("NBSendWithMRs", SYSCALL_NB_SEND, 0, DEST, INFO, WORDS),
    ROW("CallWithMRs", SYSCALL_CALL, IS_ANSWERED_WORDS, DEST, INFO, WORDS),
};

static const struct ipc_row classic_rows[] = {
    ROW("Recv", SYSCALL_RECV, RECEIVES, SRC),
    ROW("NBRecv", SYSCALL_NB_RECV, RECEIVES, SRC),
    ROW("Reply", SYSCALL_REPLY, LOADS_WORDS, INFO),
    ROW("ReplyRecv", SYSCALL_REPLY_RECV, LOADS_WORDS | RECEIVES, SRC, INFO),
    ROW("Wait", SYSCALL_RECV, RETURNS_BADGE, SRC),
    ROW("Poll", SYSCALL_NB_RECV, RECEIVES, SRC),
    ROW("RecvWithMRs", SYSCALL_RECV, RECEIVES_WORDS, SRC),
    ROW("NBRecvWithMRs", SYSCALL_NB_RECV, RECEIVES_WORDS, SRC),
    ROW("ReplyWithMRs", SYSCALL_REPLY, 0, INFO, WORDS),
    ROW("ReplyRecvWithMRs", SYSCALL_REPLY_RECV, RECEIVES_WORDS, SRC, INFO, WORDS),
};

/* What receives leaves room for a reply object; NBSendWait needs none, so a6 names where to
   send. */
static const struct ipc_row mcs_rows[] = {
    ROW("Recv", SYSCALL_RECV, RECEIVES, SRC, REPLY),
    ROW("NBRecv", SYSCALL_NB_RECV, RECEIVES, SRC, REPLY),
    ROW("ReplyRecv", SYSCALL_REPLY_RECV, LOADS_WORDS | RECEIVES, SRC, INFO, REPLY),
    ROW("Wait", SYSCALL_WAIT, RECEIVES, SRC),
    ROW("NBWait", SYSCALL_NB_WAIT, RECEIVES, SRC),
    ROW("Poll", SYSCALL_NB_WAIT, RECEIVES, SRC),
    ROW("NBSendRecv", SYSCALL_NB_SEND_RECV, LOADS_WORDS | RECEIVES, DEST_IN(REG_T0), INFO, SRC,
        REPLY),
    ROW("NBSendWait", SYSCALL_NB_SEND_WAIT, LOADS_WORDS | RECEIVES, DEST_IN(REG_A6), INFO, SRC),
    ROW("RecvWithMRs", SYSCALL_RECV, RECEIVES_WORDS, SRC, REPLY),
    ROW("NBRecvWithMRs", SYSCALL_NB_RECV, RECEIVES_WORDS, SRC, REPLY),
    ROW("ReplyRecvWithMRs", SYSCALL_REPLY_RECV, RECEIVES_WORDS, SRC, INFO, WORDS, REPLY),
    ROW("NBSendRecvWithMRs", SYSCALL_NB_SEND_RECV, RECEIVES_WORDS, DEST_IN(REG_T0), INFO, SRC,
        WORDS, REPLY),
    ROW("NBSendWaitWithMRs", SYSCALL_NB_SEND_WAIT, RECEIVES_WORDS, DEST_IN(REG_A6), INFO, SRC,
        WORDS),
    ROW("WaitWithMRs", SYSCALL_WAIT, RECEIVES_WORDS, SRC),
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
