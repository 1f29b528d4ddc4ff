-- SPDX-License-Identifier: MIT
--- Tests processes of RISC-V code (sel4.process, option `elf`) from inside, with nothing lost.
---
---   selvm run [--mcs] --file worker=WORKER tests/user/riscv.lua
---
--- WORKER is tests/rv64/support/worker.c, compiled.

local seL4 = require "seL4"
local alloc = require "sel4.alloc"
local image = require "sel4.image"
local lib = require "lib"
local monitor = require "sel4.monitor"
local process = require "sel4.process"

local expect, error_of, has = lib.expect, lib.error_of, lib.has
local RETURN, ABORT, READ, SEND, SPIN, SHARE = 0, 1, 2, 3, 4, 5

local memory = alloc.open()
local bytes = image.file "worker"
expect(bytes:sub(1, 4) == "\127ELF" and #bytes > 4096, "%d bytes", #bytes)
expect(has(error_of(image.file, "absent"), "there is no file 'absent' in the image"), "no file")

local function new(args, options)
  options = options or {}
  options.name, options.elf, options.args = "worker", bytes, args
  return process.new(memory, options)
end

new { RETURN }:kill() -- makes page tables, which stay
local nothing_is_lost = lib.nothing_is_lost(memory)

-- --- ends ---------------------------------------------------------------------------------------

for _, row in ipairs { { 3, 4, 5 }, { 100, 100, 100 }, { -5, -6, 2 } } do
  local worker = new({ RETURN, table.unpack(row) }, { monitor = true })
  local event = worker:start():wait()
  local sum = row[1] + row[2] + row[3]
  expect(event.kind == "result" and event.n == 1 and event[1] == sum, "%s", event)
  expect(tostring(event) == "process 'worker' has ended with " .. sum, "%s", event)
  worker:kill()
end
nothing_is_lost "results"

local worker = new({ ABORT }, { monitor = true }):start()
expect(has(worker:wait(), "process 'worker' at 0x1") and
  has(worker.event, "has been stopped by an ebreak instruction"), "%s", worker.event)
worker:kill()
worker = new({ READ, 0x70000000 }, { monitor = true }):start()
expect(has(worker:wait(), "reads from 0x70000000. Nothing is mapped there"), "%s", worker.event)
expect(worker.event.fault.Addr == 0x70000000, "%x", worker.event.fault.Addr)

-- The handler maps what is missing, and the access is made again.
local page = worker.space:allocate(4096, { vaddr = 0x70000000 })
require("sel4.vspace").own(memory):write(page, "\42")
worker.event = nil
worker.watch.monitor:resume()
expect(worker:wait()[1] == 42, "%s", worker.event)
worker:kill()
nothing_is_lost "faults"

-- A frame that both have, and a notification.
local notification = memory:object(seL4.NotificationObject)
local own = require("sel4.vspace").own(memory)
local region = own:allocate(4096)
seL4.Store64(region.vaddr, 21)
worker = new({ SHARE, 0x60000000 }, { monitor = true, caps = { [2] = notification } })
worker.space:share(region, { vaddr = 0x60000000 })
worker:start()
seL4.Wait(notification.cptr)
expect(seL4.Load64(region.vaddr + 8) == 42, "%d", seL4.Load64(region.vaddr + 8))
expect(worker:wait()[1] == 0, "%s", worker.event)
worker:kill()
own:unmap(region)
memory:free(notification)
nothing_is_lost "shared memory"

-- --- memory -------------------------------------------------------------------------------------

local endpoint = memory:object(seL4.EndpointObject)
local reply = seL4.ReplyObject and memory:object(seL4.ReplyObject)
local with_endpoint = lib.nothing_is_lost(memory)

local function runs_told(label)
  local info, _, runs, boot_info = seL4.RecvWithMRs(endpoint.cptr, reply and reply.cptr)
  expect(seL4.MessageInfo_get_label(info) == label, "label")
  expect(boot_info == 0, "boot information of a process")
  return runs
end

local both = monitor.new(memory)
worker = new({ SEND, 7 }, { caps = { [1] = endpoint }, monitor = both }):start()
local other = new({ SEND, 8 }, { caps = { [1] = endpoint }, monitor = both })
expect(runs_told(7) == 101, "the first run")
both:next()
other:start()
expect(runs_told(8) == 101, "another process has memory of its own")
both:next()
worker:start()
expect(runs_told(7) == 102, "started again, it keeps its memory")
both:next()
worker:respawn()
expect(runs_told(7) == 101, "made anew, it has none of it")
both:next()
worker:kill()
other:kill()
both:destroy()
with_endpoint "processes that send"

worker = new { SPIN }
worker:start()
seL4.Yield()
worker:suspend()
expect(worker:place(0x10000) == nil, "a place in C code")
expect(has(error_of(worker.heap_stats, worker), "has no Lua heap"), "heap_stats")
worker:kill()
with_endpoint "a process that never ends"

-- --- mistakes -----------------------------------------------------------------------------------

local function refused(text, options)
  local err = error_of(function() process.new(memory, options) end)
  expect(has(err, text) and has(err, "tests/user/riscv.lua:"), "%s", err)
end

refused("it ends within its header", { elf = bytes:sub(1, 40) })
refused("lies outside of the file, which is cut short", { elf = bytes:sub(1, 5120) })
refused("it does not begin with the mark", { elf = "print 'hello'" })
refused("has no 'source'", { elf = bytes, source = "" })
refused("has no 'heap_bits'", { elf = bytes, heap_bits = 20 })
refused("at most 4 integers", { elf = bytes, args = { 1, 2, 3, 4, 5 } })
refused("at most 4 integers", { elf = bytes, args = { "1" } })
refused("at most 4 integers", { elf = bytes, args = { 1, nil, 3 } })
refused("'source' is missing, or 'program'", {})
refused("there is no module 'absent'", { program = "ab" .. "sent" })
with_endpoint "mistakes"

lib.finish()
