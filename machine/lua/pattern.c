/* SPDX-License-Identifier: MIT */
#include "machine/lua/pattern.h"

#include <string.h>

#include <lauxlib.h>

enum { ESCAPE = '%', SET_STEP_BITS = 2 };

/* --- classes of characters, as in the C locale ------------------------------------------------ */

static bool is_between(unsigned char c, char first, char last)
{
    return c >= (unsigned char)first && c <= (unsigned char)last;
}

static bool is_letter(unsigned char c)
{
    return is_between(c | 0x20, 'a', 'z');
}

static bool is_digit(unsigned char c)
{
    return is_between(c, '0', '9');
}

static bool is_graphic(unsigned char c)
{
    return is_between(c, '!', '~');
}

/* Whether c is of the class of a letter; any other character stands for itself. */
static bool is_of_class(unsigned char c, unsigned char class)
{
    bool is;

    switch (class | 0x20) {
    case 'a': is = is_letter(c); break;
    case 'c': is = c < ' ' || c == 0x7f; break;
    case 'd': is = is_digit(c); break;
    case 'g': is = is_graphic(c); break;
    case 'l': is = is_between(c, 'a', 'z'); break;
    case 'p': is = is_graphic(c) && !is_letter(c) && !is_digit(c); break;
    case 's': is = c == ' ' || is_between(c, '\t', '\r'); break;
    case 'u': is = is_between(c, 'A', 'Z'); break;
    case 'w': is = is_letter(c) || is_digit(c); break;
    case 'x': is = is_digit(c) || is_between(c | 0x20, 'a', 'f'); break;
    case 'z': is = c == 0; break; /* not in the manual any more */
    default: return class == c;
    }
    return is_between(class, 'A', 'Z') ? !is : is;
}

/* `p` is at the '[' and `last` at the ']'. */
static bool is_in_set(unsigned char c, const char *p, const char *last)
{
    bool is_member = true;

    if (p[1] == '^') {
        is_member = false;
        p++;
    }
    while (++p < last) {
        if (*p == ESCAPE) {
            p++;
            if (is_of_class(c, (unsigned char)*p))
                return is_member;
        } else if (p[1] == '-' && p + 2 < last) {
            p += 2;
            if (is_between(c, p[-2], *p))
                return is_member;
        } else if ((unsigned char)*p == c) {
            return is_member;
        }
    }
    return !is_member;
}

/* The end of the single item that begins at p. */
static const char *find_item_end(lua_State *L, struct matcher *m, const char *p)
{
    const char *first = p;

    if (*p++ == ESCAPE) {
        if (p == m->pattern_end)
            luaL_error(L, "malformed pattern (ends with '%%')");
        return p + 1;
    }
    if (p[-1] != '[')
        return p;
    if (*p == '^')
        p++;
    do { /* a ']' that comes first is a member */
        if (p == m->pattern_end)
            luaL_error(L, "malformed pattern (missing ']')");
        if (*p++ == ESCAPE && p < m->pattern_end)
            p++;
    } while (p == m->pattern_end || *p != ']');
    m->steps -= (p - first) >> SET_STEP_BITS;
    return p + 1;
}

/* Whether the item from p to `end` matches the character at s. */
static bool matches_item(struct matcher *m, const char *s, const char *p, const char *end)
{
    unsigned char c;

    if (s >= m->subject_end)
        return false;
    c = (unsigned char)*s;
    switch (*p) {
    case '.':
        return true;
    case ESCAPE:
        return is_of_class(c, (unsigned char)p[1]);
    case '[':
        m->steps -= (end - p) >> SET_STEP_BITS;
        return is_in_set(c, p, end - 1);
    default:
        return (unsigned char)*p == c;
    }
}

/* --- choices ---------------------------------------------------------------------------------- */

static struct choice *choices(struct matcher *m)
{
    return m->spilled == NULL ? m->own : m->spilled;
}

static void make_room(lua_State *L, struct matcher *m)
{
    size_t size = (size_t)m->choice_count * sizeof(struct choice);
    struct choice *larger = lua_newuserdata(L, 2 * size);

    memcpy(larger, choices(m), size);
    lua_replace(L, m->anchor);
    m->spilled = larger;
    m->choice_room = 2 * m->choice_count;
}

static void push_choice(lua_State *L, struct matcher *m, struct choice choice)
{
    if (m->choice_count == m->choice_room)
        make_room(L, m);
    choices(m)[m->choice_count++] = choice;
}

/* Notes what is to be undone if a choice is taken back; without any there is nothing to undo. */
static void push_undo(lua_State *L, struct matcher *m, enum choice_kind kind, int number)
{
    if (m->choice_count > 0)
        push_choice(L, m, (struct choice){.kind = kind, .number = number});
}

static void go_on_at(struct matcher *m, const char *s, const char *p)
{
    m->s = s;
    m->p = p;
    m->phase = PHASE_MATCH;
}

/* Takes the last choice another way. False: there is none left. */
static bool go_back(struct matcher *m)
{
    while (m->choice_count > 0) {
        struct choice *last = &choices(m)[m->choice_count - 1];

        m->steps--;
        switch (last->kind) {
        case CHOICE_JUMP:
            go_on_at(m, last->s, last->p);
            m->choice_count--;
            return true;
        case CHOICE_FEWER:
            go_on_at(m, --last->s, last->p);
            if (last->s == last->limit)
                m->choice_count--;
            return true;
        case CHOICE_MORE:
            if (matches_item(m, last->s, last->p, last->limit)) {
                go_on_at(m, ++last->s, last->limit + 1);
                return true;
            }
            break;
        case CHOICE_OPENED:
            m->level--;
            break;
        case CHOICE_CLOSED:
            m->captures[last->number].length = CAPTURE_IS_OPEN;
            break;
        }
        m->choice_count--;
    }
    return false;
}

/* --- items ------------------------------------------------------------------------------------ */

static void fail(struct matcher *m)
{
    m->phase = PHASE_BACK;
}

static void open_capture(lua_State *L, struct matcher *m)
{
    bool is_position = m->p[1] == ')';

    if (m->level >= CAPTURES_MAX)
        luaL_error(L, "too many captures");
    m->captures[m->level].start = m->s;
    m->captures[m->level].length = is_position ? CAPTURE_IS_POSITION : CAPTURE_IS_OPEN;
    m->level++;
    push_undo(L, m, CHOICE_OPENED, 0);
    m->p += is_position ? 2 : 1;
}

static void close_capture(lua_State *L, struct matcher *m)
{
    int number = m->level - 1;

    while (number >= 0 && m->captures[number].length != CAPTURE_IS_OPEN)
        number--;
    if (number < 0)
        luaL_error(L, "invalid pattern capture");
    m->captures[number].length = m->s - m->captures[number].start;
    push_undo(L, m, CHOICE_CLOSED, number);
    m->p++;
}

/* %1 to %9. */
static void match_back_reference(lua_State *L, struct matcher *m)
{
    int number = (unsigned char)m->p[1] - '1';
    const struct capture *capture = &m->captures[number < 0 ? 0 : number];

    if (number < 0 || number >= m->level || capture->length == CAPTURE_IS_OPEN)
        luaL_error(L, "invalid capture index %%%d", number + 1);
    if (capture->length < 0 || m->subject_end - m->s < capture->length ||
        memcmp(capture->start, m->s, (size_t)capture->length) != 0) {
        fail(m);
        return;
    }
    m->steps -= capture->length >> 4;
    go_on_at(m, m->s + capture->length, m->p + 2);
}

/* %f[set] */
static void match_frontier(lua_State *L, struct matcher *m)
{
    const char *set = m->p + 2;
    unsigned char before = m->s == m->subject ? '\0' : (unsigned char)m->s[-1];
    unsigned char here = m->s == m->subject_end ? '\0' : (unsigned char)*m->s;
    const char *end;

    if (*set != '[')
        luaL_error(L, "missing '[' after '%%f' in pattern");
    end = find_item_end(L, m, set);
    if (!is_in_set(before, set, end - 1) && is_in_set(here, set, end - 1))
        m->p = end;
    else
        fail(m);
}

/* %bxy */
static void begin_balance(lua_State *L, struct matcher *m)
{
    if (m->pattern_end - m->p < 4)
        luaL_error(L, "malformed pattern (missing arguments to '%%b')");
    if (m->s == m->subject_end || *m->s != m->p[2]) {
        fail(m);
        return;
    }
    m->depth = 1;
    m->s++;
    m->phase = PHASE_BALANCE;
}

static void go_on_balancing(struct matcher *m)
{
    char first = m->p[2];
    char last = m->p[3];

    for (; m->s < m->subject_end && m->steps > 0; m->s++, m->steps--) {
        if (*m->s == last) {
            if (--m->depth == 0) {
                go_on_at(m, m->s + 1, m->p + 4);
                return;
            }
        } else if (*m->s == first) {
            m->depth++;
        }
    }
    if (m->s == m->subject_end)
        fail(m);
}

/* Takes as many as there are, from m->s on; m->least is as few as may be. */
static void go_on_expanding(lua_State *L, struct matcher *m)
{
    const char *s = m->s;

    while (m->steps > 0 && matches_item(m, s, m->p, m->item_end)) {
        s++;
        m->steps--;
    }
    m->s = s;
    if (m->steps <= 0)
        return;
    if (s > m->least)
        push_choice(L, m, (struct choice){.kind = CHOICE_FEWER, .s = s, .p = m->item_end + 1,
                                          .limit = m->least});
    go_on_at(m, s, m->item_end + 1);
}

static void begin_expanding(lua_State *L, struct matcher *m, const char *s, const char *end)
{
    m->least = s;
    m->s = s;
    m->item_end = end;
    m->phase = PHASE_EXPAND;
    go_on_expanding(L, m);
}

/* A single item with what says how often. */
static void match_single(lua_State *L, struct matcher *m)
{
    const char *s = m->s;
    const char *p = m->p;
    const char *end = find_item_end(L, m, p);
    bool matches = matches_item(m, s, p, end);

    switch (end == m->pattern_end ? '\0' : *end) {
    case '?':
        if (matches)
            push_choice(L, m, (struct choice){.kind = CHOICE_JUMP, .s = s, .p = end + 1});
        go_on_at(m, matches ? s + 1 : s, end + 1);
        break;
    case '-':
        push_choice(L, m, (struct choice){.kind = CHOICE_MORE, .s = s, .p = p, .limit = end});
        m->p = end + 1;
        break;
    case '*':
        begin_expanding(L, m, s, end);
        break;
    case '+':
        if (matches)
            begin_expanding(L, m, s + 1, end);
        else
            fail(m);
        break;
    default:
        if (matches)
            go_on_at(m, s + 1, end);
        else
            fail(m);
        break;
    }
}

/* One item of the pattern. */
static void match_item(lua_State *L, struct matcher *m)
{
    const char *p = m->p;

    switch (*p) {
    case '(':
        open_capture(L, m);
        return;
    case ')':
        close_capture(L, m);
        return;
    case '$':
        if (p + 1 != m->pattern_end)
            break;
        if (m->s == m->subject_end)
            m->p++;
        else
            fail(m);
        return;
    case ESCAPE:
        if (p[1] == 'b')
            begin_balance(L, m);
        else if (p[1] == 'f')
            match_frontier(L, m);
        else if (is_digit((unsigned char)p[1]))
            match_back_reference(L, m);
        else
            break;
        return;
    default:
        break;
    }
    match_single(L, m);
}

/* --- interface -------------------------------------------------------------------------------- */

void matcher_init(struct matcher *m, int anchor, const char *subject, size_t subject_length,
                  const char *pattern, size_t pattern_length)
{
    m->subject = subject;
    m->subject_end = subject + subject_length;
    m->pattern = pattern;
    m->pattern_end = pattern + pattern_length;
    m->anchor = anchor;
    m->choice_room = OWN_CHOICES;
    m->spilled = NULL;
    matcher_start(m, subject);
}

void matcher_start(struct matcher *m, const char *s)
{
    m->level = 0;
    m->choice_count = 0;
    go_on_at(m, s, m->pattern);
}

enum match_result matcher_run(lua_State *L, struct matcher *m)
{
    while (m->steps > 0) {
        m->steps--;
        switch (m->phase) {
        case PHASE_MATCH:
            if (m->p == m->pattern_end)
                return MATCH_FOUND;
            match_item(L, m);
            break;
        case PHASE_EXPAND:
            go_on_expanding(L, m);
            break;
        case PHASE_BALANCE:
            go_on_balancing(m);
            break;
        case PHASE_BACK:
            if (!go_back(m))
                return MATCH_NONE;
            break;
        }
    }
    return MATCH_PAUSED;
}

void matcher_push_capture(lua_State *L, const struct matcher *m, int index, const char *start)
{
    const struct capture *capture = &m->captures[index];

    if (index >= m->level) {
        if (index != 0)
            luaL_error(L, "invalid capture index %%%d", index + 1);
        lua_pushlstring(L, start, (size_t)(m->s - start));
    } else if (capture->length == CAPTURE_IS_OPEN) {
        luaL_error(L, "unfinished capture");
    } else if (capture->length == CAPTURE_IS_POSITION) {
        lua_pushinteger(L, capture->start - m->subject + 1);
    } else {
        lua_pushlstring(L, capture->start, (size_t)capture->length);
    }
}

int matcher_push_captures(lua_State *L, const struct matcher *m, const char *start)
{
    int count = m->level == 0 && start != NULL ? 1 : m->level;

    luaL_checkstack(L, count, "too many captures");
    for (int i = 0; i < count; i++)
        matcher_push_capture(L, m, i, start);
    return count;
}
