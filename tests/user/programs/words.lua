-- SPDX-License-Identifier: MIT
--- The interface of tests/user/servers.lua, which its clients share.

local rpc = require "sel4.rpc"

return rpc.interface {
  name = "words",
  { "store", "string" }, { "fetch" }, { "fail" }, { "spin" },
}
