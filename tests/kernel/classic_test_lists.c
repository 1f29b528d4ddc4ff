/* SPDX-License-Identifier: MIT */
#include "tests/kernel/test_lists.h"

extern const struct test reply_tests[], slices_tests[], classic_check_tests[],
    fastpath_tests[];
extern const struct error_row classic_errors[];

const struct test *const test_lists[] = {SHARED_TESTS, reply_tests, slices_tests,
                                         classic_check_tests, fastpath_tests, NULL};
const struct error_row *const error_lists[] = {SHARED_ERRORS, classic_errors, NULL};
