-- SPDX-License-Identifier: MIT
--- Calls of one function with nothing around them, for threads of benchmarks and for floors.
--
--   loop.times(count, seL4.Signal, notification)     -- a function that does it `count` times
--   loop.forever(seL4.Wait, notification)            -- one that does not end

local loop = {}

-- A loop for each number of arguments, as an argument that is nil would have to be passed, too.
local by_arguments = {
  [0] = function(count, call)
    for _ = 1, count do
      call()
    end
  end,
  function(count, call, a)
    for _ = 1, count do
      call(a)
    end
  end,
  function(count, call, a, b)
    for _ = 1, count do
      call(a, b)
    end
  end,
  [6] = function(count, call, a, b, c, d, e, f)
    for _ = 1, count do
      call(a, b, c, d, e, f)
    end
  end,
}

function loop.times(count, call, ...)
  local run, arguments = by_arguments[select("#", ...)], table.pack(...)
  return function()
    run(count, call, table.unpack(arguments, 1, arguments.n))
  end
end

function loop.forever(call, a)
  return function()
    local fn, first = call, a
    while true do
      fn(first)
    end
  end
end

return loop
