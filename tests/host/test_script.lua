-- SPDX-License-Identifier: MIT
--- Tests the script ./selvm, which builds if need be: from any folder, through a link.
---
---   lua5.4 tests/host/test_script.lua      (from the root of the repository, with build/release)

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local process = require "tests.host.process"

local root = assert(io.popen("pwd")):read("l")

-- Runs a shell command in the test's folder.
local function run(command)
  return process.run("sh", "-c", ("cd '%s' && %s"):format(process.folder, command))
end

process.file("p.lua", 'print(require("sel4.bootstrap").error_name(8), ...)')

checks.group("it runs from another folder", function(expect)
  local result = run(("'%s/selvm' run p.lua 'a b'"):format(root))
  expect(result.status == 0 and result.out == "DeleteFirst\ta b\n", "%s%s", result.out, result.err)
end)

checks.group("it runs through a link", function(expect)
  local result = run(("ln -s '%s/selvm' here && ./here run p.lua"):format(root))
  expect(result.status == 0 and result.out == "DeleteFirst\n", "%s%s", result.out, result.err)
end)

checks.group("its status is the program's", function(expect)
  expect(run(("'%s/selvm' run gone.lua"):format(root)).status == 2, "2")
  process.file("e.lua", "error 'x'")
  expect(run(("'%s/selvm' run e.lua"):format(root)).status == 1, "1")
end)

process.cleanup()
checks.finish()
