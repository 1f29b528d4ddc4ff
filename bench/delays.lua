-- SPDX-License-Identifier: MIT
--- For each hostile program of tests/hostile: the longest time that a thread of equal priority had
--- to wait for its turn, by the host's clock. A turn lasts 10 ms; what is above that is the
--- program's doing, or the host's.
---
---   lua5.4 bench/delays.lua [NAME...]      (from the repository's root, with build/release)

package.cpath = "build/release/?.so"
package.path = "./?.lua;" .. package.path

local attacks = require "tests.hostile.attacks"
local selvm = require "selvm"

local MILLISECONDS = "100"

local function is_wanted(name)
  for _, word in ipairs(arg) do
    if name:find(word, 1, true) then
      return true
    end
  end
  return #arg == 0
end

for _, name in ipairs(attacks) do
  if is_wanted(name) then
    local said = {}
    local machine = selvm.machine {
      program = "tests/hostile/arena.lua", args = { name, MILLISECONDS }, memory = "512M",
      clock = "host", console = function(text) said[#said + 1] = text end,
    }
    machine:run()
    local output = table.concat(said)
    local delay = assert(output:match "delay\t(%d+)", table.concat(machine:errors()) .. output)
    print(("%-36s worst delay %8.3f ms, alarm late by %8.3f ms"):format(name, delay / 1000,
      output:match "alarm\t(-?%d+)" / 1000))
    machine:close()
  end
end
