/* SPDX-License-Identifier: MIT */
/* The classic and the MCS kernel have different system calls. Module seL4 has those of the one that
 * runs, so that the others are nil; who calls one is told why. */
#include <string.h>

#include "machine/lua/stubs.h"

enum { NAME_SIZE = 40 };

/* What stands around the name in Lua's own text. */
static const char before[] = "attempt to call a nil value (field '";
enum { BEFORE_LENGTH = sizeof(before) - 1 };

/* The name of the field that was called; false: the text is another. */
static bool read_name(const char *text, size_t length, char name[NAME_SIZE])
{
    size_t start = 0;
    size_t count = 0;

    while (start + BEFORE_LENGTH <= length && memcmp(text + start, before, BEFORE_LENGTH) != 0)
        start++;
    start += BEFORE_LENGTH;
    if (start >= length)
        return false;
    while (count < NAME_SIZE - 1 && start + count < length && text[start + count] != '\'')
        count++;
    memcpy(name, text + start, count);
    name[count] = '\0';
    return true;
}

static bool has(unsigned configuration, const char *name)
{
    return stubs_ipc_has(configuration, name) || stubs_invoke_has(configuration, name);
}

void stubs_explain_nil(lua_State *L)
{
    unsigned here = process_configuration(process_of_state(L));
    bool is_mcs = here == CONFIGURATION_MCS;
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    char name[NAME_SIZE];

    if (!read_name(text, length, name) || has(here, name) ||
        !has(is_mcs ? CONFIGURATION_CLASSIC : CONFIGURATION_MCS, name))
        return;
    lua_pushfstring(L, "%s: seL4.%s belongs to the %s configuration, and this is the %s one", text,
                    name, is_mcs ? "classic" : "MCS", is_mcs ? "MCS" : "classic");
    lua_remove(L, -2);
}
