/* SPDX-License-Identifier: MIT */
/* All lists of tests. A new test file adds its list here, or, if only one configuration has what it
   tests, in classic_test_lists.c or mcs_test_lists.c; and its name to sources.cmake. */
#ifndef TESTS_TEST_LISTS_H
#define TESTS_TEST_LISTS_H

#include "tests/kernel/harness.h"

extern const struct test boot_tests[], boot_options_tests[], cdt_tests[], lookup_tests[],
    cnode_tests[], untyped_tests[], delete_revoke_tests[], preemption_tests[], tcb_tests[],
    registers_tests[], scheduler_tests[], domain_tests[], endpoint_tests[], notification_tests[],
    transfer_tests[], fault_tests[], irq_tests[], vspace_tests[], asid_tests[], debug_tests[],
    heap_tests[], check_tests[], check_threads_tests[], check_vspace_tests[];

#define SHARED_TESTS                                                                               \
    boot_tests, boot_options_tests, cdt_tests, lookup_tests, cnode_tests, untyped_tests,           \
    delete_revoke_tests,                                                                           \
    preemption_tests, tcb_tests, registers_tests, scheduler_tests, domain_tests, endpoint_tests,   \
    notification_tests, transfer_tests, fault_tests, irq_tests, vspace_tests, asid_tests,          \
    debug_tests, heap_tests, check_tests, check_threads_tests, check_vspace_tests

extern const struct error_row cnode_errors[], untyped_errors[], tcb_errors[], irq_errors[],
    domain_errors[], page_errors[], asid_errors[], heap_errors[];

#define SHARED_ERRORS                                                                              \
    cnode_errors, untyped_errors, tcb_errors, irq_errors, domain_errors, page_errors, asid_errors, \
    heap_errors

/* Those of the configuration; NULL ends a list. */
extern const struct test *const test_lists[];
extern const struct error_row *const error_lists[];

/* Every method on an empty slot and on an object that does not know it. */
const struct error_row *service_errors(void);

#endif
