/* SPDX-License-Identifier: MIT */
/* A text that grows, in a userdata kept on the Lua stack: unlike luaL_Buffer it lives on while its
 * function has been left, and needs no order on the stack. */
#ifndef MACHINE_LUA_TEXT_BUFFER_H
#define MACHINE_LUA_TEXT_BUFFER_H

#include <lua.h>

#include "kernel/types.h"

enum { TEXT_BUFFER_OWN = 256 };

struct text_buffer {
    int anchor;       /* index of the stack where the userdata is kept */
    size_t length;
    size_t room;
    char *spilled;    /* NULL: the text is in own */
    char own[TEXT_BUFFER_OWN];
};

void text_buffer_init(struct text_buffer *b, int anchor);

/* Both may raise an error for want of memory. */
void text_buffer_add(lua_State *L, struct text_buffer *b, const char *text, size_t length);
void text_buffer_push(lua_State *L, const struct text_buffer *b);

#endif
