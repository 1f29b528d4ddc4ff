-- SPDX-License-Identifier: MIT
--- Rows: a program that computes, beside the same code in a plain interpreter.

local machines = require "bench.machines"
local timer = require "selvm_timer" -- false: the host has none
local work = require "bench.programs.work"

return function(bench)
  local rounds = 54000 // bench.scale
  local expected = work(rounds)
  local plain, hooked = bench.floors.work(rounds), bench.floors.hooked_work(rounds)
  local rows = {}
  for _, configuration in ipairs { { "" }, { ", MCS", mcs = true } } do
    local function add(name, how, floor, ticks)
      local measure = machines.each("compute", rounds, { how },
        { mcs = configuration.mcs, timer = ticks },
        function(sum) assert(sum == expected, "the sum is another") end)
      rows[#rows + 1] = { name = name .. configuration[1], unit = "us", measure = measure,
        floor = floor }
    end
    add("compute alone", "alone", plain)
    add("compute beside a ready thread", "beside", plain)
    add("compute beside a ready thread, with a hook", "beside", hooked)
    if timer then
      add("compute beside a ready thread, host's ticks", "beside", plain, timer)
    end
  end
  return rows
end
