# SPDX-License-Identifier: MIT
# The kernel's side of the comparison with the reference model (tests/model/test_model.lua).

# model_program(PROGRAM CONFIGURATION)
function(model_program program configuration)
  add_executable(${program} ${CMAKE_SOURCE_DIR}/tests/model/run_calls.c
    ${CMAKE_SOURCE_DIR}/tests/vectors/tester.c
    ${CMAKE_SOURCE_DIR}/tests/vectors/${configuration}_environment.c
    ${CMAKE_SOURCE_DIR}/tests/kernel/system.c
    ${CMAKE_SOURCE_DIR}/tests/kernel/${configuration}_system.c
    ${CMAKE_SOURCE_DIR}/tests/null_platform/null_platform.c)
  target_link_libraries(${program} PRIVATE selvm_kernel)
  target_compile_definitions(${program} PRIVATE TESTS_ABI="tests/kernel/${configuration}_abi.h")
endfunction()

model_program(run_calls classic)
model_program(run_calls_mcs mcs)
