/* SPDX-License-Identifier: MIT */
/* Interrupt lines: irq/ */
#include "tests/kernel/harness.h"

enum { LINE = 42 };

struct line {
    uint64_t handler;
    uint64_t notification; /* unbadged */
};

static struct line make_line(struct system *s)
{
    struct line l = {.handler = slot_new(s)};

    l.notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    EXPECT_OK(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                     WORDS(LINE, l.handler, 64)));
    return l;
}

static void set_notification(struct system *s, const struct line *l, uint64_t badge)
{
    uint64_t badged = slot_new(s);

    EXPECT_OK(cnode_mint(s, badged, l->notification, ABI_WRITE, badge));
    EXPECT_OK(invoke(s, l->handler, ABI_IRQ_HANDLER_SET_NOTIFICATION, CAPS(badged), NO_WORDS));
}

static void raise_line(struct system *s)
{
    null_platform_raise(&s->platform, LINE);
    interrupt(s);
}

static void expect_badge(struct system *s, const struct line *l, uint64_t badge)
{
    receive_nonblocking(s, l->notification);
    EXPECT_EQUAL(s->root->registers[REG_A0], badge);
}

static void get(struct system *s)
{
    struct line l = make_line(s);

    EXPECT_EQUAL(identify(s, l.handler), 16);
    EXPECT(!s->platform.is_masked[LINE]);
}

static void get_with_trigger(struct system *s)
{
    uint64_t handlers = slots_new(s, 2);

    EXPECT_OK(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET_TRIGGER, CAPS(ROOT_CNODE),
                     WORDS(1, 1, handlers, 64)));
    EXPECT_OK(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET_TRIGGER, CAPS(ROOT_CNODE),
                     WORDS(96, 0, handlers + 1, 64)));
    EXPECT(s->platform.trigger[1] == TRIGGER_EDGE);
    EXPECT(s->platform.trigger[96] == TRIGGER_LEVEL);
}

static void line_signals(struct system *s)
{
    struct line l = make_line(s);

    set_notification(s, &l, 0x20);
    raise_line(s);
    expect_badge(s, &l, 0x20);
}

/* Between an interrupt and its acknowledgement the line is silent. */
static void ack(struct system *s)
{
    struct line l = make_line(s);

    set_notification(s, &l, 0x20);
    raise_line(s);
    expect_badge(s, &l, 0x20);
    raise_line(s);
    expect_badge(s, &l, 0);
    EXPECT_OK(invoke(s, l.handler, ABI_IRQ_HANDLER_ACK, NO_CAPS, NO_WORDS));
    EXPECT(s->platform.acks > 0);
    interrupt(s);
    expect_badge(s, &l, 0x20);
}

static void clear(struct system *s)
{
    struct line l = make_line(s);

    set_notification(s, &l, 0x20);
    EXPECT_OK(invoke(s, l.handler, ABI_IRQ_HANDLER_CLEAR, NO_CAPS, NO_WORDS));
    raise_line(s);
    expect_badge(s, &l, 0);
}

static void set_again(struct system *s)
{
    struct line l = make_line(s);

    set_notification(s, &l, 0x20);
    set_notification(s, &l, 0x40);
    raise_line(s);
    expect_badge(s, &l, 0x40);
}

static void deleted_notification(struct system *s)
{
    struct line l = make_line(s);

    set_notification(s, &l, 0x20);
    EXPECT_OK(cnode_revoke(s, l.notification));
    raise_line(s);
    expect_badge(s, &l, 0);
}

/* A deleted handler gives the line back; a copy keeps it. */
static void deleted_handler(struct system *s)
{
    struct line l = make_line(s);
    uint64_t copy = slots_new(s, 2);

    EXPECT_OK(cnode_copy(s, copy, l.handler));
    EXPECT_OK(cnode_delete(s, l.handler));
    EXPECT_EQUAL(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                        WORDS(LINE, copy + 1, 64)),
                 ABI_REVOKE_FIRST);
    EXPECT_OK(cnode_delete(s, copy));
    EXPECT(s->platform.is_masked[LINE]);
    EXPECT_OK(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                     WORDS(LINE, copy + 1, 64)));
}

static void wakes_a_thread(struct system *s)
{
    struct line l = make_line(s);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 9});

    set_notification(s, &l, 0x20);
    resume(s, thread);
    root_sleep(s);
    receive(s, l.notification);
    EXPECT(current(s) == NULL);
    raise_line(s);
    EXPECT(current(s) == tcb_of(s, thread));
    EXPECT_EQUAL(current(s)->registers[REG_A0], 0x20);
}

static void several_lines_at_once(struct system *s)
{
    struct line l = make_line(s);
    uint64_t other = slot_new(s);

    set_notification(s, &l, 1);
    EXPECT_OK(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                     WORDS(7, other, 64)));
    EXPECT_OK(invoke(s, other, ABI_IRQ_HANDLER_SET_NOTIFICATION, CAPS(l.notification), NO_WORDS));
    null_platform_raise(&s->platform, 7);
    raise_line(s);
    EXPECT(!platform_irq_pending(&s->platform));
    expect_badge(s, &l, 1);
}

const struct test irq_tests[] = {
    TEST("IRQControl_Get succeeds: a handler, and the line is not masked", get),
    TEST("IRQControl_GetTrigger succeeds: the line is told how to signal", get_with_trigger),
    TEST("IRQHandler_SetNotification succeeds: the line signals it", line_signals),
    TEST("IRQHandler_SetNotification succeeds: a later one replaces it", set_again),
    TEST("IRQHandler_Ack succeeds: the line may signal again", ack),
    TEST("IRQHandler_Clear succeeds: the line signals nobody", clear),
    TEST("irq: a deleted notification is signalled no more", deleted_notification),
    TEST("irq: the last handler capability gives the line back", deleted_handler),
    TEST("irq: a line wakes the thread that waits", wakes_a_thread),
    TEST("irq: two lines at once are both taken", several_lines_at_once),
    TESTS_END};
