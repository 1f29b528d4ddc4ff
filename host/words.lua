-- SPDX-License-Identifier: MIT
--- Small helpers for messages and options: nearest names, sizes.
--
--   words.nearest("memry", { "memory", "heap" })   --> "memory"
--   words.size("64M")                              --> 67108864
--   words.size_text(67108864)                      --> "64M"

local words = {}

local UNITS = { [""] = 1, K = 1 << 10, M = 1 << 20, G = 1 << 30 }
local SIZE_MAX = 1 << 40

-- How many letters must be put in, left out or changed to make b of a.
local function distance(a, b)
  local row = {}
  for j = 0, #b do
    row[j] = j
  end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local change = diagonal + (a:byte(i) == b:byte(j) and 0 or 1)
      diagonal = row[j]
      row[j] = math.min(change, row[j] + 1, row[j - 1] + 1)
    end
  end
  return row[#b]
end

-- The only name of a list that begins so; nil if none does, or several.
local function beginning(name, names)
  local found
  for _, candidate in ipairs(names) do
    if candidate:sub(1, #name) == name then
      if found then
        return nil
      end
      found = candidate
    end
  end
  return found
end

--- The name of a list that looks most like `name`, or the only one that begins so; nil: none does.
function words.nearest(name, names)
  local begun = #name > 2 and beginning(name, names)
  if begun then
    return begun
  end
  local best, least = nil, math.max(2, #name // 3) + 1
  for _, candidate in ipairs(names) do
    local d = distance(name:lower(), candidate:lower())
    if d < least then
      best, least = candidate, d
    end
  end
  return best
end

--- A value as an error message shows it: strings in quotes.
function words.shown(value)
  return type(value) == "string" and ("'%s'"):format(value) or tostring(value)
end

--- What is wrong with the keys of `options`, of which only those in the list `known` may be there;
--- nil if nothing is.
function words.unknown_key(options, known)
  local is_known = {}
  for _, name in ipairs(known) do
    is_known[name] = true
  end
  for key in pairs(options) do
    if type(key) ~= "string" then
      return ("%s stands in the options without a name; there are: %s"):format(
        words.shown(options[key]), table.concat(known, ", "))
    elseif not is_known[key] then
      local near = words.nearest(key, known)
      return ("unknown option '%s'; %s"):format(key,
        near and ("did you mean '%s'?"):format(near)
        or "there are: " .. table.concat(known, ", "))
    end
  end
end

--- Bytes of a size: an integer, or a text such as "64M", "512K", "1G", "4096". nil, why if it is
--- none.
function words.size(value)
  if type(value) == "number" then
    local integer = math.tointeger(value)
    if integer and integer > 0 and integer <= SIZE_MAX then
      return integer
    end
    return nil, ("%s is not a whole number of bytes up to 1024G"):format(value)
  end
  local digits, unit = tostring(value):match("^(%d+)([KMG]?)$")
  local count = digits and #digits < 15 and math.tointeger(tonumber(digits))
  if not count or count == 0 or count > SIZE_MAX // UNITS[unit] then
    return nil, ("'%s' is no size; write for example 64M, 512K or 1G"):format(tostring(value))
  end
  return count * UNITS[unit]
end

--- A size as people write it.
function words.size_text(bytes)
  for _, unit in ipairs { "G", "M", "K" } do
    if bytes % UNITS[unit] == 0 then
      return ("%d%s"):format(bytes // UNITS[unit], unit)
    end
  end
  return ("%d"):format(bytes)
end

return words
