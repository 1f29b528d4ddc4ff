-- SPDX-License-Identifier: MIT
--- Random sets of tasks: the MCS kernel dispatches them as the simulator does, to the microsecond.
---
---   lua5.4 tests/simulation/test_simulation.lua RUN_TASKS [SETS [SEED]]
---
--- run from the project's folder; RUN_TASKS is the program of run_tasks.c. The last line is
--- "N passed, N failed".

package.path = "./?.lua;" .. package.path

local simulate = require "tests.simulation.simulator"

local program = arg[1]
local sets_count = tonumber(arg[2]) or 200
local seed = tonumber(arg[3]) or 1
if not program then
  io.stderr:write("usage: test_simulation.lua RUN_TASKS [SETS [SEED]]\n")
  os.exit(2)
end

local DURATION = 300000

-- --- random sets --------------------------------------------------------------------------------

-- A generator of our own, so that every version of Lua makes the same sets.
local state = seed
local function random(first, last)
  state = (state * 6364136223846793005 + 1442695040888963407) & 0x7fffffffffffffff
  return first + (state >> 20) % (last - first + 1)
end

local function chance(percent)
  return random(1, 100) <= percent
end

local function random_task()
  local period = random(1, 40) * 500 + (chance(30) and random(0, 499) or 0)
  local budget = math.max(20, period * random(5, 60) // 100)
  if chance(15) then
    budget = period -- round robin
  end
  local works = chance(60)
  return {
    priority = random(1, 5) * 10, budget = budget, period = period, extra = random(0, 6),
    sporadic = chance(40),
    work = works and random(1, 60) * 100 + random(0, 99) or 0,
    sleep = works and random(1, 60) * 100 + random(0, 99) or 0,
  }
end

local function random_set()
  local set = { duration = DURATION }
  for i = 1, random(2, 8) do
    set[i] = random_task()
  end
  return set
end

-- --- the kernel ---------------------------------------------------------------------------------

local function text_of(set)
  local lines = { ("set %d %d"):format(set.duration, #set) }
  for _, task in ipairs(set) do
    lines[#lines + 1] = ("task %d %d %d %d %d %d %d"):format(task.priority, task.budget,
      task.period, task.extra, task.sporadic and 1 or 0, task.work, task.sleep)
  end
  return table.concat(lines, "\n") .. "\n"
end

-- The kernel's switches for all sets.
local function run_kernel(sets)
  local built = io.open(program)
    or error(program .. " is not built; cmake --build --preset release makes it", 0)
  built:close()
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  for _, set in ipairs(sets) do
    file:write(text_of(set))
  end
  file:close()
  local results = {}
  local pipe = assert(io.popen(program .. " < " .. path))
  for line in pipe:lines() do
    local time, task = line:match("^(%d+) (-?%d+)$")
    if line == "set" then
      results[#results + 1] = {}
    elseif time then
      local list = results[#results]
      list[#list + 1] = { math.tointeger(time), math.tointeger(task) }
    else
      print("run_tasks: " .. line)
    end
  end
  local is_done = pipe:close()
  os.remove(path)
  return results, is_done
end

-- --- comparing ----------------------------------------------------------------------------------

local function switch_text(switch)
  return switch and ("task %d at %d us"):format(switch[2], switch[1]) or "nothing more"
end

-- The first difference, as text.
local function difference(kernel, simulated)
  for i = 1, math.max(#kernel, #simulated) do
    local a, b = kernel[i], simulated[i]
    if not a or not b or a[1] ~= b[1] or a[2] ~= b[2] then
      return ("switch %d: the kernel runs %s, the simulator %s"):format(i, switch_text(a),
        switch_text(b))
    end
  end
end

local sets = {}
for i = 1, sets_count do
  sets[i] = random_set()
end
local results, is_done = run_kernel(sets)
local passed, failed, switches = 0, 0, 0
for i, set in ipairs(sets) do
  local simulated = simulate(set)
  local why = difference(results[i] or {}, simulated)
  switches = switches + #simulated
  if why then
    failed = failed + 1
    print(("FAIL set %d of seed %d: %s\n%s"):format(i, seed, why, text_of(set)))
  else
    passed = passed + 1
  end
end
if not is_done then
  failed = failed + 1
  print("FAIL run_tasks ended with an error")
end
print(("%d switches compared"):format(switches))
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0)
