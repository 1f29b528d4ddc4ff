/* SPDX-License-Identifier: MIT */
/* Files that are part of the program; tools/embed.lua makes the tables when it is built. */
#ifndef MACHINE_EMBEDDED_H
#define MACHINE_EMBEDDED_H

#include "kernel/types.h"

struct embedded_file {
    const char *name; /* as `require` calls it; NULL after the last */
    const char *path; /* in the source tree, for messages */
    const unsigned char *text;
    size_t length;
};

extern const struct embedded_file embedded_host[];    /* host/, as selvm.NAME */
extern const struct embedded_file embedded_user[];    /* user/ */
extern const struct embedded_file embedded_library[]; /* machine/lua/library/ */
extern const struct embedded_file embedded_sdk[];     /* user/c/, and what abi/ makes for it */

/* Whether two texts are the same. */
bool text_equals(const char *a, const char *b);

/* The file of this name in one of the tables, or NULL. */
const struct embedded_file *embedded_find(const struct embedded_file *table, const char *name);

#endif
