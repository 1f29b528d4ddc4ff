# SPDX-License-Identifier: MIT
# Unit tests of the kernel on the null platform, without Lua.
set(KERNEL_TEST_SOURCES main.c system.c
  test_boot.c test_boot_options.c test_cdt.c test_lookup.c test_cnode.c test_untyped.c
  test_delete_revoke.c
  test_preemption.c test_tcb.c test_registers.c test_scheduler.c test_domain.c test_endpoint.c
  test_notification.c test_transfer.c test_fault.c test_irq.c test_vspace.c
  test_asid.c test_debug.c test_heap.c test_check.c
  test_check_threads.c test_check_vspace.c trouble.c
  test_errors.c test_errors_cnode.c test_errors_untyped.c test_errors_tcb.c test_errors_irq.c
  test_errors_vspace.c)

# kernel_test_program(PROGRAM CONFIGURATION FILE...): the files that both configurations share, and
# those of one.
function(kernel_test_program program configuration)
  set(sources ${KERNEL_TEST_SOURCES} ${configuration}_system.c ${configuration}_method_names.c
    ${configuration}_test_lists.c ${configuration}_test_errors.c ${ARGN})
  list(TRANSFORM sources PREPEND ${CMAKE_SOURCE_DIR}/tests/kernel/)
  add_executable(${program} ${sources} ${CMAKE_SOURCE_DIR}/tests/null_platform/null_platform.c)
  target_link_libraries(${program} PRIVATE selvm_kernel)
  target_compile_definitions(${program} PRIVATE
    TESTS_ABI="tests/kernel/${configuration}_abi.h")
endfunction()

kernel_test_program(kernel_tests classic classic_test_reply.c classic_test_slices.c
  classic_test_check.c classic_test_fastpath.c two_ways.c)
kernel_test_program(kernel_tests_mcs mcs mcs_threads.c mcs_test_refill.c mcs_test_budget.c
  mcs_test_release.c mcs_test_unwatched.c mcs_test_context.c mcs_test_reply.c mcs_test_check.c
  mcs_test_fastpath.c two_ways.c)

# random_program(PROGRAM CONFIGURATION)
function(random_program program configuration)
  set(sources random_calls.c system.c ${configuration}_random.c ${configuration}_system.c
    ${configuration}_method_names.c)
  list(TRANSFORM sources PREPEND ${CMAKE_SOURCE_DIR}/tests/kernel/)
  add_executable(${program} ${sources} ${CMAKE_SOURCE_DIR}/tests/null_platform/null_platform.c)
  target_link_libraries(${program} PRIVATE selvm_kernel)
  target_compile_definitions(${program} PRIVATE TESTS_ABI="tests/kernel/${configuration}_abi.h")
endfunction()

random_program(random_calls classic)
random_program(random_calls_mcs mcs)
