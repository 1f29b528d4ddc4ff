-- SPDX-License-Identifier: MIT
--- All suites of tests: { name, command, builds }. A suite is a command whose last line of output
--- is "N passed, N failed". With `builds`, it runs once for each, and $build in its command is the
--- folder of that build.

local both = { "debug", "release" }
local all = { "debug", "release", "lua5.3" }

-- A stock interpreter must load the sanitizers before a module that was built with them.
local sanitized = "ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$(gcc -print-file-name=libasan.so):" ..
  "$(gcc -print-file-name=libubsan.so) "

return {
  { "style", "lua5.4 tests/style/test_style.lua" },
  { "abi tables", "lua5.4 tests/abi/test_tables.lua" },
  { "abi generator", "lua5.4 tests/abi/test_generate.lua" },
  { "headers", "lua5.4 tests/build/test_headers.lua $build/generated", { "release" } },
  { "symbols", "lua5.4 tests/build/test_symbols.lua $build/tests", { "release" } },
  { "kernel", "$build/tests/kernel_tests", both },
  { "kernel, MCS", "$build/tests/kernel_tests_mcs", both },
  { "kernel coverage", "lua5.4 tests/kernel/check_coverage.lua $build/tests/kernel_tests classic",
    { "debug" } },
  { "kernel coverage, MCS",
    "lua5.4 tests/kernel/check_coverage.lua $build/tests/kernel_tests_mcs mcs", { "debug" } },
  { "random calls", "$build/tests/random_calls 1 60000", { "debug" } },
  { "random calls, MCS", "$build/tests/random_calls_mcs 1 60000", { "debug" } },
  { "recorded invocations", "$build/tests/replay_invocations", both },
  { "recorded scripts", "$build/tests/replay_scripts", both },
  { "recorded invocations, MCS", "$build/tests/replay_invocations_mcs", both },
  { "recorded scripts, MCS", "$build/tests/replay_scripts_mcs", both },
  { "scheduling, MCS", "lua5.4 tests/simulation/test_simulation.lua $build/tests/run_tasks",
    { "release" } },
  { "reference model", "lua5.4 tests/model/test_model.lua classic $build", { "debug" } },
  { "reference model, MCS", "lua5.4 tests/model/test_model.lua mcs $build", { "debug" } },
  { "fuzzing", "lua5.4 tests/fuzz/test_fuzz.lua build/fuzz/tests" },
  { "linker", "lua5.4 tests/host/test_linker.lua" },
  { "command line", "lua5.4 tests/host/test_cli.lua $build/selvm", all },
  { "module", "lua5.4 tests/host/test_module.lua", { "release" } },
  { "module", sanitized .. "lua5.4 tests/host/test_module.lua $build", { "debug" } },
  { "module, Lua 5.3", "lua5.3 tests/host/test_module.lua", { "lua5.3" } },
  { "failed assertion", "$build/tests/test_assertion", all },
  { "devices", "lua5.4 tests/host/test_devices.lua $build/selvm", all },
  { "script selvm", "lua5.4 tests/host/test_script.lua" },
  { "documentation", "lua5.4 tests/docs/test_docs.lua build/release" },
  { "benchmarks", "lua5.4 tests/bench/test_bench.lua", { "release" } },
  { "user library", "$build/selvm run tests/user/library.lua", all },
  { "user objects", "$build/selvm run tests/user/objects.lua", all },
  { "user objects, MCS", "$build/selvm run --mcs tests/user/objects.lua", { "release" } },
  { "user memory", "$build/selvm run tests/user/memory.lua", all },
  { "user memory, MCS", "$build/selvm run --mcs tests/user/memory.lua", { "release" } },
  { "user tasks", "$build/selvm run tests/user/tasks.lua", all },
  { "user tasks, MCS", "$build/selvm run --mcs tests/user/tasks.lua", { "release" } },
  { "user rpc", "$build/selvm run tests/user/rpc.lua", all },
  { "user rpc, MCS", "$build/selvm run --mcs tests/user/rpc.lua", { "release" } },
  { "user servers", "$build/selvm run tests/user/servers.lua", all },
  { "user servers, MCS", "$build/selvm run --mcs tests/user/servers.lua", { "release" } },
  { "user services", "$build/selvm run tests/user/services.lua", all },
  { "user services, MCS", "$build/selvm run --mcs tests/user/services.lua", { "release" } },
  { "user library, MCS", "$build/selvm run --mcs tests/user/library_mcs.lua", all },
  { "examples", "lua5.4 tests/examples/test_examples.lua $build/selvm", all },
  { "hostile programs", "lua5.4 tests/hostile/test_hostile.lua $build/selvm", all },
  { "hostile programs, MCS", "lua5.4 tests/hostile/test_hostile.lua $build/selvm --mcs",
    { "debug", "release" } },
  { "standard library", "lua5.4 tests/library/test_library.lua $build/selvm lua5.4",
    { "debug", "release" } },
  { "standard library, Lua 5.3", "lua5.4 tests/library/test_library.lua $build/selvm lua5.3",
    { "lua5.3" } },
  { "scenarios", "lua5.4 tests/scenarios/test_scenarios.lua $build/selvm", all },
}
