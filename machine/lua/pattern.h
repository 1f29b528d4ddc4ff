/* SPDX-License-Identifier: MIT */
/* Matching of Lua's patterns, step by step, so that a search can be left and gone on with. What
 * a backtracking matcher would keep on the C stack, the choices that it may come back to, is a
 * stack of its own here: a few in the matcher itself, more in a userdata. */
#ifndef MACHINE_LUA_PATTERN_H
#define MACHINE_LUA_PATTERN_H

#include <lua.h>

#include "kernel/types.h"

enum { CAPTURES_MAX = 32, OWN_CHOICES = 8 };

/* Lengths of captures that are no strings. */
enum { CAPTURE_IS_OPEN = -1, CAPTURE_IS_POSITION = -2 };

enum match_result { MATCH_FOUND, MATCH_NONE, MATCH_PAUSED };

enum choice_kind {
    CHOICE_JUMP,   /* go on at s, p */
    CHOICE_MORE,   /* x-: take one more at s, then go on behind the item at p */
    CHOICE_FEWER,  /* x*: take one less than up to s, but not below `limit`, then go on at p */
    CHOICE_OPENED, /* undo: the last capture has been opened */
    CHOICE_CLOSED  /* undo: capture `number` has been closed */
};

struct choice {
    enum choice_kind kind;
    int number;
    const char *s;
    const char *p;
    const char *limit; /* CHOICE_MORE: the end of the item */
};

struct capture {
    const char *start;
    ptrdiff_t length;
};

enum match_phase { PHASE_MATCH, PHASE_EXPAND, PHASE_BALANCE, PHASE_BACK };

struct matcher {
    const char *subject, *subject_end;
    const char *pattern, *pattern_end; /* without an initial '^' that is an anchor */
    int64_t steps;                     /* left until it pauses */
    enum match_phase phase;
    const char *s, *p;                 /* where it stands */
    const char *least, *item_end;      /* PHASE_EXPAND */
    int64_t depth;                     /* PHASE_BALANCE */
    int level;                         /* captures so far */
    int anchor;                        /* index of the stack where the userdata is kept */
    uint32_t choice_count;
    uint32_t choice_room;
    struct choice *spilled;            /* all choices; NULL: they are in own */
    struct capture captures[CAPTURES_MAX];
    struct choice own[OWN_CHOICES];
};

/* Strings have to stay on the stack. Everything but `steps` is set. */
void matcher_init(struct matcher *m, int anchor, const char *subject, size_t subject_length,
                  const char *pattern, size_t pattern_length);

/* Prepares to match at s. */
void matcher_start(struct matcher *m, const char *s);

/* Goes on matching; MATCH_FOUND: from where it began to m->s. Raises an error if the pattern is
   malformed. */
enum match_result matcher_run(lua_State *L, struct matcher *m);

/* Pushes the captures of a match that ends at m->s and began at `start`; without any the whole
   match, unless `start` is NULL. Returns their number. */
int matcher_push_captures(lua_State *L, const struct matcher *m, const char *start);

/* Pushes one of them, from 0; 0 is the whole match if there are none. */
void matcher_push_capture(lua_State *L, const struct matcher *m, int index, const char *start);

#endif
