-- SPDX-License-Identifier: MIT
--- Makes traces on the kernel and on the model and finds where they differ.
---
---   local compare = require "tests.model.compare"
---   local differences = compare.all("build/debug/tests/run_calls", "classic", { trace })
---   if differences[1] then print(differences[1].call, differences[1].text) end
---
--- A difference is { call = number of the call, or nil: only the capabilities afterwards differ,
--- text = what both say }. Addresses are told as "slot N of the first state + offset".

local model = require "tests.model.model"
local traces = require "tests.model.traces"

local compare = {}

local function hex_list(list)
  local texts = {}
  for i, word in ipairs(list) do
    texts[i] = (" %x"):format(word)
  end
  return table.concat(texts)
end

-- --- the kernel ----------------------------------------------------------------------------------

local function write_traces(path, list)
  local file = assert(io.open(path, "w"))
  for _, trace in ipairs(list) do
    file:write("trace\n")
    for _, call in ipairs(trace) do
      file:write(("call %x %x %x%s %x%s\n"):format(call.service, call.label, #call.words,
        hex_list(call.words), #call.extras, hex_list(call.extras)))
    end
    file:write("end\n")
  end
  file:close()
end

-- Where memory lies in the kernel, by the slot that names it at the beginning.
local function note_place(places, line)
  local slot, type, address, bits = line:match("^slot 0 (%x+) %S+ %S+ (%S+) (%x+) ?(%x*)")
  if type ~= "other" then
    table.insert(places, { slot = tonumber(slot, 16), address = tonumber(address, 16),
      size = type == "untyped" and 1 << tonumber(bits, 16) or 1 })
  end
end

local function name_of_address(places, address)
  for _, place in ipairs(places) do
    if address >= place.address and address - place.address < place.size then
      return ("of-slot-%d+%x"):format(place.slot, address - place.address)
    end
  end
  return ("unknown:%x"):format(address)
end

local function with_names(places, line)
  local head, type, address, rest = line:match("^(slot %S+ %S+ %S+ %S+) (%S+) (%x+)(.*)$")
  if type == "other" then
    return line
  end
  return ("%s %s %s%s"):format(head, type, name_of_address(places, tonumber(address, 16)), rest)
end

-- What the kernel says of each trace: { answers = list of lines, slots = list of lines, failure }.
function compare.run_kernel(program, list)
  local path = os.tmpname()
  write_traces(path, list)
  local pipe = assert(io.popen(program .. " < " .. path .. " 2>&1"))
  local results, result = {}, nil
  for line in pipe:lines() do
    if line == "trace" then
      result = { answers = {}, slots = {}, places = {} }
      results[#results + 1] = result
    elseif line == "end" and result then
      result.is_at_end = true
    elseif not result or line:find("^failed") then
      result = result or {}
      result.failure = line
      results[1] = results[1] or result
    elseif line:find("^slot") and result.is_at_end then
      table.insert(result.slots, with_names(result.places, line))
    elseif line:find("^slot") then
      note_place(result.places, line)
    else
      table.insert(result.answers, line)
    end
  end
  local is_done = pipe:close()
  os.remove(path)
  for _, one in ipairs(results) do
    if not is_done and not one.is_at_end then
      one.failure = one.failure or "the program ended: " .. table.concat(one.answers, "\n")
    end
  end
  return results
end

-- --- the model -----------------------------------------------------------------------------------

local function answer_text(answer)
  return ("%s %x%s"):format(answer.kind, answer.label, hex_list(answer.words))
end

-- The CNodes that the caller's leads to, in the order of meeting them; their numbers by object.
local function meet_cnodes(m)
  local list, numbers = { m.own }, { [m.own] = 0 }
  local i = 1
  while list[i] do
    for index = 0, (1 << list[i].radix) - 1 do
      local slot = rawget(list[i].slots, index)
      local cap = slot and slot.node and slot.node.cap
      if cap and cap.type == "cnode" and not numbers[cap.object] then
        numbers[cap.object] = #list
        list[#list + 1] = cap.object
      end
    end
    i = i + 1
  end
  return list, numbers
end

local function bit_of(value)
  return value and 1 or 0
end

local describe = {
  untyped = function(cap)
    return { cap.object.size_bits, bit_of(cap.object.is_device), cap.used }
  end,
  endpoint = function(cap)
    return { cap.rights, cap.badge }
  end,
  cnode = function(cap)
    return { cap.object.radix, cap.guard, cap.guard_size }
  end,
  tcb = function(cap)
    local slots = cap.object.slots
    return { bit_of(slots[0].node), bit_of(slots[1].node), bit_of(slots[2].node) }
  end,
  frame = function(cap)
    return { cap.object.size_bits, bit_of(cap.object.is_device), cap.rights, cap.asid, cap.vaddr }
  end,
  page_table = function(cap)
    return { bit_of(cap.is_mapped), cap.asid, cap.vaddr }
  end,
  asid_pool = function(cap)
    return { cap.object.base }
  end,
}
describe.notification = describe.endpoint

-- The first objects by slot, as the kernel's.
local function model_places(m)
  local places = {}
  for slot, content in pairs(m.slots) do
    local cap = content.node and content.node.cap
    if cap and cap.object then
      table.insert(places, { slot = slot, address = cap.object.address,
        size = cap.type == "untyped" and 1 << cap.object.size_bits or 1 })
    end
  end
  return places
end

local function cap_text(places, cap)
  local fields = describe[cap.type]
  if not fields then
    return ("other %x"):format(model.numbers[cap.type])
  end
  return ("%s %s%s"):format(cap.type, name_of_address(places, cap.object.address),
    hex_list(fields(cap)))
end

local function slots_text(m, places)
  local lines, list, numbers = {}, meet_cnodes(m)
  for number, object in ipairs(list) do
    for index = 0, (1 << object.radix) - 1 do
      local node = (rawget(object.slots, index) or {}).node
      if node then
        local parent = node.parent.slot
        local place = parent and numbers[parent.holder]
          and ("%x %x"):format(numbers[parent.holder], parent.index) or "- -"
        lines[#lines + 1] = ("slot %x %x %s %s"):format(number - 1, index, place,
          cap_text(places, node.cap))
      end
    end
  end
  return lines
end

-- --- comparing -----------------------------------------------------------------------------------

local function first_other_line(a, b)
  for i = 1, math.max(#a, #b) do
    if a[i] ~= b[i] then
      return ("the kernel has \"%s\", the model \"%s\""):format(a[i] or "nothing more",
        b[i] or "nothing more")
    end
  end
end

local function compare_one(configuration, trace, result, counts)
  local m = traces.new_model(configuration)
  local places = model_places(m)
  for i, call in ipairs(trace) do
    local answer = m:call(call.service, call.label, call.words, call.extras)
    local line = result.answers[i]
    if not line then
      return { call = i, text = result.failure or "the kernel does not answer" }
    elseif answer.kind == "end" then
      return nil
    elseif answer.kind ~= "unknown" then
      counts.calls = counts.calls + 1
      counts.done = counts.done + (answer.label == 0 and 1 or 0)
      if line ~= answer_text(answer) then
        return { call = i, text = ("the kernel answers \"%s\", the model \"%s\""):format(line,
          answer_text(answer)) }
      end
    end
  end
  counts.slots = counts.slots + #result.slots
  local text = first_other_line(result.slots, slots_text(m, places))
  return text and { text = text }
end

--- The first difference of each trace, where there is one, by the trace's number; and counts: calls
--- compared, successes among them, slots compared.
function compare.all(program, configuration, list)
  local results = compare.run_kernel(program, list)
  local differences, counts = {}, { calls = 0, done = 0, slots = 0 }
  for i, trace in ipairs(list) do
    local result = results[i] or { answers = {}, slots = {} }
    differences[i] = compare_one(configuration, trace, result, counts)
  end
  return differences, counts
end

--- The trace without all calls that it does not need to differ, and the difference that is left.
function compare.shrink(program, configuration, trace, difference)
  local best = table.move(trace, 1, difference.call or #trace, 1, {})
  local size = math.max(#best // 2, 1)
  while size >= 1 do
    local candidates = {}
    for first = 1, #best, size do
      local candidate = table.move(best, 1, first - 1, 1, {})
      candidates[#candidates + 1] = table.move(best, first + size, #best, first, candidate)
    end
    local differences = compare.all(program, configuration, candidates)
    local smaller
    for i = 1, #candidates do
      smaller = smaller or differences[i] and i
    end
    if smaller then
      best, difference = candidates[smaller], differences[smaller]
      size = math.min(size, math.max(#best // 2, 1))
    else
      size = size // 2
    end
  end
  return best, difference
end

return compare
