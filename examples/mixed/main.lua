-- SPDX-License-Identifier: MIT
-- C and Lua side by side: a C server with Lua clients, whose page faults a Lua handler answers, and
-- C clients of a Lua server. To be run with the C programs, as docs/riscv.md shows:
--
--   selvm run --file server=server.elf --file client=client.elf examples/mixed/main.lua

local alloc = require "sel4.alloc"
local image = require "sel4.image"
local monitor = require "sel4.monitor"
local process = require "sel4.process"
local seL4 = require "seL4"
local thread = require "sel4.thread"

local memory = alloc.open()
local watch = monitor.new(memory)

-- What a process may do is what it is given: an endpoint in slot 1.
local requests = memory:object(seL4.EndpointObject, nil, "requests")
local server = process.new(memory, { name = "server", elf = image.file "server",
  caps = { [1] = requests }, monitor = watch }):start()

local clients = 0
for badge, numbers in ipairs { { 3, 4, 5 }, { 40, 50 } } do
  local client = process.new(memory, { name = "client " .. badge, args = numbers, monitor = watch,
    source = [[
      local seL4 = require "seL4"
      local count, mean
      for _, number in ipairs { ... } do
        local info = seL4.MessageInfo_new(1, 0, 0, 1)
        info, count, mean = seL4.CallWithMRs(1, info, math.tointeger(tonumber(number)))
      end
      return count, mean / 100
    ]] })
  client:grant(1, requests, seL4.AllRights, badge)
  client:start()
  clients = clients + 1
end

-- The fault handler: it knows where the server's memory is to be, and how much.
local FIRST, LAST, PAGE = 0x50000000, 0x50003fff, 1 << seL4.PageBits
while clients > 0 do
  local who, event = watch:next()
  if event.kind == "result" then
    print(event)
    clients = clients - 1
  elseif who == server and event.fault.name == "VMFault" and event.fault.Addr >= FIRST
    and event.fault.Addr <= LAST then
    server.space:allocate(PAGE, { vaddr = event.fault.Addr & -PAGE, name = "numbers" })
    print(("fault handler: a page at 0x%x for the %s"):format(event.fault.Addr, who.name))
    watch:resume()
  else
    error(tostring(event))
  end
end
server:kill()

-- The other way round: the server is a Lua thread, the clients are C programs.
local WORDS = { "one", "two", "three" }
local spelling = memory:object(seL4.EndpointObject, nil, "spelling")
thread.new(memory, { name = "speller", priority = 200, entry = function()
  local _, badge, number = seL4.RecvWithMRs(spelling.cptr)
  while badge do
    local word = WORDS[number] or "many"
    for i = 1, #word do
      seL4.SetMR(i - 1, word:byte(i))
    end
    _, badge, number = seL4.ReplyRecvWithMRs(spelling.cptr, seL4.MessageInfo_new(0, 0, 0, #word),
      word:byte(1, 4))
  end
end }):start()
for number = 2, 4 do
  local client = process.new(memory, { name = "client", elf = image.file "client",
    args = { number }, caps = { [1] = spelling }, monitor = true })
  print(client:start():wait())
  client:kill()
end
seL4.DebugHalt()
