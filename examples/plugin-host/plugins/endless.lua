-- SPDX-License-Identifier: MIT
--- A plugin that takes a job and never comes back, and swallows all errors to stay alive.

local host = require("sel4.rpc").client(require "interface", 1)

host:next_job()
while true do
  pcall(error, "no")
end
