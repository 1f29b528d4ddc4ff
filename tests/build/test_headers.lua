-- SPDX-License-Identifier: MIT
--- Every header compiles alone, with each compiler there is.
--
--   lua5.4 tests/build/test_headers.lua GENERATED      (from the root of the repository)
--
-- GENERATED is the folder with the generated headers, such as build/release/generated.

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"

local generated = arg[1] or "build/release/generated"
local flags = "-std=c11 -Wall -Wextra -Wshadow -Wconversion -Werror -I. -DSELVM_CHECKS=0 " ..
  "-DSELVM_ASSERTIONS=1 -isystem /usr/include/lua5.4 -fsyntax-only -xc"

local function output_of(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local output = pipe:read("a")
  return output, pipe:close()
end

local headers = {}
for path in output_of("find kernel machine host -name '*.h' | LC_ALL=C sort"):gmatch("[^\n]+") do
  headers[#headers + 1] = path
end

for _, compiler in ipairs { "gcc", "clang" } do
  local _, is_there = output_of(compiler .. " --version")
  if is_there then
    checks.group("headers compile alone with " .. compiler, function(expect)
      expect(#headers > 20, "only %d headers found; run this from the root", #headers)
      for _, path in ipairs(headers) do
        local output, is_right = output_of(("echo '#include \"%s\"' | %s %s -I%s -"):format(
          path, compiler, flags, generated))
        expect(is_right, "%s: %s", path, output)
      end
    end)
  end
end

checks.finish()
