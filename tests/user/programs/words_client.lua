-- SPDX-License-Identifier: MIT
--- A program of tests/user/servers.lua: a client with a window, whose address and size are its
--- arguments.

local interface = require "programs.words"
local rpc = require "sel4.rpc"

local vaddr, size = ...
local window = { vaddr = math.tointeger(tonumber(vaddr)), size = math.tointeger(tonumber(size)) }
local words = rpc.client(interface, 1, { window = window })

local text = ("abcdefghij"):rep(1000)
local stored = words:store(text)
local is_same = words:fetch() == text
local _, err = pcall(words.fail, words)
return stored, is_same and "ok" or "wrong", err.value.code
