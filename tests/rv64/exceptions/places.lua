-- SPDX-License-Identifier: MIT
--- Where the thread that runs the cases has its memory, for main.lua and the rows. Registers a0 to
--- a4 begin with the places from DATA on, all others with numbers that no case leaves by accident.

local places = {
  CODE = 0x40000000,      -- one page; a case begins at its start, or just before its end
  CODE_END = 0x40001000,  -- nothing
  DATA = 0x50000000,      -- may be read and written
  READ_ONLY = 0x50001000, -- only read
  NOTHING = 0x50002000,
  BEHIND = 0x50003000,    -- may be read and written, never executed; nothing before it
  FAR = 1 << 40,          -- added to an address: none that users may have
}

return places
