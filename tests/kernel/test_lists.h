/* SPDX-License-Identifier: MIT */
/* All lists of tests. A new test file adds its list here and its name to sources.cmake. */
#ifndef TESTS_TEST_LISTS_H
#define TESTS_TEST_LISTS_H

#include "tests/kernel/harness.h"

extern const struct test boot_tests[], cdt_tests[], lookup_tests[], cnode_tests[], untyped_tests[],
    delete_revoke_tests[], preemption_tests[], tcb_tests[], registers_tests[], scheduler_tests[],
    domain_tests[], endpoint_tests[], notification_tests[], transfer_tests[], reply_tests[],
    fault_tests[], irq_tests[], vspace_tests[], asid_tests[], debug_tests[], heap_tests[],
    check_tests[];

static const struct test *const test_lists[] = {
    boot_tests, cdt_tests, lookup_tests, cnode_tests, untyped_tests, delete_revoke_tests,
    preemption_tests, tcb_tests, registers_tests, scheduler_tests, domain_tests, endpoint_tests,
    notification_tests, transfer_tests, reply_tests, fault_tests, irq_tests, vspace_tests,
    asid_tests, debug_tests, heap_tests, check_tests, NULL};

extern const struct error_row cnode_errors[], untyped_errors[], tcb_errors[], irq_errors[],
    domain_errors[], page_errors[], asid_errors[], heap_errors[];

static const struct error_row *const error_lists[] = {cnode_errors, untyped_errors, tcb_errors,
                                                      irq_errors, domain_errors, page_errors,
                                                      asid_errors, heap_errors, NULL};

/* Every method on an empty slot and on an object that does not know it. */
const struct error_row *service_errors(void);

#endif
