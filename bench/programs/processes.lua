-- SPDX-License-Identifier: MIT
--- N calls to a server in another process, with WORDS message words each way.
---   bench/programs/processes.lua N WORDS

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local gate = require "gate"
local process = require "sel4.process"

local count, words = ...
count, words = math.tointeger(tonumber(count)), math.tointeger(tonumber(words))
local memory = bootstrap.open()
local endpoint = memory:object(seL4.EndpointObject)
local reply = seL4.ReplyObject and memory:object(seL4.ReplyObject) -- only MCS has them

process.new(memory, { name = "server", priority = 255, caps = { [1] = endpoint, [2] = reply },
  source = ([[
  local seL4 = require "seL4"
  local info = seL4.MessageInfo_new(0, 0, 0, %d)
  local reply_recv = seL4.ReplyRecvWithMRs
  seL4.Recv(1, 2)
  while true do
    reply_recv(1, info, 1, 2, 3, 4, 2)
  end
]]):format(words) }):start()

for i = 4, words - 1 do
  seL4.SetMR(i, i) -- they stay in the buffer
end

gate.wait(memory)
local info = seL4.MessageInfo_new(0, 0, 0, words)
local call = seL4.CallWithMRs
for _ = 1, count do
  call(endpoint, info, 1, 2, 3, 4)
end
print "done"
