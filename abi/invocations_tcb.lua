-- SPDX-License-Identifier: MIT
--- Methods of threads, first part: registers, spaces and the IPC buffer; invocations.lua says what
--- a row holds.
--
--   local read = require("abi.invocations_tcb")[1]
--   print(read.object, read.method, read.classic)   --> TCB  ReadRegisters  2

local rows = require "abi.rows"
local p, out, e = rows.input, rows.output, rows.refusal

local not_self = e("IllegalOperation", "The thread would access its own registers.",
  { tag = "self" })
local cspace = p("CNode", "cspace_root", "new root of the CSpace")
local cspace_data = p("Word", "cspace_root_data", "guard to set on that root; 0 keeps it")
local vspace = p("CPtr", "vspace_root", "new root of the VSpace")
local vspace_data = p("Word", "vspace_root_data", "not used on RISC-V")
local buffer = p("Word", "buffer", "address of the IPC buffer; 0: none")
local frame = p("CPtr", "bufferFrame", "frame that the IPC buffer lies in")

local bad_cspace = e("IllegalOperation",
  "cspace_root is not a CNode, or its guard cannot be set so.", { tag = "cspace" })
local bad_vspace = e("IllegalOperation", "vspace_root is not a page table with an ASID.",
  { tag = "vspace" })
local bad_frame = e("IllegalOperation", "bufferFrame is not a frame, or it is a device's.",
  { tag = "frame" })
local misaligned = "buffer is not a multiple of 1024."
local in_deletion = e("IllegalOperation",
  "The thread holds the last capability to its CSpace, so that changing it would take long.",
  { tag = "last" })

-- A capability that is to be copied into the thread is untyped memory in use.
local function still_used(name, tag)
  return e("RevokeFirst", name .. " cannot be copied, as it has descendants.", { tag = tag })
end
local bad_handler = "fault_ep is neither empty nor an endpoint with the rights to send and to grant."

return {
  { object = "TCB", method = "ReadRegisters", label_name = "TCBReadRegisters", classic = 2, mcs = 2,
    section = "Threads",
    doc = "Reads the first `count` registers of a thread.",
    params = {
      p("Bool", "suspend_source", "also suspend the thread"),
      p("Uint8", "arch_flags", "not used on RISC-V"),
      p("Word", "count", "number of registers, 1 to 32"),
      out("UserContext", "regs", "the registers by name"),
    },
    errors = {
      rows.no_object, rows.no_method, rows.short "a word",
      e("RangeError", "count is not between 1 and 32.", { words = { 1, 32 } }),
      not_self,
    } },
  { object = "TCB", method = "WriteRegisters", label_name = "TCBWriteRegisters", classic = 3, mcs = 3,
    section = "Threads",
    doc = "Writes the first `count` registers of a thread.",
    params = {
      p("Bool", "resume_target", "also resume the thread"),
      p("Uint8", "arch_flags", "not used on RISC-V"),
      p("Word", "count", "number of registers"),
      p("UserContext", "regs", "the registers by name"),
    },
    errors = {
      rows.no_object, rows.no_method, rows.short "a word, or one of count registers", not_self,
    } },
  { object = "TCB", method = "CopyRegisters", label_name = "TCBCopyRegisters", classic = 4, mcs = 4,
    section = "Threads",
    doc = "Copies groups of registers from one thread to another.",
    params = {
      p("TCB", "source", "thread to copy from"),
      p("Bool", "suspend_source", "also suspend the source"),
      p("Bool", "resume_target", "also resume the target"),
      p("Bool", "transfer_frame", "copy pc, ra, sp, gp and s0 to s11"),
      p("Bool", "transfer_integer", "copy a0 to a7, t0 to t6 and tp"),
      p("Uint8", "arch_flags", "not used on RISC-V"),
    },
    errors = {
      rows.no_object, rows.no_method, rows.short "the word of flags or the source",
      e("InvalidCapability", "source is not a thread.", { tag = "source", words = { 1 } }),
    } },
  { object = "TCB", method = "Configure", label_name = "TCBConfigure", classic = 5, mcs = 5,
    section = "Threads",
    doc = "Sets the spaces and the IPC buffer of a thread; classic: the fault handler too.",
    params = {
      p("Word", "fault_ep", "CPtr of the fault handler in the thread's own CSpace"),
      cspace, cspace_data, vspace, vspace_data, buffer, frame,
    },
    mcs_params = { cspace, cspace_data, vspace, vspace_data, buffer, frame },
    errors = {
      rows.no_object, rows.no_method, rows.short "a word or one of three capabilities",
      still_used("bufferFrame", "frame"), bad_frame,
      e("AlignmentError", misaligned, { only = "mcs" }),
      e("AlignmentError", misaligned, { only = "classic", undocumented = true }),
      in_deletion, still_used("cspace_root", "cspace"), bad_cspace,
      still_used("vspace_root", "vspace"), bad_vspace,
    } },
  { object = "TCB", method = "SetIPCBuffer", label_name = "TCBSetIPCBuffer", classic = 9, mcs = 10,
    section = "Threads",
    doc = "Sets the IPC buffer of a thread.",
    params = { buffer, frame },
    errors = {
      rows.no_object, rows.no_method, rows.short "the address or the frame",
      still_used("bufferFrame", "frame"), bad_frame, e("AlignmentError", misaligned),
    } },
  { object = "TCB", method = "SetSpace", label_name = "TCBSetSpace", classic = 10, mcs = 11,
    section = "Threads",
    doc = "Sets the fault handler, the CSpace and the VSpace of a thread.",
    params = {
      p("Word", "fault_ep", "CPtr of the fault handler in the thread's own CSpace"),
      cspace, cspace_data, vspace, vspace_data,
    },
    mcs_params = {
      p("CPtr", "fault_ep", "endpoint of the fault handler; 0: none"),
      cspace, cspace_data, vspace, vspace_data,
    },
    errors = {
      rows.no_object, rows.no_method, rows.short "a word or a capability",
      in_deletion, still_used("cspace_root", "cspace"), bad_cspace,
      still_used("vspace_root", "vspace"), bad_vspace,
      e("InvalidCapability", bad_handler, { tag = "handler", only = "mcs", words = { 1 } }),
    } },
  { object = "TCB", method = "SetTimeoutEndpoint", label_name = "TCBSetTimeoutEndpoint", mcs = 9,
    section = "Scheduling Contexts",
    doc = "Sets who is told when the thread uses up its budget.",
    params = { p("CPtr", "timeout_fault_ep", "endpoint of the timeout handler; 0: none") },
    errors = {
      rows.no_object, rows.no_method, rows.short "the endpoint",
      e("InvalidCapability",
        "timeout_fault_ep is neither empty nor an endpoint with the rights to send and to grant.",
        { tag = "handler", words = { 1 } }),
    } },
  { object = "TCB", method = "SetTLSBase", label_name = "TCBSetTLSBase", classic = 15, mcs = 16,
    section = "Threads",
    doc = "Sets register tp of a thread.",
    params = { p("Word", "tls_base", "the new value") },
    errors = { rows.no_object, rows.no_method, rows.short "the word" } },
}
