-- SPDX-License-Identifier: MIT
--- Runs programs in tests of the command line.
--
--   local result = process.run(selvm, "run", "a.lua")   -- { status, out, err }
--   local path = process.file("a.lua", "print(1)")      -- in a folder of its own
--   process.cleanup()

local process = {}

local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir -p '" .. folder .. "'"))

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

process.folder = folder

--- Writes a file in the test's folder; its path.
function process.file(name, text)
  local path = folder .. "/" .. name
  assert(os.execute("mkdir -p " .. quote(path:match("^(.*)/"))))
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

--- Runs a program with arguments: its exit status and what it wrote.
function process.run(...)
  local words = {}
  for i, word in ipairs { ... } do
    words[i] = quote(word)
  end
  local out, err = folder .. "/out", folder .. "/err"
  local _, _, status = os.execute(("%s >%s 2>%s </dev/null"):format(table.concat(words, " "), out,
    err))
  return { status = status, out = read(out), err = read(err) }
end

--- Removes the test's files.
function process.cleanup()
  os.execute("rm -rf " .. quote(folder))
end

return process
