-- SPDX-License-Identifier: MIT
--- What benchmarks are meant to reach, by their names. A target that is missed is told and changes
--- nothing else, since machines differ and are busy; a row's `limit` does.
--
--   targets.judge(row, "release")     --> { kind = "ratio_most", value = 2.2, is_met = true }
--
-- ratio_most    at most so many times the floor
-- ratio_least   at least so many times the floor
-- value_most    at most so much, in seconds or bytes
--
-- `fast` stands for ratio_most in the preset of that name, where Lua is optimised, too. `why` is
-- told when a target is missed for a reason that is known; docs/performance.md says more.

local targets = {}

local SWITCHLESS = { ratio_most = 2.5 }
local ALONE = { ratio_most = 1.03 }
local TICKED = { ratio_most = 1.05 } -- a thousand times a second
local SLOWER = { ratio_least = 3 }
local FLAT = { ratio_most = 1.3 }

local by_name = {
  ["round trip, two processes, 4 words"] = { ratio_most = 2.2, fast = 1.8 },
  ["round trip, two processes, 4 words, MCS"] = { ratio_most = 2.5, fast = 2.0 },
  ["round trip, two processes, 10 words"] = { ratio_most = 3.0 },
  ["round trip, two processes, 10 words, MCS"] = { ratio_most = 3.0 },
  ["Poll of nothing"] = SWITCHLESS,
  ["Signal to nobody"] = SWITCHLESS,
  ["Yield alone"] = SWITCHLESS,
  ["boot to the root task's first line, 64 MiB"] = { value_most = 0.002 },
  ["spawn of a process"] = { value_most = 0.0002 },
  ["memory of a thread that waits"] = { value_most = 1536 },
  ["compute alone"] = ALONE,
  ["compute alone, MCS"] = ALONE,
  ["compute beside a ready thread, host's ticks"] = TICKED,
  ["compute beside a ready thread, host's ticks, MCS"] = TICKED,
  ["Erlang: message and answer"] = SLOWER,
  ["Erlang: gen_server:call"] = SLOWER,
}

-- Curves, by their names, that are not simply to be flat.
local curves = {
  ["signal round a ring"] = { ratio_most = FLAT.ratio_most, why = "cache misses" },
  ["revocation"] = { ratio_most = 1.5 }, -- linear, over five powers of ten
}

--- How a row, or the row of a curve, stands to its target in a build of that preset; nil if it has
--- none.
function targets.judge(row, preset)
  local target = row.is_curve and (curves[row.name] or FLAT) or by_name[row.name]
  if not target then
    return nil
  elseif target.ratio_least then
    return { kind = "ratio_least", value = target.ratio_least,
      is_met = row.ratio >= target.ratio_least }
  elseif target.value_most then
    return { kind = "value_most", value = target.value_most,
      is_met = row.value <= target.value_most }
  end
  local most = target[preset] or target.ratio_most
  return { kind = "ratio_most", value = most, is_met = row.ratio <= most, why = target.why }
end

return targets
