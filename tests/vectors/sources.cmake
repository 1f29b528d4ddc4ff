# SPDX-License-Identifier: MIT
# Replays of recorded answers of the real kernel. Without the recordings they replay a sample.

# replayer(PROGRAM CONFIGURATION FILE...)
function(replayer program configuration)
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/tests/)
  add_executable(${program} ${ARGN}
    ${CMAKE_SOURCE_DIR}/tests/vectors/vectors.c
    ${CMAKE_SOURCE_DIR}/tests/vectors/${configuration}_environment.c
    ${CMAKE_SOURCE_DIR}/tests/kernel/system.c
    ${CMAKE_SOURCE_DIR}/tests/kernel/${configuration}_system.c
    ${CMAKE_SOURCE_DIR}/tests/kernel/${configuration}_method_names.c
    ${CMAKE_SOURCE_DIR}/tests/null_platform/null_platform.c)
  target_link_libraries(${program} PRIVATE selvm_kernel cjson)
  target_compile_definitions(${program} PRIVATE
    TESTS_ABI="tests/kernel/${configuration}_abi.h" TESTS_CONFIGURATION="${configuration}")
endfunction()

set(INVOCATIONS vectors/replay_invocations.c vectors/tester.c)
set(SCRIPTS vectors/replay_scripts.c vectors/script_operations.c)
replayer(replay_invocations classic ${INVOCATIONS})
replayer(replay_invocations_mcs mcs ${INVOCATIONS})
replayer(replay_scripts classic ${SCRIPTS} vectors/classic_operations.c)
replayer(replay_scripts_mcs mcs ${SCRIPTS} vectors/mcs_operations.c)
