-- SPDX-License-Identifier: MIT
--- The arguments of the scripts that look at what the kernel's tests do.
---
---   local program, configuration = require "tests.kernel.arguments" "check_coverage"
---
--- are the path of a test program and "classic" or "mcs". Without them the script ends with status
--- 2 and says how it is called.

return function(script)
  local program, configuration = arg[1], arg[2]
  if not program or (configuration ~= "classic" and configuration ~= "mcs") then
    io.stderr:write(("%s: which program, of which configuration? usage: %s.lua PATH/kernel_tests "
      .. "classic|mcs\n"):format(script, script))
    os.exit(2)
  end
  return program, configuration
end
