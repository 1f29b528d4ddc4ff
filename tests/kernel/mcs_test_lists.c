/* SPDX-License-Identifier: MIT */
#include "tests/kernel/test_lists.h"

extern const struct error_row mcs_errors[];

const struct test *const test_lists[] = {SHARED_TESTS, NULL};
const struct error_row *const error_lists[] = {SHARED_ERRORS, mcs_errors, NULL};
