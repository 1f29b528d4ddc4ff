/* SPDX-License-Identifier: MIT */
#include "machine/lua/search.h"

#include <string.h>

#include "machine/lua/pattern.h"
#include "machine/lua/text_buffer.h"
#include "machine/lua/value.h"
#include "machine/lua/work.h"

enum {
    SLICE_STEPS = 4096, /* of a matcher; one is about an instruction's time */
    COMPARED_AT_ONCE = 64
};

/* The stack of every function here: its arguments, then what it keeps while it is left. */
enum {
    SLOT_SUBJECT = 1,
    SLOT_PATTERN,
    SLOT_THIRD,
    SLOT_FOURTH,
    SLOT_CHOICES, /* of the matcher, if they are many */
    SLOT_TEXT,    /* of gsub's result, if it is long */
    SLOT_SEARCH,  /* userdata: the struct below, once the function may be left */
    SLOTS = SLOT_SEARCH
};

/* What it is that looks for the next match. */
enum search_kind { SEARCH_FIND, SEARCH_MATCH, SEARCH_GMATCH, SEARCH_GSUB };

struct search {
    enum search_kind kind;
    bool is_plain;
    bool is_anchored;
    bool has_matched;          /* at `start`; gsub: the replacement is awaited */
    bool has_changed;          /* gsub: something was replaced by something else */
    const char *start;         /* where a match is tried */
    const char *last_match;    /* end of the one before; NULL: none */
    const char *plain_end;     /* SEARCH_FIND: end of what was found */
    lua_Integer count, count_max; /* gsub */
    struct matcher matcher;
    struct text_buffer text;   /* gsub */
};

/* Keeps the search in a userdata, so that it outlives the C stack. */
static struct search *keep(lua_State *L, struct search *search)
{
    struct search *kept;

    if (lua_touserdata(L, SLOT_SEARCH) == search)
        return search;
    kept = lua_newuserdata(L, sizeof(*kept));
    *kept = *search;
    lua_replace(L, SLOT_SEARCH);
    return kept;
}

/* --- looking for the next match --------------------------------------------------------------- */

/* Whether the texts are equal; `steps` pays for it. */
static bool is_equal(const char *a, const char *b, size_t length, int64_t *steps)
{
    while (length > COMPARED_AT_ONCE) {
        *steps -= COMPARED_AT_ONCE / WORK_BYTES;
        if (memcmp(a, b, COMPARED_AT_ONCE) != 0)
            return false;
        a += COMPARED_AT_ONCE;
        b += COMPARED_AT_ONCE;
        length -= COMPARED_AT_ONCE;
    }
    return memcmp(a, b, length) == 0;
}

/* The pattern as a plain text. */
static enum match_result look_for_text(struct search *search)
{
    struct matcher *m = &search->matcher;
    size_t length = (size_t)(m->pattern_end - m->pattern);
    const char *s = search->start;
    const char *last; /* where it can begin */

    if ((size_t)(m->subject_end - m->subject) < length)
        return MATCH_NONE;
    last = m->subject_end - length;
    while (s <= last) {
        const char *from = s;
        const char *end = last - s < m->steps ? last : s + m->steps;

        while (length > 0 && s <= end && *s != *m->pattern)
            s++;
        m->steps -= s - from + 1;
        if (s <= end && is_equal(s, m->pattern, length, &m->steps)) {
            search->start = s;
            search->plain_end = s + length;
            return MATCH_FOUND;
        }
        s = s <= end ? s + 1 : s;
        search->start = s;
        if (m->steps <= 0 && s <= last)
            return MATCH_PAUSED;
    }
    return MATCH_NONE;
}

/* Whether a match found counts: an empty one right behind the last one does not. */
static bool counts(const struct search *search)
{
    return search->kind < SEARCH_GMATCH || search->matcher.s != search->last_match;
}

/* As far as the steps reach. For gsub a match is tried at one place only. */
static enum match_result look(lua_State *L, struct search *search)
{
    struct matcher *m = &search->matcher;

    if (search->is_plain)
        return look_for_text(search);
    for (;;) {
        enum match_result result = matcher_run(L, m);

        if (result == MATCH_PAUSED || (result == MATCH_FOUND && counts(search)))
            return result;
        if (search->kind == SEARCH_GSUB || search->is_anchored || search->start >= m->subject_end)
            return MATCH_NONE;
        matcher_start(m, ++search->start);
    }
}

/* Says what has been done since the last time. */
static void pay(lua_State *L, struct search *search)
{
    int64_t done = SLICE_STEPS - search->matcher.steps;

    work_pay(L, (uint64_t)done);
    search->matcher.steps = SLICE_STEPS;
}

/* Goes on until there is a result. MATCH_PAUSED: the function has to be left. */
static enum match_result look_until(lua_State *L, struct search *search)
{
    for (;;) {
        enum match_result result = look(L, search);

        if (result != MATCH_PAUSED) {
            if (SLICE_STEPS - search->matcher.steps >= WORK_SMALL && search->kind != SEARCH_GSUB)
                pay(L, search);
            return result;
        }
        pay(L, search);
        if (work_is_over(L))
            return MATCH_PAUSED;
    }
}

/* --- find and match --------------------------------------------------------------------------- */

static int finish_find(lua_State *L, const struct search *search, enum match_result result)
{
    const struct matcher *m = &search->matcher;

    if (result == MATCH_NONE) {
        lua_pushnil(L);
        return 1;
    }
    if (search->kind == SEARCH_MATCH)
        return matcher_push_captures(L, m, search->start);
    lua_pushinteger(L, search->start - m->subject + 1);
    lua_pushinteger(L, (search->is_plain ? search->plain_end : m->s) - m->subject);
    return search->is_plain ? 2 : matcher_push_captures(L, m, NULL) + 2;
}

static int find_on(lua_State *L, int status, lua_KContext context);

static int run_find(lua_State *L, struct search *search)
{
    enum match_result result = look_until(L, search);

    if (result != MATCH_PAUSED)
        return finish_find(L, search, result);
    keep(L, search);
    return work_leave(L, 0, find_on);
}

static int find_on(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    return run_find(L, lua_touserdata(L, SLOT_SEARCH));
}

/* Whether no character of the pattern means anything else. */
static bool is_plain_text(const char *pattern, size_t length)
{
    static const char special[] = "^$*+?.([%-";

    for (size_t i = 0; i < length; i++) {
        for (size_t j = 0; j < sizeof(special) - 1; j++) {
            if (pattern[i] == special[j])
                return false;
        }
    }
    return true;
}

/* The argument that says where to begin, as an offset; may be behind the end. */
static size_t first_offset(lua_State *L, int index, size_t length)
{
    lua_Integer first = luaL_optinteger(L, index, 1);

    if (first > 0)
        return (lua_Unsigned)first - 1 > length ? length + 1 : (size_t)first - 1;
    if (first == 0 || first < -(lua_Integer)length)
        return 0;
    return length - (size_t)-first;
}

static int find(lua_State *L, enum search_kind kind)
{
    struct search search;
    size_t length, pattern_length;
    const char *subject = luaL_checklstring(L, SLOT_SUBJECT, &length);
    const char *pattern = luaL_checklstring(L, SLOT_PATTERN, &pattern_length);
    size_t first = first_offset(L, SLOT_THIRD, length);

    lua_settop(L, SLOTS);
    if (first > length) {
        lua_pushnil(L);
        return 1;
    }
    search.kind = kind;
    search.is_plain = kind == SEARCH_FIND && (lua_toboolean(L, SLOT_FOURTH) != 0 ||
                                              is_plain_text(pattern, pattern_length));
    search.is_anchored = !search.is_plain && pattern_length > 0 && *pattern == '^';
    search.last_match = NULL;
    matcher_init(&search.matcher, SLOT_CHOICES, subject, length, pattern + search.is_anchored,
                 pattern_length - search.is_anchored);
    search.matcher.steps = SLICE_STEPS;
    search.start = subject + first;
    matcher_start(&search.matcher, search.start);
    return run_find(L, &search);
}

int search_find(lua_State *L)
{
    return find(L, SEARCH_FIND);
}

int search_match(lua_State *L)
{
    return find(L, SEARCH_MATCH);
}

/* --- gmatch ----------------------------------------------------------------------------------- */

/* What the iterator keeps between two calls: offsets, 0 for "none" in `last_match`. While one
   call is being made it works on a copy, since another thread may call the same iterator
   meanwhile. */
struct iteration {
    size_t next;       /* behind the end: it is over */
    size_t last_match; /* offset + 1 */
};

static int gmatch_on(lua_State *L, int status, lua_KContext context);

static int run_gmatch(lua_State *L, struct search *search)
{
    struct iteration *iteration = lua_touserdata(L, lua_upvalueindex(3));
    enum match_result result = look_until(L, search);
    struct matcher *m = &search->matcher;

    if (result == MATCH_PAUSED) {
        keep(L, search);
        return work_leave(L, 0, gmatch_on);
    }
    if (result == MATCH_NONE) {
        iteration->next = (size_t)(m->subject_end - m->subject) + 1;
        return 0;
    }
    iteration->next = (size_t)(m->s - m->subject);
    iteration->last_match = iteration->next + 1;
    return matcher_push_captures(L, m, search->start);
}

static int gmatch_on(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    return run_gmatch(L, lua_touserdata(L, SLOT_SEARCH));
}

static int gmatch_next(lua_State *L)
{
    const struct iteration *iteration = lua_touserdata(L, lua_upvalueindex(3));
    struct search search;
    size_t length, pattern_length;
    const char *subject = lua_tolstring(L, lua_upvalueindex(1), &length);
    const char *pattern = lua_tolstring(L, lua_upvalueindex(2), &pattern_length);

    lua_settop(L, 0);
    lua_settop(L, SLOTS);
    if (iteration->next > length)
        return 0;
    search.kind = SEARCH_GMATCH;
    search.is_plain = false;
    search.is_anchored = false;
    search.last_match = iteration->last_match == 0 ? NULL : subject + iteration->last_match - 1;
    search.start = subject + iteration->next;
    matcher_init(&search.matcher, SLOT_CHOICES, subject, length, pattern, pattern_length);
    search.matcher.steps = SLICE_STEPS;
    matcher_start(&search.matcher, search.start);
    return run_gmatch(L, &search);
}

int search_gmatch(lua_State *L)
{
    struct iteration *iteration;
    size_t length;
    size_t first = 0;

    luaL_checklstring(L, 1, &length);
    luaL_checkstring(L, 2);
    if (compat_has_gmatch_init())
        first = first_offset(L, 3, length);
    lua_settop(L, 2);
    iteration = lua_newuserdata(L, sizeof(*iteration));
    *iteration = (struct iteration){.next = first};
    lua_pushcclosure(L, gmatch_next, 3);
    return 1;
}

/* --- gsub ------------------------------------------------------------------------------------- */

static int gsub_on(lua_State *L, int status, lua_KContext context);

/* Adds the replacement text at SLOT_THIRD, with captures for %0 to %9. */
static void add_template(lua_State *L, struct search *search)
{
    size_t length;
    const char *template = lua_tolstring(L, SLOT_THIRD, &length);
    const char *end = template + length;
    const struct matcher *m = &search->matcher;

    for (const char *c = template; c < end;) {
        const char *escape = c;

        while (escape < end && *escape != '%')
            escape++;
        text_buffer_add(L, &search->text, c, (size_t)(escape - c));
        if (escape == end)
            return;
        c = escape + 2;
        if (escape[1] == '%') {
            text_buffer_add(L, &search->text, "%", 1);
        } else if (escape[1] == '0') {
            text_buffer_add(L, &search->text, search->start, (size_t)(m->s - search->start));
        } else if (escape[1] >= '1' && escape[1] <= '9') {
            const char *text;

            matcher_push_capture(L, m, escape[1] - '1', search->start);
            text = lua_tolstring(L, -1, &length);
            text_buffer_add(L, &search->text, text, length);
            lua_settop(L, SLOTS);
        } else {
            luaL_error(L, "invalid use of '%%' in replacement string");
        }
    }
}

/* Adds the value on top as the replacement, or what was there if it is false or nil. */
static void add_value(lua_State *L, struct search *search)
{
    size_t length;
    const char *text;

    if (!lua_toboolean(L, -1)) {
        text_buffer_add(L, &search->text, search->start,
                        (size_t)(search->matcher.s - search->start));
    } else if (lua_isstring(L, -1)) {
        text = lua_tolstring(L, -1, &length);
        text_buffer_add(L, &search->text, text, length);
        search->has_changed = true;
    } else {
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    }
    lua_settop(L, SLOTS);
}

/* Goes behind the match that has been replaced. */
static void pass_match(struct search *search)
{
    search->has_matched = false;
    search->count++;
    search->start = search->last_match = search->matcher.s;
}

/* Makes the replacement of a match. The search is kept: functions may leave this one. */
static void replace(lua_State *L, struct search *search)
{
    struct matcher *m = &search->matcher;

    search->has_matched = true;
    switch (lua_type(L, SLOT_THIRD)) {
    case LUA_TFUNCTION:
        lua_pushvalue(L, SLOT_THIRD);
        lua_callk(L, matcher_push_captures(L, m, search->start), 1, 0, gsub_on);
        add_value(L, search);
        break;
    case LUA_TTABLE:
        matcher_push_capture(L, m, 0, search->start);
        value_get(L, SLOT_THIRD, 0, gsub_on);
        add_value(L, search);
        break;
    default:
        add_template(L, search);
        search->has_changed = true;
        break;
    }
    pass_match(search);
}

static int finish_gsub(lua_State *L, struct search *search)
{
    if (SLICE_STEPS - search->matcher.steps >= WORK_SMALL)
        pay(L, search);
    if (search->has_changed) {
        text_buffer_add(L, &search->text, search->start,
                        (size_t)(search->matcher.subject_end - search->start));
        text_buffer_push(L, &search->text);
    } else {
        lua_pushvalue(L, SLOT_SUBJECT);
    }
    lua_pushinteger(L, search->count);
    return 2;
}

/* Goes on with a match that is being tried at `start`. */
static int run_gsub(lua_State *L, struct search *search)
{
    while (search->count < search->count_max) {
        struct matcher *m = &search->matcher;
        enum match_result result = look_until(L, search);

        if (result == MATCH_PAUSED) {
            keep(L, search);
            return work_leave(L, 0, gsub_on);
        }
        if (result == MATCH_FOUND)
            replace(L, search);
        else if (search->start < m->subject_end)
            text_buffer_add(L, &search->text, search->start++, 1);
        else
            break;
        if (search->is_anchored)
            break;
        matcher_start(m, search->start);
    }
    return finish_gsub(L, search);
}

static int gsub_on(lua_State *L, int status, lua_KContext context)
{
    struct search *search = lua_touserdata(L, SLOT_SEARCH);

    (void)status;
    (void)context;
    if (search->has_matched) { /* the replacement is there */
        add_value(L, search);
        pass_match(search);
        if (search->is_anchored)
            return finish_gsub(L, search);
        matcher_start(&search->matcher, search->start);
    }
    return run_gsub(L, search);
}

int search_gsub(lua_State *L)
{
    struct search search;
    size_t length, pattern_length;
    const char *subject = luaL_checklstring(L, SLOT_SUBJECT, &length);
    const char *pattern = luaL_checklstring(L, SLOT_PATTERN, &pattern_length);
    int type = lua_type(L, SLOT_THIRD);
    bool may_be_left = type == LUA_TFUNCTION || type == LUA_TTABLE;

    if (!may_be_left && type != LUA_TSTRING && type != LUA_TNUMBER)
        compat_type_error(L, SLOT_THIRD, "string/function/table");
    search.count_max = luaL_optinteger(L, SLOT_FOURTH, (lua_Integer)length + 1);
    lua_settop(L, SLOTS);
    search.kind = SEARCH_GSUB;
    search.is_plain = false;
    search.is_anchored = pattern_length > 0 && *pattern == '^';
    search.has_matched = search.has_changed = false;
    search.last_match = NULL;
    search.start = subject;
    search.count = 0;
    text_buffer_init(&search.text, SLOT_TEXT);
    matcher_init(&search.matcher, SLOT_CHOICES, subject, length, pattern + search.is_anchored,
                 pattern_length - search.is_anchored);
    search.matcher.steps = SLICE_STEPS;
    return run_gsub(L, may_be_left ? keep(L, &search) : &search);
}
