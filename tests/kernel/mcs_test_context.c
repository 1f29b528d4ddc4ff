#include "tests/kernel/mcs_threads.h"
const struct test context_tests[] = {TESTS_END};
