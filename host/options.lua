-- SPDX-License-Identifier: MIT
--- Checks the options of selvm.machine.
--
--   local checked, why = options.check { program = "a.lua", memory = "64M" }

local words = require "selvm.words"

local options = {}

local KNOWN = {
  "program", "source", "name", "args", "modules", "memory", "heap", "domains", "schedule", "mcs",
  "clock", "timer", "time", "sleep", "console", "trace_errors", "root_cnode_bits",
  "files",
}
local PAGE_SIZE = 4096
local HEAP_BITS_MIN, HEAP_BITS_MAX = 16, 30
local CNODE_BITS_MIN, CNODE_BITS_DEFAULT, CNODE_BITS_MAX = 8, 12, 24
local DOMAINS_MAX, SCHEDULE_MAX = 256, 99
local TICKS_MAX = (1 << 56) - 1
local PERIOD_MIN, PERIOD_DEFAULT, PERIOD_MAX = 50, 1000, 1000000 -- microseconds

local TYPES = {
  program = "string", source = "string", name = "string", args = "table", modules = "table",
  files = "table",
  schedule = "table", mcs = "boolean", clock = "string", timer = "table", time = "function",
  sleep = "function", console = "function", trace_errors = "boolean",
}

-- Raises a table, which options.check catches and turns into its second result.
local function refuse(format, ...)
  error({ refusal = format:format(...) })
end

local function check_types(given)
  for name, value in pairs(given) do
    local expected = TYPES[name]
    if expected and type(value) ~= expected then
      refuse("option '%s' must be a %s, not a %s", name, expected, type(value))
    end
  end
end

local function check_memory(value)
  local bytes, why = words.size(value)
  if not bytes then
    refuse("option 'memory': %s", why)
  elseif bytes % PAGE_SIZE ~= 0 then
    refuse("option 'memory' must be a multiple of 4K; %d is not", bytes)
  end
  return bytes
end

-- A heap is a kernel object, so its size is a power of two.
local function check_heap(value)
  local bytes, why = words.size(value)
  if not bytes then
    refuse("option 'heap': %s", why)
  end
  local bits = HEAP_BITS_MIN
  while bits < HEAP_BITS_MAX and 1 << bits < bytes do
    bits = bits + 1
  end
  if 1 << bits ~= bytes then
    refuse("option 'heap' must be a power of two from 64K to 1G: for %s choose %s",
      words.size_text(bytes), words.size_text(1 << bits))
  end
  return bits
end

local function check_integer(value, first, last, name)
  local integer = type(value) == "number" and math.tointeger(value)
  if not integer or integer < first or integer > last then
    refuse("%s must be a whole number from %d to %d, not %s", name, first, last,
      words.shown(value))
  end
  return integer
end

local function check_schedule(schedule, domains)
  if not schedule then
    return nil
  end
  local checked = {}
  if #schedule < 1 or #schedule > SCHEDULE_MAX then
    refuse("option 'schedule' must have 1 to %d entries, not %d", SCHEDULE_MAX, #schedule)
  end
  for i, entry in ipairs(schedule) do
    if type(entry) ~= "table" then
      refuse("entry %d of option 'schedule' must be a table { domain =, ticks = }", i)
    end
    local title = ("entry %d of option 'schedule': "):format(i)
    local why = words.unknown_key(entry, { "domain", "ticks" })
    if why then
      refuse("%s%s", title, why)
    end
    checked[i] = {
      domain = check_integer(entry.domain, 0, domains - 1, title .. "domain"),
      ticks = check_integer(entry.ticks, 1, TICKS_MAX, title .. "ticks"),
    }
  end
  return checked
end

local function check_arguments(arguments)
  local checked = {}
  for i = 1, #arguments do
    local kind = type(arguments[i])
    if kind ~= "string" and kind ~= "number" then
      refuse("entry %d of option 'args' must be a string, not a %s", i, kind)
    end
    checked[i] = tostring(arguments[i])
  end
  return checked
end

-- Option `name`, which maps names to texts.
local function check_texts(name, texts)
  for key, text in pairs(texts) do
    if type(key) ~= "string" or key == "" or type(text) ~= "string" then
      refuse("option '%s' must map names to texts; '%s' does not", name, tostring(key))
    end
  end
  return texts
end

local function check_program(given)
  if given.program and given.source then
    refuse("both 'program' (a file) and 'source' (a text) are given; one is needed")
  elseif not given.program and not given.source then
    refuse("option 'program' (a file) or 'source' (a text) is needed")
  elseif given.program == "" then
    refuse("option 'program' is empty; it is the name of a file")
  elseif given.name == "" then
    refuse("option 'name' is empty; it is what messages call the program")
  end
end

local function check_clock(given)
  local kind = given.clock or "virtual"
  if kind ~= "virtual" and kind ~= "host" then
    refuse("option 'clock' must be 'virtual' or 'host', not '%s'", kind)
  elseif kind == "virtual" and (given.time or given.sleep) then
    refuse("options 'time' and 'sleep' belong to clock = 'host'")
  end
  return kind
end

-- What the module selvm_timer gives; beside its own fields the host program may have set `period`.
local function check_timer(given)
  local timer = given.timer
  if not timer then
    return nil
  elseif given.clock ~= "host" then
    refuse("option 'timer' belongs to clock = 'host'")
  elseif given.time then
    refuse("both 'timer' and 'time' are given; a machine has one clock")
  end
  for _, field in ipairs { "time function", "sleep function", "handle userdata" } do
    local name, expected = field:match "(%S+) (%S+)"
    if type(timer[name]) ~= expected then
      refuse("option 'timer' is what module selvm_timer gives: its field '%s' must be a %s, " ..
        "not a %s", name, expected, type(timer[name]))
    end
  end
  return {
    time = timer.time,
    sleep = timer.sleep,
    handle = timer.handle,
    period = check_integer(timer.period or PERIOD_DEFAULT, PERIOD_MIN, PERIOD_MAX,
      "option 'timer': its field 'period'"),
  }
end

local function check_all(given)
  if type(given) ~= "table" then
    refuse("selvm.machine needs a table of options, such as { program = \"hello.lua\" }")
  end
  local why = words.unknown_key(given, KNOWN)
  if why then
    refuse("%s", why)
  end
  check_types(given)
  check_program(given)
  local domains = check_integer(given.domains or 1, 1, DOMAINS_MAX, "option 'domains'")
  return {
    program = given.program,
    source = given.source,
    name = given.name,
    arguments = check_arguments(given.args or {}),
    modules = check_texts("modules", given.modules or {}),
    files = check_texts("files", given.files or {}),
    memory = check_memory(given.memory or "64M"),
    heap_bits = check_heap(given.heap or "16M"),
    has_heap = given.heap ~= nil,
    cnode_bits = check_integer(given.root_cnode_bits or CNODE_BITS_DEFAULT, CNODE_BITS_MIN,
      CNODE_BITS_MAX, "option 'root_cnode_bits'"),
    domains = domains,
    mcs = given.mcs or false,
    schedule = check_schedule(given.schedule, domains),
    clock = check_clock(given),
    timer = check_timer(given),
    time = given.time,
    sleep = given.sleep,
    console = given.console,
    trace_errors = given.trace_errors or false,
  }
end

--- The options with defaults filled in and sizes in bytes; nil and what is wrong with them.
function options.check(given)
  local is_right, result = pcall(check_all, given)
  if is_right then
    return result
  elseif type(result) == "table" and result.refusal then
    return nil, result.refusal
  end
  error(result, 0)
end

return options
