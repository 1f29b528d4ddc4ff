-- SPDX-License-Identifier: MIT
--- Mutation testing of kernel/: changes one thing at a time and sees whether a test notices.
---
---   lua5.4 tests/mutation/mutate.lua [COUNT [SEED [FOLDER]]]    (from the root of the repository)
---   lua5.4 tests/mutation/mutate.lua again FILE [FOLDER]
---
--- Takes COUNT (500) random mutants out of all that it can make, compiles each into the test
--- programs in FOLDER (build/mutation) and runs them until one fails. Those that pass are built
--- into a copy of the project there, whose suites of Lua programs are run. Prints survivors with
--- their lines, and at last "N killed, N survived, N did not compile"; now and then how far it is,
--- to standard error. It needs the release build with its tests, and an hour or more; SELVM_SHARED
--- as for the other tests.
---
--- "again" tries those that FILE, the output of earlier runs, says have survived, as far as their
--- lines are still there: for tests that have been written since.
---
--- A mutant that behaves as the original does survives rightly: docs/mutation.md says which.

local EARLIER = arg[1] == "again" and (arg[2] or error("again needs the name of a file", 0))
local COUNT = EARLIER and math.huge or tonumber(arg[1]) or 500
local SEED = not EARLIER and tonumber(arg[2]) or 1
local FOLDER = arg[3] or "build/mutation"

-- Of processor time, that a program may use: a busy host must not kill a mutant. And of real time.
local SECONDS, SECONDS_AT_MOST = 60, 1200

local FLAGS = "-std=c11 -O1 -I. -Ibuild/release/generated -DSELVM_CHECKS=0 -DSELVM_ASSERTIONS=1"

-- Not looked at: what only prints, and the checker, whose tests break the state by themselves.
local EXCLUDED = { "^kernel/check/", "^kernel/entry/debug%.c$" }

-- Test programs, the quickest first: sources besides the kernel's, the ABI header, libraries.
local PROGRAMS = {
  { name = "kernel_tests", abi = "classic" }, { name = "kernel_tests_mcs", abi = "mcs" },
  { name = "replay_invocations", abi = "classic" }, { name = "replay_scripts", abi = "classic" },
  { name = "replay_invocations_mcs", abi = "mcs" }, { name = "replay_scripts_mcs", abi = "mcs" },
  { name = "random_calls", abi = "classic" }, { name = "random_calls_mcs", abi = "mcs" },
}

-- Suites of tests/suites.lua that need not judge a mutant: those of the programs above, those that
-- do not run the kernel, and some that take long for what they would find.
local SUITES_LEFT_OUT = {
  "^kernel$", "^kernel, MCS$", "^random", "^recorded", "^headers", "^symbols", "^module", "^repl",
  "^hostile", "^standard", "^benchmarks", "^failed assertion",
}

local LIMITED = ("ulimit -t %d; timeout %d"):format(SECONDS, SECONDS_AT_MOST)

local function run(format, ...)
  return os.execute(format:format(...))
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function lines_of(command)
  local lines, pipe = {}, assert(io.popen(command))
  for line in pipe:lines() do
    lines[#lines + 1] = line
  end
  pipe:close()
  return lines
end

-- --- what can be changed ------------------------------------------------------------------------

-- Patterns of code and what takes their place; %0 stands for what was found.
local CHANGES = {
  { " == ", " != " }, { " != ", " == " },
  { " < ", " <= " }, { " <= ", " < " }, { " > ", " >= " }, { " >= ", " > " },
  { " && ", " || " }, { " || ", " && " },
  { " %+ ", " - " }, { " %- ", " + " }, { " & ", " | " }, { " | ", " & " },
  { "^(%s+)if %(", "%1if (!" , is_condition = true },
  { "^(%s+)TRY%((.*)%);$", "%1(void)(%2);" },
  { "^(%s+)[%l_]+%(.*%);$", "%1;" },
  { "^(%s+)[%l_]+%->[%l_]+ = .*;$", "%1;" },
  { "%f[%w_]0%f[^%w_x]", "1" }, { "%f[%w_]1%f[^%w_x]", "0" },
  { "%f[%w_]true%f[^%w_]", "false" }, { "%f[%w_]false%f[^%w_]", "true" },
}

-- Lines whose change nobody could notice, or that are no code.
local function is_code(line)
  return not line:find("^%s*/?%*") and not line:find("^%s*//") and not line:find("^#") and
    not line:find("kassert", 1, true) and not line:find("_Static_assert", 1, true) and
    not line:find("%(void%)") and line:find("^    ") and not line:find("/%*")
end

-- The line with the condition of its `if` negated; nil if that does not end on this line.
local function negate(line)
  local indent, condition, rest = line:match("^(%s+)if (%b())(.*)$")
  return condition and ("%sif (!%s)%s"):format(indent, condition, rest)
end

local function add_mutants(mutants, path)
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    if is_code(line) then
      for _, change in ipairs(CHANGES) do
        local changed = change.is_condition and negate(line)
          or not change.is_condition and line:gsub(change[1], change[2], 1)
        if changed and changed ~= line then
          mutants[#mutants + 1] = { path = path, line = number, before = line, after = changed }
        end
      end
    end
  end
end

local function kernel_files()
  local files = {}
  for _, path in ipairs(lines_of("find kernel -name '*.c' | LC_ALL=C sort")) do
    local is_excluded = false
    for _, pattern in ipairs(EXCLUDED) do
      is_excluded = is_excluded or path:find(pattern) ~= nil
    end
    files[#files + 1] = { path = path, is_excluded = is_excluded }
  end
  return files
end

-- What tells one mutant from another, wherever its line is by now.
local function key_of(path, before, after)
  return path .. "\n" .. before:match("%S.*") .. "\n" .. after:match("%S.*")
end

local SURVIVOR = "([%w_/]+%.c):%d+:\n  %- ([^\n]*)\n  %+ ([^\n]*)" -- as judge() prints it

-- Those of the mutants that the output of earlier runs lists.
local function survivors_of(path, mutants)
  local is_listed, chosen = {}, {}
  for source, before, after in read(path):gmatch(SURVIVOR) do
    is_listed[key_of(source, before, after)] = true
  end
  for _, mutant in ipairs(mutants) do
    if is_listed[key_of(mutant.path, mutant.before, mutant.after)] then
      chosen[#chosen + 1] = mutant
    end
  end
  return chosen
end

-- A generator of our own, so that a seed means the same everywhere.
local state = SEED
local function random(most)
  state = (state * 6364136223846793005 + 1442695040888963407) & 0x7fffffffffffffff
  return 1 + (state >> 20) % most
end

local function shuffle(list)
  for i = #list, 2, -1 do
    local j = random(i)
    list[i], list[j] = list[j], list[i]
  end
end

-- --- building -----------------------------------------------------------------------------------

local function object_of(path)
  return ("%s/%s.o"):format(FOLDER, (path:gsub("/", "_")))
end

local function build_kernel(files)
  for _, file in ipairs(files) do
    assert(run("gcc %s -c %s -o %s", FLAGS, file.path, object_of(file.path)), file.path)
  end
end

-- The sources of a test program, as CMake knows them.
local function sources_of(name)
  local list = {}
  local pattern = ("tests/CMakeFiles/%s%%.dir/([^ ]+)%%.o"):format((name:gsub("_", "_")))
  for line in io.lines("build/release/build.ninja") do
    if line:find("^build tests/" .. name .. ": ") then
      for source in line:gmatch(pattern) do
        list[#list + 1] = "tests/" .. source
      end
    end
  end
  assert(#list > 0, "build/release has no program " .. name .. "; run ./test first")
  return list
end

local function build_tests(program)
  program.objects = {}
  for i, source in ipairs(sources_of(program.name)) do
    local object = ("%s/%s_%d.o"):format(FOLDER, program.name, i)
    assert(run("gcc %s -DTESTS_ABI='\"tests/kernel/%s_abi.h\"' -DTESTS_CONFIGURATION='\"%s\"' " ..
      "-c %s -o %s", FLAGS, program.abi, program.abi, source, object), source)
    program.objects[i] = object
  end
end

-- True if every program passes with the object `mutant` in place of that of `path`.
local function passes(files, path, mutant)
  local kernel = {}
  for i, file in ipairs(files) do
    kernel[i] = file.path == path and mutant or object_of(file.path)
  end
  for _, program in ipairs(PROGRAMS) do
    local executable = FOLDER .. "/" .. program.name
    assert(run("gcc -o %s %s %s -lcjson", executable, table.concat(program.objects, " "),
      table.concat(kernel, " ")), program.name)
    if not run("(%s %s) > %s/log 2>&1", LIMITED, executable, FOLDER) then
      return false, program.name
    end
  end
  return true
end

-- --- the suites ---------------------------------------------------------------------------------

local TREE = FOLDER .. "/tree"

local function is_left_out(name)
  for _, pattern in ipairs(SUITES_LEFT_OUT) do
    if name:find(pattern) then
      return true
    end
  end
  return false
end

-- The commands of the suites that judge a mutant, to be run in the copy.
local function suite_commands()
  local commands = {}
  for _, suite in ipairs(dofile "tests/suites.lua") do
    local name, command, builds = table.unpack(suite)
    if builds and builds[1] ~= "lua5.3" and not is_left_out(name) then
      commands[#commands + 1] = { name = name, text = command:gsub("%$build", "build/release") }
    end
  end
  return commands
end

local function build_tree()
  return run("cmake --build %s/build/release --target tests > %s/log 2>&1", TREE, FOLDER)
end

local function make_tree()
  assert(run("rm -rf %s && mkdir -p %s", TREE, TREE))
  assert(run("git ls-files -z | xargs -0 cp --parents -t %s", TREE))
  assert(run("cd %s && cmake --preset release -DSELVM_LTO=OFF -DCMAKE_C_FLAGS=-w >../log", TREE))
  assert(build_tree())
end

-- True if every suite passes with `text` as the file `path`.
local function suites_pass(commands, path, text)
  local original = read(path)
  write(TREE .. "/" .. path, text)
  local killer = not build_tree() and "the build"
  for _, command in ipairs(commands) do
    killer = killer or not run("cd %s && (%s sh -c '%s') > ../log 2>&1", TREE, LIMITED,
      command.text) and command.name
  end
  write(TREE .. "/" .. path, original)
  return not killer, killer
end

-- Replaces line `number` of a text.
local function with_line(text, number, line)
  local count = 0
  return (text:gsub("([^\n]*)\n", function(old)
    count = count + 1
    return (count == number and line or old) .. "\n"
  end))
end

-- --- the run ------------------------------------------------------------------------------------

local files = kernel_files()
local mutants = {}
for _, file in ipairs(files) do
  if not file.is_excluded then
    add_mutants(mutants, file.path)
  end
end
if EARLIER then
  mutants = survivors_of(EARLIER, mutants)
else
  shuffle(mutants)
end
print(("%d mutants can be made; %d of them are tried"):format(#mutants,
  math.min(COUNT, #mutants)))
assert(run("mkdir -p %s", FOLDER))
build_kernel(files)
for _, program in ipairs(PROGRAMS) do
  build_tests(program)
end
assert(passes(files), "the kernel as it is does not pass")

make_tree()
local commands = suite_commands()
assert(suites_pass(commands, files[1].path, read(files[1].path)), "the suites do not pass")

local killed, survived, broken = 0, 0, 0
local function judge(mutant)
  local source, object = FOLDER .. "/mutant.c", FOLDER .. "/mutant.o"
  local text = with_line(read(mutant.path), mutant.line, mutant.after)
  write(source, text)
  if not run("gcc %s -w -c %s -o %s 2> /dev/null", FLAGS, source, object) then
    broken = broken + 1
  elseif passes(files, mutant.path, object) and suites_pass(commands, mutant.path, text) then
    survived = survived + 1
    print(("%s:%d:\n  - %s\n  + %s"):format(mutant.path, mutant.line, mutant.before:match("%S.*"),
      mutant.after:match("%S.*")))
    io.flush()
  else
    killed = killed + 1
  end
end

for i = 1, math.min(COUNT, #mutants) do
  judge(mutants[i])
  if i % 25 == 0 then
    io.stderr:write(("%d tried: %d killed, %d survived, %d did not compile\n"):format(i, killed,
      survived, broken))
  end
end
print(("%d killed, %d survived, %d did not compile"):format(killed, survived, broken))
