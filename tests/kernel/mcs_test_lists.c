/* SPDX-License-Identifier: MIT */
#include "tests/kernel/test_lists.h"

extern const struct test refill_tests[], budget_tests[], release_tests[], context_tests[],
    mcs_reply_tests[], mcs_check_tests[], mcs_fastpath_tests[], unwatched_tests[];
extern const struct error_row mcs_errors[];

const struct test *const test_lists[] = {SHARED_TESTS, refill_tests, budget_tests, release_tests,
                                         context_tests, mcs_reply_tests, mcs_check_tests,
                                         mcs_fastpath_tests, unwatched_tests, NULL};
const struct error_row *const error_lists[] = {SHARED_ERRORS, mcs_errors, NULL};
