/* SPDX-License-Identifier: MIT */
/* Runs the kernel's unit tests: all of them, or those whose sentence contains the argument.
 *
 *     kernel_tests [--list | --explanations] [TEXT]
 *
 * A line for each failure; the last line is "N passed, N failed". --explanations prints of each
 * refusal, with tabs between: method, number of the error, the test's reason, the explanation. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kernel/harness.h"
#include "tests/kernel/test_lists.h"

enum { NAME_SIZE = 192 };

struct run {
    const char *filter; /* "" : all */
    bool only_lists;
    bool prints_explanations;
    unsigned passed;
    unsigned failed;
};

static struct system machine; /* static because a failure leaves a test by a jump */
static struct run run_state;

/* --- expectations ----------------------------------------------------------------------------- */

void expect_equal(const char *file, int line, const char *text, uint64_t actual, uint64_t expected)
{
    if (actual != expected)
        system_fail("%s:%d: %s is 0x%llx, expected 0x%llx", file, line, text,
                    (unsigned long long)actual, (unsigned long long)expected);
}

void expect_ok(struct system *s, const char *file, int line, const char *text, uint64_t error)
{
    struct tcb *t = kernel_current(s->k);

    if (error != ABI_NO_ERROR)
        system_fail("%s:%d: %s: error %lld (%s)", file, line, text, (long long)error,
                    t ? t->explanation : "nobody runs");
}

void expect_answer(struct system *s, const char *file, int line, struct word_list words)
{
    if (s->reply.length != words.count)
        system_fail("%s:%d: the answer has %u words, expected %u", file, line, s->reply.length,
                    words.count);
    for (unsigned i = 0; i < words.count; i++) {
        if (s->reply.words[i] != words.items[i])
            system_fail("%s:%d: word %u of the answer is 0x%llx, expected 0x%llx", file, line, i,
                        (unsigned long long)s->reply.words[i], (unsigned long long)words.items[i]);
    }
}

/* --- running ---------------------------------------------------------------------------------- */

/* A test or a row of errors; one of the two is NULL. */
struct job {
    const char *name;
    const struct test *test;
    const struct error_row *row;
};

static void row_run(const struct error_row *row)
{
    error_row_run(&machine, row);
    if (run_state.prints_explanations)
        printf("%s\t%llu\t%s\t%s\n", row->method, (unsigned long long)row->error, row->reason,
               machine.root->explanation);
}

static void job_body(const struct job *job)
{
    struct system_options options = {0};

    if (job->test)
        options = job->test->options;
    memset(&machine, 0, sizeof(machine));
    if (!job->test || !job->test->boots_itself)
        system_boot(&machine, options);
    if (job->test)
        job->test->run(&machine);
    else
        row_run(job->row);
    if (machine.has_trouble)
        system_fail("an invariant is broken: %s", machine.report.text);
}

static void job_run(const struct job *job)
{
    jmp_buf escape;

    if (!strstr(job->name, run_state.filter))
        return;
    if (run_state.only_lists) {
        printf("%s\n", job->name);
        return;
    }
    null_platform_catch_failures(&escape);
    if (setjmp(escape) == 0) {
        job_body(job);
        run_state.passed++;
    } else {
        run_state.failed++;
        printf("FAILED %s\n    %s\n", job->name, null_platform_failure());
        if (machine.has_trouble)
            printf("    (an invariant was broken before that: %s)\n", machine.report.text);
    }
    null_platform_catch_failures(NULL);
    system_free(&machine);
}

static void run_tests(const struct test *tests)
{
    for (const struct test *test = tests; test->name; test++)
        job_run(&(struct job){test->name, test, NULL});
}

static void run_rows(const struct error_row *rows)
{
    char name[NAME_SIZE];

    for (const struct error_row *row = rows; row->method; row++) {
        snprintf(name, sizeof(name), "%s refuses: %s", row->method, row->reason);
        job_run(&(struct job){name, NULL, row});
    }
}

int main(int argc, char **argv)
{
    run_state.filter = "";
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0)
            run_state.only_lists = true;
        else if (strcmp(argv[i], "--explanations") == 0)
            run_state.prints_explanations = true;
        else
            run_state.filter = argv[i];
    }
    for (unsigned i = 0; test_lists[i]; i++)
        run_tests(test_lists[i]);
    for (unsigned i = 0; error_lists[i]; i++)
        run_rows(error_lists[i]);
    run_rows(service_errors());
    if (!run_state.only_lists)
        printf("%u passed, %u failed\n", run_state.passed, run_state.failed);
    return run_state.failed == 0 ? 0 : 1;
}
