/* SPDX-License-Identifier: MIT */
/* Each invariant of slots, capabilities and memory, broken on purpose: kernel_check says so. */
#include "kernel/cap/cdt.h"
#include "tests/kernel/trouble.h"

/* Makes the capability in a slot name another object. */
static void point_at(struct system *s, uint64_t slot, kaddr object)
{
    root_slot(s, slot)->cap.any.object = object & ((UINT64_C(1) << OBJECT_ADDRESS_BITS) - 1);
}

static struct slot *made(struct system *s, uint64_t type, uint64_t size_bits)
{
    return root_slot(s, make(s, type, size_bits));
}

static void test_healthy(struct system *s)
{
    struct check_report report;

    make_thread(s, (struct thread_options){.priority = 1});
    EXPECT(kernel_check_all(s->k, &report));
    EXPECT(report.text[0] == '\0');
    EXPECT_EQUAL(report.threads, 2);
    EXPECT(report.capabilities > 30);
}

/* --- slots and links -------------------------------------------------------------------------- */

static void test_link_astray(struct system *s)
{
    made(s, ABI_TYPE_ENDPOINT, 0)->node.next = 0x1000;
    expect_trouble(s, "a link of the derivation tree leads to no slot: 0x1000");
}

/* The first bytes of the arena are the kernel's own. */
static void test_link_into_kernel(struct system *s)
{
    made(s, ABI_TYPE_ENDPOINT, 0)->node.next = RAM_BASE;
    expect_trouble_at(s, "a link of the derivation tree leads to no slot:", RAM_BASE);
}

static void test_link_circle(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_ENDPOINT, 0);

    slot->node.next = kernel_address(s->k, slot) & (~UINT64_C(0) >> 2);
    expect_trouble_slot(s, "links of the derivation tree disagree at slot", slot);
}

static void test_link_back(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_ENDPOINT, 0);

    slot->node.previous = RAM_BASE + 32;
    expect_trouble_slot(s, "links of the derivation tree disagree at slot", slot);
}

static void test_empty_in_tree(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_ENDPOINT, 0);

    slot->cap = cap_null();
    expect_trouble_slot(s, "an empty slot stands in the derivation tree:", slot);
}

static void test_empty_with_links(struct system *s)
{
    struct slot *slot = root_slot(s, slot_new(s));

    slot->node.is_revocable = 1;
    expect_trouble_slot(s, "an empty slot has links: slot", slot);
}

static void test_outside_tree(struct system *s)
{
    struct slot *slot = root_slot(s, slot_new(s));

    slot->cap = cap_endpoint(RAM_BASE, 0, 0);
    expect_trouble_slot(s, "a capability is not in the derivation tree: slot", slot);
}

/* The CNode's own capability goes, and with it all that says where the slots in it are. */
static void test_slot_without_object(struct system *s)
{
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 4);
    struct check_report report;

    EXPECT_OK(invoke(s, cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                     WORDS(3, 4, ROOT_TCB, 64, ABI_ALL_RIGHTS)));
    cdt_remove(s->k, root_slot(s, cnode));
    EXPECT(!kernel_check_all(s->k, &report));
    expect_trouble_at(s, "a capability stands in no slot of a live object; in slots are",
                      report.capabilities - 1);
}

static void test_zombie_holds_more(struct system *s)
{
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 4);
    kaddr object = object_of(s, cnode);

    EXPECT_OK(invoke(s, cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                     WORDS(3, 4, ROOT_TCB, 64, ABI_ALL_RIGHTS)));
    root_slot(s, cnode)->cap = cap_zombie(object, false, 4, 3);
    expect_trouble_slot(s, "a zombie holds more than it counts: slot", slot_at(s->k, object) + 3);
}

/* --- one capability --------------------------------------------------------------------------- */

static void test_unknown_type(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_ENDPOINT, 0);

    slot->cap.any.type = 31;
    expect_trouble_at(s, "a capability has no known type: slot", kernel_address(s->k, slot));
}

static void test_alignment(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_TCB, 0);

    slot->cap.tcb.object += 16;
    expect_trouble_slot(s, "an object is not aligned to its size: slot", slot);
}

static void test_outside_memory(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_ENDPOINT, 0);

    slot->cap.endpoint.object = RAM_BASE - 4096;
    expect_trouble_slot(s, "an object lies where it cannot: slot", slot);
}

static void test_beyond_memory(struct system *s)
{
    uint64_t page = make(s, ABI_TYPE_PAGE, 0);

    point_at(s, page, RAM_BASE + s->k->memory_size);
    expect_trouble_slot(s, "an object lies where it cannot: slot", root_slot(s, page));
}

static void test_ram_as_device(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_PAGE, 0);

    slot->cap.frame.is_device = 1;
    expect_trouble_slot(s, "an object lies where it cannot: slot", slot);
}

static void test_in_kernel_memory(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_ENDPOINT, 0);

    slot->cap.endpoint.object = RAM_BASE;
    expect_trouble_slot(s, "an object lies in the kernel's own memory: slot", slot);
}

static void expect_impossible_size(struct system *s, const struct slot *slot)
{
    expect_trouble_slot(s, "an object has an impossible size: slot", slot);
}

static void test_size_of_untyped(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_UNTYPED, 12);

    slot->cap.untyped.size_bits = 3;
    expect_impossible_size(s, slot);
}

static void test_size_of_frame(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_PAGE, 0);

    slot->cap.frame.size_bits = 13;
    expect_impossible_size(s, slot);
}

static void test_size_of_cnode(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_CNODE, 4);

    slot->cap.cnode.radix = 0;
    expect_impossible_size(s, slot);
}

static void test_impossible_watermark(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_UNTYPED, 12);

    slot->cap.untyped.free_bytes = 4097;
    expect_impossible_size(s, slot);
}

static void expect_impossible_fields(struct system *s, const struct slot *slot)
{
    expect_trouble_slot(s, "a capability says what cannot be: slot", slot);
}

static void test_guard(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_CNODE, 4);

    slot->cap.cnode.guard_size = 61;
    expect_impossible_fields(s, slot);
}

static void test_zombie_count(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_CNODE, 4);

    slot->cap = cap_zombie(slot->cap.cnode.object, false, 4, 16);
    slot->cap.zombie.count = 17;
    expect_impossible_fields(s, slot);
}

static void test_notification_rights(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_NOTIFICATION, 0);

    slot->cap.notification.rights = 15;
    expect_impossible_fields(s, slot);
}

static void test_frame_address(struct system *s)
{
    struct slot *slot = root_slot(s, ROOT_BUFFER);

    slot->cap.frame.vaddr += 8;
    expect_impossible_fields(s, slot);
}

static void test_table_without_asid(struct system *s)
{
    struct slot *slot = root_slot(s, ROOT_VSPACE);

    slot->cap.page_table.asid = 0;
    expect_impossible_fields(s, slot);
}

static void test_pool_number(struct system *s)
{
    struct slot *slot = root_slot(s, ROOT_ASID_POOL);

    slot->cap.asid_pool.asid_base = UINT64_C(1) << 16;
    expect_impossible_fields(s, slot);
}

static void test_irq_number(struct system *s)
{
    uint64_t handler = slot_new(s);

    EXPECT_OK(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                     WORDS(7, handler, 64)));
    root_slot(s, handler)->cap.irq_handler.irq = IRQ_TIMER;
    expect_impossible_fields(s, root_slot(s, handler));
}

/* --- flags ------------------------------------------------------------------------------------ */

static void test_untyped_copy(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_UNTYPED, 12);

    slot->node.is_revocable = 0;
    expect_trouble_slot(s, "an untyped capability is not an original: slot", slot);
}

/* A second capability to the object of the first: minted with the badge, if it is not 0. */
static struct slot *make_second(struct system *s, uint64_t badge)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t second = slot_new(s);

    EXPECT_OK(cnode_mint(s, second, endpoint, ABI_ALL_RIGHTS, badge));
    return root_slot(s, second);
}

static void test_two_originals(struct system *s)
{
    struct slot *copy = make_second(s, 0);

    copy->node.is_revocable = 1;
    expect_trouble_slot(s, "an object has two originals: slot", copy);
}

static void test_original_not_first_badged(struct system *s)
{
    struct slot *badged = make_second(s, 5);

    badged->node.is_first_badged = 0;
    expect_trouble_slot(s, "an original does not begin its badge: slot", badged);
}

static void test_badge_without_flag(struct system *s)
{
    struct slot *badged = make_second(s, 5);

    badged->node.is_first_badged = 0;
    badged->node.is_revocable = 0;
    expect_trouble_slot(s, "a new badge begins without its flag: slot", badged);
}

static void test_first_without_flag(struct system *s)
{
    struct slot *slot = made(s, ABI_TYPE_ENDPOINT, 0);

    slot->node.is_first_badged = 0;
    slot->node.is_revocable = 0;
    expect_trouble_slot(s, "an object's first capability does not begin its badge: slot", slot);
}

/* A pool's capability has no flags, and that is no trouble. */
static void test_pool_has_no_flags(struct system *s)
{
    uint64_t pool = slot_new(s);
    struct check_report report;

    EXPECT_OK(invoke(s, ROOT_ASID_CONTROL, ABI_ASID_CONTROL_MAKE_POOL,
                     CAPS(make(s, ABI_TYPE_UNTYPED, 12), ROOT_CNODE), WORDS(pool, 64)));
    EXPECT(!root_slot(s, pool)->node.is_first_badged);
    EXPECT(kernel_check_all(s->k, &report));
}

static void test_second_zombie(struct system *s)
{
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 4);
    uint64_t copy = slot_new(s);
    kaddr object = object_of(s, cnode);

    EXPECT_OK(cnode_copy(s, copy, cnode));
    root_slot(s, cnode)->cap = cap_zombie(object, false, 4, 16);
    expect_trouble_slot(s, "an object that is being deleted has another capability: slot",
                        root_slot(s, copy));
}

static void test_second_irq_control(struct system *s)
{
    struct slot *slot = root_slot(s, slot_new(s));

    cdt_insert(s->k, cap_simple(CAP_IRQ_CONTROL), root_slot(s, ROOT_IRQ_CONTROL), slot);
    expect_trouble_slot(s, "there are two IRQControl capabilities: slot", slot);
}

/* --- memory ----------------------------------------------------------------------------------- */

/* Endpoints side by side in an untyped of their own; returns the first one's slot. */
static uint64_t make_endpoints(struct system *s, uint64_t count)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t first = slots_new(s, (unsigned)count);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, first, count));
    return first;
}

static void test_watermark(struct system *s)
{
    uint64_t first = make_endpoints(s, 2);

    root_slot(s, first - 1)->cap.untyped.free_bytes = 16;
    expect_trouble_slot(s, "an object lies above its untyped's watermark: slot",
                        root_slot(s, first + 1));
}

static void test_same_place(struct system *s)
{
    uint64_t pair = make_endpoints(s, 2);

    point_at(s, pair, object_of(s, pair + 1));
    expect_trouble_slot(s, "an object has two originals: slot", root_slot(s, pair));
}

static const char *const stands_apart = "an object overlaps another or stands apart from its "
                                        "untyped or its other capabilities: slot";

static void test_same_place_far_apart(struct system *s)
{
    uint64_t trio = make_endpoints(s, 3);

    point_at(s, trio, object_of(s, trio + 2));
    expect_trouble_slot(s, stands_apart, root_slot(s, trio));
}

/* In a thread's memory, behind it in the list: only untypeds have something within them. */
static void test_within_thread(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t thread = make(s, ABI_TYPE_TCB, 0);

    point_at(s, endpoint, object_of(s, thread) + 1024);
    expect_trouble_slot(s, "an object overlaps another: slot", root_slot(s, endpoint));
}

static void test_roots_overlap(struct system *s)
{
    kaddr pool = object_of(s, ROOT_ASID_POOL);

    point_at(s, ROOT_ASID_POOL, object_of(s, ROOT_BOOT_INFO));
    point_at(s, ROOT_BOOT_INFO, pool);
    expect_trouble_slot(s, stands_apart, root_slot(s, ROOT_ASID_POOL));
}

/* What a deleted untyped leaves behind has no parent, in any number. */
static void test_orphans(struct system *s)
{
    uint64_t trio = make_endpoints(s, 3);
    struct check_report report;

    EXPECT_OK(cnode_delete(s, trio - 1));
    EXPECT_OK(cnode_delete(s, s->untyped));
    EXPECT(kernel_check_all(s->k, &report));
    point_at(s, trio, object_of(s, trio + 2));
    expect_trouble_slot(s, stands_apart, root_slot(s, trio));
}

static void test_device_overlap(struct system *s)
{
    uint64_t slot = boot_info_word(s, s->k->flavour->boot_info_untyped);
    struct slot *first, *second;

    while (!root_slot(s, slot)->cap.untyped.is_device)
        slot++;
    first = root_slot(s, slot);
    second = root_slot(s, slot + 1);
    EXPECT(second->cap.untyped.is_device);
    second->cap.untyped.object = first->cap.untyped.object;
    second->cap.untyped.size_bits = first->cap.untyped.size_bits;
    second->cap.untyped.free_bytes = 0;
    expect_trouble_slot(s, "an object lies above its untyped's watermark: slot", first);
}

static void test_unclear_memory(struct system *s)
{
    kaddr untyped = object_of(s, make_endpoints(s, 1) - 1);

    *(uint64_t *)kernel_pointer(s->k, untyped + 1024) = 1;
    expect_trouble_at(s, "memory that was not given out is not clear:", untyped + 1024);
}

/* Nothing is left of it, but what it had given out keeps its content until it is given out anew. */
static void test_unclear_childless(struct system *s)
{
    uint64_t endpoint = make_endpoints(s, 1);
    kaddr untyped = object_of(s, endpoint - 1);
    struct check_report report;

    EXPECT_OK(cnode_delete(s, endpoint));
    *(uint64_t *)kernel_pointer(s->k, untyped) = 1;
    EXPECT(kernel_check_all(s->k, &report));
    *(uint64_t *)kernel_pointer(s->k, untyped + 4088) = 1;
    expect_trouble_at(s, "memory that was not given out is not clear:", untyped + 4088);
}

const struct test check_tests[] = {
    TEST("kernel_check: a healthy system", test_healthy),
    TEST("kernel_check: a link that leads nowhere", test_link_astray),
    TEST("kernel_check: a link into the kernel's memory", test_link_into_kernel),
    TEST("kernel_check: a list that bites its tail", test_link_circle),
    TEST("kernel_check: links that are not each other's inverse", test_link_back),
    TEST("kernel_check: an empty slot in the tree", test_empty_in_tree),
    TEST("kernel_check: flags in an empty slot", test_empty_with_links),
    TEST("kernel_check: a capability outside of the tree", test_outside_tree),
    TEST("kernel_check: a capability in a CNode that is gone", test_slot_without_object),
    TEST("kernel_check: a capability behind what a zombie counts", test_zombie_holds_more),
    TEST("kernel_check: a capability of no known type", test_unknown_type),
    TEST("kernel_check: an object that is not aligned", test_alignment),
    TEST("kernel_check: an object outside of memory", test_outside_memory),
    TEST("kernel_check: an object behind memory", test_beyond_memory),
    TEST("kernel_check: RAM taken for device memory", test_ram_as_device),
    TEST("kernel_check: an object in the kernel's memory", test_in_kernel_memory),
    TEST("kernel_check: an untyped of impossible size", test_size_of_untyped),
    TEST("kernel_check: a frame of impossible size", test_size_of_frame),
    TEST("kernel_check: a CNode of impossible size", test_size_of_cnode),
    TEST("kernel_check: a watermark beyond the end", test_impossible_watermark),
    TEST("kernel_check: a guard that is too long", test_guard),
    TEST("kernel_check: a zombie that counts too much", test_zombie_count),
    TEST("kernel_check: a notification that grants", test_notification_rights),
    TEST("kernel_check: a frame mapped at an odd address", test_frame_address),
    TEST("kernel_check: a mapped table without an ASID", test_table_without_asid),
    TEST("kernel_check: an ASID pool of impossible number", test_pool_number),
    TEST("kernel_check: a handler of the timer", test_irq_number),
    TEST("kernel_check: an untyped that is no original", test_untyped_copy),
    TEST("kernel_check: a copy that is an original", test_two_originals),
    TEST("kernel_check: an original in the middle of a badge", test_original_not_first_badged),
    TEST("kernel_check: a badge that nothing begins", test_badge_without_flag),
    TEST("kernel_check: a first capability that begins nothing", test_first_without_flag),
    TEST("kernel_check: an ASID pool begins nothing", test_pool_has_no_flags),
    TEST("kernel_check: a zombie is its object's last capability", test_second_zombie),
    TEST("kernel_check: a second IRQControl", test_second_irq_control),
    TEST("kernel_check: an object above the watermark", test_watermark),
    TEST("kernel_check: two objects in the same place", test_same_place),
    TEST("kernel_check: two objects in the same place, apart in the tree",
         test_same_place_far_apart),
    TEST("kernel_check: an object within a thread", test_within_thread),
    TEST("kernel_check: objects of the boot out of order", test_roots_overlap),
    TEST("kernel_check: objects whose untypeds are gone", test_orphans),
    TEST("kernel_check: device memory that overlaps", test_device_overlap),
    TEST("kernel_check: memory that was not cleared", test_unclear_memory),
    TEST("kernel_check: memory of an untyped without children", test_unclear_childless),
    TESTS_END};
