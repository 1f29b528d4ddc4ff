-- SPDX-License-Identifier: MIT
--- What seLVM adds to seL4's ABI, the same in both configurations.
--
--   local extensions = require "abi.extensions"
--   print(extensions.first_number)              --> 19456
--   print(extensions.exceptions[1].name)        --> LUA_ERROR
--
-- All numbers, of types and labels alike, start at `first_number`, so that every number that
-- seL4 does not know stays unknown. The methods are in invocations_heap.lua.

local extensions = {}

extensions.first_number = 0x4c00
extensions.object = "Lua_Heap"

-- Numbers of UserException faults of Lua threads; `lua` is the constant in module seL4,
-- `short` says it in the kernel's message.
extensions.exceptions = {
  { name = "LUA_ERROR", lua = "LuaException_Error", value = 0x4c00,
    short = "an uncaught Lua error",
    doc = "a Lua error that nothing in the thread caught; DebugFaultText has its text" },
  { name = "NO_ENGINE", lua = "LuaException_NoEngine", value = 0x4c01,
    short = "its VSpace has no Lua heap",
    doc = "no engine can run the thread: it is Lua's, and its VSpace has no Lua heap" },
  { name = "BAD_ENTRY", lua = "LuaException_BadEntry", value = 0x4c02,
    short = "its pc leads to no program and no function",
    doc = "pc is neither the start of a program image nor the address of a function" },
  { name = "BAD_IMAGE", lua = "LuaException_BadImage", value = 0x4c03,
    short = "its pc leads to no valid program image",
    doc = "pc leads to memory that does not hold a valid program image" },
  { name = "OVERSTAYED", lua = "LuaException_Overstayed", value = 0x4c04,
    short = "it stayed too long where it cannot be preempted",
    doc = "the thread stayed too long in a section that cannot be preempted" },
}

return extensions
