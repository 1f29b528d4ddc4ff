-- SPDX-License-Identifier: MIT
--- The server's side of round_trip.lua, in a thread or in a process: answers for ever.
--
--   serve(endpoint, reply, words, cnode, slot)
--
-- With a `cnode`, each message has a capability, which arrives in that one's slot and is deleted
-- before the next can come. `reply` is an object that only MCS has.

local seL4 = require "seL4"

return function(endpoint, reply, words, cnode, slot)
  local info = seL4.MessageInfo_new(0, 0, 0, words)
  local reply_recv, delete, depth = seL4.ReplyRecvWithMRs, seL4.CNode_Delete, seL4.WordBits
  if not cnode then
    seL4.Recv(endpoint, reply)
    while true do
      reply_recv(endpoint, info, 1, 2, 3, 4, reply)
    end
  end
  seL4.SetCapReceivePath(cnode, slot, depth)
  local received = seL4.Recv(endpoint, reply)
  while true do
    assert(seL4.MessageInfo_get_extraCaps(received) == 1, "no capability has arrived")
    delete(cnode, slot, depth)
    received = reply_recv(endpoint, info, 1, 2, 3, 4, reply)
  end
end
