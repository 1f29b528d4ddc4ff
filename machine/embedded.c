/* SPDX-License-Identifier: MIT */
#include "machine/embedded.h"

bool text_equals(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

const struct embedded_file *embedded_find(const struct embedded_file *table, const char *name)
{
    for (const struct embedded_file *file = table; file->name != NULL; file++) {
        if (text_equals(file->name, name))
            return file;
    }
    return NULL;
}
