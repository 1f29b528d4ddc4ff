-- SPDX-License-Identifier: MIT
--- A plugin that eats memory.

local console = require("sel4.console").client(2)
local host = require("sel4.rpc").client(require "interface", 1)

local eaten = { host:next_job() }
console:print("this is delicious")
while true do
  eaten[#eaten + 1] = ("yum "):rep(1000) .. #eaten
end
