-- SPDX-License-Identifier: MIT
std = "lua54"
-- tests/style checks the length of lines, in Lua as in C.
max_line_length = false
-- Programs that run inside the machine find these.
files["examples"] = { std = "lua54" }
exclude_files = { "build" }
