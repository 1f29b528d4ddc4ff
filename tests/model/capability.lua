-- SPDX-License-Identifier: MIT
--- Capabilities of the reference model: errors, lookup in CNodes, rights, badges, copies.
---
--- A capability is a table { type, object, ... } that is never changed, only replaced (`with`):
---
---   untyped       object { address, size_bits, is_device }, used (bytes)
---   endpoint      object, rights (bits 0..3: write, read, grant, grant reply), badge
---   notification  object, rights (bits 0..1), badge
---   cnode         object { slots, radix }, guard, guard_size
---   frame         object { address, size_bits, is_device }, rights (1 none, 2 read, 3 all), asid,
---                 vaddr (asid 0: not mapped)
---   page_table    object { entries }, is_mapped, asid, vaddr
---   asid_pool     object { entries, base }
---   tcb, heap, reply, sched_context      object
---   asid_control, domain, sched_control  nothing

local capability = {}

local codes = {}
for number, name in pairs { "InvalidArgument", "InvalidCapability", "IllegalOperation",
  "RangeError", "AlignmentError", "FailedLookup", "TruncatedMessage", "DeleteFirst", "RevokeFirst",
  "NotEnoughMemory" } do
  codes[name] = number
end

local INVALID_ROOT, MISSING_CAPABILITY, DEPTH_MISMATCH, GUARD_MISMATCH = 1, 2, 3, 4
local WORD_BITS = 64

--- Ends the method: the kernel answers with this error and these words.
function capability.refuse(name, ...)
  error({ label = codes[name], words = { ... } }, 0)
end

local refuse = capability.refuse

--- The capability with some fields replaced.
function capability.with(cap, changes)
  local new = {}
  for key, value in pairs(cap) do
    new[key] = value
  end
  for key, value in pairs(changes) do
    new[key] = value
  end
  return new
end

function capability.mask(bits)
  return bits >= WORD_BITS and -1 or (1 << bits) - 1
end

-- --- lookup ------------------------------------------------------------------------------------

--- The slot that `bits` bits of `address` lead to from a CNode capability, and the bits left over;
--- or nil and the words of the lookup failure. Manual section 3.3.
function capability.resolve(cap, address, bits)
  if not cap or cap.type ~= "cnode" then
    return nil, { INVALID_ROOT }
  end
  while true do
    local size, radix = cap.guard_size, cap.object.radix
    local found = size > bits and 0 or address >> (bits - size) & capability.mask(size)
    if size > bits or found ~= cap.guard then
      return nil, { GUARD_MISMATCH, bits, cap.guard, size }
    elseif size + radix > bits then
      return nil, { DEPTH_MISMATCH, bits, size + radix }
    end
    bits = bits - size - radix
    local slot = cap.object.slots[address >> bits & capability.mask(radix)]
    cap = slot.node and slot.node.cap
    if bits == 0 or not cap or cap.type ~= "cnode" then
      return slot, bits
    end
  end
end

--- The slot that a method names by root, index and depth. `is_source`: 1 where the error is to say
--- so; `node` is the root's.
function capability.lookup(node, index, depth, is_source)
  local root = node and node.cap
  if not root or root.type ~= "cnode" then
    refuse("FailedLookup", is_source, INVALID_ROOT)
  elseif depth == 0 or math.ult(WORD_BITS, depth) then
    refuse("RangeError", 1, WORD_BITS)
  end
  local slot, rest = capability.resolve(root, index, depth)
  if not slot then
    refuse("FailedLookup", is_source, table.unpack(rest))
  elseif rest > 0 then
    refuse("FailedLookup", is_source, DEPTH_MISMATCH, rest, 0)
  end
  return slot
end

--- An empty slot where a capability is needed. The "bits left" are what the caller gave as depth.
function capability.refuse_missing(is_source, depth)
  refuse("FailedLookup", is_source, MISSING_CAPABILITY, depth)
end

function capability.refuse_invalid_root(is_source)
  refuse("FailedLookup", is_source, INVALID_ROOT)
end

function capability.need_empty(slot)
  if slot.node then
    refuse("DeleteFirst")
  end
end

-- --- rights, badges, copies ----------------------------------------------------------------------

local function frame_rights(rights, keep)
  local write, read = keep & 1 ~= 0, keep & 2 ~= 0
  if not read or rights == 1 then
    return 1
  end
  return rights == 3 and write and 3 or 2
end

--- With no more rights than a word of rights names.
function capability.restrict(cap, keep)
  if cap.type == "frame" then
    return capability.with(cap, { rights = frame_rights(cap.rights, keep) })
  elseif cap.rights then
    return capability.with(cap, { rights = cap.rights & keep })
  end
  return cap
end

--- With the badge or guard that the data word gives; nil if it does not fit. Mutate and Rotate
--- preserve badges, and so refuse all endpoints and notifications.
function capability.with_data(cap, data, is_preserving)
  if cap.type == "endpoint" or cap.type == "notification" then
    if is_preserving or cap.badge ~= 0 then
      return nil
    end
    return capability.with(cap, { badge = data })
  elseif cap.type == "cnode" then
    local size = data & 63
    if size + cap.object.radix > WORD_BITS then
      return nil
    end
    return capability.with(cap, { guard_size = size, guard = data >> 6 & capability.mask(size) })
  end
  return cap
end

--- What a copy of the capability in the node is, as `cap` (the same with less). Refuses where there
--- can be none.
function capability.derive(node, cap)
  if cap.type == "untyped" and #node.children > 0 then
    refuse("RevokeFirst")
  elseif cap.type == "page_table" and not cap.is_mapped then
    refuse("IllegalOperation")
  elseif cap.type == "frame" then
    return capability.with(cap, { asid = 0, vaddr = 0 })
  end
  return cap
end

return capability
