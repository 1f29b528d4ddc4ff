-- SPDX-License-Identifier: MIT
--- Rows: messages in Erlang, if it is there, beside ours: how many times slower it is.

local machines = require "bench.machines"

local HOW = { { "Erlang: message and answer", "plain" },
  { "Erlang: message and answer, with a reference", "reference" },
  { "Erlang: gen_server:call", "gen_server" } }

-- Seconds of a message and its answer; `how` as bench/erlang/round_trip has it.
local function erlang(how, count)
  return function()
    local command = ("escript bench/erlang/round_trip %s %d"):format(how, count)
    local pipe = assert(io.popen(command))
    local seconds = pipe:read "n"
    pipe:close()
    return assert(seconds, command .. " has failed")
  end
end

return function(bench)
  local rows = {}
  if not os.execute "command -v escript >/dev/null 2>&1" then
    return rows
  end
  local ours = { machines.each("round_trip", 200000 // bench.scale, { 4, "two" }),
    "our round trip, 4 words" }
  for i, row in ipairs(HOW) do
    rows[i] = { name = row[1], unit = "us", measure = erlang(row[2], 400000 // bench.scale),
      floor = ours }
  end
  return rows
end
