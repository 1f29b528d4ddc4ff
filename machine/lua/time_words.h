/* SPDX-License-Identifier: MIT */
/* Whether a program could ask how much time a scheduling context has used.
 *
 * What is computed while nobody could be preempted need not be counted, and counting makes Lua half
 * as fast. But a program that asks afterwards wants to know it. So a program is looked at when it
 * is compiled: without one of these words in its text it has no name for the question. (There are
 * other ways, such as the method's number or a walk over the module: then the first answer may be
 * too small.) */
#ifndef MACHINE_LUA_TIME_WORDS_H
#define MACHINE_LUA_TIME_WORDS_H

#include <lua.h>

#include "kernel/types.h"

enum { TIME_WORD_COUNT = 3 };

/* A search through a text that comes in pieces. */
struct time_words {
    unsigned char matched[TIME_WORD_COUNT]; /* bytes of each word that the text so far ends with */
    bool is_found;
    bool is_over; /* found, or nothing would come of it: not with the classic kernel, nor again */
};

struct time_words time_words_begin(lua_State *L);

void time_words_search(struct time_words *words, const char *piece, size_t length);

/* The text has been read, and the coroutine is about to be given the function: if a word was found,
   time counts from now on. */
void time_words_note(lua_State *L, const struct time_words *words);

#endif
