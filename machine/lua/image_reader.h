/* SPDX-License-Identifier: MIT */
/* Program images as a thread sees them: through its own page tables, page by page, since the frames
 * may lie anywhere. Only what is mapped executable is read.
 *
 *     magic 'seLVMimg' | length | module count N | argument count A        (words)
 *     N + A records of { name offset, name length, text offset, text length }
 *     bytes
 *
 * Module 0 is the main program. Offsets count from the start of the image. */
#ifndef MACHINE_LUA_IMAGE_READER_H
#define MACHINE_LUA_IMAGE_READER_H

#include <lua.h>

#include "kernel/kernel.h"

/* A thread's view of an image. It stays valid while the thread does not run. */
struct image {
    struct kernel *kernel;
    struct tcb *thread;
    uint64_t vaddr;
    uint64_t length;
    uint64_t module_count;
    uint64_t argument_count;
};

struct image_record {
    uint64_t name; /* vaddr */
    uint64_t name_length;
    uint64_t text; /* vaddr */
    uint64_t text_length;
};

enum image_result {
    IMAGE_OK,
    IMAGE_NONE, /* no image begins there, or the address is not mapped executable */
    IMAGE_BAD   /* one begins, but its tables are wrong or not all of it is mapped */
};

/* Looks at what is at vaddr. */
enum image_result image_open(struct kernel *k, struct tcb *t, uint64_t vaddr, struct image *image);

/* Record of a module, or of an argument from module_count on. False: not there, or wrong. */
bool image_record(const struct image *image, uint64_t index, struct image_record *record);

/* The module of this name, or the one whose text begins at an address. */
bool image_find_module(const struct image *image, const char *name, size_t length,
                       struct image_record *record);
bool image_find_text(const struct image *image, uint64_t vaddr, struct image_record *record);

/* Copies bytes of an image. False: not all of them are mapped executable. */
bool image_copy(const struct image *image, uint64_t vaddr, void *to, uint64_t length);

/* Where line `line` (from 1) of a module's text begins; 0 if it cannot be read so far. */
uint64_t image_line_address(const struct image *image, const struct image_record *record, int line);

/* A module's text for lua_load. An initial line that begins with '#' is left out. */
struct image_text {
    const struct image *image;
    uint64_t next;
    uint64_t left;
    bool is_first_line; /* which is being left out */
    bool has_failed;    /* part of the text is not mapped */
};
struct image_text image_text(const struct image *image, const struct image_record *record);
const char *image_text_read(lua_State *L, void *text, size_t *size);

/* Whether the text is bytecode, which is never loaded. */
bool image_text_is_binary(const struct image *image, const struct image_record *record);

#endif
