-- SPDX-License-Identifier: MIT
--- A short run of every target of libFuzzer, from the seeds in tests/fuzz/corpus.
---
---   lua5.4 tests/fuzz/test_fuzz.lua FOLDER_OF_TARGETS
---
--- run from the project's folder. The number of inputs is fixed, and so is the seed. Without the
--- targets (they need clang) it says that it is skipped. The last line is "N passed, N failed".

local folder = arg[1]
if not folder then
  io.stderr:write("usage: test_fuzz.lua FOLDER_OF_TARGETS\n")
  os.exit(2)
end

-- Inputs for each, about three seconds.
local TARGETS = {
  { "fuzz_image", 2500 },
  { "fuzz_boot", 4000 },
  { "fuzz_message", 8000 },
  { "fuzz_message_mcs", 6000 },
  { "fuzz_pattern", 20000 },
  { "fuzz_host", 800 },
}

local function exists(path)
  local file = io.open(path)
  if file then
    file:close()
  end
  return file ~= nil
end

-- What libFuzzer finds out goes to a folder that is thrown away.
local function command(target, runs)
  local found = os.tmpname()
  return ("rm -f %s; mkdir %s && ASAN_OPTIONS=detect_leaks=0 %s/%s -seed=1 -runs=%d -timeout=20 "
    .. "-max_len=4096 -artifact_prefix=%s/../failed-%s- %s tests/fuzz/corpus/%s 2>&1; s=$?; "
    .. "rm -rf %s; exit $s"):format(found, found, folder, target, runs, folder, target, found,
    target, found)
end

local passed, failed = 0, 0
for _, row in ipairs(TARGETS) do
  local target, runs = row[1], row[2]
  if not exists(folder .. "/" .. target) then
    print(target .. ": skipped, it is not built; it needs clang and libclang-rt-dev")
  else
    local pipe = assert(io.popen(command(target, runs)))
    local output = pipe:read("a")
    local is_done = pipe:close()
    local files, count = tonumber(output:match("(%d+) files found in tests/fuzz/corpus")),
      tonumber(output:match("Done (%d+) runs"))
    if is_done and files and files > 0 and count and count >= runs then
      passed = passed + 1
    else
      failed = failed + 1
      print(("FAIL %s\n%s"):format(target, output))
    end
  end
end
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0)
