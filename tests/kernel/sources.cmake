# SPDX-License-Identifier: MIT
# Unit tests of the kernel on the null platform, without Lua.
set(KERNEL_TEST_SOURCES main.c system.c classic_system.c classic_method_names.c
  test_boot.c test_cdt.c test_lookup.c test_cnode.c test_untyped.c test_delete_revoke.c
  test_preemption.c test_tcb.c test_registers.c test_scheduler.c test_domain.c test_endpoint.c
  test_notification.c test_transfer.c test_reply.c test_fault.c test_irq.c test_vspace.c
  test_asid.c test_debug.c test_heap.c test_check.c
  test_errors.c test_errors_cnode.c test_errors_untyped.c test_errors_tcb.c test_errors_irq.c
  test_errors_vspace.c)
list(TRANSFORM KERNEL_TEST_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
list(APPEND KERNEL_TEST_SOURCES ${CMAKE_CURRENT_LIST_DIR}/../null_platform/null_platform.c)

add_executable(kernel_tests ${KERNEL_TEST_SOURCES})
target_link_libraries(kernel_tests PRIVATE selvm_kernel)
target_compile_definitions(kernel_tests PRIVATE TESTS_ABI="tests/kernel/classic_abi.h")
