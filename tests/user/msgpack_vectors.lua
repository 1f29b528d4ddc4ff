-- SPDX-License-Identifier: MIT
--- Values and all their representations in MessagePack: every one must be decoded to the value.
--- They are the pairs of https://github.com/kawanet/msgpack-test-suite, but for its timestamps.

local vectors = { all = {} }

-- A value and its bytes, in hexadecimal.
local function add(value, encoded)
  local list = {}
  for hex in encoded:gmatch "%S+" do
    list[#list + 1] = hex
  end
  table.insert(vectors.all, { value = value, encoded = list })
end

add(nil, "c0")
add(false, "c2")
add(true, "c3")

-- Binary: with lengths of 8, 16 and 32 bits.
add("", "c400 c50000 c600000000 a0 d900 da0000 db00000000")
add("\1", "c40101 c5000101 c60000000101")
add("\0\255", "c40200ff c5000200ff c60000000200ff")

-- Integers: the short form, unsigned and signed of 8 to 64 bits, floats of 32 and 64 bits.
add(0, [[00 cc00 cd0000 ce00000000 cf0000000000000000 d000 d10000 d200000000 d30000000000000000
  ca00000000 cb0000000000000000]])
add(1, [[01 cc01 cd0001 ce00000001 cf0000000000000001 d001 d10001 d200000001 d30000000000000001
  ca3f800000 cb3ff0000000000000]])
add(127, "7f cc7f cd007f ce0000007f cf000000000000007f d07f d1007f d20000007f d3000000000000007f")
add(128, "cc80 cd0080 ce00000080 cf0000000000000080 d10080 d200000080 d30000000000000080")
add(255, "ccff cd00ff ce000000ff cf00000000000000ff d100ff d2000000ff d300000000000000ff")
add(256, "cd0100 ce00000100 cf0000000000000100 d10100 d200000100 d30000000000000100")
add(65535, "cdffff ce0000ffff cf000000000000ffff d20000ffff d3000000000000ffff")
add(65536, "ce00010000 cf0000000000010000 d200010000 d30000000000010000")
add(2147483647, "ce7fffffff cf000000007fffffff d27fffffff d3000000007fffffff")
add(2147483648, "ce80000000 cf0000000080000000 d30000000080000000 ca4f000000 cb41e0000000000000")
add(4294967295, "ceffffffff cf00000000ffffffff d300000000ffffffff cb41efffffffe00000")
add(-1, "ff d0ff d1ffff d2ffffffff d3ffffffffffffffff cabf800000 cbbff0000000000000")
add(-32, "e0 d0e0 d1ffe0 d2ffffffe0 d3ffffffffffffffe0 cac2000000 cbc040000000000000")
add(-33, "d0df d1ffdf d2ffffffdf d3ffffffffffffffdf")
add(-128, "d080 d1ff80 d2ffffff80 d3ffffffffffffff80")
add(-256, "d1ff00 d2ffffff00 d3ffffffffffffff00")
add(-32768, "d18000 d2ffff8000 d3ffffffffffff8000")
add(-65536, "d2ffff0000 d3ffffffffffff0000")
add(-2147483648, "d280000000 d3ffffffff80000000 cbc1e0000000000000")
add(0.5, "ca3f000000 cb3fe0000000000000")
add(-0.5, "cabf000000 cbbfe0000000000000")
add(1 << 32, "cf0000000100000000 d30000000100000000 ca4f800000 cb41f0000000000000")
add(-1 << 32, "d3ffffffff00000000 cbc1f0000000000000")
add(1 << 48, "cf0001000000000000 d30001000000000000 ca57800000 cb42f0000000000000")
add(-1 << 48, "d3ffff000000000000 cad7800000 cbc2f0000000000000")
add(math.maxinteger, "d37fffffffffffffff cf7fffffffffffffff")
add(-math.maxinteger, "d38000000000000001")
add(math.mininteger, "d38000000000000000")
add(math.mininteger, "cf8000000000000000") -- 2^63: Lua's integers wrap
add(-1, "cfffffffffffffffff") -- 2^64 - 1

-- Texts.
local function hex_of(text)
  return (text:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end))
end
add("a", "a161 d90161 da000161 db0000000161")
local digits = ("1234567890"):rep(3) .. "1"
add(digits, ("bf# d91f# da001f#"):gsub("#", hex_of(digits)))
add(digits .. "2", ("d920# da0020#"):gsub("#", hex_of(digits .. "2")))
for text, heads in pairs {
  ["Кириллица"] = "b2# d912#", ["ひらがな"] = "ac# d90c#", ["한글"] = "a6# d906#",
  ["汉字"] = "a6# d906#", ["漢字"] = "a6# d906#", ["❤"] = "a3# d903#", ["🍺"] = "a4# d904#",
} do
  add(text, (heads:gsub("#", hex_of(text))))
end

-- Arrays and maps: the short form, lengths of 16 and of 32 bits, and one in another.
local function numbers(count)
  local list, hex = {}, ""
  for i = 1, count do
    list[i], hex = i, hex .. ("%02x"):format(i)
  end
  return list, hex
end
add({}, "90 dc0000 dd00000000 80 de0000 df00000000")
add({ 1 }, "9101 dc000101 dd0000000101")
local fifteen, hex_15 = numbers(15)
add(fifteen, (("9f# dc000f# dd0000000f#"):gsub("#", hex_15)))
local sixteen, hex_16 = numbers(16)
add(sixteen, (("dc0010# dd00000010#"):gsub("#", hex_16)))
add({ "a" }, "91a161 dc0001a161 dd00000001a161")
add({ a = 1 }, "81a16101 de0001a16101 df00000001a16101")
add({ a = "A" }, "81a161a141 de0001a161a141 df00000001a161a141")
add({ {} }, "9190 dc0001dc0000 dd00000001dd00000000 9180 dc000180 dd0000000180")
add({ a = {} }, [[81a16180 de0001a161de0000 df00000001a161df00000000 81a16190 de0001a16190
  df00000001a16190]])

--- Whether two values are the same, tables by what is in them; 1 and 1.0 are.
function vectors.is_same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for key, value in pairs(a) do
    if not vectors.is_same(value, b[key]) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

return vectors
