/* SPDX-License-Identifier: MIT */
/* Fuzzes the pattern matcher beside Lua's own: the same captures, or the same error, however often
 * it is interrupted.
 *
 * The input is a number of steps, the length of the pattern, the pattern, and the subject. Searches
 * that take very long are given up, and so are patterns that are too complex for Lua's. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/lua/pattern.h"
#include "tests/fuzz/input.h"

enum { STEPS_MAX = 100000, ANCHOR = 4 };

/* The matcher's steps in all, and whether they have been too many. */
static int64_t steps_made;
static bool is_given_up;

static enum match_result run_in_slices(lua_State *L, struct matcher *m, int64_t slice)
{
    for (;;) {
        enum match_result result;

        m->steps = slice;
        result = matcher_run(L, m);
        steps_made += slice - m->steps;
        is_given_up = steps_made > STEPS_MAX;
        if (result != MATCH_PAUSED || is_given_up)
            return result;
    }
}

/* ours(subject, pattern, slice): as string.match(subject, pattern). */
static int match(lua_State *L)
{
    struct matcher m;
    size_t length, pattern_length;
    const char *subject = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &pattern_length);
    bool is_anchored = pattern_length > 0 && *pattern == '^';
    int64_t slice = luaL_checkinteger(L, 3);

    lua_settop(L, ANCHOR);
    matcher_init(&m, ANCHOR, subject, length, pattern + is_anchored, pattern_length - is_anchored);
    for (const char *s = subject;; s++) {
        enum match_result result;

        matcher_start(&m, s);
        result = run_in_slices(L, &m, slice);
        if (result == MATCH_FOUND)
            return matcher_push_captures(L, &m, s);
        if (is_given_up || is_anchored || s == subject + length) {
            lua_pushnil(L);
            return 1;
        }
    }
}

/* Two functions that give an outcome as one text: the results, or the error. */
static const char OUTCOME[] =
    "local function outcome(...)\n"
    "  local results = table.pack(...)\n"
    "  for i = 1, results.n do results[i] = type(results[i]) .. ' ' .. tostring(results[i])\n"
    "  end\n"
    "  return table.concat(results, '|')\n"
    "end\n"
    "local match, ours = string.match, ...\n"
    "return function(subject, pattern, slice)\n"
    "  return outcome(pcall(ours, subject, pattern, slice))\n"
    "end, function(subject, pattern)\n"
    "  return outcome(pcall(match, subject, pattern))\n"
    "end\n";

static lua_State *new_state(void)
{
    lua_State *L = luaL_newstate();

    if (!L)
        abort();
    luaL_openlibs(L);
    if (luaL_loadstring(L, OUTCOME) != LUA_OK)
        abort();
    lua_pushcfunction(L, match);
    if (lua_pcall(L, 1, 2, 0) != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        abort();
    }
    return L;
}

/* Leaves the outcome of function `index` on the stack. */
static const char *outcome(lua_State *L, int index, struct input in, int64_t slice, size_t length)
{
    lua_pushvalue(L, index);
    lua_pushlstring(L, (const char *)in.bytes + length, in.left - length);
    lua_pushlstring(L, (const char *)in.bytes, length);
    lua_pushinteger(L, slice);
    if (lua_pcall(L, 3, 1, 0) != LUA_OK)
        return "no outcome";
    return lua_tostring(L, -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static lua_State *L;
    struct input in = {bytes, size};
    int64_t slice = 1 + (int64_t)input_number(&in, 1) * 8;
    size_t length = (size_t)input_number(&in, 1);
    const char *ours, *theirs;

    if (!L)
        L = new_state();
    if (length > in.left)
        length = in.left;
    steps_made = 0;
    is_given_up = false;
    ours = outcome(L, 1, in, slice, length);
    if (!is_given_up) {
        theirs = outcome(L, 2, in, slice, length);
        if (strcmp(ours, theirs) != 0 && !strstr(theirs, "too complex")) {
            fprintf(stderr, "ours:  %s\nLua's: %s\n", ours, theirs);
            abort();
        }
    }
    lua_settop(L, 2);
    return 0;
}
