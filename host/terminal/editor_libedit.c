/* SPDX-License-Identifier: MIT */
/* The line editor of a build with libedit: editing, history, completion. Its callbacks are told
 * nothing of who asked, hence the static state, which holds during one read_line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <editline/readline.h>
#include <lauxlib.h>

#include "host/terminal/terminal.h"

enum { ARGUMENT_PROMPT = 1, ARGUMENT_COMPLETE = 2 };

static lua_State *reader; /* NULL: nobody reads a line */

/* The next of the words that the completer has given, which are on top of the stack; the editor
   frees it. */
static char *next_word(const char *word, int is_later)
{
    static lua_Integer index;
    char *copy = NULL;

    (void)word;
    index = is_later ? index + 1 : 1;
    if (lua_rawgeti(reader, -1, index) == LUA_TSTRING)
        copy = strdup(lua_tostring(reader, -1));
    lua_pop(reader, 1);
    return copy;
}

/* A completer that fails, or returns no list, knows no words. */
static char **complete(const char *word, int start, int end)
{
    char **words = NULL;

    (void)start;
    (void)end;
    rl_attempted_completion_over = 1; /* no names of files */
    rl_completion_append_character = '\0';
    if (reader == NULL || !lua_isfunction(reader, ARGUMENT_COMPLETE))
        return NULL;
    lua_pushvalue(reader, ARGUMENT_COMPLETE);
    lua_pushstring(reader, word);
    if (lua_pcall(reader, 1, 1, 0) == LUA_OK && lua_istable(reader, -1))
        words = rl_completion_matches(word, next_word);
    lua_pop(reader, 1);
    return words;
}

static int read_line(lua_State *L)
{
    const char *prompt = luaL_checkstring(L, ARGUMENT_PROMPT);
    char *line;

    lua_settop(L, ARGUMENT_COMPLETE);
    reader = L;
    line = readline(prompt);
    reader = NULL;
    if (line == NULL) {
        lua_pushnil(L);
        return 1;
    }
    if (line[0] != '\0')
        add_history(line);
    lua_pushstring(L, line);
    free(line);
    return 1;
}

void line_editor_add(lua_State *L)
{
    static char breaks[] = " \t\n\"'`@$><=;|&{}()[]+-*/%^#~,";

    rl_readline_name = (char *)(uintptr_t)"selvm";
    rl_attempted_completion_function = complete;
    rl_basic_word_break_characters = breaks;
    rl_completer_word_break_characters = breaks;
    lua_pushcfunction(L, read_line);
    lua_setfield(L, -2, "read_line");
}
