-- SPDX-License-Identifier: MIT
--- CNode operations beyond single calls: behaviours/cnode.lua lists what is shown.

local seL4 = require "seL4"
local suite = require "lib.conformance"
local test, is, done = suite.test, suite.is, suite.done

local ROOT, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits

test({ "cnode: a copy has no rights that its source lacks" }, "copying a copy", function(m)
  local endpoint = m:object(seL4.EndpointObject)
  local read_only = m:copy(endpoint, seL4.CanRead)
  local copy = m:copy(read_only, seL4.AllRights)
  done(seL4.CNode_Delete(ROOT, endpoint, DEPTH))
  is(suite.type_of(copy), suite.type_of(read_only), "the type")
end)

suite.finish()
