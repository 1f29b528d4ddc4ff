-- SPDX-License-Identifier: MIT
--- Why an invocation was refused, and why a capability was not found.
--
--   local errors = require "abi.errors"
--   print(errors.invocation[1].name, errors.invocation[1].value)   --> NoError  0
--   print(errors.lookup[2].name, errors.lookup[2].words[1])        --> InvalidRoot
--
-- The label of the answer is the error; `words` names its message registers from MR0 on.

local errors = {}

errors.invocation = {
  { name = "NoError", c = "NO_ERROR", value = 0, words = {},
    doc = "The call was carried out." },
  { name = "InvalidArgument", c = "INVALID_ARGUMENT", value = 1, words = { "argument_number" },
    doc = "An argument that is not a capability has a value that cannot be accepted." },
  { name = "InvalidCapability", c = "INVALID_CAPABILITY", value = 2, words = { "capability_number" },
    doc = "A capability, the invoked one (number 0) or one sent along, is missing or of a wrong type." },
  { name = "IllegalOperation", c = "ILLEGAL_OPERATION", value = 3, words = {},
    doc = "The object does not know this method, or not in the state that it is in." },
  { name = "RangeError", c = "RANGE_ERROR", value = 4, words = { "min", "max" },
    doc = "A number lies outside the allowed range, which the answer tells." },
  { name = "AlignmentError", c = "ALIGNMENT_ERROR", value = 5, words = {},
    doc = "An address is not a multiple of the size that it must be a multiple of." },
  { name = "FailedLookup", c = "FAILED_LOOKUP", value = 6,
    words = { "is_source", "lookup_failure", "first_figure", "second_figure", "third_figure" },
    doc = "A slot or a paging structure that the arguments lead to was not found." },
  { name = "TruncatedMessage", c = "TRUNCATED_MESSAGE", value = 7, words = {},
    doc = "The message has fewer words or capabilities than the method takes." },
  { name = "DeleteFirst", c = "DELETE_FIRST", value = 8, words = {},
    doc = "Something already stands where the result would go; delete or unmap that first." },
  { name = "RevokeFirst", c = "REVOKE_FIRST", value = 9, words = {},
    doc = "The capability still has descendants, or the object users, that must be revoked first." },
  { name = "NotEnoughMemory", c = "NOT_ENOUGH_MEMORY", value = 10, words = { "bytes_available" },
    doc = "The untyped memory has too few free bytes for the objects asked for." },
}

errors.lookup = {
  { name = "NoFailure", c = "OK", value = 0, words = {},
    doc = "The capability was found." },
  { name = "InvalidRoot", c = "INVALID_ROOT", value = 1, words = {},
    doc = "The capability that the lookup starts from is not a CNode." },
  { name = "MissingCapability", c = "MISSING_CAPABILITY", value = 2, words = { "bits_left" },
    doc = "The slot found is empty, or of a type that the operation cannot use." },
  { name = "DepthMismatch", c = "DEPTH_MISMATCH", value = 3, words = { "bits_left", "bits_found" },
    doc = "The CNodes translate more or fewer bits of the address than there are." },
  { name = "GuardMismatch", c = "GUARD_MISMATCH", value = 4,
    words = { "bits_left", "guard_found", "bits_found" },
    doc = "The bits of the address at a CNode differ from the guard of its capability." },
}

return errors
