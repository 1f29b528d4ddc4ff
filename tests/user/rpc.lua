-- SPDX-License-Identifier: MIT
--- Tests sel4.msgpack and sel4.rpc from inside, in both configurations. Its last line is the sum.
---
---   selvm run [--mcs] tests/user/rpc.lua

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local lib = require "lib"
local msgpack = require "sel4.msgpack"
local rpc = require "sel4.rpc"
local rpc_server = require "sel4.rpc.server"
local thread = require "sel4.thread"

local expect, error_of, has, blames = lib.expect, lib.error_of, lib.has, lib.blames

-- --- MessagePack: examples of the specification, value by value ---------------------------------

local function bytes(hex)
  return (hex:gsub("%x%x", function(pair)
    return string.char(tonumber(pair, 16))
  end))
end

local VECTORS = {
  { 0, "00" }, { 127, "7f" }, { 128, "cc80" }, { 255, "ccff" }, { 256, "cd0100" },
  { 65535, "cdffff" }, { 65536, "ce00010000" }, { 4294967295, "ceffffffff" },
  { 4294967296, "cf0000000100000000" }, { math.maxinteger, "cf7fffffffffffffff" },
  { -1, "ff" }, { -32, "e0" }, { -33, "d0df" }, { -128, "d080" }, { -129, "d1ff7f" },
  { -32768, "d18000" }, { -32769, "d2ffff7fff" }, { -2147483648, "d280000000" },
  { -2147483649, "d3ffffffff7fffffff" }, { math.mininteger, "d38000000000000000" },
  { 0.0, "cb0000000000000000" }, { 0.5, "cb3fe0000000000000" }, { -1.5, "cbbff8000000000000" },
  { true, "c3" }, { false, "c2" }, { "", "a0" }, { "a", "a161" },
  { ("b"):rep(32), "d920" .. ("62"):rep(32) }, { ("c"):rep(256), "da0100" .. ("63"):rep(256) },
  { "\xff\xfe", "c402fffe" }, { "\u{263a}", "a3e298ba" },
}
for _, vector in ipairs(VECTORS) do
  local encoded = msgpack.encode(vector[1])
  local decoded = msgpack.decode(bytes(vector[2]))
  expect(encoded == bytes(vector[2]), "encoding %s", tostring(vector[1]))
  expect(decoded == vector[1] and math.type(decoded) == math.type(vector[1]), "decoding %s",
    vector[2])
end
expect(msgpack.encode(nil) == "\xc0" and msgpack.decode("\xc0") == nil, "nil")
expect(msgpack.encode({}) == "\x90" and msgpack.encode({ 1, 2 }) == "\x92\x01\x02", "arrays")
expect(msgpack.encode({ a = 1 }) == "\x81\xa1a\x01", "maps")
expect(msgpack.decode(bytes("ca3fc00000")) == 1.5, "floats of 32 bits")
local list = {}
for i = 1, 70000 do
  list[i] = i % 3
end
local long = msgpack.encode(list)
expect(long:byte() == 0xdd and #msgpack.decode(long) == 70000, "long arrays")
-- Every representation that the format has for a value: decoded alike, whichever was chosen. These
-- are the values of msgpack-test-suite, which implementations of the format share.
local vectors = require "msgpack_vectors"
for _, vector in ipairs(vectors.all) do
  for _, hex in ipairs(vector.encoded) do
    local is_decoded, decoded, after = pcall(msgpack.decode, bytes(hex))
    expect(is_decoded and vectors.is_same(decoded, vector.value) and after == #bytes(hex) + 1,
      "decoding %s: %s", hex, tostring(decoded))
  end
  local encoded = msgpack.encode(vector.value)
  expect(vectors.is_same(msgpack.decode(encoded), vector.value), "there and back: %s",
    vector.encoded[1])
end
for _, hex in ipairs { "d6ff5a4af6a5", "d7ffa1dcd7c85a4af6a5", "c70cff000000000000000400000000" } do
  expect(has(error_of(msgpack.decode, bytes(hex)), "is not supported"), "an extension: %s", hex)
end
local BAD = { "", "93", "9301", "a5616263", "c1", "d9ff61", "8101", "dd7fffffff", "81c001" }
for _, hex in ipairs(BAD) do
  expect(has(error_of(msgpack.decode, bytes(hex)), "msgpack.decode:"), "bad bytes %s", hex)
end
expect(has(error_of(msgpack.decode, ("\x91"):rep(100)), "nested"), "deep bytes")
local circle = {}
circle[1] = circle
expect(has(error_of(msgpack.encode, circle), "holds itself"), "a table that holds itself")
expect(has(error_of(msgpack.encode, print), "function cannot be sent"), "a function")

-- --- calls --------------------------------------------------------------------------------------

local memory = bootstrap.open()
local endpoint = memory:object(seL4.EndpointObject)
local reply = seL4.ReplyObject and memory:object(seL4.ReplyObject) or nil
local window = { vaddr = memory:window(16384), size = 16384 }
for at = 0, window.size - 1, 4096 do
  memory:map(memory:object(seL4.RISCV_4K_Page), window.vaddr + at)
end

local interface = rpc.interface {
  name = "test", { "add", "integer", "integer" }, { "echo", "any" }, { "sum", "table" },
  { "who" }, { "fail", "string" }, { "identify", "cap" }, { "lend" }, { "absent" },
  { "fail_with", "any" }, { "echo_text" }, { "describe" }, { "stop" },
}
local given = memory:slot()
local handlers = {
  add = function(_, a, b) return a + b end,
  echo = function(_, value) return value, nil, 7 end,
  sum = function(_, values)
    local total = 0
    for _, value in ipairs(values) do
      total = total + value
    end
    return total
  end,
  who = function(badge) return badge end,
  fail = function(_, text) error(text, 0) end,
  identify = function(_, slot)
    return seL4.DebugCapIdentify(slot)
  end,
  fail_with = function(_, value) error(value) end,
  echo_text = function() return print end,
  describe = function() return "an endpoint", rpc_server.cap(endpoint) end,
  lend = function() return rpc_server.cap(endpoint) end,
  stop = function() return rpc_server.STOP end,
}
local is_served = false
thread.new(memory, { name = "server", priority = 254, entry = function()
  rpc_server.serve(interface, { endpoint = endpoint, reply = reply, handlers = handlers,
    window = window, receive_slot = given })
  is_served = true
end }):start()

local answer_slot = memory:slot()
local badged = memory:copy(endpoint, seL4.AllRights, 42)
local client = rpc.client(interface, badged, { window = window, receive_slot = answer_slot })
local narrow = rpc.client(interface, badged)

expect(client:add(2, 3) == 5 and client:add(-1, math.maxinteger) == math.maxinteger - 1, "integers")
local value, nothing, seven = client:echo("text")
expect(value == "text" and nothing == nil and seven == 7, "several results")
expect(client:echo({ 1, { x = "y" } })[2].x == "y" and client:echo(nil) == nil, "tables and nil")
expect(client:who() == 42, "the badge")
expect(client:sum({ 1, 2, 3.5 }) == 6.5, "floats")
expect(#client:echo(("z"):rep(900)) == 900, "a long text in a message")
expect(#client:echo(("z"):rep(16000)) == 16000, "a longer one through the window")
expect(has(error_of(client.echo, client, ("z"):rep(17000)), "the window's 16384"), "too long")
expect(has(error_of(narrow.echo, narrow, ("z"):rep(2000)), "there is no window"), "no window")
local has_succeeded, err = pcall(client.fail, client, "no such file")
expect(not has_succeeded and rpc.is_error(err) and err.method == "fail", "%s", err)
expect(tostring(err) == "test.fail: no such file" and not rpc.is_error("x"), "%s", err)
expect(has(error_of(client.add, client, 1, 2.5), "argument 2 of test.add must be of type integer"),
  "a wrong type")
expect(has(error_of(client.add, client, 1, 2, 3), "takes 2 arguments, not 3"), "too many")
-- The blame is on the line that calls.
local calls_wrongly = load([[
local client = ...
return { function() client:add("x") end, function() client:echo(print) end,
  function() local answer = client:echo(("z"):rep(20000)) return answer end }
]], "=caller")(client)
expect(has(error_of(calls_wrongly[1]), "caller:2: argument 1 of test.add must be"),
  "who calls wrongly")
expect(has(error_of(calls_wrongly[2]), "caller:2: test.echo: a function cannot be sent"),
  "who sends what cannot be sent")
expect(has(error_of(calls_wrongly[3]), "caller:3: test.echo: the values take 20004 bytes, more "
  .. "than the window's 16384"), "who sends too much")

-- Who has no server behind its capability is told what there is.
local function blame(cap)
  local stranger = rpc.client(interface, cap)
  local call = load("local c = ... return function() local x = c:who() return x end", "=caller")
  return error_of(call(stranger))
end
expect(has(blame(memory:slot()), "caller:1: test.who: the kernel has refused the call "
  .. "(InvalidCapability): "), "nothing there: %s", blame(memory:slot()))
expect(has(blame(seL4.CapInitThreadTCB), "(IllegalOperation): "), "a TCB")
expect(has(blame(memory:object(seL4.NotificationObject)), "caller:1: test.who: what has answered "
  .. "is no server of an interface"), "a notification")
expect(has(error_of(client.absent, client), "not carried out here"), "a method without a handler")
expect(client:identify(memory:object(seL4.NotificationObject)) == 6, "a capability as argument")
expect(client:identify(memory:object(seL4.TCBObject)) == 12, "and another in the same slot")
expect(has(error_of(client.identify, client, "x"), "must be a capability"), "no capability")
expect(client:lend() == answer_slot and seL4.DebugCapIdentify(answer_slot) == 4,
  "a capability as result")
-- Errors that are no texts, and errors that are too long for a message.
local function raised_by(fn, ...)
  return select(2, pcall(fn, ...))
end
err = raised_by(client.fail_with, client, { code = 7, message = "seven" })
expect(err.value.code == 7 and tostring(err) == "test.fail_with: seven", "%s", err)
err = raised_by(client.fail, client, ("long "):rep(1000))
expect(rpc.is_error(err) and #err.message == 700, "a long error: %d", #err.message)
expect(has(raised_by(client.echo_text, client), "function cannot be sent"), "a bad result")

-- Capabilities among other results, and where none can come.
expect(has(raised_by(client.describe, client), "that slot has to be empty"), "a slot in use")
seL4.CNode_Delete(seL4.CapInitThreadCNode, answer_slot, seL4.WordBits)
local label, slot = client:describe()
expect(label == "an endpoint" and seL4.DebugCapIdentify(slot) == 4, "%s %s", label, slot)
expect(has(raised_by(narrow.lend, narrow), "needs the option receive_slot"), "no slot")
expect(has(raised_by(client.identify, client, badged), "no capability has come"),
  "its own endpoint")
expect(seL4.DebugCapIdentify(given) == 0, "what is not moved away is deleted")

seL4.SetMR(0, 1)
local raw = seL4.Call(badged, seL4.MessageInfo_new(99, 0, 0, 1))
expect(seL4.MessageInfo_get_label(raw) == 1, "a method that the server does not know")
raw = seL4.Call(badged, seL4.MessageInfo_new(1, 0, 0, 0))
expect(seL4.MessageInfo_get_label(raw) == 1, "a message without words")
client:stop()
bootstrap.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 10))
expect(is_served, "the server has returned")

expect(has(error_of(rpc.interface, { { "a", "teapot" } }), "unknown type 'teapot'"), "a type")
expect(has(error_of(rpc.interface, { { "a" }, { "a" } }), "two methods 'a'"), "two of a name")
expect(has(error_of(rpc.interface, { 5 }), "must be a table"), "no table")
blames(function() local _ = rpc.interface() end,
  'rpc.interface: an interface is described by a table { name =, { "method", "type", ... }, ... }, '
  .. "not by a value of type nil")
blames(function() local _ = rpc.client({ { "add" } }, endpoint) end,
  "rpc.client: the interface must be one that rpc.interface has returned")

lib.finish()
