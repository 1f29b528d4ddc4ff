-- SPDX-License-Identifier: MIT
--- The names of seL4's error numbers.
--
--   local errors = require "sel4.errors"
--   print(errors.name(seL4.DeleteFirst))     --> DeleteFirst

local seL4 = require "seL4"

local errors = {}

local NAMES = {}
for _, name in ipairs {
  "NoError", "InvalidArgument", "InvalidCapability", "IllegalOperation", "RangeError",
  "AlignmentError", "FailedLookup", "TruncatedMessage", "DeleteFirst", "RevokeFirst",
  "NotEnoughMemory",
} do
  NAMES[seL4[name]] = name
end

--- The name of an error number, such as "DeleteFirst"; "error 99" of one that seL4 does not have.
function errors.name(err)
  return NAMES[err] or ("error %d"):format(err)
end

return errors
