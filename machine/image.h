/* SPDX-License-Identifier: MIT */
/* Program images: what a root task consists of, in one piece that is mapped executable.
 *
 *     magic 'seLVMimg' | length | module count N | argument count A    (8 bytes each)
 *     N + A records of { name offset, name length, text offset, text length }
 *     bytes
 *
 * All numbers are little endian; offsets count from the start of the image. Module 0 is the main
 * program. A module's name is what `require` calls it, the main program's its file name; an
 * argument has no name. Texts are Lua source, never bytecode; those of data files, which nothing
 * requires, are any bytes. */
#ifndef MACHINE_IMAGE_H
#define MACHINE_IMAGE_H

#include "kernel/types.h"

#define IMAGE_MAGIC "seLVMimg"

enum { IMAGE_MAGIC_SIZE = 8, IMAGE_HEADER_SIZE = 32, IMAGE_RECORD_SIZE = 32 };

/* NULL if the bytes are an image; else what is wrong with them, as a phrase. */
const char *image_fault(const uint8_t *bytes, uint64_t size);

#endif
