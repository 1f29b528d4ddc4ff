-- SPDX-License-Identifier: MIT
--- A host of untrusted plugins: each a process with a budget of memory and time and two
--- capabilities.
---
--- A plugin calls the host, never the other way round, so that the host waits for nobody. Its
--- calls, its end and its faults arrive at one endpoint, the monitor's, and so do the ticks of a
--- timer.

local alloc = require "sel4.alloc"
local console_server = require "sel4.server.console"
local interface = require "interface"
local monitor = require "sel4.monitor"
local object = require "sel4.object"
local process = require "sel4.process"
local rpc_server = require "sel4.rpc.server"
local seL4 = require "seL4"
local timer_client = require "sel4.timer"
local timer_server = require "sel4.server.timer"

local HEAP_BITS, BYTES = 18, 512 << 10 -- of Lua heap, and of all that a plugin is made of
local BUDGET, PERIOD = 5000, 20000     -- microseconds of processor time (MCS)
local CONSOLE_BUDGET = 5000            -- so much for the lines of all plugins together
local TICK, SILENCE_MAX = 5000, 50000  -- microseconds without a call to the host
local RESTARTS_MAX = 1

local Host = {}
Host.__index = Host

local function report(plugin, text)
  print(("host: plugin '%s' %s"):format(plugin.name, text))
end

-- --- the service --------------------------------------------------------------------------------

local function handlers_of(self)
  local handlers = {}
  function handlers.next_job(badge)
    local plugin = self.plugins[badge]
    plugin.job = plugin.job or table.remove(self.jobs, 1)
    return plugin.job
  end
  function handlers.finish(badge, text, count)
    local plugin = self.plugins[badge]
    if text ~= plugin.job then
      error("this is not your job", 0)
    end
    self.results[text], plugin.job = count, nil
  end
  return handlers
end

local function answer_call(self, badge, info)
  self.plugins[badge].silence = 0
  local answer = rpc_server.answer(interface, { handlers = self.handlers }, info, badge)
  rpc_server.reply(self.monitor.reply and self.monitor.reply.cptr, answer)
end

-- --- plugins ------------------------------------------------------------------------------------

-- (Re)starts a plugin. Its badge is a new one each time, so nothing of its past life is believed.
local function start(self, plugin)
  plugin.silence = 0
  if plugin.process then
    self.plugins[plugin.process.watch.badge] = nil
    plugin.process:respawn()
  else
    plugin.process = process.new(self.memory, {
      name = plugin.name, program = plugin.program, heap_bits = HEAP_BITS, bytes = BYTES,
      monitor = self.monitor, monitor_slot = 1, caps = { [2] = self.console:connect(
        plugin.number, plugin.name) },
      budget = self.is_mcs and BUDGET, period = self.is_mcs and PERIOD,
      timeout_fault = self.is_mcs and true,
    }):start()
  end
  self.plugins[plugin.process.watch.badge] = plugin
end

-- The job of a plugin that has failed is for one that has ended well and is started once more.
local function give_job_back(self, plugin)
  if not plugin.job then
    return
  end
  table.insert(self.jobs, plugin.job)
  plugin.job = nil
  local idle = table.remove(self.idle)
  if idle then
    self.running = self.running + 1
    start(self, idle)
  end
end

-- A plugin has failed: its job is for others, and it is restarted, but not for ever.
local function fail(self, plugin, why)
  report(plugin, why)
  plugin.failures = plugin.failures + 1
  give_job_back(self, plugin)
  if plugin.failures <= RESTARTS_MAX then
    start(self, plugin)
    return
  end
  report(plugin, ("has failed %d times and is not started again"):format(plugin.failures))
  self.plugins[plugin.process.watch.badge] = nil
  plugin.process:kill()
  self.running = self.running - 1
end

local function why_of(event)
  if event.fault.name == "Timeout" then
    return ("has used up its %d ms of processor time"):format(BUDGET // 1000)
  elseif event.text and event.text:find("not enough memory", 1, true) then
    return ("wants more memory than its %d KiB"):format((1 << HEAP_BITS) >> 10)
  end
  return ("did what it may not: %s"):format(event.story)
end

local function end_of(self, plugin, event)
  if event.kind == "fault" then
    return fail(self, plugin, why_of(event))
  end
  table.insert(self.idle, plugin)
  self.running = self.running - 1
end

-- --- time ---------------------------------------------------------------------------------------

local function tick(self)
  local silent = {}
  for _, plugin in pairs(self.plugins) do
    plugin.silence = plugin.silence + TICK
    if plugin.silence > SILENCE_MAX and not plugin.process.event then
      silent[#silent + 1] = plugin
    end
  end
  for _, plugin in ipairs(silent) do
    fail(self, plugin, ("has not been heard of for %d ms"):format(SILENCE_MAX // 1000))
  end
end

-- The timer signals a notification that is bound to this thread: it hears it while it receives.
local function start_timer(self)
  local bell = self.memory:object(seL4.NotificationObject, nil, "ticks")
  object.self_tcb:bind_notification(bell)
  local signal = self.memory:copy(bell, seL4.AllRights, rpc_server.SIGNAL)
  self.timer = timer_server.start(self.memory)
  timer_client.client(self.timer:connect(1), signal):every(TICK)
end

-- --- interface ----------------------------------------------------------------------------------

--- Adds a plugin: a module of the program.
function Host:add(name, program)
  self.running = self.running + 1
  start(self, { name = name, program = program, number = self.running, failures = 0 })
end

--- Serves until no plugin is left.
function Host:run()
  while self.running > 0 do
    local who, event, info, badge = self.monitor:next()
    if event then
      end_of(self, self.plugins[who.watch.badge], event)
    elseif who then
      answer_call(self, badge, info)
    elseif badge & rpc_server.SIGNAL ~= 0 then
      tick(self)
    end
  end
end

--- A host for a list of texts. results[text] is what plugins have made of them.
return function(jobs)
  local memory, is_mcs = alloc.open(), seL4.ReplyObject ~= nil
  local self = setmetatable({ memory = memory, jobs = jobs, results = {}, plugins = {}, idle = {},
    running = 0, is_mcs = is_mcs, monitor = monitor.new(memory),
    console = console_server.start(memory, { budget = is_mcs and CONSOLE_BUDGET,
      period = is_mcs and PERIOD }) }, Host)
  self.handlers = handlers_of(self)
  start_timer(self)
  return self
end
