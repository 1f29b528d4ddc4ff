# SPDX-License-Identifier: MIT
# The MCS kernel as a scheduler of task sets, for tests/simulation/test_simulation.lua.
add_executable(run_tasks ${CMAKE_CURRENT_LIST_DIR}/run_tasks.c
  ${CMAKE_SOURCE_DIR}/tests/kernel/system.c ${CMAKE_SOURCE_DIR}/tests/kernel/mcs_system.c
  ${CMAKE_SOURCE_DIR}/tests/null_platform/null_platform.c)
target_link_libraries(run_tasks PRIVATE selvm_kernel)
target_compile_definitions(run_tasks PRIVATE TESTS_ABI="tests/kernel/mcs_abi.h")
