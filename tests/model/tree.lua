-- SPDX-License-Identifier: MIT
--- The capability derivation tree of the reference model: who was derived from whom.
---
---   local node = tree.insert_child(parent, cap, slot)   -- the first of the parent's children
---   tree.remove(node)                                    -- its children become its parent's
---
--- A node is a capability in a slot: { cap, slot, parent, children, is_original, begins_family }.
--- A slot is any table; `slot.node` is its node, nil in an empty one. Objects count their nodes in
--- `object.holders`. Manual section 3.1.4.

local tree = {}

local function position_of(node)
  for i, sibling in ipairs(node.parent.children) do
    if sibling == node then
      return i
    end
  end
  error("a node is not among its parent's children")
end

local function hold(cap, count)
  if cap.object then
    cap.object.holders = (cap.object.holders or 0) + count
  end
end

local function place(parent, position, cap, slot)
  assert(not slot.node, "the slot is in use")
  local node = { cap = cap, slot = slot, parent = parent, children = {} }
  table.insert(parent.children, position, node)
  slot.node = node
  hold(cap, 1)
  return node
end

--- A tree with nothing in it: the node above all others.
function tree.new()
  return { children = {} }
end

--- A capability made from the one in `parent`; an original may have children of its own.
function tree.insert_child(parent, cap, slot, is_original)
  local node = place(parent, 1, cap, slot)
  node.is_original = is_original
  node.begins_family = is_original
  return node
end

-- A peculiarity of seL4: whoever bears the same badge and stands right behind a new badged original
-- counts as derived from it, if what it was derived from has been deleted. Revoking a badge thus
-- reaches all who bear it and have no nearer relative.
local function adopt(node)
  local siblings, position = node.parent.children, position_of(node)
  while true do
    local next_one = siblings[position + 1]
    if not next_one or next_one.begins_family or next_one.cap.object ~= node.cap.object
        or next_one.cap.badge ~= node.cap.badge then
      return
    end
    table.remove(siblings, position + 1)
    table.insert(node.children, next_one)
    next_one.parent = node
  end
end

--- A copy of the capability in `source`, or one with a badge or fewer rights. It is a child of an
--- original, and stands beside a copy.
function tree.insert_copy(source, cap, slot)
  local node
  if source.is_original then
    node = place(source, 1, cap, slot)
  else
    node = place(source.parent, position_of(source) + 1, cap, slot)
  end
  local is_badged = cap.badge ~= nil and cap.badge ~= source.cap.badge
  node.is_original = is_badged or cap.type == "untyped"
  node.begins_family = node.is_original
  if is_badged then
    adopt(node)
  end
  return node
end

--- Takes the node out; its children take its place.
function tree.remove(node)
  local siblings, position = node.parent.children, position_of(node)
  table.remove(siblings, position)
  for i, child in ipairs(node.children) do
    child.parent = node.parent
    table.insert(siblings, position + i - 1, child)
  end
  node.slot.node = nil
  node.is_gone = true
  hold(node.cap, -1)
end

--- The node goes to an empty slot; its relatives stay the same.
function tree.move(node, cap, slot)
  assert(not slot.node, "the slot is in use")
  node.slot.node = nil
  node.slot, node.cap = slot, cap
  slot.node = node
end

--- Two nodes change places.
function tree.swap(a, cap_a, b, cap_b)
  a.slot, b.slot = b.slot, a.slot
  a.slot.node, b.slot.node = a, b
  a.cap, b.cap = cap_a, cap_b
end

--- Whether no other node names the object.
function tree.is_final(node)
  return node.cap.object ~= nil and node.cap.object.holders == 1
end

return tree
