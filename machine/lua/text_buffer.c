/* SPDX-License-Identifier: MIT */
#include "machine/lua/text_buffer.h"

#include <string.h>

#include <lauxlib.h>

static char *text_of(struct text_buffer *b)
{
    return b->spilled == NULL ? b->own : b->spilled;
}

static void make_room(lua_State *L, struct text_buffer *b, size_t length)
{
    size_t room = b->room * 2;
    char *larger;

    if (length > (size_t)-1 / 2 - b->length)
        luaL_error(L, "resulting string too large");
    if (room < b->length + length)
        room = b->length + length;
    larger = lua_newuserdata(L, room);
    memcpy(larger, text_of(b), b->length);
    lua_replace(L, b->anchor);
    b->spilled = larger;
    b->room = room;
}

void text_buffer_init(struct text_buffer *b, int anchor)
{
    b->anchor = anchor;
    b->length = 0;
    b->room = TEXT_BUFFER_OWN;
    b->spilled = NULL;
}

void text_buffer_add(lua_State *L, struct text_buffer *b, const char *text, size_t length)
{
    if (length > b->room - b->length)
        make_room(L, b, length);
    memcpy(text_of(b) + b->length, text, length);
    b->length += length;
}

void text_buffer_push(lua_State *L, const struct text_buffer *b)
{
    lua_pushlstring(L, b->spilled == NULL ? b->own : b->spilled, b->length);
}
