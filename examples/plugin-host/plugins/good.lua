-- SPDX-License-Identifier: MIT
--- A plugin that behaves: it counts words. It has two capabilities: 1, to the host, and 2, to the
--- console. All other plugins have the same.

local console = require("sel4.console").client(2)
local host = require("sel4.rpc").client(require "interface", 1)

local text = host:next_job()
while text do
  local count = select(2, text:gsub("%S+", ""))
  console:print(("'%s' has %d words"):format(text, count))
  host:finish(text, count)
  text = host:next_job()
end
