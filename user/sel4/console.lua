-- SPDX-License-Identifier: MIT
--- Writing to a shared console, line by line: the client's side of sel4.server.console.
--
--   local console = require("sel4.console").client(1)      -- a capability to the server
--   console:print("total", 42)
--   console:write("no line end yet")

local rpc = require "sel4.rpc"

local console = {}

local PIECE = 800 -- bytes of a message

console.interface = rpc.interface { name = "console", { "write", "string" }, { "flush" } }

local Client = {}
Client.__index = Client
Client.__name = "sel4.console"

--- Writes a text; what is before a line end is shown, the rest when its line ends.
function Client:write(text)
  for at = 1, #text, PIECE do
    self.service:write(text:sub(at, at + PIECE - 1))
  end
end

--- Writes values as print does.
function Client:print(...)
  local texts = table.pack(...)
  for i = 1, texts.n do
    texts[i] = tostring(texts[i])
  end
  self:write(table.concat(texts, "\t") .. "\n")
end

--- Shows what is left of a line that has not ended.
function Client:flush()
  self.service:flush()
end

--- The console behind an endpoint, an object or a CPtr.
function console.client(endpoint)
  return setmetatable({ service = rpc.client(console.interface, endpoint) }, Client)
end

return console
