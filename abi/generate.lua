-- SPDX-License-Identifier: MIT
--- Writes everything that is derived from the tables of this folder.
--
--   lua5.4 abi/generate.lua OUTDIR
--
-- makes OUTDIR/abi/*.h (headers), OUTDIR/docs/api.md (API reference), OUTDIR/lua/seL4.d.lua
-- (annotations for editors), OUTDIR/lua/sel4/repl/reference.lua (for `help` of the REPL) and
-- OUTDIR/c/{classic,mcs}/sel4/*.h (headers of the C library for programs), with any missing
-- folders. The result depends on nothing but the tables.
-- Exit status: 0 done, 1 a file cannot be written, 2 wrong usage.

local here = arg[0]:match("^(.*)[/\\][^/\\]*$") or "."
package.path = here .. "/../?.lua;" .. package.path

-- File to write, and the module that makes its text.
local outputs = {
  { "abi/constants.h", "abi.generate_constants" },
  { "abi/methods.h", "abi.generate_methods" },
  { "abi/classic.h", "abi.generate_configuration", "classic" },
  { "abi/mcs.h", "abi.generate_configuration", "mcs" },
  { "abi/names.h", "abi.generate_names" },
  { "abi/stubs.h", "abi.generate_stubs" },
  { "abi/lua_constants.h", "abi.generate_lua_constants" },
  { "docs/api.md", "abi.generate_reference" },
  { "lua/seL4.d.lua", "abi.generate_annotations" },
  { "lua/sel4/repl/reference.lua", "abi.generate_help" },
}
local folders = { "abi", "docs", "lua/sel4/repl", "c/classic/sel4", "c/mcs/sel4" }

for _, configuration in ipairs { "classic", "mcs" } do
  for _, name in ipairs { "config", "constants", "shared_types", "faults", "invocations" } do
    local path = ("c/%s/sel4/%s.h"):format(configuration, name)
    outputs[#outputs + 1] = { path, "abi.generate_c_" .. name, configuration }
  end
end

local function fail(status, format, ...)
  io.stderr:write("generate: ", format:format(...), "\n")
  os.exit(status)
end

local outdir = arg[1]
if not outdir or outdir == "" or #arg > 1 then
  fail(2, "one argument is needed, the folder to write to\nusage: lua abi/generate.lua OUTDIR")
end

local function quote(path)
  return "'" .. path:gsub("'", "'\\''") .. "'"
end

for _, folder in ipairs(folders) do
  local path = outdir .. "/" .. folder
  if not os.execute("mkdir -p " .. quote(path)) then
    fail(1, "cannot make folder %s", path)
  end
end

for _, output in ipairs(outputs) do
  local path = outdir .. "/" .. output[1]
  local file, why = io.open(path, "wb")
  if not file then
    fail(1, "%s", why)
  end
  local ok, problem = file:write(require(output[2]).text(output[3]))
  if not ok then
    fail(1, "%s: %s", path, problem)
  end
  file:close()
end
