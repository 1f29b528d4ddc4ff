-- SPDX-License-Identifier: MIT
--- Lua values in seL4 messages; for sel4.rpc and for the results of processes.
--
--   seL4.Send(endpoint, wire.write(label, wire.pack(table.pack(1, "two"))))
--   local values = wire.unpack(wire.read((seL4.Recv(endpoint))))     -- { 1, "two", n = 2 }
--
-- A message is
--
--     MR0: bytes of what follows;  MR1...: the values, in MessagePack, eight bytes a word
--
-- What does not fit 118 words goes through a window { vaddr =, size = }, memory that both sides
-- have mapped, if there is one. Whoever can write to the window can change what is read, so every
-- reader takes a copy first and checks that.

local msgpack = require "sel4.msgpack"
local seL4 = require "seL4"

local wire = {}

local WORD, WORDS_MAX = 8, 119
local INLINE_MAX = (WORDS_MAX - 1) * WORD

--- The bytes of values { n =, ... }: a count, then each value.
function wire.pack(values)
  local pieces = { msgpack.encode(values.n) }
  for i = 1, values.n do
    pieces[i + 1] = msgpack.encode(values[i])
  end
  return table.concat(pieces)
end

--- The values of such bytes; an error if they are none.
function wire.unpack(bytes)
  local count, at = msgpack.decode(bytes)
  local values = { n = math.type(count) == "integer" and count or 0 }
  for i = 1, values.n do
    values[i], at = msgpack.decode(bytes, at)
  end
  return values
end

--- Puts bytes where the receiver finds them; returns the message info. `cap`: a CPtr to send along.
--- Too many bytes are an error, without a position.
function wire.write(label, bytes, window, cap)
  local length = 1
  seL4.SetMR(0, #bytes)
  if #bytes <= INLINE_MAX then
    local padded = bytes .. ("\0"):rep(-#bytes % WORD)
    for at = 1, #padded, WORD do
      seL4.SetMR(length, (("<i8"):unpack(padded, at)))
      length = length + 1
    end
  elseif window and #bytes <= window.size then
    seL4.StoreBytes(window.vaddr, bytes)
  else
    error(("the values take %d bytes, more than %s"):format(#bytes, window
      and ("the window's %d"):format(window.size)
      or ("%d, and there is no window"):format(INLINE_MAX)), 0)
  end
  if cap then
    seL4.SetCap(0, cap)
  end
  return seL4.MessageInfo_new(label, 0, cap and 1 or 0, length)
end

--- The bytes of a received message; an error if it is no such message.
function wire.read(info, window)
  local size, length = seL4.GetMR(0), seL4.MessageInfo_get_length(info)
  if length == 0 or size < 0 or size > INLINE_MAX and not (window and size <= window.size) then
    error("this is no message of an interface", 0)
  elseif size > INLINE_MAX then
    return seL4.LoadBytes(window.vaddr, size)
  end
  local pieces = {}
  for i = 1, math.min(length - 1, (size + WORD - 1) // WORD) do
    pieces[i] = ("<i8"):pack(seL4.GetMR(i))
  end
  return table.concat(pieces):sub(1, size)
end

return wire
