/* SPDX-License-Identifier: MIT */
/* Making objects: sizes, alignment, watermark, clearing. cap/untyped.c */
#include <string.h>

#include "tests/kernel/harness.h"

static void every_type(struct system *s)
{
    static const struct { uint64_t type, size_bits, number; } rows[] = {
        {ABI_TYPE_UNTYPED, 4, ABI_CAP_UNTYPED}, {ABI_TYPE_TCB, 0, ABI_CAP_TCB},
        {ABI_TYPE_ENDPOINT, 0, ABI_CAP_ENDPOINT}, {ABI_TYPE_NOTIFICATION, 0, ABI_CAP_NOTIFICATION},
        {ABI_TYPE_CNODE, 1, ABI_CAP_CNODE}, {ABI_TYPE_PAGE, 0, ABI_CAP_FRAME},
        {ABI_TYPE_MEGA_PAGE, 0, ABI_CAP_FRAME}, {ABI_TYPE_PAGE_TABLE, 0, ABI_CAP_PAGE_TABLE},
        {ABI_TYPE_LUA_HEAP, 16, 0x4c00}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t slot = slot_new(s);

        EXPECT_OK(retype(s, s->untyped, rows[i].type, rows[i].size_bits, slot, 1));
        EXPECT_EQUAL(identify(s, slot), rows[i].number);
    }
}

static void objects_are_aligned(struct system *s)
{
    static const uint8_t bits[] = {4, 11, 4, 5, 12, 4, 16, 4, 12};
    uint64_t end = 0;

    for (unsigned i = 0; i < sizeof(bits); i++) {
        uint64_t slot = make(s, ABI_TYPE_UNTYPED, bits[i]);
        kaddr object = object_of(s, slot);

        EXPECT(is_aligned(object, bits[i]));
        EXPECT(object >= end);
        end = object + (UINT64_C(1) << bits[i]);
    }
}

static void many_objects(struct system *s)
{
    uint64_t slots = slots_new(s, 256);

    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_ENDPOINT, 0, slots, 256));
    for (unsigned i = 1; i < 256; i++)
        EXPECT_EQUAL(object_of(s, slots + i), object_of(s, slots) + 16 * i);
}

static void into_another_cnode(struct system *s)
{
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 4);
    const struct slot *slots = kernel_pointer(s->k, object_of(s, cnode));

    EXPECT_OK(invoke(s, s->untyped, ABI_UNTYPED_RETYPE, CAPS(ROOT_CNODE),
                     WORDS(ABI_TYPE_ENDPOINT, 0, cnode, 64, 14, 2)));
    EXPECT(cap_type(slots[13].cap) == CAP_NULL);
    EXPECT(cap_type(slots[14].cap) == CAP_ENDPOINT);
    EXPECT(cap_type(slots[15].cap) == CAP_ENDPOINT);
}

/* Memory that held something else is clean when it becomes something new. */
static void memory_is_cleared(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 13);
    uint64_t frames = slots_new(s, 2);
    uint8_t *memory;

    EXPECT_OK(retype(s, untyped, ABI_TYPE_PAGE, 0, frames, 2));
    memory = kernel_pointer(s->k, object_of(s, frames));
    memset(memory, 0xee, 8192);
    EXPECT_OK(cnode_revoke(s, untyped));
    EXPECT_OK(retype(s, untyped, ABI_TYPE_PAGE, 0, frames, 1));
    for (unsigned i = 0; i < 4096; i++)
        EXPECT_EQUAL(memory[i], 0);
    EXPECT_OK(retype(s, untyped, ABI_TYPE_CNODE, 7, frames + 1, 1));
    for (unsigned i = 4096; i < 8192; i++)
        EXPECT_EQUAL(memory[i], 0);
}

/* The same through a child untyped, whose own memory was dirtied. */
static void nested_memory_is_cleared(struct system *s)
{
    uint64_t outer = make(s, ABI_TYPE_UNTYPED, 14);
    uint64_t inner = slots_new(s, 2);
    uint8_t *memory = kernel_pointer(s->k, object_of(s, outer));

    EXPECT_OK(retype(s, outer, ABI_TYPE_UNTYPED, 13, inner, 1));
    EXPECT_OK(retype(s, inner, ABI_TYPE_PAGE, 0, inner + 1, 1));
    memset(memory, 0xee, 4096);
    EXPECT_OK(cnode_delete(s, inner + 1));
    EXPECT_OK(cnode_delete(s, inner));
    EXPECT_OK(retype(s, outer, ABI_TYPE_TCB, 0, inner, 2));
    EXPECT_OK(cnode_revoke(s, outer));
    EXPECT_OK(retype(s, outer, ABI_TYPE_PAGE, 0, inner, 1));
    for (unsigned i = 0; i < 4096; i++)
        EXPECT_EQUAL(memory[i], 0);
}

static void watermark(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 13);
    uint64_t slots = slots_new(s, 3);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_PAGE, 0, slots, 2));
    EXPECT_EQUAL(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slots + 2, 1), ABI_NOT_ENOUGH_MEMORY);
    EXPECT_ANSWER(0);
    /* Deleting one of two children gives nothing back; deleting both gives all. */
    EXPECT_OK(cnode_delete(s, slots));
    EXPECT_EQUAL(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slots + 2, 1), ABI_NOT_ENOUGH_MEMORY);
    EXPECT_OK(cnode_delete(s, slots + 1));
    EXPECT_OK(retype(s, untyped, ABI_TYPE_PAGE, 0, slots, 2));
}

/* Whether aligned objects fit is asked before the watermark is rounded up, as in seL4. */
static void rounding(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 13);
    uint64_t slots = slots_new(s, 3);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slots, 1));
    EXPECT_OK(retype(s, untyped, ABI_TYPE_PAGE, 0, slots + 1, 1));
    EXPECT_EQUAL(object_of(s, slots + 1), object_of(s, untyped) + 4096);
    EXPECT_EQUAL(root_slot(s, untyped)->cap.untyped.free_bytes, 8192);
}

static void device_memory(struct system *s)
{
    uint64_t device = boot_info_word(s, INFO_UNTYPED);
    uint64_t slots = slots_new(s, 3);

    while (!root_slot(s, device)->cap.untyped.is_device ||
           root_slot(s, device)->cap.untyped.size_bits < 13)
        device++;
    EXPECT_OK(retype(s, device, ABI_TYPE_UNTYPED, 12, slots, 1));
    EXPECT_OK(retype(s, device, ABI_TYPE_PAGE, 0, slots + 1, 1));
    EXPECT(root_slot(s, slots)->cap.untyped.is_device);
    EXPECT(root_slot(s, slots + 1)->cap.frame.is_device);
    EXPECT_EQUAL(retype(s, slots, ABI_TYPE_TCB, 0, slots + 2, 1), ABI_INVALID_ARGUMENT);
}

static void copied_untyped_is_full(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t copy = slots_new(s, 2);

    EXPECT_OK(cnode_copy(s, copy, untyped));
    EXPECT_EQUAL(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, copy + 1, 1), ABI_NOT_ENOUGH_MEMORY);
    EXPECT_OK(retype(s, copy, ABI_TYPE_ENDPOINT, 0, copy + 1, 1));
    EXPECT_OK(cnode_revoke(s, untyped));
    EXPECT_EQUAL(identify(s, copy), ABI_CAP_NULL);
    EXPECT_EQUAL(identify(s, copy + 1), ABI_CAP_NULL);
    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, copy + 1, 1));
}

/* Also memory too small for the chunks in which larger untypeds are cleared: what an object held is
   not found by the next one in its place. */
static void small_memory_is_cleared(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 6);
    uint64_t plain = slot_new(s), badged = slot_new(s);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_NOTIFICATION, 0, plain, 1));
    EXPECT_OK(cnode_mint(s, badged, plain, ABI_ALL_RIGHTS, 7));
    signal_to(s, badged);
    EXPECT_OK(cnode_revoke(s, untyped));
    EXPECT_OK(retype(s, untyped, ABI_TYPE_NOTIFICATION, 0, plain, 1));
    receive_nonblocking(s, plain);
    EXPECT_EQUAL(s->root->registers[REG_A0], 0);
}

const struct test untyped_tests[] = {
    TEST("retype: small memory is cleared before it is used again", small_memory_is_cleared),
    TEST_ON("Untyped_Retype succeeds: every type that fits", every_type, .memory_mib = 16),
    TEST("Untyped_Retype succeeds: objects are aligned to their size", objects_are_aligned),
    TEST("Untyped_Retype succeeds: 256 endpoints side by side", many_objects),
    TEST("Untyped_Retype succeeds: into a CNode found by index and depth", into_another_cnode),
    TEST("Untyped_Retype succeeds: device memory gives untypeds and frames", device_memory),
    TEST("untyped: reused memory is cleared", memory_is_cleared),
    TEST("untyped: memory used through a child untyped is cleared", nested_memory_is_cleared),
    TEST("untyped: all children gone, all memory is free again", watermark),
    TEST("untyped: the watermark is rounded up to the object's size", rounding),
    TEST("untyped: a copy takes the place of the original, which is then full",
         copied_untyped_is_full),
    TESTS_END};
