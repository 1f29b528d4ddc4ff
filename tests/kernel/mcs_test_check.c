#include "tests/kernel/mcs_threads.h"
const struct test mcs_check_tests[] = {TESTS_END};
