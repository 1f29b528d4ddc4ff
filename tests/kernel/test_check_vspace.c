/* SPDX-License-Identifier: MIT */
/* Each invariant of interrupt lines, address spaces and Lua heaps, broken on purpose: kernel_check
 * says so. */
#include "kernel/cap/cdt.h"
#include "kernel/heap/heap.h"
#include "kernel/vspace/vspace.h"
#include "tests/kernel/trouble.h"

enum { LINE = 7, FREE_VADDR = 0x1f0000 };

/* --- interrupts ------------------------------------------------------------------------------- */

static uint64_t make_handler(struct system *s)
{
    uint64_t handler = slot_new(s);

    EXPECT_OK(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                     WORDS(LINE, handler, 64)));
    return handler;
}

static void give_notification(struct system *s, uint64_t handler)
{
    EXPECT_OK(invoke(s, handler, ABI_IRQ_HANDLER_SET_NOTIFICATION,
                     CAPS(make(s, ABI_TYPE_NOTIFICATION, 0)), NO_WORDS));
}

static void test_line_without_handler(struct system *s)
{
    s->k->irq_states[LINE] = IRQ_SIGNAL;
    expect_trouble(s, "an interrupt line is active without a handler, line 0x7");
}

static void test_handler_of_inactive(struct system *s)
{
    uint64_t handler = make_handler(s);

    s->k->irq_states[LINE] = IRQ_INACTIVE;
    expect_trouble_slot(s, "an interrupt handler's line is not active: slot",
                        root_slot(s, handler));
}

static void test_handlers_apart(struct system *s)
{
    struct slot *slot = root_slot(s, slot_new(s));

    make_handler(s);
    cdt_insert_root(s->k, cap_irq_handler(LINE), slot);
    expect_trouble(s, "interrupt handlers stand apart from others of their line: 0x0");
}

static void test_inactive_with_notification(struct system *s)
{
    uint64_t handler = make_handler(s);

    give_notification(s, handler);
    cdt_remove(s->k, root_slot(s, handler));
    s->k->irq_states[LINE] = IRQ_INACTIVE;
    expect_trouble(s, "an inactive interrupt line has a notification, line 0x7");
}

static void test_line_signals_else(struct system *s)
{
    make_handler(s);
    cdt_insert(s->k, root_slot(s, ROOT_TCB)->cap, root_slot(s, ROOT_TCB), &s->k->irq_slots[LINE]);
    expect_trouble(s, "an interrupt line signals something else, line 0x7");
}

static void test_line_without_right(struct system *s)
{
    give_notification(s, make_handler(s));
    s->k->irq_slots[LINE].cap.notification.rights = RIGHT_READ;
    expect_trouble(s, "an interrupt line may not signal, line 0x7");
}

static void test_line_not_masked(struct system *s)
{
    platform_irq_mask(s->k->platform, LINE, false);
    expect_trouble_at(s, "an inactive interrupt line is not masked, line", LINE);
}

static void test_timer(struct system *s)
{
    s->k->irq_states[IRQ_TIMER] = IRQ_INACTIVE;
    expect_trouble_at(s, "the timer's line is not reserved, line", IRQ_TIMER);
}

/* --- ASIDs ------------------------------------------------------------------------------------ */

static void test_pool_outside(struct system *s)
{
    s->k->asid_pools[3] = 0x1000;
    expect_trouble(s, "an ASID pool lies outside of memory, pool 0x3");
}

static void test_pool_without_cap(struct system *s)
{
    s->k->asid_pools[3] = object_of(s, make(s, ABI_TYPE_PAGE, 0));
    expect_trouble(s, "an ASID pool in use has no capability, pool 0x3");
}

static void test_pool_of_other_number(struct system *s)
{
    struct slot *slot = root_slot(s, ROOT_ASID_POOL);

    slot->cap.asid_pool.asid_base = 1 << ASID_POOL_INDEX_BITS;
    expect_trouble_slot(s, "an ASID pool's number is not its own: slot", slot);
}

static void test_pool_twice(struct system *s)
{
    s->k->asid_pools[3] = object_of(s, ROOT_ASID_POOL);
    expect_trouble(s, "a pool is in use under several numbers: 0x0");
}

static void test_asid_zero(struct system *s)
{
    *asid_entry(s->k, 0) = object_of(s, ROOT_VSPACE);
    expect_trouble_at(s, "ASID 0 names a table:", object_of(s, ROOT_VSPACE));
}

static void test_asid_astray(struct system *s)
{
    *asid_entry(s->k, 9) = 0x1000;
    expect_trouble(s, "an ASID names no table, ASID 0x9");
}

static void test_asid_without_cap(struct system *s)
{
    *asid_entry(s->k, 9) = object_of(s, make(s, ABI_TYPE_PAGE_TABLE, 0));
    expect_trouble(s, "an ASID names a table without a capability, ASID 0x9");
}

static void test_table_with_two_asids(struct system *s)
{
    *asid_entry(s->k, 9) = object_of(s, ROOT_VSPACE);
    expect_trouble(s, "an ASID names a table without a capability, ASID 0x9");
}

/* --- page tables ------------------------------------------------------------------------------ */

static uint64_t *entry_at(struct system *s, uint64_t vaddr)
{
    return vspace_walk(s->k, object_of(s, ROOT_VSPACE), vaddr).entry;
}

static uint64_t *root_entries(struct system *s)
{
    return kernel_pointer(s->k, object_of(s, ROOT_VSPACE));
}

static void test_secret_mapping(struct system *s)
{
    kaddr frame = object_of(s, make(s, ABI_TYPE_PAGE, 0));

    *entry_at(s, FREE_VADDR) = pte_make_frame(frame, FRAME_READ_WRITE, true);
    expect_trouble_at(s, "a frame is mapped where no capability says so:", frame);
}

/* The frame's capability knows one address; the frame is mapped at another, too. */
static void test_second_mapping(struct system *s)
{
    kaddr frame = object_of(s, ROOT_BUFFER);

    *entry_at(s, FREE_VADDR) = pte_make_frame(frame, FRAME_READ_WRITE, true);
    expect_trouble_at(s, "a frame is mapped where no capability says so:", frame);
}

static void test_mapping_with_more_rights(struct system *s)
{
    struct slot *slot = root_slot(s, ROOT_BUFFER);

    slot->cap.frame.rights = FRAME_READ_ONLY;
    expect_trouble_at(s, "a frame is mapped where no capability says so:",
                      slot->cap.frame.object);
}

/* A capability that remembers a mapping which is gone is no trouble. */
static void test_forgotten_mapping(struct system *s)
{
    struct check_report report;

    *entry_at(s, root_slot(s, ROOT_BOOT_INFO)->cap.frame.vaddr) = 0;
    EXPECT(kernel_check_all(s->k, &report));
}

/* Two VSpaces have had one ASID; a frame's capability remembers the first, a copy is mapped at the
   same address of the second. The entry counts once. */
static void test_reused_asid(struct system *s)
{
    uint64_t copy = slot_new(s);
    struct check_report report;

    EXPECT_OK(cnode_copy(s, copy, ROOT_BOOT_INFO));
    root_slot(s, copy)->cap = root_slot(s, ROOT_BOOT_INFO)->cap;
    EXPECT(kernel_check_all(s->k, &report));
    *entry_at(s, FREE_VADDR) = pte_make_frame(object_of(s, copy), FRAME_READ_WRITE, true);
    expect_trouble_at(s, "a frame is mapped where no capability says so:", object_of(s, copy));
}

static void test_table_astray(struct system *s)
{
    root_entries(s)[5] = pte_make_table(0x1000);
    expect_trouble_at(s, "a page table leads to no table, for address", UINT64_C(5) << 30);
}

static void test_table_too_deep(struct system *s)
{
    *entry_at(s, FREE_VADDR) = pte_make_table(object_of(s, make(s, ABI_TYPE_PAGE_TABLE, 0)));
    expect_trouble_at(s, "a page table leads to no table, for address", FREE_VADDR);
}

static void test_secret_table(struct system *s)
{
    kaddr page = object_of(s, make(s, ABI_TYPE_PAGE, 0));

    root_entries(s)[5] = pte_make_table(page);
    expect_trouble_at(s, "a page table without a capability is mapped:", page);
}

static void test_table_twice(struct system *s)
{
    root_entries(s)[5] = pte_make_table(object_of(s, make(s, ABI_TYPE_PAGE_TABLE, 0)));
    expect_trouble(s, "a table is mapped twice; mapped are 0x3");
}

static void test_table_in_itself(struct system *s)
{
    root_entries(s)[1] = pte_make_table(object_of(s, ROOT_VSPACE));
    expect_trouble_at(s, "a page table leads to no table, for address", UINT64_C(1) << 30);
}

/* 200 * 512 ways through two tables: the walk gives up when it has met more than RAM has pages,
   2048. It has met two at address 0, and 513 in each gigabyte. */
static void test_too_many_tables(struct system *s)
{
    kaddr middle = object_of(s, make(s, ABI_TYPE_PAGE_TABLE, 0));
    kaddr leaf = object_of(s, make(s, ABI_TYPE_PAGE_TABLE, 0));
    uint64_t *entries = kernel_pointer(s->k, middle);

    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        entries[i] = pte_make_table(leaf);
    for (unsigned i = 1; i <= 200; i++)
        root_entries(s)[i] = pte_make_table(middle);
    expect_trouble_at(s, "there are more page tables than memory holds, for address",
                      (UINT64_C(4) << 30) + ((UINT64_C(2048) - 2 - 3 * 513 - 1) << 21));
}

static void test_beyond_users(struct system *s)
{
    root_entries(s)[300] = pte_make_table(object_of(s, make(s, ABI_TYPE_PAGE_TABLE, 0)));
    expect_trouble_at(s, "an address that no user may have is mapped:", UINT64_C(300) << 30);
}

static void test_odd_entry(struct system *s)
{
    *entry_at(s, FREE_VADDR) = PTE_WRITE;
    expect_trouble_at(s, "an entry is neither valid nor zero, for address", FREE_VADDR);
}

/* --- heaps ------------------------------------------------------------------------------------ */

static struct lua_heap *root_heap(struct system *s)
{
    return kernel_pointer(s->k, s->k->bound_heaps);
}

static void test_heap_astray(struct system *s)
{
    s->k->bound_heaps = RAM_BASE + 16;
    expect_trouble_at(s, "the list of Lua heaps leads to no heap:", RAM_BASE + 16);
}

static void test_heap_one_way(struct system *s)
{
    root_heap(s)->vspace = 0;
    expect_trouble_at(s, "a Lua heap and its VSpace do not know each other:", s->k->bound_heaps);
}

static void test_heap_asid(struct system *s)
{
    root_heap(s)->asid = 2;
    expect_trouble_at(s, "a Lua heap's VSpace does not have its ASID any more:",
                      s->k->bound_heaps);
}

static void test_heap_serial(struct system *s)
{
    root_heap(s)->serial = 99;
    expect_trouble_at(s, "a Lua heap's serial number was never given:", s->k->bound_heaps);
}

static void test_heap_size(struct system *s)
{
    uint64_t slot = 1;

    while (cap_type(root_slot(s, slot)->cap) != CAP_LUA_HEAP)
        slot++;
    root_heap(s)->size_bits = 12;
    expect_trouble_slot(s, "a Lua heap has forgotten its size: slot", root_slot(s, slot));
}

static void test_heap_not_listed(struct system *s)
{
    s->k->bound_heaps = 0;
    expect_trouble(s, "a bound Lua heap is not in the list; in the list are 0x0");
}

const struct test check_vspace_tests[] = {
    TEST("kernel_check: an active line without a handler", test_line_without_handler),
    TEST("kernel_check: a handler of an inactive line", test_handler_of_inactive),
    TEST("kernel_check: handlers of one line that stand apart", test_handlers_apart),
    TEST("kernel_check: an inactive line with a notification", test_inactive_with_notification),
    TEST("kernel_check: a line that signals a thread", test_line_signals_else),
    TEST("kernel_check: a line without the right to signal", test_line_without_right),
    TEST("kernel_check: an inactive line that is not masked", test_line_not_masked),
    TEST("kernel_check: the timer's line", test_timer),
    TEST("kernel_check: an ASID pool outside of memory", test_pool_outside),
    TEST("kernel_check: an ASID pool without a capability", test_pool_without_cap),
    TEST("kernel_check: an ASID pool under another number", test_pool_of_other_number),
    TEST("kernel_check: an ASID pool under two numbers", test_pool_twice),
    TEST("kernel_check: ASID 0", test_asid_zero),
    TEST("kernel_check: an ASID that names nothing", test_asid_astray),
    TEST("kernel_check: an ASID without a VSpace", test_asid_without_cap),
    TEST("kernel_check: a VSpace with two ASIDs", test_table_with_two_asids),
    TEST("kernel_check: a mapping that no capability knows", test_secret_mapping),
    TEST("kernel_check: a mapping at two addresses", test_second_mapping),
    TEST("kernel_check: a mapping with more rights than its capability",
         test_mapping_with_more_rights),
    TEST("kernel_check: a capability may remember what is gone", test_forgotten_mapping),
    TEST("kernel_check: two capabilities may remember one mapping", test_reused_asid),
    TEST("kernel_check: a page table that leads nowhere", test_table_astray),
    TEST("kernel_check: a page table too deep", test_table_too_deep),
    TEST("kernel_check: a page table that is no table", test_secret_table),
    TEST("kernel_check: a page table where its capability does not say", test_table_twice),
    TEST("kernel_check: a page table within itself", test_table_in_itself),
    TEST("kernel_check: page tables in more places than there are", test_too_many_tables),
    TEST("kernel_check: a mapping beyond the addresses of users", test_beyond_users),
    TEST("kernel_check: an odd entry", test_odd_entry),
    TEST_ON("kernel_check: a list of heaps that leads nowhere", test_heap_astray, .heap_bits = 16),
    TEST_ON("kernel_check: a heap without its VSpace", test_heap_one_way, .heap_bits = 16),
    TEST_ON("kernel_check: a heap of another ASID", test_heap_asid, .heap_bits = 16),
    TEST_ON("kernel_check: a heap's serial number", test_heap_serial, .heap_bits = 16),
    TEST_ON("kernel_check: a heap's size", test_heap_size, .heap_bits = 16),
    TEST_ON("kernel_check: a bound heap that is not listed", test_heap_not_listed,
            .heap_bits = 16),
    TESTS_END};
