-- SPDX-License-Identifier: MIT
--- A budget overrun is a fault that a handler catches: here it gives more time, or no more.
---
---   ./selvm run --mcs examples/mcs_timeout.lua
---
--- A thread that uses up its budget normally waits for its next period. One with a timeout endpoint
--- has a Timeout fault instead: the handler is told which scheduling context ran out, by its badge,
--- and how much was used. It may configure a larger budget and answer, or leave the thread stopped.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"

local BUDGET, PERIOD = 2000, 100000
local CHANCES = 2

local memory = bootstrap.open()
local overruns = memory:object(seL4.EndpointObject)
local reply = memory:object(seL4.ReplyObject)
local finished = memory:copy(overruns, seL4.AllRights, 99) -- the same endpoint, badge 99

-- Each does `amount` ms of work, and tells the handler when it is done.
local function do_job(amount)
  for _ = 1, amount * 100000 do
    -- 100 instructions are a microsecond
  end
  seL4.Send(finished, seL4.MessageInfo_new(0, 0, 0, 0))
end

local jobs = {}
for badge, amount in ipairs { 5, 50 } do
  jobs[badge] = thread.new(memory, {
    name = "job " .. badge, entry = do_job, args = { amount }, priority = 100,
    budget = BUDGET, period = PERIOD, badge = badge, timeout_endpoint = overruns,
  })
  jobs[badge].chances = CHANCES
  jobs[badge]:start()
end

-- More time for a job whose budget has run out; false: it has had its chances.
local function give_time(job)
  if job.chances == 0 then
    return false
  end
  job.chances = job.chances - 1
  bootstrap.check(seL4.SchedControl_ConfigureFlags(memory.info.schedcontrol.start, job.context,
    BUDGET, PERIOD, 0, job.badge, seL4.SchedContext_NoFlag))
  return true
end

local left = #jobs
while left > 0 do
  local info, sender = seL4.Recv(overruns, reply)
  if seL4.isTimeoutFault_tag(info) then
    local fault = seL4.getFault(info)
    local badge, job = fault.Data, jobs[fault.Data]
    job.badge = badge
    if give_time(job) then
      print(("job %d has used %d us: it gets another %d"):format(badge, fault.Consumed, BUDGET))
      seL4.Send(reply, seL4.MessageInfo_new(0, 0, 0, 0)) -- label 0: go on
    else
      print(("job %d has used %d us once more: it is stopped"):format(badge, fault.Consumed))
      left = left - 1
    end
  elseif sender == 99 then
    print("a job is done")
    left = left - 1
  end
end
