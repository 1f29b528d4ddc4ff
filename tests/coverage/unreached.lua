-- SPDX-License-Identifier: MIT
--- Lines of kernel/ that no test reaches, with the reason.

local unreached = {}

-- { path, what the line contains, why }
local REASONS = {
}

--- Gives each of the lines its reason; the list of those that have none.
function unreached.explain(lines)
  local unexplained = {}
  for _, line in ipairs(lines) do
    for _, entry in ipairs(REASONS) do
      if line.path == entry[1] and line.text:find(entry[2], 1, true) then
        line.reason = entry[3]
      end
    end
    unexplained[#unexplained + 1] = not line.reason and line or nil
  end
  return unexplained
end

return unreached
