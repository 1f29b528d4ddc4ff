-- SPDX-License-Identifier: MIT
--- What there is to say about functions: of seL4 out of the tables that the reference is made of,
--- of a library out of the comments in its source, which the program's image has.
--
--   local manual = require "sel4.repl.manual"
--   manual.signature "Signal"                     --> seL4.Signal(dest)
--   manual.module("sel4.thread").functions[1]     --> { name = "Thread:start", call =, doc = }

local image = require "sel4.image"
local reference = require "sel4.repl.reference"
local seL4 = require "seL4"

local manual = {}

local configuration = seL4.ReplyObject and "mcs" or "classic"

--- How a function of module seL4 is called: "seL4.CNode_Delete(_service, index, depth) -> error".
function manual.signature(name)
  return "seL4." .. reference[name][configuration]
end

--- All functions of module seL4, in order: { name =, call =, doc = sentences, value = itself,
--- owner = "seL4" }.
function manual.functions()
  local list = {}
  for name, row in pairs(reference) do
    if row[configuration] then
      list[#list + 1] = { name = "seL4." .. name, call = manual.signature(name), doc = row.doc,
        value = seL4[name], owner = "seL4" }
    end
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

--- What the source of a module says: { opening = its first comment, functions = { name =, call =,
--- doc = }, those with a comment of three dashes, in order }. Names are as they are defined.
function manual.module(name)
  local list, comment, opening = {}, {}, nil
  for line in (image.module(name) .. "\n"):gmatch "([^\n]*)\n" do
    local said = line:match "^%-%-%-? ?(.*)$"
    local defined, parameters = line:match "^function ([%w_]+[.:][%w_]+)(%b())"
    if line:find "^%-%-%-" or said and #comment > 0 then
      comment[#comment + 1] = said
    else
      opening = opening or #comment > 0 and table.concat(comment, "\n") or nil
      if defined and #comment > 0 then
        list[#list + 1] = { name = defined, call = defined .. parameters,
          doc = table.concat(comment, "\n") }
      end
      comment = {}
    end
  end
  return { opening = opening, functions = list }
end

return manual
