-- SPDX-License-Identifier: MIT
--- A file server that keeps its files in memory, with rights for each client.
--
--   local files = require("sel4.server.files").start(memory, { bytes = 1 << 20,
--     files = { ["/etc/motd"] = "hello" } })
--   local cap = files:connect(7, { ["/"] = "r", ["/home/7/"] = "rw" })
--
-- The longest prefix of a path decides; without one there is no right. The client's side is
-- sel4.files.

local alloc = require "sel4.alloc"
local interface = require("sel4.files").interface
local object = require "sel4.object"
local server = require "sel4.server"

local files = {}

local PATH_MAX, BYTES_MAX = 200, 1 << 20
local RIGHTS = { [""] = true, r = true, w = true, rw = true }

local Files = {}
Files.__index = Files
Files.__name = "sel4.server.files"

-- The rights of a client at a path: "", "r", "w" or "rw".
local function rights_at(self, badge, path)
  local best, rights = -1, ""
  for prefix, given in pairs(self.rights[badge] or {}) do
    if #prefix > best and path:sub(1, #prefix) == prefix then
      best, rights = #prefix, given
    end
  end
  return rights
end

-- Checks a path and the right to it.
local function check(self, badge, path, right)
  if not path or path:sub(1, 1) ~= "/" or #path > PATH_MAX or path:find("[\0-\31]") then
    error(("a path begins with / and has at most %d bytes"):format(PATH_MAX), 0)
  elseif not rights_at(self, badge, path):find(right, 1, true) then
    error(("client %d may not %s %s"):format(badge, right == "r" and "read" or "write", path), 0)
  end
end

local function existing(self, badge, path, right)
  check(self, badge, path, right)
  return self.contents[path] or error(("there is no %s"):format(path), 0)
end

local function read(self, badge, path, offset, count)
  local content = existing(self, badge, path, "r")
  offset, count = math.max(offset or 0, 0), math.max(count or 0, 0)
  if offset >= #content then
    return ""
  end
  return content:sub(offset + 1, offset + math.min(count, #content - offset))
end

-- Writes at an offset; the file ends behind what was written.
local function write(self, badge, path, offset, text)
  check(self, badge, path, "w")
  local old = self.contents[path]
  text, offset = text or "", offset or 0
  if offset < 0 or offset > #(old or "") then
    error(("%s ends before byte %d"):format(path, offset), 0)
  end
  local new_size = (old and 0 or #path) + offset + #text - #(old or "")
  if self.used + new_size > self.bytes then
    error(("the file system is full: %d of %d bytes are in use"):format(self.used, self.bytes), 0)
  end
  self.used = self.used + new_size
  self.contents[path] = (old or ""):sub(1, offset) .. text
  return #text
end

local function list(self, badge, prefix)
  local found = {}
  for path in pairs(self.contents) do
    if path:sub(1, #(prefix or "/")) == (prefix or "/")
      and rights_at(self, badge, path):find("r", 1, true) then
      found[#found + 1] = path
    end
  end
  table.sort(found)
  return found
end

local function remove(self, badge, path)
  local content = existing(self, badge, path, "w")
  self.used = self.used - #content - #path
  self.contents[path] = nil
end

-- Raises an error of the caller's caller unless rights are what `connect` takes.
local function check_rights(rights)
  if type(rights) ~= "table" then
    error(('connect: the rights of a client are a table { [prefix of paths] = "r", "w" or "rw" }, '
      .. 'such as { ["/"] = "rw" }, not %s'):format(object.described(rights)), 3)
  end
  for prefix, given in pairs(rights) do
    if type(prefix) ~= "string" or prefix:sub(1, 1) ~= "/" then
      error(("connect: rights are for prefixes of paths, which begin with /; '%s' does not")
        :format(tostring(prefix)), 3)
    elseif not RIGHTS[given] then
      error(('connect: the right for %s must be "r", "w", "rw" or "" (none), not %s'):format(prefix,
        type(given) == "string" and ("'%s'"):format(given) or object.described(given)), 3)
    end
  end
end

--- A capability for a client, with the rights "r", "w" or "rw" for paths by their prefixes; "" is
--- none. `window`: memory that the client shares, for long pieces.
function Files:connect(badge, rights, window)
  check_rights(rights)
  local cap = self.server:connect(badge, nil, 2)
  self.rights[badge], self.windows[badge] = rights, window
  return cap
end

--- A client has no rights any more.
function Files:disconnect(badge)
  self.rights[badge], self.windows[badge] = nil, nil
end

--- Ends the server; its files are gone.
function Files:kill()
  self.server:kill()
end

--- Starts a file server. Options: `files`, { [path] = content } to begin with; `bytes`, the most
--- that all contents and paths may take (1 MiB if left out), which is memory of the caller's heap;
--- `priority`.
function files.start(memory, options)
  alloc.of(memory, "files.start", 2) -- an error is the caller's, not this module's
  options = options or {}
  local self = setmetatable({ rights = {}, windows = {}, contents = {}, used = 0,
    bytes = options.bytes or BYTES_MAX }, Files)
  for path, content in pairs(options.files or {}) do
    self.contents[path], self.used = content, self.used + #path + #content
  end
  self.server = server.start(memory, interface, { priority = options.priority,
    windows = self.windows, handlers = {
      read = function(badge, ...) return read(self, badge, ...) end,
      write = function(badge, ...) return write(self, badge, ...) end,
      size = function(badge, path) return #existing(self, badge, path, "r") end,
      list = function(badge, prefix) return list(self, badge, prefix) end,
      remove = function(badge, path) remove(self, badge, path) end,
    } })
  return self
end

return files
