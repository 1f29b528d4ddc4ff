-- SPDX-License-Identifier: MIT
--- What the host offers to its plugins.

local rpc = require "sel4.rpc"

return rpc.interface {
  name = "host",
  { "next_job" },                   -- a text to work on; nil: there is nothing more to do
  { "finish", "string", "integer" } -- the text, and the number of its words
}
