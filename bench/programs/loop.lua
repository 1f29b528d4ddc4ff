-- SPDX-License-Identifier: MIT
--- Calls of one function with nothing around them, for threads of benchmarks.
--
--   loop.times(count, seL4.Signal, notification)     -- a function that does it `count` times
--   loop.forever(seL4.Wait, notification)            -- one that does not end

local loop = {}

function loop.times(count, fn, a, b)
  return function()
    local call, first, second = fn, a, b -- in registers of the VM
    for _ = 1, count do
      call(first, second)
    end
  end
end

function loop.forever(fn, a)
  return function()
    local call, first = fn, a
    while true do
      call(first)
    end
  end
end

return loop
