/* SPDX-License-Identifier: MIT */
/* The terminal of the command line. Only the executable has it: unlike the rest of host/ it calls
 * the C library. */
#ifndef HOST_TERMINAL_H
#define HOST_TERMINAL_H

#include <lua.h>

/* Opens the module `selvm.terminal`, a table of functions:
 *     is_terminal() -> whether both standard input and output are one
 *     catch_interrupts(on) -> from now on Ctrl-C is counted, and no longer ends the process
 *     was_interrupted() -> whether Ctrl-C has been pressed since this was last asked
 * and, where there is a line editor, what line_editor_add adds. */
int luaopen_selvm_terminal(lua_State *L);

/* Adds to the table on top of the stack, or nothing where the build has no line editor:
 *     read_line(prompt, complete) -> a line without its end, kept in the history; nil at the end of
 *         input and after Ctrl-C, which was_interrupted tells.
 *         complete(word) -> list of the words that it may begin */
void line_editor_add(lua_State *L);

#endif
