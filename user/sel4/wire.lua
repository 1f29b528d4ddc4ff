-- SPDX-License-Identifier: MIT
--- Lua values in seL4 messages; for sel4.rpc and for the results of processes.
--
--   seL4.Send(endpoint, wire.write(label, table.pack(1, "two")))
--   local values = wire.read((seL4.Recv(endpoint)))     -- { 1, "two", n = 2 }
--
-- A message is
--
--     MR0: bytes of what follows;  MR1...: the values, in MessagePack, eight bytes a word
--
-- What does not fit 118 words goes through a window { vaddr =, size = }, memory that both sides
-- have mapped, if there is one. Whoever can write to the window can change what is read, so every
-- reader takes a copy first and checks that. Both threads need an IPC buffer that is mapped, as
-- those of sel4.thread and sel4.process are.

local msgpack = require "sel4.msgpack"
local seL4 = require "seL4"

local wire = {}

local encode, decode = msgpack.encode_plainly, msgpack.decode_plainly

local WORD, WORDS_MAX = 8, 119
local INLINE_MAX = (WORDS_MAX - 1) * WORD
local MR0, MR1 = WORD, 2 * WORD -- where they are in an IPC buffer

-- What makes so many bytes full words.
local PADDING = {}
for count = 0, WORD - 1 do
  PADDING[count] = ("\0"):rep(count)
end

-- The bytes of values: a count, then each value.
local function pack(values)
  local pieces = { encode(values.n) }
  for i = 1, values.n do
    pieces[i + 1] = encode(values[i])
  end
  return table.concat(pieces)
end

-- The values of such bytes; an error if they are none.
local function unpack(bytes)
  local count, at = decode(bytes, 1)
  local values = { n = math.type(count) == "integer" and count or 0 }
  for i = 1, values.n do
    values[i], at = decode(bytes, at)
  end
  return values
end

--- Puts values { n =, ... } where the receiver finds them; returns the message info. `cap`: a CPtr
--- to send along. Values that cannot be sent, or take too many bytes, are an error, without a
--- position.
function wire.write(label, values, window, cap)
  local bytes = pack(values)
  local size, length = #bytes, 1
  if size <= INLINE_MAX then
    seL4.StoreBytes(seL4.GetIPCBuffer() + MR0, ("<i8"):pack(size) .. bytes .. PADDING[-size % WORD])
    length = 1 + (size + WORD - 1) // WORD
  elseif window and size <= window.size then
    seL4.SetMR(0, size)
    seL4.StoreBytes(window.vaddr, bytes)
  else
    error(("the values take %d bytes, more than %s"):format(size, window
      and ("the window's %d"):format(window.size)
      or ("%d, and there is no window"):format(INLINE_MAX)), 0)
  end
  if cap then
    seL4.SetCap(0, cap)
  end
  return seL4.MessageInfo_new(label, 0, cap and 1 or 0, length)
end

--- The values { n =, ... } of a received message; an error, without a position, if it is no such
--- message.
function wire.read(info, window)
  local size, length = seL4.GetMR(0), seL4.MessageInfo_get_length(info)
  if length == 0 or size < 0 or size > INLINE_MAX and not (window and size <= window.size) then
    error("this is no message of an interface", 0)
  elseif size > INLINE_MAX then
    return unpack(seL4.LoadBytes(window.vaddr, size))
  end
  return unpack(seL4.LoadBytes(seL4.GetIPCBuffer() + MR1, math.min(size, (length - 1) * WORD)))
end

return wire
