/* SPDX-License-Identifier: MIT */
/* table.*: long loops over plain tables are C that can be left, metamethods are called from Lua. */
#include "machine/lua/library.h"
#include "machine/lua/text_buffer.h"
#include "machine/lua/value.h"
#include "machine/lua/work.h"

enum {
    SLICE_ELEMENTS = 2048, /* moved between two looks at the clock */
    SORTED_AT_ONCE = 2048, /* by Lua's own sort */
    SORTED_BYTES = 65536,
    BITS_OF_A_SORT = 11
};

/* --- arguments -------------------------------------------------------------------------------- */

enum { TO_READ = 1, TO_WRITE = 2, TO_MEASURE = 4 };

static bool has_field(lua_State *L, const char *name)
{
    lua_pushstring(L, name);
    return lua_rawget(L, -2) != LUA_TNIL;
}

/* A table, or something whose metatable makes it one for this purpose. True: it is a table
   without a metatable. */
static bool check_table(lua_State *L, int index, unsigned use)
{
    int base = lua_gettop(L);
    bool is_plain = lua_type(L, index) == LUA_TTABLE;

    if (!lua_getmetatable(L, index)) {
        if (!is_plain)
            luaL_checktype(L, index, LUA_TTABLE);
        return true;
    }
    if (!is_plain && ((use & TO_READ && !has_field(L, "__index")) ||
                      (lua_settop(L, base + 1), use & TO_WRITE && !has_field(L, "__newindex")) ||
                      (lua_settop(L, base + 1), use & TO_MEASURE && !has_field(L, "__len"))))
        luaL_checktype(L, index, LUA_TTABLE);
    lua_settop(L, base);
    return false;
}

/* Begins with `#` of the first argument, then calls `go_on` with it on top of the arguments. */
static int with_length(lua_State *L, bool is_plain, lua_KFunction go_on)
{
    if (is_plain) {
        lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    } else {
        value_push_lua(L, "metamethods", "length");
        lua_pushvalue(L, 1);
        lua_callk(L, 1, 1, 0, go_on);
    }
    return go_on(L, LUA_OK, 0);
}

static int results(lua_State *L, int status, lua_KContext count)
{
    (void)L;
    (void)status;
    return (int)count;
}

/* Calls the function in Lua with the `count` arguments on top; it has one result if `wanted`. */
static int call_lua(lua_State *L, const char *name, int count, int wanted)
{
    value_push_lua(L, "metamethods", name);
    lua_insert(L, -(count + 1));
    lua_callk(L, count, wanted, wanted, results);
    return wanted;
}

static bool is_plain_at(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE)
        return false;
    if (!lua_getmetatable(L, index))
        return true;
    lua_pop(L, 1);
    return false;
}

/* --- insert, remove, move --------------------------------------------------------------------- */

/* A range of elements that is being moved, in the table `from`: to to[i + distance], from the
   first on or from the last on. */
struct movement {
    int from, to;
    lua_Integer next, left; /* index of the next element; how many */
    lua_Integer distance;
    bool is_downward;
    bool is_paid;
};

/* Moves some; true: all are done. */
static bool move_some(lua_State *L, struct movement *m)
{
    lua_Integer count = m->left < SLICE_ELEMENTS ? m->left : SLICE_ELEMENTS;

    for (lua_Integer i = 0; i < count; i++) {
        lua_Integer at = m->is_downward ? m->next - i : m->next + i;

        lua_rawgeti(L, m->from, at);
        lua_rawseti(L, m->to, (lua_Integer)((lua_Unsigned)at + (lua_Unsigned)m->distance));
    }
    m->next = m->is_downward ? (lua_Integer)((lua_Unsigned)m->next - (lua_Unsigned)count)
                             : (lua_Integer)((lua_Unsigned)m->next + (lua_Unsigned)count);
    m->left -= count;
    work_pay(L, (uint64_t)count * 2);
    return m->left == 0;
}

/* What is done when all have been moved. */
enum { AFTER_INSERT, AFTER_REMOVE, AFTER_MOVE };

/* Stack of insert: list, position, value. Of remove: list, position, size, value. */
static int finish_movement(lua_State *L, int after, const struct movement *m)
{
    if (after == AFTER_INSERT) {
        lua_pushvalue(L, 3);
        lua_rawseti(L, 1, lua_tointeger(L, 2));
        return 0;
    }
    if (after == AFTER_REMOVE) {
        lua_pushnil(L);
        lua_rawseti(L, 1, lua_tointeger(L, 3));
        lua_settop(L, 4);
        return 1;
    }
    lua_pushvalue(L, m->to);
    return 1;
}

static int movement_on(lua_State *L, int status, lua_KContext context);

static int run_movement(lua_State *L, struct movement *m, int after, bool is_kept)
{
    while (!move_some(L, m)) {
        if (!work_is_over(L))
            continue;
        if (!is_kept)
            *(struct movement *)lua_newuserdata(L, sizeof(*m)) = *m;
        return work_leave(L, after, movement_on);
    }
    return finish_movement(L, after, m);
}

static int movement_on(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    return run_movement(L, lua_touserdata(L, -1), (int)context, true);
}

/* Stack: list, [position,] value, length. */
static int insert_with_length(lua_State *L, int status, lua_KContext context)
{
    int count = lua_gettop(L) - 1;
    lua_Integer last = (lua_Integer)((lua_Unsigned)lua_tointeger(L, -1) + 1);
    lua_Integer position = last;
    struct movement m = {.from = 1, .to = 1, .distance = 1, .is_downward = true};

    (void)status;
    (void)context;
    lua_pop(L, 1);
    if (count == 3) {
        position = luaL_checkinteger(L, 2);
        luaL_argcheck(L, (lua_Unsigned)position - 1u < (lua_Unsigned)last, 2,
                      "position out of bounds");
    } else if (count == 2) {
        lua_pushinteger(L, position);
        lua_insert(L, 2);
    } else {
        luaL_error(L, "wrong number of arguments to 'insert'");
    }
    if (!is_plain_at(L, 1)) {
        lua_pushinteger(L, last);
        lua_insert(L, 2); /* list, last, position, value */
        return call_lua(L, "insert", 4, 0);
    }
    m.next = last - 1;
    m.left = last - position;
    lua_pushinteger(L, position);
    lua_replace(L, 2);
    return run_movement(L, &m, AFTER_INSERT, false);
}

static int table_insert(lua_State *L)
{
    return with_length(L, check_table(L, 1, TO_READ | TO_WRITE | TO_MEASURE), insert_with_length);
}

/* Stack: list, [position,] length. */
static int remove_with_length(lua_State *L, int status, lua_KContext context)
{
    int count = lua_gettop(L) - 1;
    lua_Integer size = lua_tointeger(L, -1);
    lua_Integer position = count > 1 ? luaL_optinteger(L, 2, size) : size;
    struct movement m = {.from = 1, .to = 1, .distance = -1};

    (void)status;
    (void)context;
    if (position != size)
        luaL_argcheck(L, (lua_Unsigned)position - 1u <= (lua_Unsigned)size, 1,
                      "position out of bounds");
    lua_settop(L, 1);
    if (!is_plain_at(L, 1)) {
        lua_pushinteger(L, size);
        lua_pushinteger(L, position);
        return call_lua(L, "remove", 3, 1);
    }
    if (position == size) { /* as on a stack: nothing is to be moved */
        lua_rawgeti(L, 1, size);
        lua_pushnil(L);
        lua_rawseti(L, 1, size);
        return 1;
    }
    m.next = position + 1;
    m.left = position < size ? size - position : 0;
    lua_pushinteger(L, position);
    lua_pushinteger(L, position < size ? size : position);
    lua_rawgeti(L, 1, position);
    return run_movement(L, &m, AFTER_REMOVE, false);
}

static int table_remove(lua_State *L)
{
    if (lua_gettop(L) > 2)
        lua_settop(L, 2);
    return with_length(L, check_table(L, 1, TO_READ | TO_WRITE | TO_MEASURE), remove_with_length);
}

static int table_move(lua_State *L)
{
    lua_Integer first = luaL_checkinteger(L, 2);
    lua_Integer last = luaL_checkinteger(L, 3);
    lua_Integer to_first = luaL_checkinteger(L, 4);
    int to = lua_isnoneornil(L, 5) ? 1 : 5;
    bool is_plain = check_table(L, 1, TO_READ);
    struct movement m = {.from = 1, .to = to, .next = first};

    is_plain = check_table(L, to, TO_WRITE) && is_plain;
    lua_settop(L, 5);
    lua_pushvalue(L, to);
    if (last < first)
        return 1;
    luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
    luaL_argcheck(L, to_first <= LUA_MAXINTEGER - (last - first + 1) + 1, 4,
                  "destination wrap around");
    if (!is_plain) {
        lua_replace(L, 5);
        return call_lua(L, "move", 5, 1);
    }
    m.left = last - first + 1;
    m.distance = (lua_Integer)((lua_Unsigned)to_first - (lua_Unsigned)first);
    if (to_first > first && to_first <= last && lua_rawequal(L, 1, to)) {
        m.is_downward = true;
        m.next = last;
    }
    return run_movement(L, &m, AFTER_MOVE, false);
}

/* --- concat ----------------------------------------------------------------------------------- */

/* What concat keeps; the stack: list, separator, first, last, text, this. */
struct concatenation {
    lua_Integer next, last;
    struct text_buffer text;
};

enum { SLOT_TEXT = 5, SLOT_STATE };

static int concat_on(lua_State *L, int status, lua_KContext context);

static void add_element(lua_State *L, struct concatenation *c, lua_Integer at)
{
    size_t length;
    const char *text;

    lua_rawgeti(L, 1, at);
    if (!lua_isstring(L, -1))
        luaL_error(L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1),
                   (LUAI_UACINT)at);
    text = lua_tolstring(L, -1, &length);
    text_buffer_add(L, &c->text, text, length);
    lua_pop(L, 1);
}

static int run_concat(lua_State *L, struct concatenation *c)
{
    size_t length;
    const char *separator = lua_tolstring(L, 2, &length);
    lua_Integer count = 0;

    for (; c->next < c->last; c->next++) {
        if (++count % SLICE_ELEMENTS == 0) {
            work_done(process_of_state(L), SLICE_ELEMENTS * 2);
            if (work_is_over(L)) {
                if (lua_touserdata(L, SLOT_STATE) == NULL) {
                    *(struct concatenation *)lua_newuserdata(L, sizeof(*c)) = *c;
                    lua_replace(L, SLOT_STATE);
                }
                return work_leave(L, 0, concat_on);
            }
        }
        add_element(L, c, c->next);
        text_buffer_add(L, &c->text, separator, length);
    }
    if (c->next == c->last)
        add_element(L, c, c->last);
    text_buffer_push(L, &c->text);
    return 1;
}

static int concat_on(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    return run_concat(L, lua_touserdata(L, SLOT_STATE));
}

/* Stack: list, separator, first, last or nil, then a raw copy of the list if it has a metatable. */
static int concat_plain(lua_State *L, int status, lua_KContext context)
{
    struct concatenation c;

    (void)status;
    (void)context;
    if (lua_gettop(L) > 4)
        lua_replace(L, 1);
    c.next = lua_tointeger(L, 3);
    c.last = lua_tointeger(L, 4);
    lua_settop(L, SLOT_STATE);
    text_buffer_init(&c.text, SLOT_TEXT);
    return run_concat(L, &c);
}

/* The length is on top of the four arguments. */
static int concat_with_length(lua_State *L, int status, lua_KContext context)
{
    lua_Integer length = lua_tointeger(L, 5);

    (void)status;
    (void)context;
    luaL_optstring(L, 2, "");
    if (lua_isnil(L, 2)) {
        lua_pushliteral(L, "");
        lua_replace(L, 2);
    }
    lua_pushinteger(L, luaL_optinteger(L, 3, 1));
    lua_replace(L, 3);
    lua_pushinteger(L, luaL_optinteger(L, 4, length));
    lua_replace(L, 4);
    lua_settop(L, 4);
    if (is_plain_at(L, 1))
        return concat_plain(L, LUA_OK, 0);
    value_push_lua(L, "metamethods", "elements");
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 3);
    lua_pushvalue(L, 4);
    lua_callk(L, 3, 1, 0, concat_plain);
    return concat_plain(L, LUA_OK, 0);
}

static int table_concat(lua_State *L)
{
    bool is_plain = check_table(L, 1, TO_READ | TO_MEASURE);

    lua_settop(L, 4);
    return with_length(L, is_plain, concat_with_length);
}

/* --- unpack ----------------------------------------------------------------------------------- */

/* Stack: anything, then a raw table, with the range in slots 2 and 3. */
static int unpack_plain(lua_State *L, int status, lua_KContext context)
{
    lua_Integer first = lua_tointeger(L, 2);
    lua_Integer last = lua_tointeger(L, 3);
    int list = lua_gettop(L);
    int count = (int)(last - first + 1);

    (void)status;
    (void)context;
    for (lua_Integer i = first; i < last; i++)
        lua_rawgeti(L, list, i);
    lua_rawgeti(L, list, last);
    work_pay(L, (uint64_t)count);
    return count;
}

/* Stack: list, first, last, length. */
static int unpack_with_length(lua_State *L, int status, lua_KContext context)
{
    lua_Integer first = luaL_optinteger(L, 2, 1);
    lua_Integer last = luaL_optinteger(L, 3, lua_tointeger(L, 4));
    lua_Unsigned more = (lua_Unsigned)last - (lua_Unsigned)first;

    (void)status;
    (void)context;
    if (first > last)
        return 0;
    if (more >= (lua_Unsigned)LUAI_MAXSTACK || !lua_checkstack(L, (int)more + LUA_MINSTACK))
        luaL_error(L, "too many results to unpack");
    lua_settop(L, 1);
    lua_pushinteger(L, first);
    lua_pushinteger(L, last);
    if (is_plain_at(L, 1)) {
        lua_pushvalue(L, 1);
        return unpack_plain(L, LUA_OK, 0);
    }
    value_push_lua(L, "metamethods", "elements");
    lua_pushvalue(L, 1);
    lua_pushinteger(L, first);
    lua_pushinteger(L, last);
    lua_callk(L, 3, 1, 0, unpack_plain);
    return unpack_plain(L, LUA_OK, 0);
}

static int table_unpack(lua_State *L)
{
    bool is_plain = is_plain_at(L, 1);

    lua_settop(L, 3);
    if (!lua_isnil(L, 3)) {
        lua_pushnil(L); /* the length is not asked for */
        return unpack_with_length(L, LUA_OK, 0);
    }
    return with_length(L, is_plain, unpack_with_length);
}

/* --- sort ------------------------------------------------------------------------------------- */

/* Whether Lua's own sort can do it: few elements, all numbers or short strings, so that no code
   of the program's is called. */
static bool is_easy(lua_State *L, lua_Integer size)
{
    int type = size > 0 ? lua_rawgeti(L, 1, 1) : LUA_TNUMBER;
    size_t bytes = 0;

    lua_settop(L, 2);
    if (size > SORTED_AT_ONCE || !is_plain_at(L, 1) || !lua_isnil(L, 2))
        return false;
    for (lua_Integer i = 1; i <= size; i++) {
        if (lua_rawgeti(L, 1, i) != type || (type != LUA_TNUMBER && type != LUA_TSTRING))
            return false;
        bytes += lua_rawlen(L, -1);
        lua_pop(L, 1);
    }
    return bytes <= SORTED_BYTES;
}

static int sort_done(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    if (lua_toboolean(L, -1))
        luaL_error(L, "invalid order function for sorting");
    return 0;
}

/* Stack: list, comparison, length. */
static int sort_with_length(lua_State *L, int status, lua_KContext context)
{
    lua_Integer size = lua_tointeger(L, 3);
    bool has_function = !lua_isnil(L, 2);

    (void)status;
    (void)context;
    if (size < 2)
        return 0;
    luaL_argcheck(L, size < INT32_MAX, 1, "array too big");
    if (has_function)
        luaL_checktype(L, 2, LUA_TFUNCTION);
    if (is_easy(L, size)) {
        library_call_original(L);
        work_pay(L, (uint64_t)size * BITS_OF_A_SORT);
        return 0;
    }
    lua_settop(L, 2);
    value_push_lua(L, "sort", has_function ? "sort_with" : "sort");
    lua_pushvalue(L, 1);
    lua_pushinteger(L, size);
    lua_pushvalue(L, 2);
    lua_callk(L, 3, 1, 0, sort_done);
    return sort_done(L, LUA_OK, 0);
}

/* Its upvalue is Lua's own. */
static int table_sort(lua_State *L)
{
    bool is_plain = check_table(L, 1, TO_READ | TO_WRITE | TO_MEASURE);

    lua_settop(L, 2);
    return with_length(L, is_plain, sort_with_length);
}

void table_library_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"concat", table_concat}, {"insert", table_insert}, {"move", table_move},
        {"remove", table_remove}, {"unpack", table_unpack}, {NULL, NULL},
    };

    luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 1);
    luaL_setfuncs(L, functions, 0);
    library_wrap(L, "sort", table_sort);
    lua_pop(L, 1);
}
