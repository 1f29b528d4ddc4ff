-- SPDX-License-Identifier: MIT
--- Methods of memory on RISC-V: page tables, frames, ASIDs; invocations.lua says what a row holds.
--
--   local map = require("abi.invocations_riscv")[1]
--   print(map.object, map.method, map.classic)   --> RISCV_PageTable  Map  33

local rows = require "abi.rows"
local p, out, e = rows.input, rows.output, rows.refusal

local section = "Address Spaces and Virtual Memory"
local vspace = p("RISCV_PageTable", "vspace", "root of the VSpace")
local attr = p("RISCV_VMAttributes", "attr", "0, or 1: nothing may be executed there")
local short = rows.short "a word or the VSpace"
local bad_vspace = e("InvalidCapability", "vspace is not a page table with an ASID.",
  { tag = "vspace", words = { 1 } })
local no_asid = e("FailedLookup", "The ASID pool of vspace has been deleted.",
  { tag = "ASID", words = { 0, 1 } })
local bad_root = e("InvalidCapability", "vspace is a mapped page table, not the root of a VSpace.",
  { tag = "root", words = { 1 } })

return {
  { object = "RISCV_PageTable", method = "Map", label_name = "RISCVPageTableMap",
    classic = 33, mcs = 39, section = section,
    doc = "Puts a page table into a VSpace, at the highest level that has none for the address.",
    params = { vspace, p("Word", "vaddr", "an address that the table is to translate"), attr },
    errors = {
      rows.no_object, rows.no_method, short,
      e("InvalidCapability", "The page table is already mapped, or is itself a root.",
        { tag = "mapped", words = { 0 } }),
      bad_vspace,
      e("InvalidArgument", "vaddr is not below UserTop.", { words = { 0 } }),
      no_asid, bad_root,
      e("DeleteFirst", "A page or tables of all levels are already mapped there."),
    } },
  { object = "RISCV_PageTable", method = "Unmap", label_name = "RISCVPageTableUnmap",
    classic = 34, mcs = 40, section = section,
    doc = "Takes a page table out of its VSpace.",
    params = {},
    errors = {
      rows.no_object, rows.no_method,
      e("RevokeFirst", "Other capabilities to the page table exist.", { tag = "copies" }),
      e("RevokeFirst", "The page table is the root of a VSpace.", { tag = "root" }),
    } },
  { object = "RISCV_Page", method = "Map", label_name = "RISCVPageMap", classic = 35, mcs = 41,
    section = section,
    doc = "Maps a frame into a VSpace, or changes the rights of the mapping that it has there.",
    params = {
      vspace, p("Word", "vaddr", "address of its first byte"),
      p("CapRights_t", "rights", "rights to keep of those that the frame capability has"), attr,
    },
    errors = {
      rows.no_object, rows.no_method, short, bad_vspace, no_asid, bad_root,
      e("InvalidArgument", "The frame would not lie below UserTop.",
        { tag = "vaddr", words = { 0 } }),
      e("AlignmentError", "vaddr is not a multiple of the size of the frame."),
      e("FailedLookup", "A page table of the level that the frame needs is missing at vaddr.",
        { tag = "table", words = { 0, 2 } }),
      e("InvalidCapability", "The capability is already mapped in another VSpace.",
        { tag = "mapped", words = { 1 } }),
      e("InvalidArgument", "The capability is already mapped at another address.",
        { tag = "mapped", words = { 0 } }),
      e("DeleteFirst", "Something else is mapped at vaddr."),
    } },
  { object = "RISCV_Page", method = "Unmap", label_name = "RISCVPageUnmap", classic = 36, mcs = 42,
    section = section,
    doc = "Takes a frame out of its VSpace; nothing happens when it is not mapped.",
    params = {},
    errors = { rows.no_object, rows.no_method } },
  { object = "RISCV_Page", method = "GetAddress", label_name = "RISCVPageGetAddress",
    classic = 37, mcs = 43, section = section,
    doc = "Tells the physical address of a frame.",
    params = { out("Word", "paddr", "physical address of its first byte") },
    errors = { rows.no_object, rows.no_method } },
  { object = "RISCV_ASIDControl", method = "MakePool", label_name = "RISCVASIDControlMakePool",
    classic = 38, mcs = 44, section = section,
    doc = "Makes an ASID pool out of 4 KiB of untyped memory.",
    params = {
      p("Untyped", "untyped", "untyped memory of 4 KiB without descendants"),
      p("CNode", "root", "CNode that the lookup of the destination starts from"),
      rows.input("Word", "index", "index of the slot for the pool"),
      rows.input("Uint8", "depth", "number of bits of that index to translate, 1 to 64"),
    },
    errors = {
      rows.no_object, rows.no_method, rows.short "a word, the untyped or the root",
      e("DeleteFirst", "All ASID pools that there may be exist already.", { tag = "pools" }),
      e("InvalidCapability", "untyped is not ordinary untyped memory of 4 KiB.",
        { tag = "untyped", words = { 1 } }),
      e("RevokeFirst", "Objects have been made from untyped."),
      e("FailedLookup", "root is not a CNode.", { tag = "root", words = { 0, 1 } }),
      rows.bad_depth "depth",
      e("FailedLookup", "root, index and depth lead to no slot.", { tag = "slot", words = { 0 } }),
      rows.full_slot,
    } },
  { object = "RISCV_ASIDPool", method = "Assign", label_name = "RISCVASIDPoolAssign",
    classic = 39, mcs = 45, section = section,
    doc = "Gives a page table an ASID of the pool; that makes it the root of a VSpace.",
    params = { p("CPtr", "vspace", "page table that is not mapped") },
    errors = {
      rows.no_object, rows.no_method, rows.short "the page table",
      e("InvalidCapability", "vspace is not a page table, or is mapped or a root already.",
        { tag = "vspace", words = { 1 } }),
      e("FailedLookup", "The pool is not among the kernel's pools any more.",
        { words = { 0, 1 }, undocumented = true }),
      e("InvalidCapability", "Another pool stands in the pool's place.",
        { tag = "pool", words = { 0 } }),
      e("DeleteFirst", "All ASIDs of the pool are taken."),
    } },
}
