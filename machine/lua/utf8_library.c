/* SPDX-License-Identifier: MIT */
/* utf8.*: Lua's own functions for short strings. In long ones ours go character by character in
 * pieces between which the thread can be left: a string that is not UTF-8 can be one character of
 * any length. */
#include "machine/lua/library.h"
#include "machine/lua/work.h"

/* In bytes. A character of 31 bits, which Lua knows, has the most. */
enum { PASSED_AT_ONCE = 8192, CHARACTER_MAX = 6 };

/* text[length] is 0, which is none. */
static bool is_continuation(const char *text, lua_Integer at)
{
    return ((unsigned char)text[at] & 0xc0) == 0x80;
}

/* --- len -------------------------------------------------------------------------------------- */

/* Where the piece from `next` ends, positions from 1: with a character, or in what is none, which
   Lua's function will say. */
static lua_Integer last_of_piece(const char *text, lua_Integer next, lua_Integer last)
{
    lua_Integer end = next + PASSED_AT_ONCE;

    if (end >= last)
        return last;
    for (lua_Integer i = 0; i <= CHARACTER_MAX; i++)
        if (!is_continuation(text, end - i))
            return end - i;
    return end;
}

/* Counts a long string piece by piece. Stack: string, first byte, last byte, whether it may be lax;
   `context` is the count so far. */
static int len_on(lua_State *L, int status, lua_KContext context)
{
    size_t length;
    const char *text = lua_tolstring(L, 1, &length);
    lua_Integer last = lua_tointeger(L, 3);
    lua_Integer next = lua_tointeger(L, 2);

    (void)status;
    while (next <= last) {
        lua_Integer end = last_of_piece(text, next, last);

        lua_pushvalue(L, lua_upvalueindex(1));
        lua_pushvalue(L, 1);
        lua_pushinteger(L, next);
        lua_pushinteger(L, end);
        lua_pushvalue(L, 4);
        lua_call(L, 4, 2);
        if (lua_isnil(L, -2))
            return 2;
        context += (lua_KContext)lua_tointeger(L, -2);
        next = end + 1;
        lua_pushinteger(L, next);
        lua_replace(L, 2);
        lua_settop(L, 4);
        work_pay(L, PASSED_AT_ONCE / 4);
        if (work_is_over(L))
            return work_leave(L, context, len_on);
    }
    lua_pushinteger(L, (lua_Integer)context);
    return 1;
}

static int utf8_len(lua_State *L)
{
    size_t length;
    lua_Integer first, last;

    luaL_checklstring(L, 1, &length);
    first = luaL_optinteger(L, 2, 1);
    last = luaL_optinteger(L, 3, -1);
    first = first < 0 ? first + (lua_Integer)length + 1 : first;
    last = last < 0 ? last + (lua_Integer)length + 1 : last;
    if (first < 1 || last < first || last > (lua_Integer)length || last - first <= PASSED_AT_ONCE)
        return library_call_original(L);
    lua_settop(L, 4);
    lua_pushinteger(L, first);
    lua_replace(L, 2);
    lua_pushinteger(L, last);
    lua_replace(L, 3);
    return len_on(L, LUA_OK, 0);
}

/* --- offset ----------------------------------------------------------------------------------- */

/* Walks on. Stack: string, how many characters are to be passed, and whether backwards; `context`
   is the position, from 0. */
static int offset_on(lua_State *L, int status, lua_KContext context)
{
    size_t length;
    const char *text = lua_tolstring(L, 1, &length);
    lua_Integer left = lua_tointeger(L, 2);
    lua_Integer at = (lua_Integer)context;
    lua_Integer end = lua_toboolean(L, 3) ? 0 : (lua_Integer)length;

    (void)status;
    for (int passed = 0; left > 0 && at != end; passed++) {
        if (passed == PASSED_AT_ONCE) {
            lua_pushinteger(L, left);
            lua_replace(L, 2);
            work_pay(L, PASSED_AT_ONCE);
            if (work_is_over(L))
                return work_leave(L, (lua_KContext)at, offset_on);
            passed = 0;
        }
        at += end == 0 ? -1 : 1;
        left -= !is_continuation(text, at) || (at == 0 && end == 0);
    }
    if (left > 0)
        lua_pushnil(L);
    else
        lua_pushinteger(L, at + 1);
    return 1;
}

static int utf8_offset(lua_State *L)
{
    lua_Integer length = lua_type(L, 1) == LUA_TSTRING ? (lua_Integer)lua_rawlen(L, 1) : 0;
    lua_Integer count, at;

    if (length <= PASSED_AT_ONCE)
        return library_call_original(L);
    count = luaL_checkinteger(L, 2);
    if (count == 0 && lua_isnoneornil(L, 3))
        return library_call_original(L);
    at = luaL_optinteger(L, 3, count > 0 ? 1 : length + 1);
    at += at < 0 ? length : -1;
    if (at < 0 || at > length || (count != 0 && is_continuation(lua_tostring(L, 1), at)))
        return library_call_original(L); /* which knows the error */
    lua_settop(L, 1);
    if (count == 0) /* back to where the character begins */
        lua_pushinteger(L, at > 0 && is_continuation(lua_tostring(L, 1), at));
    else
        lua_pushinteger(L, count > 0 ? count - 1 : count < -length ? length + 1 : -count);
    lua_pushboolean(L, count <= 0);
    return offset_on(L, LUA_OK, (lua_KContext)at);
}

/* --- codes ------------------------------------------------------------------------------------ */

/* The iterator of utf8.codes: passes the rest of the character at `context`, the position as Lua's
   iterator has it, which then finds nothing more to pass. */
static int next_on(lua_State *L, int status, lua_KContext context)
{
    size_t length;
    const char *text = lua_tolstring(L, 1, &length);
    lua_Integer at = (lua_Integer)context;

    (void)status;
    for (int passed = 0; at < (lua_Integer)length && is_continuation(text, at); at++, passed++) {
        if (passed == PASSED_AT_ONCE) {
            work_pay(L, PASSED_AT_ONCE);
            if (work_is_over(L))
                return work_leave(L, (lua_KContext)at, next_on);
            passed = 0;
        }
    }
    lua_settop(L, 1);
    lua_pushinteger(L, at);
    return library_call_original(L);
}

static int utf8_next(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer at = lua_tointeger(L, 2);

    if (at < 0 || at >= (lua_Integer)length)
        return library_call_original(L);
    if (at == 0 && is_continuation(text, 0)) {
        /* An error for some versions of Lua's iterator: have it judge the first byte alone. */
        lua_pushvalue(L, 1);
        lua_pushlstring(L, text, 1);
        lua_replace(L, 1);
        if (library_call_original(L) > 0)
            return luaL_error(L, "invalid UTF-8 code");
        lua_settop(L, 3);
        lua_replace(L, 1);
    }
    return next_on(L, LUA_OK, (lua_KContext)at);
}

static int utf8_codes(lua_State *L)
{
    int count = library_call_original(L);

    lua_pushvalue(L, -count);
    lua_pushcclosure(L, utf8_next, 1);
    lua_replace(L, -count - 1);
    return count;
}

void utf8_library_open(lua_State *L)
{
    luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    library_wrap(L, "len", utf8_len);
    library_wrap(L, "offset", utf8_offset);
    library_wrap(L, "codes", utf8_codes);
    library_wrap(L, "codepoint", library_pay_for_results);
    lua_pop(L, 1);
}
