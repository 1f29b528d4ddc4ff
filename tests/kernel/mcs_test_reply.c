#include "tests/kernel/mcs_threads.h"
const struct test mcs_reply_tests[] = {TESTS_END};
