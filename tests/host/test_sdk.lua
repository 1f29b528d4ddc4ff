-- SPDX-License-Identifier: MIT
--- Tests `selvm sdk`: the folder that it writes, its errors, and that the library in it compiles.
--
--   lua5.4 tests/host/test_sdk.lua SELVM      (from the root of the repository)
--
-- Without a compiler only the writing is tested.

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local invocations = require "abi.invocations"
local library = require "abi.library"
local lua_constants = require "abi.lua_constants"
local process = require "tests.host.process"
local read = require("tests.host.programs").read

local selvm = arg[1] or "build/release/selvm"
local compiler = require("tests.rv64.compiler").find()
local WARNINGS = { "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror" }

local function folder(name)
  return process.folder .. "/" .. name
end

local function exists(path)
  return process.run("test", "-e", path).status == 0
end

checks.group("the folder has headers, sources and a page that tells what to do", function(expect)
  for _, options in ipairs { {}, { "--mcs" } } do
    local path = folder("new/sdk" .. #options)
    local result = process.run(selvm, "sdk", path, options[1])
    expect(result.status == 0 and result.err == "", "status %s: %s", result.status, result.err)
    expect(result.out:find(path, 1, true), "%s", result.out)
    for _, name in ipairs { "README.md", "cc", "flags.txt", "hello.c", "program.ld", "src/start.S",
      "include/sel4/sel4.h", "include/sel4/syscalls.h", "include/sel4/config.h" } do
      expect(read(path .. "/" .. name), "there is no %s", name)
    end
    local is_mcs = read(path .. "/include/sel4/config.h"):find("CONFIG_KERNEL_MCS", 1, true) ~= nil
    expect(is_mcs == (#options == 1), "the configuration is wrong")
  end
end)

checks.group("an empty folder is filled, and a folder may be named like an option", function(expect)
  process.run("mkdir", folder "empty")
  expect(process.run(selvm, "sdk", folder "empty").status == 0, "it is not filled")
  expect(exists(folder "empty/src/start.c"), "a file is missing")
  local result = process.run("sh", "-c", ("cd '%s' && '%s' sdk ./-x"):format(process.folder,
    process.run("readlink", "-f", selvm).out:gsub("\n", "")))
  expect(result.status == 0 and exists(folder "-x/cc"), "%s", result.err)
end)

local function expect_refusal(expect, status, text, ...)
  local result = process.run(selvm, "sdk", ...)
  expect(result.status == status, "status %s, not %d", result.status, status)
  expect(result.err:find(text, 1, true), "no %q in %q", text, result.err)
  expect(result.out == "", "output: %s", result.out)
end

checks.group("what is there is not touched", function(expect)
  local path = process.file("mine/notes.txt", "mine")
  expect_refusal(expect, 1, "is not empty, it has notes.txt; name a folder that is new or empty",
    folder "mine")
  expect(read(path) == "mine" and not exists(folder "mine/cc"), "it was written to")
  expect_refusal(expect, 1, "is a file; a folder is needed", path)
  expect_refusal(expect, 1, "Not a directory", path .. "/sdk")
end)

checks.group("a folder that cannot be filled is left as it was", function(expect)
  -- The file system of this folder has room for nothing: files of more than a block fail.
  local result = process.run("sh", "-c", ("ulimit -f 1; trap '' XFSZ; '%s' sdk '%s'"):format(selvm,
    folder "small"))
  expect(result.status == 1, "status %s", result.status)
  expect(result.err:find("cannot write to '", 1, true), "%s", result.err)
  expect(not exists(folder "small"), "something is left")
end)

checks.group("wrong usage is told", function(expect)
  expect_refusal(expect, 2, "no folder given; write: selvm sdk FOLDER")
  expect_refusal(expect, 2, "'b' is too much", "a", "b")
  expect_refusal(expect, 2, "unknown option '--msc'; did you mean '--mcs'?", "--msc", "a")
  expect_refusal(expect, 2, "unknown option '--memory'", "--memory", "a")
  expect(process.run(selvm, "sdk", "--help").out:find("usage: selvm sdk", 1, true), "no help")
  expect(process.run(selvm, "sdk", "--version").out:find("^selvm "), "no version")
  expect(process.run(selvm, "sdc").err:find("did you mean 'sdk'", 1, true), "no advice")
end)

-- --- compiling ----------------------------------------------------------------------------------

-- Compiles a text in the library of a configuration: the compiler's messages, nil if it is content.
local function compile(sdk, name, text, ...)
  local path = process.file(name, text)
  local result = process.run(compiler, "@" .. sdk .. "/flags.txt", "-I", sdk .. "/include",
    WARNINGS[1], WARNINGS[2], WARNINGS[3], WARNINGS[4], WARNINGS[5], "-c", path, "-o",
    folder "out.o", ...)
  return result.status ~= 0 and result.err or nil
end

-- Names that programs of libsel4 use, each with its type.
local COMMON = [[
#include <sel4/sel4.h>
#include <sel4runtime.h>
_Static_assert(sizeof(seL4_Word) == 8 && sizeof(seL4_MessageInfo_t) == 8, "words");
_Static_assert(sizeof(seL4_UserContext) == 256, "registers");
_Static_assert(sizeof(seL4_UntypedDesc) == 16 && sizeof(seL4_SlotRegion) == 16, "boot");
_Static_assert(sizeof(seL4_IPCBuffer) == 1024 && _Alignof(seL4_IPCBuffer) == 1024, "buffer");
_Static_assert(__builtin_offsetof(seL4_IPCBuffer, receiveDepth) == 1016, "buffer");
_Static_assert(__builtin_offsetof(seL4_UserContext, a0) == 128, "registers");
_Static_assert(sizeof(seL4_BootInfo) <= 4096, "boot");
seL4_Word f(void);
seL4_Word f(void)
{
    seL4_MessageInfo_t info = seL4_MessageInfo_new(0x123, 5, 2, 120);
    seL4_CNode_CapData_t data = seL4_CNode_CapData_new(3, 52);
    seL4_CapRights_t rights = seL4_CapRights_new(0, 1, 1, 0);
    seL4_UserContext regs = {.pc = 1, .sp = 2, .tp = 3};

    seL4_MessageInfo_ptr_set_label(&info, 7);
    sel4runtime_set_tls_variable(regs.tp, __sel4_ipc_buffer, NULL);
    return info.words[0] + data.words[0] + rights.words[0] + seL4_CapRights_get_capAllowRead(rights)
        + seL4_AllRights.words[0] + seL4_RISCV_Default_VMAttributes + seL4_GetIPCBuffer()->msg[0]
        + seL4_MessageInfo_get_length(info);
}
]]

-- A text that names every function and constant of a configuration.
local function all_names(configuration)
  local lines = { "#include <sel4/sel4.h>", "const void *functions[] = {" }
  local function add(format, ...) lines[#lines + 1] = format:format(...) end
  for _, row in ipairs(invocations) do
    if row[configuration] then
      add("    (void *)seL4_%s_%s,", row.object, row.method)
    end
  end
  for _, row in ipairs(library) do
    local is_there = not row.is_extension and (not row.only or row.only == configuration)
    if is_there and row.name ~= "MessageInfo_get_label" then
      add("    (void *)seL4_%s,", row.name)
    end
  end
  add("};\nlong constants[] = {")
  for _, row in ipairs(lua_constants) do
    if row[configuration] and row.group == "Labels" then
      add("    %s == %d ? 0 : 1 / 0,", row.name, row[configuration])
    elseif row[configuration] and row.group ~= "Rights of a capability" then
      add("    seL4_%s == %d ? 0 : 1 / 0,", row.name, row[configuration])
    end
  end
  add("};")
  return table.concat(lines, "\n") .. "\n"
end

local function test_library(configuration, sdk)
  checks.group("programs compile: " .. configuration, function(expect)
    local complaint = compile(sdk, "common.c", COMMON)
    expect(not complaint, "%s", complaint)
    complaint = compile(sdk, "names.c", all_names(configuration), "-Wno-pedantic")
    expect(not complaint, "%s", complaint)
    for _, program in ipairs { "hello.c", "src/start.c", "src/printf.c", "src/string.c" } do
      complaint = compile(sdk, program, read(sdk .. "/" .. program))
      expect(not complaint, "%s", complaint)
    end
  end)
  checks.group("every header compiles alone: " .. configuration, function(expect)
    local list = process.run("find", sdk .. "/include", "-name", "*.h").out
    for path in list:gmatch "[^\n]+" do
      local name = path:sub(#sdk + #"/include/" + 1)
      local complaint = compile(sdk, "alone.c", ("#include <%s>\n"):format(name))
      expect(not complaint, "%s: %s", name, complaint)
    end
  end)
  checks.group("the script links a program: " .. configuration, function(expect)
    local result = process.run("env", "CC=" .. compiler, sdk .. "/cc", sdk .. "/hello.c", "-o",
      folder "hello.elf")
    expect(result.status == 0 and result.err == "", "%s", result.err)
    expect((read(folder "hello.elf") or ""):sub(1, 4) == "\127ELF", "it is no ELF file")
    result = process.run("env", "CC=no-such-compiler", sdk .. "/cc", sdk .. "/hello.c")
    expect(result.status == 2 and result.err:find("there is no no-such-compiler", 1, true), "%s",
      result.err)
  end)
end

if compiler then
  test_library("classic", folder "new/sdk0")
  test_library("mcs", folder "new/sdk1")
end

process.cleanup()
checks.finish()
