# SPDX-License-Identifier: MIT
# Replays of recorded answers of the real kernel. Without the recordings they say "skipped".
set(VECTOR_TEST_SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/vectors.c
  ${CMAKE_CURRENT_LIST_DIR}/../kernel/system.c
  ${CMAKE_CURRENT_LIST_DIR}/../null_platform/null_platform.c)

add_executable(replay_invocations ${CMAKE_CURRENT_LIST_DIR}/replay_invocations.c
  ${CMAKE_CURRENT_LIST_DIR}/../kernel/method_names.c
  ${VECTOR_TEST_SOURCES})
target_link_libraries(replay_invocations PRIVATE selvm_kernel cjson)

add_executable(replay_scripts ${CMAKE_CURRENT_LIST_DIR}/replay_scripts.c
  ${CMAKE_CURRENT_LIST_DIR}/script_operations.c ${VECTOR_TEST_SOURCES})
target_link_libraries(replay_scripts PRIVATE selvm_kernel cjson)
