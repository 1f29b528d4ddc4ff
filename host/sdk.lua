-- SPDX-License-Identifier: MIT
--- Writes the C library for programs to a folder.
--
--   local is_written, why = sdk.write("sdk", false)      -- true: for the MCS kernel

local core = require "selvm.core"

local sdk = {}

local PROGRAM = "cc" -- a script; `sh cc` does if it cannot be made executable

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- Runs a command of the shell: whether it has succeeded, and what it printed.
local function run(command)
  local pipe, why = io.popen("{ LC_ALL=C " .. command .. "; } 2>&1")
  if not pipe then
    return false, why
  end
  local output = pipe:read("a")
  return pipe:close() == true, (output:gsub("%s+$", ""))
end

-- The files of one configuration by their paths, and these in order. Of the embedded names, those
-- in folder classic or mcs are headers of that configuration.
local function files_of(configuration)
  local files, paths = {}, {}
  for name, text in pairs(core.sdk()) do
    local folder, rest = name:match("^(%l+)/(.*)$")
    local is_special = folder == "classic" or folder == "mcs"
    if not is_special or folder == configuration then
      local path = is_special and "include/" .. rest or name
      files[path], paths[#paths + 1] = text, path
    end
  end
  table.sort(paths)
  return files, paths
end

-- The folders that files lie in, outer ones first.
local function folders_of(paths)
  local folders, is_there = {}, {}
  for _, path in ipairs(paths) do
    for at in path:gmatch "()/" do
      local folder = path:sub(1, at - 1)
      if not is_there[folder] then
        is_there[folder] = true
        folders[#folders + 1] = folder
      end
    end
  end
  return folders
end

local function write_file(path, text)
  local file, why = io.open(path, "wb")
  if not file then
    return nil, why
  end
  local is_written, problem = file:write(text)
  local is_closed, failure = file:close()
  return is_written and is_closed, problem or failure
end

-- Whether the folder is new (is_new) or empty; nil, why not.
local function look_at(folder)
  local place = quote(folder)
  if not run(("test -e %s"):format(place)) then
    return true, true
  elseif not run(("test -d %s"):format(place)) then
    return nil, ("'%s' is a file; a folder is needed"):format(folder)
  end
  local is_listed, content = run(("ls -A %s"):format(place))
  if not is_listed then
    return nil, ("cannot look into '%s': %s"):format(folder, content)
  elseif content ~= "" then
    return nil, ("'%s' is not empty, it has %s; name a folder that is new or empty"):format(folder,
      content:match "[^\n]+")
  end
  return true, false
end

-- Fills a folder; nil, why. `made` lists what is there, for who has to take it away.
local function fill(folder, configuration, made)
  local files, paths = files_of(configuration)
  for _, name in ipairs(folders_of(paths)) do
    local is_made, why = run("mkdir " .. quote(folder .. "/" .. name))
    if not is_made then
      return nil, why
    end
    made[#made + 1] = folder .. "/" .. name
  end
  for _, path in ipairs(paths) do
    made[#made + 1] = folder .. "/" .. path
    local is_written, why = write_file(folder .. "/" .. path, files[path])
    if not is_written then
      return nil, why
    end
  end
  run("chmod +x " .. quote(folder .. "/" .. PROGRAM)) -- where files have such a mark
  return true
end

--- Writes the library for the classic or the MCS configuration. The folder must be new or empty; if
--- something fails, it is again. Returns true; nil, why.
function sdk.write(folder, is_mcs)
  folder = folder:sub(1, 1) == "-" and "./" .. folder or folder
  local can_begin, is_new = look_at(folder)
  if not can_begin then
    return nil, is_new
  end
  local made = {}
  if is_new then
    local is_made, why = run("mkdir -p " .. quote(folder))
    if not is_made then
      return nil, ("cannot make '%s': %s"):format(folder, why)
    end
    made[1] = folder
  end
  local is_filled, why = fill(folder, is_mcs and "mcs" or "classic", made)
  if not is_filled then
    for i = #made, 1, -1 do
      os.remove(made[i])
    end
    return nil, ("cannot write to '%s': %s"):format(folder, why)
  end
  return true
end

return sdk
