-- SPDX-License-Identifier: MIT
--- The board as a flattened device tree, for programs that look their devices up.
--
--   local blob = device_tree.flatten(memory_size)
--
-- Addresses and interrupt numbers are those of machine/machine.h.

local device_tree = {}

local MAGIC, VERSION, COMPATIBLE_VERSION = 0xd00dfeed, 17, 16
local BEGIN_NODE, END_NODE, PROPERTY, END = 1, 2, 3, 9
local HEADER_SIZE, RESERVATIONS_SIZE = 40, 16
local RAM_BASE = 0x80000000
local CPU_INTERRUPTS, PLIC = 1, 2 -- phandles
local EXTERNAL_INTERRUPT_S, EXTERNAL_INTERRUPT_M = 9, 11
local LINE_COUNT = 96

-- Values of properties.
local function cells(...)
  local packed = {}
  for i, cell in ipairs { ... } do
    packed[i] = (">I4"):pack(cell)
  end
  return table.concat(packed)
end

local function text(...)
  return table.concat({ ... }, "\0") .. "\0"
end

-- An address and a size of 64 bits each.
local function range(address, size)
  return (">I8I8"):pack(address, size)
end

-- Nodes are { name, { property, value }..., children = { node... } }.
local function cpus()
  return { "cpus", { "#address-cells", cells(1) }, { "#size-cells", cells(0) },
    { "timebase-frequency", cells(10000000) }, children = {
      { "cpu@0", { "device_type", text "cpu" }, { "reg", cells(0) }, { "status", text "okay" },
        { "compatible", text "riscv" }, { "riscv,isa", text "rv64imafdc" },
        { "mmu-type", text "riscv,sv39" }, children = {
          { "interrupt-controller", { "#interrupt-cells", cells(1) },
            { "interrupt-controller", "" }, { "compatible", text "riscv,cpu-intc" },
            { "phandle", cells(CPU_INTERRUPTS) } } } } } }
end

local function devices()
  return { "soc", { "#address-cells", cells(2) }, { "#size-cells", cells(2) },
    { "compatible", text "simple-bus" }, { "ranges", "" }, children = {
      { "rtc@101000", { "compatible", text "google,goldfish-rtc" },
        { "reg", range(0x101000, 0x1000) }, { "interrupts", cells(11) },
        { "interrupt-parent", cells(PLIC) } },
      { "plic@c000000", { "compatible", text("sifive,plic-1.0.0", "riscv,plic0") },
        { "reg", range(0xc000000, 0x600000) }, { "#address-cells", cells(0) },
        { "#interrupt-cells", cells(1) }, { "interrupt-controller", "" },
        { "interrupts-extended", cells(CPU_INTERRUPTS, EXTERNAL_INTERRUPT_M, CPU_INTERRUPTS,
          EXTERNAL_INTERRUPT_S) },
        { "riscv,ndev", cells(LINE_COUNT) }, { "phandle", cells(PLIC) } },
      { "serial@10000000", { "compatible", text "ns16550a" },
        { "reg", range(0x10000000, 0x100) }, { "clock-frequency", cells(3686400) },
        { "interrupts", cells(10) }, { "interrupt-parent", cells(PLIC) } } } }
end

local function board(memory_size)
  return { "", { "#address-cells", cells(2) }, { "#size-cells", cells(2) },
    { "compatible", text "riscv-virtio" }, { "model", text "riscv-virtio,qemu" }, children = {
      { "chosen", { "stdout-path", text "/soc/serial@10000000" } },
      { "memory@80000000", { "device_type", text "memory" },
        { "reg", range(RAM_BASE, memory_size) } },
      cpus(), devices() } }
end

local function padded(bytes)
  return bytes .. ("\0"):rep(-#bytes % 4)
end

-- Appends a node's structure to `parts`; names of properties are collected in `strings`.
local function add_node(parts, strings, node)
  parts[#parts + 1] = cells(BEGIN_NODE) .. padded(node[1] .. "\0")
  for i = 2, #node do
    local name, value = node[i][1], node[i][2]
    if not strings[name] then
      strings[name] = strings.length
      strings[#strings + 1] = name .. "\0"
      strings.length = strings.length + #name + 1
    end
    parts[#parts + 1] = cells(PROPERTY, #value, strings[name]) .. padded(value)
  end
  for _, child in ipairs(node.children or {}) do
    add_node(parts, strings, child)
  end
  parts[#parts + 1] = cells(END_NODE)
end

--- The tree of a machine with so many bytes of RAM.
function device_tree.flatten(memory_size)
  local parts, strings = {}, { length = 0 }
  add_node(parts, strings, board(memory_size))
  parts[#parts + 1] = cells(END)
  local structure, names = table.concat(parts), table.concat(strings)
  local structure_at = HEADER_SIZE + RESERVATIONS_SIZE
  local names_at = structure_at + #structure
  return cells(MAGIC, names_at + #names, structure_at, names_at, HEADER_SIZE, VERSION,
    COMPATIBLE_VERSION, 0, #names, #structure) .. ("\0"):rep(RESERVATIONS_SIZE) .. structure ..
    names
end

return device_tree
