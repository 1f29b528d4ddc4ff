-- SPDX-License-Identifier: MIT
--- The kernel's capabilities behave as the reference model's: recorded answers, random traces, and
--- mistakes put into the model on purpose, which must be found.
---
---   lua5.4 tests/model/test_model.lua CONFIGURATION BUILD [TRACES [SEED [CALLS]]]
---
--- run from the project's folder; CONFIGURATION is "classic" or "mcs", BUILD a folder with the
--- tests' programs. A difference is shrunk and printed as a program for `selvm run`. The last line
--- is "N passed, N failed".

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local capability = require "tests.model.capability"
local compare = require "tests.model.compare"
local model = require "tests.model.model"
local script = require "tests.model.script"
local traces = require "tests.model.traces"

local configuration, build = arg[1], arg[2]
local traces_count, seed, calls = tonumber(arg[3]) or 200, tonumber(arg[4]) or 1,
  tonumber(arg[5]) or 60
if configuration ~= "classic" and configuration ~= "mcs" or not build then
  io.stderr:write("usage: test_model.lua classic|mcs BUILD [TRACES [SEED [CALLS]]]\n")
  os.exit(2)
end

local BATCH, REPORTS_MOST = 100, 3
local count = checks.expect
local program = build .. "/tests/run_calls" .. (configuration == "mcs" and "_mcs" or "")
-- --- recorded answers ----------------------------------------------------------------------------

local function integers(list)
  local numbers = {}
  for i, text in ipairs(list) do
    numbers[i] = math.tointeger(tonumber(text)) or text
  end
  return numbers
end

local function equals(answer, recorded)
  local words = integers(recorded[7] or {})
  if answer.kind ~= recorded[5] or answer.label ~= math.tointeger(tonumber(recorded[6]))
      or #answer.words ~= #words then
    return false
  end
  for i, word in ipairs(words) do
    if answer.words[i] ~= word then
      return false
    end
  end
  return true
end

local function wrong_slot(m, slots)
  for slot = 0, 255 do
    local node = m.slots[slot].node
    local number = node and model.numbers[node.cap.type] or 0
    if number ~= slots[slot + 1] then
      return ("slot %d holds type %d, not %d"):format(slot, number, slots[slot + 1])
    end
  end
end

-- What is wrong with the model's answers to a recording, or nil; and the calls compared.
local function replay(recording)
  local m = model.new(configuration)
  local compared = 0
  for i, call in ipairs(recording.calls) do
    local answer = m:call(math.tointeger(tonumber(call[1])), math.tointeger(tonumber(call[2])),
      integers(call[3]), integers(call[4]))
    if answer.kind == "end" then
      return nil, compared
    elseif answer.kind ~= "unknown" then
      compared = compared + 1
      if not equals(answer, call) then
        return ("call %d, label %s: the model answers %s %d [%s]"):format(i, call[2], answer.kind,
          answer.label, table.concat(answer.words, ", ")), compared
      end
    end
  end
  return wrong_slot(m, recording.slots), compared
end

local function test_recordings()
  local folder = os.getenv("SELVM_SHARED")
  local file = folder and io.open(("%s/vectors/invocations-%s.jsonl"):format(folder, configuration))
  if not file then
    print("recorded invocations: skipped, SELVM_SHARED does not name a folder with them")
    return
  end
  local decode, compared = require("cjson").decode, 0
  for line in file:lines() do
    local recording = decode(line)
    local why, calls_compared = replay(recording)
    compared = compared + calls_compared
    count(not why, "recording %d: %s", recording.seed, why)
  end
  file:close()
  print(("%d recorded answers compared with the model's"):format(compared))
end

-- --- random traces -------------------------------------------------------------------------------

local function random_traces(first, number)
  local list = {}
  for i = 1, number do
    list[i] = traces.random(traces.new_model(configuration), first + i - 1, calls)
  end
  return list
end

local function report(trace_seed, trace, difference)
  local shrunk, rest = compare.shrink(program, configuration, trace, difference)
  count(false, "seed %d: %s\nof %d calls %d are needed: %s\n%s", trace_seed, difference.text,
    #trace, #shrunk, rest.text, script(configuration, shrunk))
end

local function test_random()
  local sums, reports = { calls = 0, done = 0, slots = 0 }, 0
  for first = seed, seed + traces_count - 1, BATCH do
    local list = random_traces(first, math.min(BATCH, seed + traces_count - first))
    local differences, counts = compare.all(program, configuration, list)
    for name, value in pairs(counts) do
      sums[name] = sums[name] + value
    end
    for i, trace in ipairs(list) do
      if not differences[i] then
        count(true)
      elseif reports < REPORTS_MOST then
        reports = reports + 1
        report(first + i - 1, trace, differences[i])
      else
        count(false, "seed %d: %s", first + i - 1, differences[i].text)
      end
    end
  end
  print(("%d answers compared, %d of them successes, and %d capabilities"):format(sums.calls,
    sums.done, sums.slots))
  count(sums.done * 5 > sums.calls and sums.slots > 0, "too few of the random calls succeed")
end

-- --- mistakes ------------------------------------------------------------------------------------

-- Makes the trace as a program for `selvm run`: its lines.
local function run_script(trace)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(script(configuration, trace))
  file:close()
  local pipe = assert(io.popen(("%s/selvm run %s%s 2>&1"):format(build,
    configuration == "mcs" and "--mcs " or "", path)))
  local output = pipe:read("a")
  pipe:close()
  os.remove(path)
  return output
end

-- With a function of the model replaced, random traces differ; shrunk they have at most so many
-- calls, and the printed program gets the kernel's answers.
local function test_mistake(name, most, owner, key, wrong)
  local list = random_traces(1, 60)
  local right = owner[key]
  owner[key] = wrong(right)
  local differences = compare.all(program, configuration, list)
  local found, shrunk = next(differences), nil
  if found then
    shrunk = compare.shrink(program, configuration, list[found], differences[found])
  end
  owner[key] = right
  count(found, "a model that %s is not told from the kernel", name)
  if not found then
    return
  end
  count(#shrunk <= most, "a model that %s: %d calls are left, not %d", name, #shrunk, most)
  local answers = compare.run_kernel(program, { shrunk })[1].answers
  local output = run_script(shrunk)
  for i, answer in ipairs(answers) do
    count(output:find(("%d: %s\n"):format(i, answer), 1, true),
      "a model that %s: the program does not print \"%d: %s\" but\n%s", name, i, answer, output)
  end
end

local function test_mistakes()
  test_mistake("gives all rights to copies", 2, capability, "restrict", function()
    return function(cap)
      return cap
    end
  end)
  test_mistake("copies untyped memory with children", 3, capability, "derive", function(right)
    return function(node, cap)
      return cap.type == "untyped" and cap or right(node, cap)
    end
  end)
  test_mistake("never knows the last capability", 2, require "tests.model.tree", "is_final",
    function()
      return function()
        return false
      end
    end)
end

test_recordings()
test_random()
test_mistakes()
checks.finish()
