# SPDX-License-Identifier: MIT
# Targets of libFuzzer, built with clang alone (preset fuzz); tests/fuzz/run runs them.

# fuzzer(PROGRAM FILE...)
function(fuzzer program)
  add_executable(${program} ${CMAKE_SOURCE_DIR}/tests/fuzz/${program}.c ${ARGN})
  target_link_options(${program} PRIVATE -fsanitize=fuzzer)
endfunction()

# system_fuzzer(PROGRAM SOURCE CONFIGURATION): with a booted system on the null platform.
function(system_fuzzer program source configuration)
  add_executable(${program} ${CMAKE_SOURCE_DIR}/tests/fuzz/${source}
    ${CMAKE_SOURCE_DIR}/tests/kernel/system.c
    ${CMAKE_SOURCE_DIR}/tests/kernel/${configuration}_system.c
    ${CMAKE_SOURCE_DIR}/tests/null_platform/null_platform.c)
  target_link_libraries(${program} PRIVATE selvm_kernel)
  target_link_options(${program} PRIVATE -fsanitize=fuzzer)
  target_compile_definitions(${program} PRIVATE TESTS_ABI="tests/kernel/${configuration}_abi.h")
endfunction()

system_fuzzer(fuzz_message fuzz_message.c classic)
system_fuzzer(fuzz_message_mcs fuzz_message.c mcs)
system_fuzzer(fuzz_image fuzz_image.c classic)
target_sources(fuzz_image PRIVATE ${CMAKE_SOURCE_DIR}/machine/image.c
  ${CMAKE_SOURCE_DIR}/machine/lua/image_reader.c)
target_include_directories(fuzz_image SYSTEM PRIVATE ${LUA_INCLUDE})

fuzzer(fuzz_boot ${CMAKE_SOURCE_DIR}/tests/null_platform/null_platform.c)
target_link_libraries(fuzz_boot PRIVATE selvm_kernel)

fuzzer(fuzz_host)
target_link_libraries(fuzz_host PRIVATE selvm_core ${LUA_LIBRARY} m ${CMAKE_DL_LIBS})

fuzzer(fuzz_pattern ${CMAKE_SOURCE_DIR}/machine/lua/pattern.c)
target_link_libraries(fuzz_pattern PRIVATE selvm_settings ${LUA_LIBRARY} m ${CMAKE_DL_LIBS})
add_dependencies(fuzz_pattern abi_headers)

add_custom_target(fuzzers DEPENDS fuzz_image fuzz_boot fuzz_message fuzz_message_mcs
  fuzz_pattern fuzz_host)
