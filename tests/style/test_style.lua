-- SPDX-License-Identifier: MIT
--- The rules of style that a machine can check.
--
--   lua5.4 tests/style/test_style.lua      (from the root of the repository)

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local known_wide = require "tests.style.known_wide"

local FILE_LINES_MAX, FUNCTION_LINES_MAX, COLUMNS_MAX = 600, 70, 100
local FOLDERS = "abi kernel machine host user examples tests bench tools docs .ci"
local ROOT_FILES = "CMakeLists.txt test selvm .luacheckrc .clang-format"

local function output_of(command)
  local pipe = assert(io.popen("{ " .. command .. "; } 2>/dev/null"))
  local output = pipe:read("a")
  return output, pipe:close()
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- All files of the project but the inputs that fuzzing starts from and recordings, which are data:
-- { path, text, lines, kind = "c", "lua" or "other", folder }.
local function all_files()
  local files = {}
  local command = ("find %s %s -type f -not -path 'tests/fuzz/corpus/*' -not -name '*.jsonl'")
    :format(FOLDERS, ROOT_FILES)
  for path in output_of(command .. " | LC_ALL=C sort"):gmatch("[^\n]+") do
    local file = { path = path, text = read(path), lines = {} }
    for line in (file.text:gsub("\n$", "") .. "\n"):gmatch("(.-)\n") do
      file.lines[#file.lines + 1] = line
    end
    file.kind = path:match("%.[ch]$") and "c" or path:match("%.lua$") and "lua" or "other"
    file.folder = path:match("^([^/]+)/") or "."
    files[#files + 1] = file
  end
  return files
end

local files = all_files()

local function each(kind, body)
  for _, file in ipairs(files) do
    if kind == "any" or file.kind == kind then
      body(file)
    end
  end
end

-- Expected outputs and data are what they are.
local function is_data(file)
  return file.path:match("%.txt$") and file.path ~= "CMakeLists.txt" and
    not file.path:match("/CMakeLists%.txt$") or file.path:match("%.json$") or
    file.path:match("%.md$")
end

-- C without comments and strings, line by line.
local function code_lines(file)
  local text = file.text:gsub("/%*.-%*/", function(comment)
    return (comment:gsub("[^\n]", " "))
  end)
  text = text:gsub('\\"', "  "):gsub('"[^"\n]*"', function(string)
    return '"' .. (" "):rep(#string - 2) .. '"'
  end)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\n") do
    lines[#lines + 1] = line
  end
  return lines
end

checks.group("files begin with a licence line", function(expect)
  expect(#files > 100, "only %d files found; run this from the root", #files)
  each("any", function(file)
    if not is_data(file) then
      expect((file.lines[1] .. "\n" .. (file.lines[2] or "")):find("SPDX-License-Identifier: MIT",
        1, true), "%s has no SPDX line", file.path)
    end
  end)
end)

checks.group("files and lines are short", function(expect)
  each("any", function(file)
    if is_data(file) then
      return
    end
    expect(#file.lines <= FILE_LINES_MAX, "%s has %d lines", file.path, #file.lines)
    local wide_count, widest = 0, nil
    for number, line in ipairs(file.lines) do
      if (utf8.len(line) or #line) > COLUMNS_MAX then
        wide_count, widest = wide_count + 1, number
      end
      if line:find("%s$") or line:find("\t") then
        expect(false, "%s:%d: a tab, or a space at the end", file.path, number)
      end
    end
    local known = known_wide[file.path] or 0
    expect(wide_count <= known, "%s:%d: a line of more than %d columns (%d of them, %d are known)",
      file.path, widest or 0, COLUMNS_MAX, wide_count, known)
    expect(file.text:sub(-1) == "\n", "%s does not end with a line end", file.path)
  end)
end)

checks.group("C functions are short", function(expect)
  each("c", function(file)
    local start
    for number, line in ipairs(file.lines) do
      if line == "{" then
        start = number
      elseif line == "}" and start then
        if number - start > FUNCTION_LINES_MAX then
          expect(false, "%s:%d: a function of %d lines", file.path, start, number - start)
        end
        start = nil
      end
    end
    expect(true)
  end)
end)

checks.group("C does without goto, conditional compilation and typedefs", function(expect)
  local product = { kernel = true, machine = true, host = true, user = true }
  each("c", function(file)
    local may_test_version = file.path == "machine/lua/compat.h"
    local has_libsel4_types = file.path:find("^user/c/include/sel4/") ~= nil
    local guards = 0
    for number, line in ipairs(code_lines(file)) do
      local is_product = product[file.folder]
      local is_wrong = line:find("%f[%w_]goto%f[^%w_]") or is_product and
        line:find("%f[%w_]typedef%f[^%w_]") and file.path ~= "kernel/types.h" and
        not has_libsel4_types
      if line:find("^%s*#%s*if") and is_product and not may_test_version then
        guards = guards + 1
        is_wrong = is_wrong or guards > 1 or not line:find("^#ifndef [%u%d_]+_H$") or
          not file.path:find("%.h$")
      end
      if is_wrong then
        expect(false, "%s:%d: %s", file.path, number, line)
      end
    end
    expect(true)
  end)
end)

checks.group("headers have guards named after them", function(expect)
  each("c", function(file)
    if file.path:find("%.h$") and file.folder ~= "tests" then
      local folder, name = file.path:match("^([^/]+)/.-([^/]+)%.h$")
      local guard = ("%s_%s_H"):format(folder, name):upper()
      local found = file.text:match("\n#ifndef ([%u%d_]+)\n#define %1\n")
      found = found or file.text:match("\n#ifndef ([%u%d_]+)\n")
      expect(found and (found == guard or found:find(name:upper() .. "_H$")),
        "%s: the guard is %s", file.path, tostring(found))
    end
  end)
end)

-- What the sources of a folder may include besides themselves.
local MAY_INCLUDE = {
  kernel = { "kernel/", "abi/", "stdbool.h", "stddef.h", "stdint.h" },
  machine = { "machine/", "kernel/", "abi/", "lua.h", "lauxlib.h", "lualib.h", "float.h",
    "stdbool.h", "stdint.h", "string.h" },
  host = { "host/", "machine/", "kernel/", "abi/", "lua.h", "lauxlib.h", "lualib.h", "stdbool.h",
    "stddef.h", "string.h" },
  ["host/terminal"] = { "" }, -- only of the executable: it may use the C library
  ["host/timer"] = { "" }, -- of the executable and a module of its own: likewise
}

checks.group("each layer includes only what lies below it", function(expect)
  each("c", function(file)
    local allowed = MAY_INCLUDE[file.path:match "^%w+/%w+"] or MAY_INCLUDE[file.folder]
    for name in file.text:gmatch("#include [<\"]([^>\"]+)[>\"]") do
      local is_allowed = not allowed
      for _, prefix in ipairs(allowed or {}) do
        is_allowed = is_allowed or name:sub(1, #prefix) == prefix
      end
      if not is_allowed then
        expect(false, "%s includes %s", file.path, name)
      end
    end
    expect(true)
  end)
end)

checks.group("luacheck is content", function(expect)
  local output, is_clean = output_of("luacheck --quiet --no-color --codes $(ls -d " ..
    "abi host tools tests user examples bench)")
  expect(output ~= "", "luacheck is not installed")
  expect(is_clean, "%s", output)
end)

checks.finish()
