/* SPDX-License-Identifier: MIT */
/* Messages of every length by every call, badges, capabilities and notifications. */
#include "support.h"

enum { SEED = 12345, CALLER_BADGE = 77, SLOT_LABEL = 9 };

static seL4_CPtr endpoint, notification, cap_slot;

/* The word at i of the message of this length. */
static seL4_Word word_at(seL4_Word length, seL4_Word i)
{
    return (length * 131 + i + 1) * 0x9e3779b97f4a7c15ul;
}

static void write_words(seL4_Word length, seL4_Word mask)
{
    for (seL4_Word i = 0; i < length; i++)
        seL4_SetMR((int)i, word_at(length, i) ^ mask);
}

static bool has_words(seL4_Word length, seL4_Word mask)
{
    for (seL4_Word i = 0; i < length; i++) {
        if (seL4_GetMR((int)i) != (word_at(length, i) ^ mask))
            return false;
    }
    return true;
}

/* Answers each message with its own words turned round. */
static void echo(seL4_Word unused)
{
    seL4_Word badge;
    seL4_MessageInfo_t info = receive(endpoint, &badge);

    (void)unused;
    for (;;) {
        seL4_Word length = seL4_MessageInfo_get_length(info);

        assert(badge == CALLER_BADGE && has_words(length, 0));
        write_words(length, ~0ul);
        info = reply_receive(endpoint, seL4_MessageInfo_new(badge, 0, 0, length), &badge);
    }
}

static void test_calls(seL4_CPtr caller)
{
    seL4_Word sum = 0;

    for (seL4_Word length = 0; length <= seL4_MsgMaxLength; length++) {
        seL4_MessageInfo_t info = seL4_MessageInfo_new(1, 0, 0, length);

        write_words(length, 0);
        info = seL4_Call(caller, info);
        assert(seL4_MessageInfo_get_label(info) == CALLER_BADGE);
        assert(seL4_MessageInfo_get_length(info) == length && has_words(length, ~0ul));
        sum += length;
    }
    printf("calls with %lu words together\n", sum);
}

static void test_call_with_words(seL4_CPtr caller)
{
    seL4_Word m[4];

    for (seL4_Word length = 0; length <= 4; length++) {
        for (seL4_Word i = 0; i < 4; i++)
            m[i] = word_at(length, i);
        seL4_CallWithMRs(caller, seL4_MessageInfo_new(1, 0, 0, length), &m[0], &m[1], &m[2], &m[3]);
        for (seL4_Word i = 0; i < length; i++)
            assert(m[i] == ~word_at(length, i));
    }
    m[0] = word_at(1, 0);
    seL4_CallWithMRs(caller, seL4_MessageInfo_new(1, 0, 0, 1), &m[0], NULL, NULL, NULL);
    printf("words in registers: %d\n", m[0] == ~word_at(1, 0));
}

/* --- one way ---------------------------------------------------------------------------------- */

static void sender(seL4_Word cap)
{
    for (seL4_Word length = 0; length <= seL4_MsgMaxLength; length += 8) {
        write_words(length, SEED);
        seL4_Send(cap, seL4_MessageInfo_new(length, 0, 0, length));
    }
    thread_end();
}

static void test_sends(void)
{
    seL4_CPtr way = new_object(seL4_EndpointObject, 0);
    seL4_Word count = 0, badge;

    seL4_NBSend(way, seL4_MessageInfo_new(5, 0, 0, 0)); /* nobody waits: it is lost */
    thread_run(sender, badged(way, 5), 100);
    for (seL4_Word length = 0; length <= seL4_MsgMaxLength; length += 8) {
        seL4_MessageInfo_t info = receive(way, &badge);

        assert(seL4_MessageInfo_get_label(info) == length && badge == 5);
        count += has_words(length, SEED);
    }
    printf("%lu messages one way\n", count);
    seL4_Poll(way, &badge);
    printf("then none: %lu\n", badge);
}

/* --- capabilities ----------------------------------------------------------------------------- */

/* Receives capabilities into cap_slot and says what has come. */
static void cap_taker(seL4_Word from)
{
    seL4_Word badge;
    seL4_MessageInfo_t info;

    seL4_SetCapReceivePath(seL4_CapInitThreadCNode, cap_slot, seL4_WordBits);
    info = receive(from, &badge);
    for (;;) {
        seL4_SetMR(0, seL4_MessageInfo_get_extraCaps(info));
        seL4_SetMR(1, seL4_MessageInfo_get_capsUnwrapped(info));
        seL4_SetMR(2, seL4_GetBadge(0));
        seL4_SetMR(3, seL4_DebugCapIdentify(cap_slot));
        info = reply_receive(from, seL4_MessageInfo_new(SLOT_LABEL, 0, 0, 4), &badge);
    }
}

static void send_caps(seL4_CPtr to, seL4_CPtr first, seL4_CPtr second)
{
    seL4_Word count = second != 0 ? 2 : 1;

    seL4_SetCap(0, first);
    seL4_SetCap(1, second);
    seL4_Call(to, seL4_MessageInfo_new(0, 0, count, 0));
    printf("%lu capabilities: extra %lu, unwrapped %lu, badge %lu, type %lu\n", count,
           seL4_GetMR(0), seL4_GetMR(1), seL4_GetMR(1) & 1 ? seL4_GetMR(2) : 0, seL4_GetMR(3));
}

static void test_caps(void)
{
    seL4_CPtr to = new_object(seL4_EndpointObject, 0);

    cap_slot = new_slot();
    thread_run(cap_taker, to, 200);
    send_caps(to, notification, 0);
    printf("the same object: ");
    seL4_Signal(cap_slot);
    printf("%d\n", wait_for(notification) == 0);
    CHECK(seL4_CNode_Delete(seL4_CapInitThreadCNode, cap_slot, seL4_WordBits));
    send_caps(to, badged(to, 42), 0);
    send_caps(to, badged(to, 43), notification);
    send_caps(to, notification, 0); /* the slot is full: nothing arrives */
}

/* --- notifications ---------------------------------------------------------------------------- */

static void test_signals(void)
{
    seL4_Word badge;

    seL4_Signal(badged(notification, 1));
    seL4_Signal(badged(notification, 8));
    printf("signalled: %lu\n", wait_for(notification));
    seL4_Poll(notification, &badge);
    printf("polled: %lu\n", badge);
    seL4_Signal(badged(notification, 16));
    seL4_Poll(notification, &badge);
    printf("polled: %lu\n", badge);
}

int main(void)
{
    endpoint = new_object(seL4_EndpointObject, 0);
    notification = new_object(seL4_NotificationObject, 0);
    thread_run(echo, 0, 200);
    test_calls(badged(endpoint, CALLER_BADGE));
    test_call_with_words(badged(endpoint, CALLER_BADGE));
    test_sends();
    test_caps();
    test_signals();
    return 0;
}
