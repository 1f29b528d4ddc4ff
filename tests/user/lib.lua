-- SPDX-License-Identifier: MIT
--- What the test programs of this folder share: they count what they expect, and their last line is
--- the sum.
---
---   local lib = require "lib"
---   lib.expect(1 + 1 == 2, "one and one are %d", 1 + 1)
---   lib.expect(lib.has(lib.error_of(error, "no"), "no"), "an error")
---   lib.finish()

local lib = {}

local passed, failed = 0, 0

--- Counts a fact; one that is not so is printed.
function lib.expect(is_so, what, ...)
  if is_so then
    passed = passed + 1
  else
    failed = failed + 1
    print("FAILED: " .. what:format(...))
  end
end

--- The error that a call raises, nil if it raises none.
function lib.error_of(fn, ...)
  local has_succeeded, err = pcall(fn, ...)
  return not has_succeeded and err or nil
end

--- Whether the text of a value has this part.
function lib.has(value, part)
  return tostring(value):find(part, 1, true) ~= nil
end

--- Expects a call to raise an error that has this part, and to blame it on the file of the caller
--- of this. `fn` must not end by calling, or it has no line that can be blamed.
function lib.blames(fn, part)
  local err = tostring(lib.error_of(fn))
  local _, place = pcall(error, "", 3)
  local file = place:match("^.-:")
  lib.expect(err:sub(1, #file) == file and lib.has(err, part), "'%s' is told as: %s", part, err)
end

--- Remembers what an allocator has left. The function that it returns expects that to be left
--- again, after `what`.
function lib.nothing_is_lost(memory)
  local free_before, slots_before = memory:statistics(), memory:slots_left()
  return function(what)
    lib.expect(memory:statistics() == free_before, "%s: %d bytes of %d", what, memory:statistics(),
      free_before)
    lib.expect(memory:slots_left() == slots_before, "%s: %d slots of %d", what,
      memory:slots_left(), slots_before)
  end
end

--- Prints the sum.
function lib.finish()
  print(("%d passed, %d failed"):format(passed, failed))
end

return lib
