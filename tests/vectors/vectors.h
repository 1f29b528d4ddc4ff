/* SPDX-License-Identifier: MIT */
/* What the two replayers of recorded answers share: the file, its lines, numbers in it, the report.
 *
 * The recordings lie outside of this project. Without them a replayer says so and counts none. */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct replay_options {
    bool is_verbose;    /* -v: show the first difference of each failing recording */
    long only_seed;     /* a seed as argument: replay only that recording; -1: all */
    unsigned show_max;  /* with -v: how many differences to show */
};

struct replayer {
    const char *file; /* of the recordings, in vectors/ */

    /* Replays one recording; true if everything was as recorded. */
    bool (*replay)(const cJSON *recording, const struct replay_options *options);

    /* Prints what it likes before the last line. */
    void (*summary)(void);
};

/* Replays every line of the file and prints the last line "N passed, N failed". Returns the exit
   status of the program. */
int replay_file(const struct replayer *replayer, int argc, char **argv);

/* A number written as a JSON number or as a hexadecimal string. */
uint64_t json_number(const cJSON *item);

#endif
