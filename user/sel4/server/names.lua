-- SPDX-License-Identifier: MIT
--- A name service: who offers something registers an endpoint, who wants it gets a badged one.
--
--   local names = require("sel4.server.names").start(memory, {
--     may_register = function(badge, name) return badge == 1 end })
--   names:register("files", file_server.endpoint)   -- or a client does, through its capability
--   local cap = names:connect(7)
--
-- The badge that a client has at the name service is the badge that it has at all services it looks
-- up here: it is known by the same number everywhere. The client's side is sel4.names.

local alloc = require "sel4.alloc"
local interface = require("sel4.names").interface
local object = require "sel4.object"
local rpc_server = require "sel4.rpc.server"
local seL4 = require "seL4"
local server = require "sel4.server"

local names = {}

local NAMES_MAX, NAME_MAX = 256, 100

local Names = {}
Names.__index = Names
Names.__name = "sel4.server.names"

local function check_name(self, name)
  if not name or name == "" or #name > NAME_MAX then
    error(("a name has 1 to %d bytes"):format(NAME_MAX), 0)
  elseif self.services[name] then
    error(("'%s' is registered already"):format(name), 0)
  elseif self.count >= NAMES_MAX then
    error(("there are %d names already"):format(NAMES_MAX), 0)
  end
end

-- Keeps a capability under a name; `put` brings it into a slot and returns an error number.
local function keep(self, name, owner, put)
  check_name(self, name)
  local slot = self.group:slot()
  local err = put(slot)
  if err ~= seL4.NoError then
    self.group:free_slot(slot)
    error(("'%s' cannot be registered: %s"):format(name, seL4.Explain() or err), 0)
  end
  self.services[name] = { slot = slot, owner = owner }
  self.count = self.count + 1
end

local function register(self, badge, name, received)
  if not self.may_register(badge, name) then
    error(("client %d may not register '%s'"):format(badge, tostring(name)), 0)
  end
  keep(self, name, badge, function(slot)
    return seL4.CNode_Move(self.group.cnode, slot, seL4.WordBits, self.group.cnode, received,
      seL4.WordBits)
  end)
end

-- A copy with the client's badge; of a capability that has a badge already, a plain copy.
local function lookup(self, badge, name)
  local service = self.services[name]
  if not service or not self.may_lookup(badge, name) then
    error(("there is no '%s' for client %d"):format(tostring(name), badge), 0)
  end
  local cnode, depth = self.group.cnode, seL4.WordBits
  seL4.CNode_Delete(cnode, self.lent, depth) -- the last one has been sent
  local err = seL4.CNode_Mint(cnode, self.lent, depth, cnode, service.slot, depth, seL4.NoRead,
    badge)
  if err == seL4.IllegalOperation then
    err = seL4.CNode_Copy(cnode, self.lent, depth, cnode, service.slot, depth, seL4.NoRead)
  end
  if err ~= seL4.NoError then
    error(("'%s' is there no more"):format(name), 0)
  end
  return rpc_server.cap(self.lent)
end

local function remove(self, badge, name)
  local service = self.services[name]
  if not service or service.owner ~= badge then
    error(("client %d has not registered '%s'"):format(badge, tostring(name)), 0)
  end
  self:remove(name)
end

local function list(self, badge)
  local found = {}
  for name in pairs(self.services) do
    if self.may_lookup(badge, name) then
      found[#found + 1] = name
    end
  end
  table.sort(found)
  return found
end

--- A capability for a client.
function Names:connect(badge)
  local cap = self.server:connect(badge, nil, 2)
  return cap
end

--- Registers a service of the caller's: an endpoint without badge, an object or a CPtr.
function Names:register(name, endpoint)
  keep(self, name, 0, function(slot)
    return seL4.CNode_Copy(self.group.cnode, slot, seL4.WordBits, self.group.cnode,
      object.cptr(endpoint, 3), seL4.WordBits, seL4.AllRights)
  end)
end

--- Forgets a name. Capabilities that were given out for it stay: only who has made the endpoint can
--- revoke them, or delete it.
function Names:remove(name)
  local service = self.services[name]
  if service then
    self.group:free_slot(service.slot)
    self.services[name] = nil
    self.count = self.count - 1
  end
end

--- Ends the server.
function Names:kill()
  self.server:kill()
  for name in pairs(self.services) do
    self:remove(name)
  end
  self.group:destroy()
end

local function anyone()
  return true
end

--- Starts a name service. Options: `may_register` and `may_lookup`, function(badge, name),
--- everybody if left out; `priority`.
function names.start(memory, options)
  options = options or {}
  local self = setmetatable({ services = {}, count = 0,
    may_register = options.may_register or anyone, may_lookup = options.may_lookup or anyone,
    group = alloc.of(memory, "names.start", 2):group { name = "the name service" } }, Names)
  self.lent = self.group:slot()
  self.server = server.start(memory, interface, { priority = options.priority, handlers = {
    register = function(badge, name, received) register(self, badge, name, received) end,
    lookup = function(badge, name) return lookup(self, badge, name) end,
    remove = function(badge, name) remove(self, badge, name) end,
    list = function(badge) return list(self, badge) end,
  } })
  return self
end

return names
