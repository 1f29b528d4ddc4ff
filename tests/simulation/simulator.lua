-- SPDX-License-Identifier: MIT
--- An event-driven simulator of the MCS scheduler, written from the published rules and not from
--- the kernel: lists instead of rings, whole states instead of queues threaded through objects.
---
---   local switches = require "tests.simulation.simulator" (set)
---   set = { duration =, { priority =, budget =, period =, extra =, sporadic =, work =, sleep = } }
---   switches = { { time, task }, ... }      task from 0, -1: nobody
---
--- Rules. A task runs if it has budget and no task of higher priority has; among equals it is first
--- come, first served, a round-robin task giving way when its slice ends. What is used of a refill
--- comes back a period after that refill began to be used. A refill is used when at least 20 us of
--- it would be left, and may be begun 10 us early.

local LEAST, EARLY = 20, 10
local NEVER = math.maxinteger

local Task = {}
Task.__index = Task

local function new_task(index, row)
  local is_round_robin = row.budget == row.period
  return setmetatable({
    index = index - 1, priority = row.priority, budget = row.budget,
    period = is_round_robin and 0 or row.period, most = is_round_robin and 2 or 2 + row.extra,
    sporadic = row.sporadic, work = row.work, sleep = row.sleep,
    refills = { { time = 0, amount = row.budget } },
    used = 0,                                       -- round robin: of this slice
    left = row.work, signal_at = NEVER, state = "ready", in_call = false,
  }, Task)
end

-- --- budgets ------------------------------------------------------------------------------------

function Task:head()
  return self.refills[1]
end

function Task:is_ready(now)
  return self:head().time <= now + EARLY
end

function Task:is_sufficient(usage)
  return self:head().amount - self.used - usage >= LEAST
end

-- A used piece comes back: joined to the last refill if it touches it or there is no room.
function Task:give_back(piece)
  local last = self.refills[#self.refills]
  if last.time + last.amount >= piece.time then
    last.amount = last.amount + piece.amount
  elseif #self.refills < self.most then
    self.refills[#self.refills + 1] = piece
  else
    last.time, last.amount = piece.time - last.amount, last.amount + piece.amount
  end
end

function Task:use_whole_refills(usage)
  while self:head().amount <= usage do
    local head = self:head()
    usage = usage - head.amount
    head.time = head.time + self.period
    if #self.refills > 1 then
      table.remove(self.refills, 1)
      self:give_back(head)
    end
  end
  return usage
end

function Task:charge(usage)
  usage = self:use_whole_refills(usage)
  if usage > 0 then
    local head = self:head()
    local piece = { time = head.time + self.period, amount = usage }
    head.time, head.amount = head.time + usage, head.amount - usage
    self:give_back(piece)
  end
  while self:head().amount < LEAST do
    local small = table.remove(self.refills, 1)
    local head = self:head()
    head.time, head.amount = head.time - small.amount, head.amount + small.amount
  end
end

-- The task goes on after a pause: what could have been used before now is usable now, once. True if
-- its refills have moved.
function Task:unblock(now)
  if self.period == 0 or not self:is_ready(now) then
    return false
  end
  self:head().time = now
  while self.refills[2] and
    self.refills[2].time <= self.refills[1].time + self.refills[1].amount do
    local first = table.remove(self.refills, 1)
    self:head().time, self:head().amount = first.time, self:head().amount + first.amount
  end
  return true
end

-- --- the processor ------------------------------------------------------------------------------

local Machine = {}
Machine.__index = Machine

local function index_of(list, item)
  for i, other in ipairs(list) do
    if other == item then
      return i
    end
  end
end

function Machine:queue(priority)
  self.queues[priority] = self.queues[priority] or {}
  return self.queues[priority]
end

function Machine:leave_queue(task)
  local queue = self:queue(task.priority)
  local at = index_of(queue, task)
  if at then
    table.remove(queue, at)
  end
end

function Machine:enqueue(task, at_tail)
  local queue = self:queue(task.priority)
  if not index_of(queue, task) then
    table.insert(queue, at_tail and #queue + 1 or 1, task)
  end
end

function Machine:highest()
  for priority = 255, 0, -1 do
    local queue = self.queues[priority]
    if queue and queue[1] then
      return priority
    end
  end
  return -1
end

-- A new choice is needed; a task that was to run next goes to the queue first.
function Machine:choose_anew()
  if self.next_task then
    self:enqueue(self.next_task)
  end
  self.next_task, self.must_choose = nil, true
end

function Machine:wake(task)
  if self.must_choose or self.next_task then
    self:choose_anew()
    self:enqueue(task)
  else
    self.next_task = task
  end
end

-- The task's budget comes back later.
function Machine:postpone(task)
  self:leave_queue(task)
  task.state = "waits for budget"
  local at = 1
  while self.release[at] and self.release[at]:head().time <= task:head().time do
    at = at + 1
  end
  table.insert(self.release, at, task)
  self.sets_timer = true
end

function Machine:commit()
  local task = self.charged
  if task and task.period == 0 then
    task.used = task.used + self.consumed
  elseif task and self.consumed > 0 then
    task:charge(self.consumed)
  end
  self.consumed = 0
end

-- Time has passed up to `now`. False: the running task's slice is over.
function Machine:begin_entry(now)
  self.consumed, self.now = self.consumed + now - self.now, now
  local task = self.current
  if not task or task:is_sufficient(self.consumed) then
    return true
  end
  if task.period == 0 then
    task.used = 0
  else
    task:charge(self.consumed)
  end
  self.consumed = 0
  if task:is_ready(now) and task:is_sufficient(0) then
    self:enqueue(task, true)
  else
    self:postpone(task)
  end
  self:choose_anew()
  self.sets_timer = true
  return false
end

function Machine:take_first()
  local priority = self:highest()
  self.current = priority >= 0 and table.remove(self.queues[priority], 1) or nil
end

-- One task was woken: it runs unless another has a better claim.
function Machine:consider_next(was_running)
  local task, before = self.next_task, self.current
  if (not before or task.priority < before.priority) and self:highest() > task.priority then
    self:enqueue(task)
    self:take_first()
  elseif was_running and before and task.priority == before.priority then
    self:enqueue(task, true)
    self:take_first()
  else
    self:leave_queue(task)
    self.current = task
  end
end

function Machine:wake_released()
  while self.release[1] and self.release[1]:is_ready(self.now) do
    local task = table.remove(self.release, 1)
    task.state = "ready"
    self.sets_timer = true
    self:wake(task)
  end
end

function Machine:end_entry()
  self:wake_released()
  if self.must_choose or self.next_task then
    local was_running = self.current and self.current.state == "ready"
    if was_running then
      self:enqueue(self.current)
    end
    if self.next_task then
      self:consider_next(was_running)
    else
      self:take_first()
    end
  end
  self.next_task, self.must_choose = nil, false
  if self.charged ~= self.current then
    self.sets_timer = true
    if self.current and not self.current.sporadic then
      self.current:unblock(self.now)
    end
  end
  if self.sets_timer then
    self:commit()
  end
  self.charged = self.current
  if self.sets_timer then
    self:set_timer()
  end
  self.sets_timer = false
end

function Machine:set_timer()
  self.timer = NEVER
  if self.current then
    self.timer = self.now + self.current:head().amount - self.current.used
  end
  if self.release[1] then
    self.timer = math.min(self.timer, self.release[1]:head().time)
  end
end

-- --- events -------------------------------------------------------------------------------------

function Machine:signal(task)
  task.state, task.signal_at, task.left, task.in_call = "ready", NEVER, task.work, false
  if task.sporadic and task ~= self.charged and task:unblock(self.now) then
    self.sets_timer = true
  end
  self:wake(task)
end

function Machine:interrupt(due)
  self:begin_entry(self.now_is)
  if self.timer <= self.now then
    self.timer, self.sets_timer = NEVER, true
  end
  for _, task in ipairs(due) do
    self:signal(task)
  end
  self:end_entry()
end

function Machine:next_event()
  local next, task = self.timer, self.current
  for _, other in ipairs(self.tasks) do
    next = math.min(next, other.signal_at)
  end
  if task and task.in_call then
    return math.min(next, self.now_is)
  elseif task and task.work > 0 then
    return math.min(next, self.now_is + task.left)
  end
  return next
end

-- The running task waits for its signal, unless its slice is over: then it tries again later.
function Machine:wait_for_signal(task)
  task.in_call = true
  if self:begin_entry(self.now_is) then
    task.state, task.signal_at = "waits for a signal", self.now + task.sleep
    self:choose_anew()
  end
  self:end_entry()
end

function Machine:step(next)
  local task, due = self.current, {}
  if task and task.work > 0 and not task.in_call then
    task.left = task.left - (next - self.now_is)
  end
  self.now_is = next
  for _, other in ipairs(self.tasks) do
    if other.signal_at <= next then
      due[#due + 1] = other
    end
  end
  if #due > 0 or self.timer <= next then
    self:interrupt(due)
  else
    self:wait_for_signal(task)
  end
end

-- All tasks have been made ready while the root task ran; now it waits.
local function new_machine(set)
  local machine = setmetatable({
    tasks = {}, queues = {}, release = {}, now = 0, now_is = 0, consumed = 0, timer = NEVER,
  }, Machine)
  for i, row in ipairs(set) do
    machine.tasks[i] = new_task(i, row)
    machine:enqueue(machine.tasks[i])
  end
  machine.must_choose = true
  machine:end_entry()
  return machine
end

return function(set)
  local machine = new_machine(set)
  local switches = {}
  local function note()
    local task = machine.current and machine.current.index or -1
    local last = switches[#switches]
    if not last or last[2] ~= task then
      switches[#switches + 1] = { machine.now_is, task }
    end
  end
  note()
  local next = machine:next_event()
  while next <= set.duration do
    machine:step(next)
    note()
    next = machine:next_event()
  end
  return switches
end
