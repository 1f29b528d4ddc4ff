-- SPDX-License-Identifier: MIT
--- Files of a file server: the client's side of sel4.server.files.
--
--   local files = require("sel4.files").client(1)
--   files:write("/log/today", "good morning\n")
--   files:append("/log/today", "good evening\n")
--   print(files:read "/log/today", files:size "/log/today")
--   for _, path in ipairs(files:list "/log/") do print(path) end
--   files:remove "/log/today"
--
-- What the client may not do, or what is not there, is an error that says so.

local rpc = require "sel4.rpc"

local files = {}

files.interface = rpc.interface {
  name = "files", { "read", "string", "integer", "integer" },
  { "write", "string", "integer", "string" }, { "size", "string" }, { "list", "string" },
  { "remove", "string" },
}

local PIECE = 700 -- bytes of a message, beside the path

local Client = {}
Client.__index = Client
Client.__name = "sel4.files"

--- The content of a file, or `count` bytes of it from `offset` on (from 0).
function Client:read(path, offset, count)
  offset = offset or 0
  local pieces, left = {}, count or math.maxinteger
  repeat
    local piece = self.service:read(path, offset, math.min(left, self.piece))
    pieces[#pieces + 1] = piece
    offset, left = offset + #piece, left - #piece
  until #piece == 0 or left == 0
  return table.concat(pieces)
end

-- Bytes at an offset, and no bytes behind them.
local function put(self, path, offset, text)
  for at = 1, #text, self.piece do
    self.service:write(path, offset + at - 1, text:sub(at, at + self.piece - 1))
  end
end

--- Makes a file with this content, or replaces that of one.
function Client:write(path, text)
  self.service:write(path, 0, "")
  put(self, path, 0, text)
end

--- Adds to the end of a file.
function Client:append(path, text)
  put(self, path, self:size(path), text)
end

--- Bytes of a file.
function Client:size(path)
  return self.service:size(path)
end

--- The paths that begin with a prefix ("/", if left out) and that the client may read, sorted.
function Client:list(prefix)
  return self.service:list(prefix or "/")
end

function Client:remove(path)
  self.service:remove(path)
end

--- The files behind an endpoint, an object or a CPtr. Options as for rpc.client; with a `window`
--- long files take fewer calls.
function files.client(endpoint, options)
  local window = options and options.window
  return setmetatable({ service = rpc.client(files.interface, endpoint, options),
    piece = window and window.size - 300 or PIECE }, Client)
end

return files
