-- SPDX-License-Identifier: MIT
--- Makes the C library's sel4/config.h: how the kernel is configured, by seL4's names.
--
--   local make = require "abi.generate_c_config"
--   io.write(make.text("mcs"))

local constants = require "abi.constants"
local text = require "abi.text"

local make = {}

-- The value of an enumerator of abi/constants.h.
local function constant(name)
  for _, group in ipairs(constants) do
    for _, row in ipairs(group) do
      if row.c == name then
        return row.value
      end
    end
  end
  error("no constant " .. name)
end

local US_PER_MS = 1000

-- Settings of every configuration, and those that only one has.
local settings = {
  { "ARCH_RISCV" }, { "ARCH_RISCV64" }, { "SEL4_ARCH_RISCV64" }, { "PLAT_QEMU_RISCV_VIRT" },
  { "WORD_SIZE", constant "WORD_BITS" }, { "PT_LEVELS", 3 }, { "HAVE_FPU" },
  { "RISCV_EXT_F" }, { "RISCV_EXT_D" }, { "MAX_NUM_NODES", 1 },
  { "DEBUG_BUILD" }, { "PRINTING" },
  { "NUM_PRIORITIES", constant "PRIORITY_COUNT" },
  { "RETYPE_FAN_OUT_LIMIT", constant "RETYPE_FAN_OUT_MAX" },
  { "RESET_CHUNK_BITS", constant "RESET_CHUNK_BITS" },
  { "MAX_NUM_WORK_UNITS_PER_PREEMPTION", constant "WORK_UNITS_PER_CHECK" },
  { "MAX_NUM_BOOTINFO_UNTYPED_CAPS", constant "UNTYPED_LIST_MAX" },
  { "ROOT_CNODE_SIZE_BITS", constant "ROOT_CNODE_BITS_DEFAULT" },
  { "TIMER_TICK_MS", constant "TICK_US" // US_PER_MS, only = "classic" },
  { "TIME_SLICE", constant "TIME_SLICE_TICKS", only = "classic" },
  { "KERNEL_MCS", only = "mcs" },
  { "BOOT_THREAD_TIME_SLICE", constant "BOOT_BUDGET_US" // US_PER_MS, only = "mcs" },
}

--- The header of one configuration.
function make.text(configuration)
  local w = text.writer()
  text.open_header(w, "SEL4_CONFIG_H", "How the kernel is configured, by seL4's names.", {})
  for _, row in ipairs(settings) do
    if not row.only or row.only == configuration then
      w:line("#define CONFIG_%s %d", row[1], row[2] or 1)
    end
  end
  w:line()
  text.close_header(w)
  return w:finish()
end

return make
