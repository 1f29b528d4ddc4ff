/* SPDX-License-Identifier: MIT */
/* System calls that pass messages. As in libsel4 the plain ones take message words 0 to 3 from
 * where SetMR puts them and leave received ones where GetMR finds them; the ...WithMRs ones take
 * and return them as arguments and results. */
#include <string.h>

#include "machine/embedded.h"
#include "machine/lua/stubs.h"

/* What a function takes, in the order of this list, and what it returns. */
enum {
    TAKES_DEST = 1 << 0,
    TAKES_DEST_IN_T0 = 1 << 1, /* where to send first; what is received comes from elsewhere */
    TAKES_DEST_IN_A6 = 1 << 2,
    TAKES_SRC_FIRST = 1 << 3,
    TAKES_INFO = 1 << 4,
    TAKES_SRC = 1 << 5,
    TAKES_WORDS = 1 << 6,
    TAKES_REPLY = 1 << 7,
    LOADS_WORDS = 1 << 8, /* from where SetMR put them */

    RETURNS_INFO = 1 << 9,
    RETURNS_BADGE = 1 << 10,
    RETURNS_WORDS = 1 << 11,
    STORES_WORDS = 1 << 12 /* for GetMR */
};

_Static_assert(REG_A2 == REG_A0 + 2, "badge, info and words lie side by side");

/* --- what all of them do ---------------------------------------------------------------------- */

/* These are compiled for each function anew, with its `flags`: a constant that decides what is left
   of them. A message is passed in the time of some dozen calls of Lua's API. */

IN_LINE void read_word(lua_State *L, struct tcb *t, enum context_register where, int index,
                       const char *function, const char *parameter)
{
    t->registers[where] = stub_word(L, index, function, parameter);
}

/* Message words may be left out. */
IN_LINE void read_words(lua_State *L, struct tcb *t, int index, const char *function)
{
    static const char names[MESSAGE_REGISTER_COUNT][3] = {"m0", "m1", "m2", "m3"};

    t->registers[REG_A2] = stub_word_or_zero(L, index, function, names[0]);
    t->registers[REG_A3] = stub_word_or_zero(L, index + 1, function, names[1]);
    t->registers[REG_A4] = stub_word_or_zero(L, index + 2, function, names[2]);
    t->registers[REG_A5] = stub_word_or_zero(L, index + 3, function, names[3]);
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

/* A signal has no words: it leaves them zero, and so what is not sent. */
IN_LINE void clear_registers(struct tcb *t, unsigned flags)
{
    if (!(flags & (TAKES_DEST | TAKES_SRC_FIRST | TAKES_SRC)))
        t->registers[REG_A0] = 0;
    if (!(flags & TAKES_INFO))
        t->registers[REG_A1] = 0;
    if (!(flags & (TAKES_WORDS | LOADS_WORDS)))
        memset(&t->registers[REG_A2], 0, MESSAGE_REGISTER_COUNT * sizeof(t->registers[0]));
}

IN_LINE void read_arguments(lua_State *L, struct tcb *t, const char *function, unsigned flags)
{
    int index = 1;

    clear_registers(t, flags);
    if (flags & TAKES_DEST)
        read_word(L, t, REG_A0, index++, function, "dest");
    if (flags & TAKES_DEST_IN_T0)
        read_word(L, t, REG_T0, index++, function, "dest");
    if (flags & TAKES_DEST_IN_A6)
        read_word(L, t, REG_A6, index++, function, "dest");
    if (flags & TAKES_SRC_FIRST)
        read_word(L, t, REG_A0, index++, function, "src");
    if (flags & TAKES_INFO)
        read_word(L, t, REG_A1, index++, function, "info");
    if (flags & TAKES_SRC)
        read_word(L, t, REG_A0, index++, function, "src");
    if (flags & TAKES_WORDS)
        read_words(L, t, index, function);
    if (flags & TAKES_REPLY)
        read_word(L, t, REG_A6, (flags & TAKES_WORDS) ? index + MESSAGE_REGISTER_COUNT : index,
                  function, "reply");
    if (flags & LOADS_WORDS)
        load_words(L, t);
}

/* The call has been made: its results. They are no more than LUA_MINSTACK, for which Lua made room
   when it called the stub, and which a yield does not take away. */
IN_LINE int push_results(lua_State *L, unsigned flags)
{
    const struct tcb *t = process_of_state(L)->active->tcb;
    int count = 0;

    if (flags & STORES_WORDS)
        store_words(L, t);
    if (flags & RETURNS_INFO) {
        lua_pushinteger(L, (lua_Integer)t->registers[REG_A1]);
        count++;
    }
    if (flags & RETURNS_BADGE) {
        lua_pushinteger(L, (lua_Integer)t->registers[REG_A0]);
        count++;
    }
    if (!(flags & RETURNS_WORDS))
        return count;
    lua_pushinteger(L, (lua_Integer)t->registers[REG_A2]);
    lua_pushinteger(L, (lua_Integer)t->registers[REG_A3]);
    lua_pushinteger(L, (lua_Integer)t->registers[REG_A4]);
    lua_pushinteger(L, (lua_Integer)t->registers[REG_A5]);
    return count + MESSAGE_REGISTER_COUNT;
}

/* --- the functions ---------------------------------------------------------------------------- */

enum {
    RECEIVES = RETURNS_INFO | RETURNS_BADGE | STORES_WORDS,
    RECEIVES_WORDS = RETURNS_INFO | RETURNS_BADGE | RETURNS_WORDS,
    IS_ANSWERED = RETURNS_INFO | STORES_WORDS,
    IS_ANSWERED_WORDS = RETURNS_INFO | RETURNS_WORDS,
    SENDS = TAKES_DEST | TAKES_INFO | LOADS_WORDS,
    SENDS_WORDS = TAKES_DEST | TAKES_INFO | TAKES_WORDS
};

/* F(name in Lua, symbol, system call, flags). A function that has other flags with MCS has an _mcs
   behind its symbol. */
#define COMMON_FUNCTIONS(F)                                                                        \
    F("Send", send, SYSCALL_SEND, SENDS)                                                           \
    F("NBSend", nb_send, SYSCALL_NB_SEND, SENDS)                                                   \
    F("Call", call, SYSCALL_CALL, SENDS | IS_ANSWERED)                                             \
    F("Signal", signal, SYSCALL_SEND, TAKES_DEST)                                                  \
    F("Yield", yield, SYSCALL_YIELD, 0)                                                            \
    F("SendWithMRs", send_words, SYSCALL_SEND, SENDS_WORDS)                                        \
    F("NBSendWithMRs", nb_send_words, SYSCALL_NB_SEND, SENDS_WORDS)                                \
    F("CallWithMRs", call_words, SYSCALL_CALL, SENDS_WORDS | IS_ANSWERED_WORDS)

#define CLASSIC_FUNCTIONS(F)                                                                       \
    F("Recv", recv, SYSCALL_RECV, TAKES_SRC_FIRST | RECEIVES)                                      \
    F("NBRecv", nb_recv, SYSCALL_NB_RECV, TAKES_SRC_FIRST | RECEIVES)                              \
    F("Reply", reply, SYSCALL_REPLY, TAKES_INFO | LOADS_WORDS)                                     \
    F("ReplyRecv", reply_recv, SYSCALL_REPLY_RECV,                                                 \
      TAKES_SRC_FIRST | TAKES_INFO | LOADS_WORDS | RECEIVES)                                       \
    F("Wait", wait, SYSCALL_RECV, TAKES_SRC_FIRST | RETURNS_BADGE)                                 \
    F("Poll", poll, SYSCALL_NB_RECV, TAKES_SRC_FIRST | RECEIVES)                                   \
    F("RecvWithMRs", recv_words, SYSCALL_RECV, TAKES_SRC_FIRST | RECEIVES_WORDS)                   \
    F("NBRecvWithMRs", nb_recv_words, SYSCALL_NB_RECV, TAKES_SRC_FIRST | RECEIVES_WORDS)           \
    F("ReplyWithMRs", reply_words, SYSCALL_REPLY, TAKES_INFO | TAKES_WORDS)                        \
    F("ReplyRecvWithMRs", reply_recv_words, SYSCALL_REPLY_RECV,                                    \
      TAKES_SRC_FIRST | TAKES_INFO | TAKES_WORDS | RECEIVES_WORDS)

/* What receives leaves room for a reply object; NBSendWait needs none, so a6 names where to
   send. */
#define MCS_FUNCTIONS(F)                                                                           \
    F("Recv", recv_mcs, SYSCALL_RECV, TAKES_SRC_FIRST | TAKES_REPLY | RECEIVES)                    \
    F("NBRecv", nb_recv_mcs, SYSCALL_NB_RECV, TAKES_SRC_FIRST | TAKES_REPLY | RECEIVES)            \
    F("ReplyRecv", reply_recv_mcs, SYSCALL_REPLY_RECV,                                             \
      TAKES_SRC_FIRST | TAKES_INFO | TAKES_REPLY | LOADS_WORDS | RECEIVES)                         \
    F("Wait", wait_mcs, SYSCALL_WAIT, TAKES_SRC_FIRST | RECEIVES)                                  \
    F("NBWait", nb_wait_mcs, SYSCALL_NB_WAIT, TAKES_SRC_FIRST | RECEIVES)                          \
    F("Poll", poll_mcs, SYSCALL_NB_WAIT, TAKES_SRC_FIRST | RECEIVES)                               \
    F("NBSendRecv", nb_send_recv_mcs, SYSCALL_NB_SEND_RECV,                                        \
      TAKES_DEST_IN_T0 | TAKES_INFO | TAKES_SRC | TAKES_REPLY | LOADS_WORDS | RECEIVES)            \
    F("NBSendWait", nb_send_wait_mcs, SYSCALL_NB_SEND_WAIT,                                        \
      TAKES_DEST_IN_A6 | TAKES_INFO | TAKES_SRC | LOADS_WORDS | RECEIVES)                          \
    F("RecvWithMRs", recv_words_mcs, SYSCALL_RECV, TAKES_SRC_FIRST | TAKES_REPLY | RECEIVES_WORDS) \
    F("NBRecvWithMRs", nb_recv_words_mcs, SYSCALL_NB_RECV,                                         \
      TAKES_SRC_FIRST | TAKES_REPLY | RECEIVES_WORDS)                                              \
    F("ReplyRecvWithMRs", reply_recv_words_mcs, SYSCALL_REPLY_RECV,                                \
      TAKES_SRC_FIRST | TAKES_INFO | TAKES_WORDS | TAKES_REPLY | RECEIVES_WORDS)                   \
    F("NBSendRecvWithMRs", nb_send_recv_words_mcs, SYSCALL_NB_SEND_RECV,                           \
      TAKES_DEST_IN_T0 | TAKES_INFO | TAKES_SRC | TAKES_WORDS | TAKES_REPLY | RECEIVES_WORDS)      \
    F("NBSendWaitWithMRs", nb_send_wait_words_mcs, SYSCALL_NB_SEND_WAIT,                           \
      TAKES_DEST_IN_A6 | TAKES_INFO | TAKES_SRC | TAKES_WORDS | RECEIVES_WORDS)                    \
    F("WaitWithMRs", wait_words_mcs, SYSCALL_WAIT, TAKES_SRC_FIRST | RECEIVES_WORDS)

/* The C function of each, and what it does when its call has been made. */
#define DEFINE(name, symbol, call, flags)                                                          \
    static int symbol##_finish(lua_State *L, const struct operation *operation)                    \
    {                                                                                              \
        (void)operation;                                                                           \
        return push_results(L, flags);                                                             \
    }                                                                                              \
    static int symbol##_stub(lua_State *L)                                                         \
    {                                                                                              \
        static const struct operation operation = {.finish = symbol##_finish};                     \
                                                                                                   \
        read_arguments(L, trap_begin(L, name), name, flags);                                       \
        return trap_syscall(L, &operation, process_of_state(L)->syscall_numbers[call]);            \
    }

COMMON_FUNCTIONS(DEFINE)
CLASSIC_FUNCTIONS(DEFINE)
MCS_FUNCTIONS(DEFINE)

#define ROW(name, symbol, call, flags) {name, symbol##_stub},

static const luaL_Reg common_functions[] = {COMMON_FUNCTIONS(ROW){NULL, NULL}};
static const luaL_Reg classic_functions[] = {CLASSIC_FUNCTIONS(ROW){NULL, NULL}};
static const luaL_Reg mcs_functions[] = {MCS_FUNCTIONS(ROW){NULL, NULL}};

static bool list_has(const luaL_Reg *functions, const char *name)
{
    while (functions->name != NULL && !text_equals(functions->name, name))
        functions++;
    return functions->name != NULL;
}

bool stubs_ipc_has(unsigned configuration, const char *name)
{
    return list_has(common_functions, name) ||
           list_has(configuration == CONFIGURATION_MCS ? mcs_functions : classic_functions, name);
}

void stubs_ipc_set(lua_State *L)
{
    bool is_mcs = process_configuration(process_of_state(L)) == CONFIGURATION_MCS;

    luaL_setfuncs(L, common_functions, 0);
    luaL_setfuncs(L, is_mcs ? mcs_functions : classic_functions, 0);
}
