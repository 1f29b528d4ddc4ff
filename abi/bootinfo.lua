-- SPDX-License-Identifier: MIT
--- What the root task finds at its start: its first capabilities and the boot information frame.
--
--   local bootinfo = require "abi.bootinfo"
--   print(bootinfo.caps[2].name, bootinfo.caps[2].slot)        --> CapInitThreadTCB  1
--   print(bootinfo.fields[5].name, bootinfo.fields[5].classic) --> ipcBuffer  32
--
-- Fields have byte offsets per configuration; kind "word" is 8 bytes, "region" two words (first
-- slot, slot after the last), "list" the untyped descriptions up to the end.

local bootinfo = {}

bootinfo.caps = {
  { name = "CapNull", c = "NULL", slot = 0, doc = "always empty" },
  { name = "CapInitThreadTCB", c = "TCB", slot = 1, doc = "the root task's thread" },
  { name = "CapInitThreadCNode", c = "CNODE", slot = 2, doc = "its root CNode" },
  { name = "CapInitThreadVSpace", c = "VSPACE", slot = 3, doc = "the root of its VSpace" },
  { name = "CapIRQControl", c = "IRQ_CONTROL", slot = 4, doc = "right to make interrupt handlers" },
  { name = "CapASIDControl", c = "ASID_CONTROL", slot = 5, doc = "right to make ASID pools" },
  { name = "CapInitThreadASIDPool", c = "ASID_POOL", slot = 6, doc = "the pool with its own ASID" },
  { name = "CapIOPortControl", c = "IO_PORT_CONTROL", slot = 7, doc = "empty on RISC-V" },
  { name = "CapIOSpace", c = "IO_SPACE", slot = 8, doc = "empty on RISC-V" },
  { name = "CapBootInfoFrame", c = "BOOT_INFO", slot = 9, doc = "the boot information frame" },
  { name = "CapInitThreadIPCBuffer", c = "IPC_BUFFER", slot = 10, doc = "its IPC buffer's frame" },
  { name = "CapDomain", c = "DOMAIN", slot = 11, doc = "right to assign domains" },
  { name = "CapSMMUSIDControl", c = "SMMU_SID_CONTROL", slot = 12, doc = "empty on RISC-V" },
  { name = "CapSMMUCBControl", c = "SMMU_CB_CONTROL", slot = 13, doc = "empty on RISC-V" },
  { name = "CapInitThreadSC", c = "SCHED_CONTEXT", slot = 14,
    doc = "its scheduling context; empty in the classic configuration" },
  { name = "CapSMC", c = "SMC", slot = 15, doc = "empty on RISC-V" },
  { name = "CapInitThreadLuaHeap", c = "LUA_HEAP", slot = 16, is_extension = true,
    doc = "its Lua heap; the slot is part of what seL4 leaves unassigned" },
}

bootinfo.initial_cap_count = 16 -- seL4's own number
bootinfo.first_free_slot = 17   -- ours: the Lua heap takes one more

bootinfo.fields = {
  { name = "extraLen", c = "EXTRA_LEN", kind = "word", classic = 0, mcs = 0,
    doc = "bytes of extra boot information, 4096 bytes after the start" },
  { name = "nodeID", c = "NODE_ID", kind = "word", classic = 8, mcs = 8,
    doc = "this processor's number: 0" },
  { name = "numNodes", c = "NUM_NODES", kind = "word", classic = 16, mcs = 16,
    doc = "number of processors: 1" },
  { name = "numIOPTLevels", c = "NUM_IOPT_LEVELS", kind = "word", classic = 24, mcs = 24,
    doc = "levels of IOMMU page tables: 0" },
  { name = "ipcBuffer", c = "IPC_BUFFER", kind = "word", classic = 32, mcs = 32,
    doc = "address of the root task's IPC buffer" },
  { name = "empty", c = "EMPTY", kind = "region", classic = 40, mcs = 40,
    doc = "slots that are free" },
  { name = "sharedFrames", c = "SHARED_FRAMES", kind = "region", classic = 56, mcs = 56,
    doc = "frames shared between processors: none" },
  { name = "userImageFrames", c = "USER_IMAGE_FRAMES", kind = "region", classic = 72, mcs = 72,
    doc = "frames of the program image, in address order" },
  { name = "userImagePaging", c = "USER_IMAGE_PAGING", kind = "region", classic = 88, mcs = 88,
    doc = "page tables of the root task's VSpace" },
  { name = "ioSpaceCaps", c = "IO_SPACE_CAPS", kind = "region", classic = 104, mcs = 104,
    doc = "IOMMU spaces: none" },
  { name = "extraBIPages", c = "EXTRA_BI_PAGES", kind = "region", classic = 120, mcs = 120,
    doc = "frames of the extra boot information" },
  { name = "initThreadCNodeSizeBits", c = "INIT_CNODE_BITS", kind = "word", classic = 136, mcs = 136,
    doc = "log2 of the number of slots of the root CNode" },
  { name = "initThreadDomain", c = "INIT_DOMAIN", kind = "word", classic = 144, mcs = 144,
    doc = "domain of the root task" },
  { name = "schedcontrol", c = "SCHEDCONTROL", kind = "region", mcs = 152,
    doc = "rights to assign processor time, one per processor" },
  { name = "untyped", c = "UNTYPED", kind = "region", classic = 152, mcs = 168,
    doc = "capabilities to untyped memory" },
  { name = "untypedList", c = "UNTYPED_LIST", kind = "list", classic = 168, mcs = 184,
    doc = "per untyped capability: address (word), log2 of size (byte), is_device (byte), padding" },
}

bootinfo.untyped_entry_size = 16
bootinfo.untyped_list_max = 230

-- Identifiers of the chunks { id, length with this header, data } of the extra boot information.
bootinfo.headers = {
  { name = "PADDING", value = 0, doc = "nothing, up to the end" },
  { name = "FDT", value = 6, doc = "a flattened device tree" },
}

return bootinfo
