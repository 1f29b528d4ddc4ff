/* SPDX-License-Identifier: MIT */
/* string.*: what does not search (search.c). Where Lua's own function is called, its
 * work is paid for by the lengths of its arguments or results. */
#include <string.h>

#include "machine/lua/library.h"
#include "machine/lua/search.h"
#include "machine/lua/text_buffer.h"
#include "machine/lua/value.h"
#include "machine/lua/work.h"

enum {
    CHARACTERS_PER_STEP = 8, /* that Lua's functions look at in the time of an instruction */
    CONVERSION_STEPS = 16,   /* of string.format: the most costly, long numbers */
    MAPPED_AT_ONCE = 16384,
    REPEATED_SIMPLY = 16384,
    REPEATED_AT_ONCE = 1 << 20
};

/* Before Lua's: for the length of the first argument, or also the second. */
static int pay_for_first(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TSTRING)
        work_pay(L, lua_rawlen(L, 1) / CHARACTERS_PER_STEP);
    return library_call_original(L);
}

/* --- upper, lower, reverse -------------------------------------------------------------------- */

enum mapping { MAP_UPPER, MAP_LOWER, MAP_REVERSE };

/* What they keep for a long string; the new text follows. */
struct mapped {
    size_t done;
};

static char map(const char *text, size_t length, size_t at, enum mapping mapping)
{
    char c = text[at];

    if (mapping == MAP_REVERSE)
        return text[length - 1 - at];
    if (mapping == MAP_UPPER)
        return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int map_on(lua_State *L, int status, lua_KContext mapping)
{
    struct mapped *m = lua_touserdata(L, 2);
    char *to = (char *)(m + 1);
    size_t length;
    const char *text = lua_tolstring(L, 1, &length);

    (void)status;
    while (m->done < length) {
        size_t end = length - m->done < MAPPED_AT_ONCE ? length : m->done + MAPPED_AT_ONCE;

        work_pay(L, (end - m->done) / CHARACTERS_PER_STEP);
        for (; m->done < end; m->done++)
            to[m->done] = map(text, length, m->done, (enum mapping)mapping);
        if (work_is_over(L))
            return work_leave(L, mapping, map_on);
    }
    lua_pushlstring(L, to, length);
    return 1;
}

static int map_string(lua_State *L, enum mapping mapping)
{
    size_t length;

    luaL_checklstring(L, 1, &length);
    if (length <= MAPPED_AT_ONCE)
        return library_call_original(L);
    lua_settop(L, 1);
    *(struct mapped *)lua_newuserdata(L, sizeof(struct mapped) + length) = (struct mapped){0};
    return map_on(L, LUA_OK, mapping);
}

static int string_upper(lua_State *L)
{
    return map_string(L, MAP_UPPER);
}

static int string_lower(lua_State *L)
{
    return map_string(L, MAP_LOWER);
}

static int string_reverse(lua_State *L)
{
    return map_string(L, MAP_REVERSE);
}

/* --- rep -------------------------------------------------------------------------------------- */

/* What rep keeps; the text follows. The beginning is doubled until all is there. */
struct repetition {
    size_t done, length;
};

static int rep_on(lua_State *L, int status, lua_KContext context)
{
    struct repetition *r = lua_touserdata(L, -1);
    char *text = (char *)(r + 1);

    (void)status;
    (void)context;
    while (r->done < r->length) {
        size_t count = r->done < REPEATED_AT_ONCE ? r->done : (size_t)context;

        if (count > r->length - r->done)
            count = r->length - r->done;
        memcpy(text + r->done, text, count);
        r->done += count;
        work_pay(L, count / WORK_BYTES);
        if (work_is_over(L))
            return work_leave(L, context, rep_on);
    }
    lua_pushlstring(L, text, r->length);
    return 1;
}

/* Copies the string, and the separator behind all but the last; the unit that is repeated. */
static int string_rep(lua_State *L)
{
    size_t length, between;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer count = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &between);
    size_t unit = length + between;
    struct repetition *r;

    if (count <= 0 || unit == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if (unit > (size_t)INT32_MAX / (lua_Unsigned)count)
        luaL_error(L, "resulting string too large");
    lua_settop(L, 3);
    if (unit * (size_t)count <= REPEATED_SIMPLY)
        return library_call_original(L);
    r = lua_newuserdata(L, sizeof(*r) + unit * (size_t)count - between);
    *r = (struct repetition){.done = unit, .length = unit * (size_t)count - between};
    memcpy(r + 1, text, length);
    if (count > 1)
        memcpy((char *)(r + 1) + length, separator, between);
    else
        r->done = length;
    /* Whole units are copied, so that they stay in step. */
    unit *= unit < REPEATED_AT_ONCE ? REPEATED_AT_ONCE / unit : 1;
    return rep_on(L, LUA_OK, (lua_KContext)unit);
}

/* --- format ----------------------------------------------------------------------------------- */

enum { ARGUMENT_BITS = 20 }; /* a stack has at most a million values */

static bool is_option(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == ' ' || c == '#';
}

/* Whether Lua's function would call a __tostring for the argument. Pushes it then. */
static bool has_tostring(lua_State *L, int argument)
{
    return !lua_isnone(L, argument) && luaL_getmetafield(L, argument, "__tostring") != LUA_TNIL;
}

/* Replaces the arguments of %s that have a __tostring by their texts, and calls Lua's function.
   `context`: how far the format has been read, and the last argument used. */
static int format_on(lua_State *L, int status, lua_KContext context)
{
    size_t length;
    const char *format = lua_tolstring(L, 1, &length);
    size_t at = (size_t)context >> ARGUMENT_BITS;
    int argument = (int)(context & ((1 << ARGUMENT_BITS) - 1));

    if (status == LUA_YIELD) {
        value_check_text(L);
        lua_replace(L, argument);
    }
    for (; at < length; at++) {
        if (format[at] != '%')
            continue;
        at++;
        if (format[at] == '%')
            continue;
        while (is_option(format[at]))
            at++;
        argument++;
        if (format[at] == 's' && has_tostring(L, argument)) {
            lua_pushvalue(L, argument);
            lua_callk(L, 1, 1, (lua_KContext)((at + 1) << ARGUMENT_BITS | (size_t)argument),
                      format_on);
            value_check_text(L);
            lua_replace(L, argument);
        }
    }
    work_pay(L, length / CHARACTERS_PER_STEP + (uint64_t)argument * CONVERSION_STEPS);
    return library_call_original(L);
}

static int string_format(lua_State *L)
{
    luaL_checkstring(L, 1);
    return format_on(L, LUA_OK, 1);
}

/* --- arithmetic on strings (Lua 5.4) ---------------------------------------------------------- */

static int arithmetic_on(lua_State *L, int status, lua_KContext context)
{
    (void)L;
    (void)status;
    (void)context;
    return 1;
}

/* A metamethod of strings. Upvalues: Lua's, and its name. Where Lua's would call the second
   operand's metamethod, it is done here. */
static int string_arithmetic(lua_State *L)
{
    lua_settop(L, 2);
    if (lua_type(L, 2) != LUA_TSTRING &&
        luaL_getmetafield(L, 2, lua_tostring(L, lua_upvalueindex(2))) != LUA_TNIL) {
        lua_insert(L, 1);
        lua_callk(L, 2, 1, 0, arithmetic_on);
        return 1;
    }
    for (int i = 1; i <= 2; i++) {
        if (lua_type(L, i) == LUA_TSTRING)
            work_pay(L, lua_rawlen(L, i) / CHARACTERS_PER_STEP);
    }
    return library_call_original(L);
}

static void open_arithmetic(lua_State *L)
{
    static const char *const names[] = {"__add", "__sub", "__mul", "__mod",
                                        "__pow", "__div", "__idiv", "__unm"};

    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (lua_getfield(L, -1, names[i]) == LUA_TNIL) {
            lua_pop(L, 1);
            continue;
        }
        lua_pushstring(L, names[i]);
        lua_pushcclosure(L, string_arithmetic, 2);
        lua_setfield(L, -2, names[i]);
    }
    lua_pop(L, 2);
}

/* --- opening ---------------------------------------------------------------------------------- */

/* tonumber is a basic function, but one of strings. */
static void open_tonumber(lua_State *L)
{
    lua_pushglobaltable(L);
    library_wrap(L, "tonumber", pay_for_first);
    lua_pop(L, 1);
}

void string_library_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"find", search_find}, {"gmatch", search_gmatch}, {"gsub", search_gsub},
        {"match", search_match}, {NULL, NULL},
    };
    static const char *const paid_for_first[] = {"pack", "packsize", "unpack"};

    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
    library_remove(L, "dump");
    luaL_setfuncs(L, functions, 0);
    for (size_t i = 0; i < sizeof(paid_for_first) / sizeof(paid_for_first[0]); i++)
        library_wrap(L, paid_for_first[i], pay_for_first);
    library_wrap(L, "byte", library_pay_for_results);
    library_wrap(L, "format", string_format);
    library_wrap(L, "lower", string_lower);
    library_wrap(L, "rep", string_rep);
    library_wrap(L, "reverse", string_reverse);
    library_wrap(L, "upper", string_upper);
    lua_pop(L, 1);
    open_arithmetic(L);
    open_tonumber(L);
}
