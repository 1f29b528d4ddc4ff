-- SPDX-License-Identifier: MIT
--- Services by name: the client's side of sel4.server.names.
--
--   local names = require("sel4.names").client(1, { receive_slot = 5 })
--   local files = names:lookup "files"             --> 5: the slot with a capability to it
--   names:register("my service", endpoint)

local rpc = require "sel4.rpc"

local names = {}

names.interface = rpc.interface {
  name = "names", { "register", "string", "cap" }, { "lookup", "string" },
  { "remove", "string" }, { "list" },
}

--- The name service behind an endpoint. Its methods are register(name, endpoint), lookup(name),
--- which returns the slot of a capability with the caller's badge, remove(name), list(). Options as
--- for rpc.client; lookup needs `receive_slot`, and `receive_root` in a process.
function names.client(endpoint, options)
  return rpc.client(names.interface, endpoint, options)
end

return names
