-- SPDX-License-Identifier: MIT
--- A plugin that searches with a pattern for which there are more than 2^40 ways to fail.

local host = require("sel4.rpc").client(require "interface", 1)

local text = host:next_job()
local found = ("a"):rep(40):find(("a*"):rep(40) .. "b")
host:finish(text, found or 0)
