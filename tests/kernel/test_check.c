/* SPDX-License-Identifier: MIT */
/* Each invariant, broken on purpose: kernel_check says so. Nothing enters the kernel after that. */
#include <string.h>

#include "kernel/heap/heap.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/ipc/notification.h"
#include "kernel/vspace/vspace.h"
#include "tests/kernel/harness.h"

/* Makes the capability in a slot name another object. */
static void point_at(struct system *s, uint64_t slot, kaddr object)
{
    root_slot(s, slot)->cap.any.object = object & ((UINT64_C(1) << OBJECT_ADDRESS_BITS) - 1);
}

static void expect_trouble(struct system *s, const char *text)
{
    struct check_report report;

    if (kernel_check_all(s->k, &report))
        system_fail("kernel_check finds nothing; expected: %s", text);
    if (strncmp(report.text, text, strlen(text)) != 0)
        system_fail("kernel_check says: %s; expected: %s", report.text, text);
    s->has_trouble = false;
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

/* --- slots and links ------------------------------------------------------------------------- */

static void test_link_astray(struct system *s)
{
    root_slot(s, make(s, ABI_TYPE_ENDPOINT, 0))->node.next = 0x1000;
    expect_trouble(s, "a link of the derivation tree leads to no slot: 0x1000");
}

static void test_link_circle(struct system *s)
{
    struct slot *slot = root_slot(s, make(s, ABI_TYPE_ENDPOINT, 0));

    slot->node.next = kernel_address(s->k, slot) & (~UINT64_C(0) >> 2);
    expect_trouble(s, "links of the derivation tree disagree at slot");
}

static void test_link_back(struct system *s)
{
    root_slot(s, make(s, ABI_TYPE_ENDPOINT, 0))->node.previous = RAM_BASE + 32;
    expect_trouble(s, "links of the derivation tree disagree at slot");
}

static void test_empty_in_tree(struct system *s)
{
    root_slot(s, make(s, ABI_TYPE_ENDPOINT, 0))->cap = cap_null();
    expect_trouble(s, "an empty slot stands in the derivation tree:");
}

static void test_empty_with_links(struct system *s)
{
    root_slot(s, slot_new(s))->node.is_revocable = 1;
    expect_trouble(s, "an empty slot has links: slot");
}

static void test_outside_tree(struct system *s)
{
    root_slot(s, slot_new(s))->cap = cap_endpoint(RAM_BASE, 0, 0);
    expect_trouble(s, "a capability is not in the derivation tree: slot");
}

static void test_unknown_type(struct system *s)
{
    root_slot(s, slot_new(s))->cap.any.type = 31;
    expect_trouble(s, "a capability has no known type: slot");
}

/* --- objects ---------------------------------------------------------------------------------- */

static void test_alignment(struct system *s)
{
    root_slot(s, make(s, ABI_TYPE_TCB, 0))->cap.tcb.object += 16;
    expect_trouble(s, "an object is not aligned to its size: slot");
}

static void test_outside_memory(struct system *s)
{
    root_slot(s, make(s, ABI_TYPE_ENDPOINT, 0))->cap.endpoint.object = RAM_BASE - 4096;
    expect_trouble(s, "an object lies where it cannot: slot");
}

static void test_kernel_in_device(struct system *s)
{
    root_slot(s, make(s, ABI_TYPE_PAGE, 0))->cap.frame.is_device = 1;
    expect_trouble(s, "an object lies where it cannot: slot");
}

static void test_in_kernel_memory(struct system *s)
{
    root_slot(s, make(s, ABI_TYPE_ENDPOINT, 0))->cap.endpoint.object = RAM_BASE;
    expect_trouble(s, "an object lies in the kernel's own memory: slot");
}

static void test_impossible_size(struct system *s)
{
    root_slot(s, make(s, ABI_TYPE_UNTYPED, 12))->cap.untyped.size_bits = 3;
    expect_trouble(s, "an object has an impossible size: slot");
}

static void test_impossible_watermark(struct system *s)
{
    root_slot(s, make(s, ABI_TYPE_UNTYPED, 12))->cap.untyped.free_bytes = 4097;
    expect_trouble(s, "an object has an impossible size: slot");
}

static void test_untyped_copy(struct system *s)
{
    root_slot(s, make(s, ABI_TYPE_UNTYPED, 12))->node.is_revocable = 0;
    expect_trouble(s, "an untyped capability is not an original: slot");
}

static void test_watermark(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slots_new(s, 2), 2));
    root_slot(s, untyped)->cap.untyped.free_bytes = 16;
    expect_trouble(s, "objects overlap, or lie above the watermark: slot");
}

static void test_overlap(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t pair = slots_new(s, 2);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, pair, 2));
    point_at(s, pair, object_of(s, pair + 1));
    expect_trouble(s, "an object has two originals: slot");
}

static void test_wrong_order(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t trio = slots_new(s, 3);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, trio, 3));
    point_at(s, trio, object_of(s, trio + 2));
    expect_trouble(s, "objects overlap, or lie above the watermark: slot");
}

static void test_roots_overlap(struct system *s)
{
    point_at(s, ROOT_BUFFER, align_down(object_of(s, ROOT_TCB), ABI_PAGE_BITS));
    expect_trouble(s, "an object overlaps another: slot");
}

static void test_second_zombie(struct system *s)
{
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 4);
    uint64_t copy = slot_new(s);
    kaddr object = object_of(s, cnode);

    EXPECT_OK(cnode_copy(s, copy, cnode));
    root_slot(s, cnode)->cap = cap_zombie(object, false, 4, 16);
    root_slot(s, copy)->cap = cap_zombie(object, false, 4, 16);
    expect_trouble(s, "an object that is being deleted has another capability: slot");
}

static void test_unclear_memory(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slot_new(s), 1));
    *(uint64_t *)kernel_pointer(s->k, object_of(s, untyped) + 1024) = 1;
    expect_trouble(s, "memory that was not given out is not clear:");
}

/* --- threads ---------------------------------------------------------------------------------- */

static struct tcb *make_ready(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 9});

    resume(s, thread);
    return tcb_of(s, thread);
}

static struct ready_queues *queues(struct system *s)
{
    return kernel_pointer(s->k, s->k->ready);
}

static void test_ready_bit(struct system *s)
{
    make_ready(s);
    queues(s)->words[0] = 0;
    queues(s)->top = 0;
    expect_trouble(s, "a ready queue and its bit disagree, priority 0x9");
}

static void test_ready_word(struct system *s)
{
    make_ready(s);
    queues(s)->top = 2;
    expect_trouble(s, "a word of ready queues and its bit disagree, word 0x0");
}

static void test_ready_blocked(struct system *s)
{
    make_ready(s)->state = THREAD_INACTIVE;
    expect_trouble(s, "a thread that cannot run is in a ready queue:");
}

static void test_ready_wrong(struct system *s)
{
    make_ready(s)->priority = 10;
    expect_trouble(s, "a thread is in the wrong ready queue:");
}

static void test_ready_tail(struct system *s)
{
    make_ready(s);
    queues(s)->queues[9].tail = 0;
    expect_trouble(s, "a ready queue's tail is wrong, priority 0x9");
}

static void test_ready_astray(struct system *s)
{
    make_ready(s);
    queues(s)->queues[9].head = 0x12345;
    expect_trouble(s, "a ready queue leads to no thread: 0x12345");
}

static void test_ready_nowhere(struct system *s)
{
    struct tcb *t = make_ready(s);

    queues(s)->queues[9] = (struct ready_queue){0, 0};
    queues(s)->words[0] = 0;
    queues(s)->top = 0;
    t->is_queued = false;
    expect_trouble(s, "a runnable thread is in no ready queue:");
}

/* Its last capability has gone, and it is still there. */
static void test_thread_without_cap(struct system *s)
{
    make_ready(s)->is_queued = true;
    root_slot(s, s->next_slot - 1)->cap = cap_null();
    expect_trouble(s, "an empty slot stands in the derivation tree:");
}

static void test_unknown_state(struct system *s)
{
    tcb_of(s, make_thread(s, (struct thread_options){.priority = 9}))->state = 99;
    expect_trouble(s, "a thread has an unknown state:");
}

static void test_waits_for_nothing(struct system *s)
{
    tcb_of(s, make_thread(s, (struct thread_options){.priority = 9}))->state =
        THREAD_BLOCKED_ON_SEND;
    expect_trouble(s, "a thread's state and what it waits for disagree:");
}

static void test_current_blocked(struct system *s)
{
    s->root->state = THREAD_INACTIVE;
    expect_trouble(s, "the current thread cannot run:");
}

static void test_choice_open(struct system *s)
{
    s->k->action = CHOOSE_ANEW;
    expect_trouble(s, "a choice of who runs was not made, action");
}

static void test_wrong_cspace(struct system *s)
{
    s->root->slots[TCB_SLOT_CSPACE].cap = cap_simple(CAP_DOMAIN);
    expect_trouble(s, "a thread's CSpace is not a CNode:");
}

static void test_device_buffer(struct system *s)
{
    s->root->buffer_address += 8;
    expect_trouble(s, "a thread's IPC buffer is not aligned:");
}

/* --- queues ----------------------------------------------------------------------------------- */

/* A thread that waits at the endpoint or notification; returns it. */
static struct tcb *make_waiter(struct system *s, uint64_t cptr)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 9});

    resume(s, thread);
    root_sleep(s);
    receive(s, cptr);
    root_wake(s);
    return tcb_of(s, thread);
}

static void test_endpoint_state(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);

    endpoint_at(s->k, object_of(s, ep))->state = ENDPOINT_SEND;
    expect_trouble(s, "an endpoint's state and queue disagree:");
}

static void test_endpoint_member(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);

    make_waiter(s, ep)->state = THREAD_BLOCKED_ON_SEND;
    expect_trouble(s, "a thread in a queue does not wait there:");
}

static void test_endpoint_tail(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);

    make_waiter(s, ep);
    endpoint_at(s->k, object_of(s, ep))->tail = 0;
    expect_trouble(s, "a queue's tail is wrong at");
}

static void test_queue_links(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);

    make_waiter(s, ep);
    make_waiter(s, ep)->queue_previous = 0;
    expect_trouble(s, "links of a queue disagree at thread");
}

static void test_queue_forgotten(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);
    struct endpoint *endpoint = endpoint_at(s->k, object_of(s, ep));

    make_waiter(s, ep);
    memset(endpoint, 0, sizeof(*endpoint));
    expect_trouble(s, "threads that wait and threads in queues differ; in queues are");
}

static void test_notification_state(struct system *s)
{
    uint64_t n = make(s, ABI_TYPE_NOTIFICATION, 0);

    notification_at(s->k, object_of(s, n))->state = NOTIFICATION_WAITING;
    expect_trouble(s, "a notification's state and queue disagree:");
}

static void test_bound_one_way(struct system *s)
{
    uint64_t n = make(s, ABI_TYPE_NOTIFICATION, 0);

    s->root->bound_notification = object_of(s, n);
    expect_trouble(s, "a bound notification does not know its thread:");
}

static void test_bound_other_way(struct system *s)
{
    uint64_t n = make(s, ABI_TYPE_NOTIFICATION, 0);

    notification_at(s->k, object_of(s, n))->bound_thread = s->k->root_thread;
    expect_trouble(s, "a thread does not know its bound notification:");
}

/* --- interrupts and address spaces ------------------------------------------------------------ */

static void test_irq_without_handler(struct system *s)
{
    s->k->irq_states[7] = IRQ_SIGNAL;
    expect_trouble(s, "interrupt lines are active without a handler:");
}

static void test_handler_of_inactive(struct system *s)
{
    EXPECT_OK(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                     WORDS(7, slot_new(s), 64)));
    s->k->irq_states[7] = IRQ_INACTIVE;
    expect_trouble(s, "an interrupt handler's line is not active: slot");
}

static void test_pool_without_cap(struct system *s)
{
    s->k->asid_pools[3] = object_of(s, make(s, ABI_TYPE_PAGE, 0));
    expect_trouble(s, "an ASID pool in use has no capability; in use are 0x2");
}

static void test_asid_without_cap(struct system *s)
{
    *asid_entry(s->k, 9) = object_of(s, make(s, ABI_TYPE_PAGE_TABLE, 0));
    expect_trouble(s, "an ASID names a table without a capability; named are 0x2");
}

static void test_secret_mapping(struct system *s)
{
    struct table_walk walk = vspace_walk(s->k, object_of(s, ROOT_VSPACE), 0x1f0000);

    *walk.entry = pte_make_frame(object_of(s, make(s, ABI_TYPE_PAGE, 0)), FRAME_READ_WRITE, true);
    expect_trouble(s, "a frame is mapped where no capability says so; mapped are");
}

static void test_table_astray(struct system *s)
{
    uint64_t *root = kernel_pointer(s->k, object_of(s, ROOT_VSPACE));

    root[5] = pte_make_table(0x1000);
    expect_trouble(s, "a page table leads to no table:");
}

static void test_heap_one_way(struct system *s)
{
    struct lua_heap *heap = kernel_pointer(s->k, s->k->bound_heaps);

    heap->vspace = 0;
    expect_trouble(s, "a Lua heap and its VSpace do not know each other:");
}

static void test_heap_forgotten(struct system *s)
{
    s->k->bound_heaps = 0;
    expect_trouble(s, "a bound Lua heap is not in the list; in the list are 0x0");
}

const struct test check_tests[] = {
    TEST("kernel_check: a healthy system", test_healthy),
    TEST("kernel_check: a link that leads nowhere", test_link_astray),
    TEST("kernel_check: a list that bites its tail", test_link_circle),
    TEST("kernel_check: links that are not each other's inverse", test_link_back),
    TEST("kernel_check: an empty slot in the tree", test_empty_in_tree),
    TEST("kernel_check: flags in an empty slot", test_empty_with_links),
    TEST("kernel_check: a capability outside of the tree", test_outside_tree),
    TEST("kernel_check: a capability of no known type", test_unknown_type),
    TEST("kernel_check: an object that is not aligned", test_alignment),
    TEST("kernel_check: an object outside of memory", test_outside_memory),
    TEST("kernel_check: RAM taken for device memory", test_kernel_in_device),
    TEST("kernel_check: an object in the kernel's memory", test_in_kernel_memory),
    TEST("kernel_check: an object of impossible size", test_impossible_size),
    TEST("kernel_check: a watermark beyond the end", test_impossible_watermark),
    TEST("kernel_check: an untyped that is no original", test_untyped_copy),
    TEST("kernel_check: an object above the watermark", test_watermark),
    TEST("kernel_check: two objects in the same place", test_overlap),
    TEST("kernel_check: two objects in the same place, far apart in the tree", test_wrong_order),
    TEST("kernel_check: two objects of the boot in the same place", test_roots_overlap),
    TEST("kernel_check: two zombies of one object", test_second_zombie),
    TEST("kernel_check: memory that was not cleared", test_unclear_memory),
    TEST("kernel_check: a ready queue without its bit", test_ready_bit),
    TEST("kernel_check: a word of queues without its bit", test_ready_word),
    TEST("kernel_check: a stopped thread in a ready queue", test_ready_blocked),
    TEST("kernel_check: a thread in another priority's queue", test_ready_wrong),
    TEST("kernel_check: a ready queue without its tail", test_ready_tail),
    TEST("kernel_check: a ready queue that leads nowhere", test_ready_astray),
    TEST("kernel_check: a runnable thread in no queue", test_ready_nowhere),
    TEST("kernel_check: a thread that has lost its capability", test_thread_without_cap),
    TEST("kernel_check: an unknown thread state", test_unknown_state),
    TEST("kernel_check: a thread that waits for nothing", test_waits_for_nothing),
    TEST("kernel_check: a current thread that is stopped", test_current_blocked),
    TEST("kernel_check: an entry without a choice", test_choice_open),
    TEST("kernel_check: a thread whose CSpace is no CNode", test_wrong_cspace),
    TEST("kernel_check: an IPC buffer that is not aligned", test_device_buffer),
    TEST("kernel_check: an endpoint's state", test_endpoint_state),
    TEST("kernel_check: a thread in a queue that does not wait", test_endpoint_member),
    TEST("kernel_check: a queue without its tail", test_endpoint_tail),
    TEST("kernel_check: a queue's links", test_queue_links),
    TEST("kernel_check: a thread that its endpoint has forgotten", test_queue_forgotten),
    TEST("kernel_check: a notification's state", test_notification_state),
    TEST("kernel_check: a thread bound on its side only", test_bound_one_way),
    TEST("kernel_check: a notification bound on its side only", test_bound_other_way),
    TEST("kernel_check: an active line without a handler", test_irq_without_handler),
    TEST("kernel_check: a handler of an inactive line", test_handler_of_inactive),
    TEST("kernel_check: an ASID pool without a capability", test_pool_without_cap),
    TEST("kernel_check: an ASID without a VSpace", test_asid_without_cap),
    TEST("kernel_check: a mapping that no capability knows", test_secret_mapping),
    TEST("kernel_check: a page table that leads nowhere", test_table_astray),
    TEST_ON("kernel_check: a heap that the list has lost", test_heap_forgotten, .heap_bits = 16),
    TEST_ON("kernel_check: a heap without its VSpace", test_heap_one_way, .heap_bits = 16),
    TESTS_END};
