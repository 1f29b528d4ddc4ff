-- SPDX-License-Identifier: MIT
--- Which names a command line asks for: those that contain one of its words, all if it has none.
---
---   local is_wanted = require "tests.wanted"(arg, 2)   -- the words are arg[2] and those behind
---   if is_wanted "kernel" then ... end

return function(words, first)
  return function(name)
    for i = first, #words do
      if name:find(words[i], 1, true) then
        return true
      end
    end
    return #words < first
  end
end
