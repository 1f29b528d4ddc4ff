-- SPDX-License-Identifier: MIT
--- The program that tests/host/test_devices.lua runs as the root task: it drives the serial port
--- and the clock, by polling and by interrupts, and prints a line for each thing it has seen.

local seL4 = require "seL4"

local RTC, UART = 0x00101000, 0x10000000
local RTC_IRQ, UART_IRQ = 11, 10
local RTC_WINDOW, UART_WINDOW = 0x100000, 0x101000 -- where the devices are mapped
local MILLISECOND = 1000000

local info = seL4.GetBootInfo()
local next_slot = info.empty.start

local function check(err)
  if err ~= 0 then
    error(("error %d: %s"):format(err, seL4.Explain() or "?"), 2)
  end
end

local function new_slot()
  next_slot = next_slot + 1
  return next_slot - 1
end

-- Makes an object of an untyped capability; its slot.
local function retype(untyped, object_type, size_bits)
  local slot = new_slot()
  check(seL4.Untyped_Retype(untyped, object_type, size_bits, seL4.CapInitThreadCNode, 0, 0, slot,
    1))
  return slot
end

-- The untyped capability that `is_right` accepts.
local function find_untyped(is_right)
  for i, untyped in ipairs(info.untypedList) do
    if is_right(untyped) then
      return info.untyped.start + i - 1
    end
  end
  error("no such untyped capability")
end

local function map_device(paddr, vaddr)
  local untyped = find_untyped(function(u) return u.paddr == paddr and u.sizeBits == 12 end)
  local frame = retype(untyped, seL4.RISCV_4K_Page, 0)
  check(seL4.RISCV_Page_Map(frame, seL4.CapInitThreadVSpace, vaddr, seL4.ReadWrite, 0))
end

-- A handler of an interrupt line, and a notification that it signals.
local function handle_line(irq)
  local ram = find_untyped(function(u) return not u.isDevice and u.sizeBits >= 12 end)
  local handler, notification = new_slot(), retype(ram, seL4.NotificationObject, 0)
  check(seL4.IRQControl_Get(seL4.CapIRQControl, irq, seL4.CapInitThreadCNode, handler,
    seL4.WordBits))
  check(seL4.IRQHandler_SetNotification(handler, notification))
  return handler, notification
end

local function rtc_time()
  local low = seL4.Load32(RTC_WINDOW)
  return seL4.Load32(RTC_WINDOW + 4) << 32 | low
end

local function rtc_set_alarm(time)
  seL4.Store32(RTC_WINDOW + 0x0c, time >> 32)
  seL4.Store32(RTC_WINDOW + 0x08, time & 0xffffffff)
end

map_device(RTC, RTC_WINDOW)
map_device(UART, UART_WINDOW)

for byte in ("by uart\n"):gmatch "." do
  assert(seL4.Load8(UART_WINDOW + 5) & 0x60 == 0x60)
  seL4.Store8(UART_WINDOW, byte:byte())
end

local handler, notification = handle_line(RTC_IRQ)
seL4.Store32(RTC_WINDOW + 0x10, 1)
for _ = 1, 3 do
  local start = rtc_time()
  rtc_set_alarm(start + 5 * MILLISECOND)
  assert(seL4.Load32(RTC_WINDOW + 0x18) == 1)
  seL4.Wait(notification)
  local late = rtc_time() - start - 5 * MILLISECOND
  assert(late >= 0 and late < MILLISECOND, late)
  seL4.Store32(RTC_WINDOW + 0x1c, 1)
  check(seL4.IRQHandler_Ack(handler))
end
print("three alarms")

rtc_set_alarm(rtc_time() - 1)
seL4.Wait(notification)
print("an alarm in the past")
check(seL4.IRQHandler_Ack(handler)) -- without clearing the device's interrupt: it comes again
seL4.Wait(notification)
print("a level stays")
seL4.Store32(RTC_WINDOW + 0x1c, 1)
check(seL4.IRQHandler_Ack(handler))

rtc_set_alarm(rtc_time() + MILLISECOND)
seL4.Store32(RTC_WINDOW + 0x14, 1)
assert(seL4.Load32(RTC_WINDOW + 0x18) == 0)

if ... == "input" then
  local uart_handler, uart_notification = handle_line(UART_IRQ)
  local text = ""
  seL4.Store8(UART_WINDOW + 1, 1)
  while text:sub(-1) ~= "\n" do
    seL4.Wait(uart_notification)
    while seL4.Load8(UART_WINDOW + 5) & 1 == 1 do
      text = text .. string.char(seL4.Load8(UART_WINDOW))
    end
    check(seL4.IRQHandler_Ack(uart_handler))
  end
  print("typed: " .. text)
end

seL4.Load64(UART_WINDOW) -- not an access that the device answers
