-- SPDX-License-Identifier: MIT
--- Lua heaps, seLVM's own objects. behaviours/heap.lua lists what is shown.

local seL4 = require "seL4"
local process = require "sel4.process"
local suite = require "lib.conformance"
local test, is, done, refused = suite.test, suite.is, suite.done, suite.refused

local ROOT, DEPTH, SELF = seL4.CapInitThreadCNode, seL4.WordBits, seL4.CapInitThreadTCB
local HEAP_BITS = 18

local function stats(heap)
  local err, size, used, peak = seL4.Lua_Heap_Stats(heap)
  is(err, 0, "Stats")
  return size, used, peak
end

local function child_of(m, source)
  return process.new(m, { name = "child", source = source, heap_bits = HEAP_BITS, priority = 100 })
end

-- Gives the processes, of the same priority then, so many turns beside this one.
local function let_run(turns)
  suite.rest(101)
  done(seL4.TCB_SetPriority(SELF, SELF, 100))
  for _ = 1, turns do
    seL4.Yield()
  end
  done(seL4.TCB_SetPriority(SELF, SELF, seL4.MaxPrio))
end

test({ "heap: a process runs in its heap, and Stats says how much of it is used", "Lua_Heap_Bind",
  "Lua_Heap_Stats" }, "before and while it runs", function(m)
    local child = child_of(m, "local t = ('x'):rep(50000) while true do end")
    is(stats(child.heap), 1 << HEAP_BITS, "the size")
    is(select(2, stats(child.heap)), 0, "used before it runs")
    child:start()
    let_run(20)
    local size, used, peak = stats(child.heap)
    is(used > 50000 and used <= peak and peak <= size, true, "used, the peak and the size in order")
    child:kill()
  end)

test({ "heap: a process that fills its heap has an error, and others do not" }, "two processes",
  function(m)
    local full = child_of(m, "local t = {} while true do t[#t + 1] = {} end")
    local other = child_of(m, "while true do end")
    other:start()
    full:start()
    let_run(60)
    is((seL4.DebugFaultText(full.tcb) or ""):find("not enough memory", 1, true) ~= nil, true,
      "the one that fills it")
    is(seL4.DebugFaultText(other.tcb), nil, "the other one")
    full:kill()
    other:kill()
  end)

test({ "heap: when a heap is taken away its process stops", "Lua_Heap_Unbind" },
  "unbound, destroyed", function(m)
    for _, how in ipairs { "unbound", "destroyed" } do
      local child = child_of(m, "while true do end")
      child:start()
      suite.rest(101)
      if how == "unbound" then
        done(seL4.Lua_Heap_Unbind(child.heap))
      else
        done(seL4.CNode_Delete(ROOT, child.heap, DEPTH))
      end
      suite.rest(1) -- would never return if the process went on
    end
  end)

test({ "heap: an unbound heap begins empty when it is bound again" }, "to another VSpace",
  function(m)
    local child = child_of(m, "while true do end")
    child:start()
    suite.rest(101)
    done(seL4.Lua_Heap_Unbind(child.heap))
    local vspace = m:object(seL4.RISCV_PageTableObject)
    done(seL4.RISCV_ASIDPool_Assign(seL4.CapInitThreadASIDPool, vspace))
    done(seL4.Lua_Heap_Bind(child.heap, vspace))
    is(select(2, stats(child.heap)), 0, "used")
    refused(seL4.Lua_Heap_Bind(child.heap, vspace), "IllegalOperation")
  end)

suite.finish()
