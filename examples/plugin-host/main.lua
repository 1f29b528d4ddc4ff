-- SPDX-License-Identifier: MIT
--- An application that runs plugins it does not trust.
---
---   ./selvm run examples/plugin-host/main.lua
---   ./selvm run --mcs examples/plugin-host/main.lua
---
--- Five plugins are to count words. One does. One loops, one eats memory, one makes up capability
--- numbers, one searches for an exponential pattern. Each is a process of its own with two
--- capabilities: to this host, and to the console.
---
--- What bounds them: memory, by the size of their Lua heap and a limit for all their objects. Time,
--- with --mcs, by a budget of 5 ms in 20 ms: a plugin that uses it up has a fault. In the classic
--- configuration the kernel gives each thread slices of 10 ms, and nobody less of them than others;
--- there the host, which runs before the plugins, stops those that it has not heard of for 50 ms.

local host = require("host") {
  "the quick brown fox", "a capability is a right", "one", "to be or not to be",
}
for _, plugin in ipairs {
  { name = "good", program = "plugins.good" },
  { name = "endless", program = "plugins.endless" },
  { name = "hungry", program = "plugins.hungry" },
  { name = "forger", program = "plugins.forger" },
  { name = "patterns", program = "plugins.patterns" },
} do
  host:add(plugin.name, plugin.program)
end
host:run()

local texts = {}
for text in pairs(host.results) do
  texts[#texts + 1] = text
end
table.sort(texts)
for _, text in ipairs(texts) do
  print(("%d: %s"):format(host.results[text], text))
end
require("seL4").DebugHalt()
