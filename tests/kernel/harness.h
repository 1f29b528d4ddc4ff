/* SPDX-License-Identifier: MIT */
/* A unit test: a sentence and a function. Each runs on a system of its own, freshly booted, with
 * the root thread current; after it the invariants must hold. The first expectation that does not
 * hold ends the test. */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include "tests/kernel/system.h"

struct test {
    const char *name; /* the sentence; NULL ends a list */
    void (*run)(struct system *s);
    struct system_options options;
    bool boots_itself; /* `s` is not booted yet */
};

#define TEST(sentence, function) {.name = sentence, .run = function}
#define TEST_ON(sentence, function, ...)                                                           \
    {.name = sentence, .run = function, .options = {__VA_ARGS__}}
#define TEST_UNBOOTED(sentence, function) {.name = sentence, .run = function, .boots_itself = true}
#define TESTS_END {.name = NULL}

/* One invocation that must be refused, in the environment of test_errors.c. */
struct error_row {
    const char *method; /* "CNode_Copy" */
    const char *reason; /* "DeleteFirst: the destination slot is in use"; NULL method ends a list */
    uint64_t label;
    uint64_t service;
    struct cap_list caps;
    struct word_list words;
    uint64_t error;
    struct word_list answer;             /* words of the reply */
    void (*prepare)(struct system *s);   /* NULL: nothing more than the environment */
};

/* Initialisers of cap_list and word_list in tables. */
#define LIST(...) {sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), {__VA_ARGS__}}
#define EMPTY {0, {0}}

/* Runs one row: builds the environment, makes the call, compares the answer. */
void error_row_run(struct system *s, const struct error_row *row);

/* --- expectations ----------------------------------------------------------------------------- */

#define EXPECT(condition)                                                                          \
    ((condition) ? (void)0 : system_fail("%s:%d: expected: %s", __FILE__, __LINE__, #condition))

#define EXPECT_EQUAL(actual, expected)                                                             \
    expect_equal(__FILE__, __LINE__, #actual, (uint64_t)(actual), (uint64_t)(expected))

/* An invocation by the root thread (or current thread) succeeds. */
#define EXPECT_OK(call) expect_ok(s, __FILE__, __LINE__, #call, (call))

void expect_equal(const char *file, int line, const char *text, uint64_t actual, uint64_t expected);
void expect_ok(struct system *s, const char *file, int line, const char *text, uint64_t error);

/* The words of the last answer are these. */
#define EXPECT_ANSWER(...) expect_answer(s, __FILE__, __LINE__, WORDS(__VA_ARGS__))
void expect_answer(struct system *s, const char *file, int line, struct word_list words);

#endif
