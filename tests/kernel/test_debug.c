/* SPDX-License-Identifier: MIT */
/* The debug system calls: entry/debug.c */
#include <string.h>

#include "kernel/cap/names.h"
#include "tests/kernel/harness.h"

static void put_text(struct system *s, const char *text)
{
    for (; *text; text++) {
        s->root->registers[REG_A0] = (uint8_t)*text;
        trap(s, ABI_DEBUG_PUT_CHAR);
    }
}

static void put_char(struct system *s)
{
    null_platform_console_clear(&s->platform);
    put_text(s, "hello\n");
    EXPECT(strcmp(s->platform.console, "hello\n") == 0);
    EXPECT(current(s) == s->root);
}

static void identify_types(struct system *s)
{
    uint64_t heap = make(s, ABI_TYPE_LUA_HEAP, 16);

    EXPECT_EQUAL(identify(s, heap), 0x4c00);
    EXPECT_EQUAL(identify(s, ROOT_IRQ_CONTROL), 14);
    EXPECT_EQUAL(identify(s, UINT64_C(1) << 60), ABI_CAP_NULL); /* not found: no fault */
    EXPECT(current(s) == s->root);
}

static void name_thread(struct system *s, uint64_t tcb, const char *name)
{
    char *text = (char *)(buffer_of(s, s->root) + BUFFER_WORDS);

    memcpy(text, name, strlen(name) + 1);
    s->root->registers[REG_A0] = tcb;
    trap(s, ABI_DEBUG_NAME_THREAD);
}

static void names(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);

    name_thread(s, tcb, "server");
    EXPECT(strcmp(tcb_of(s, tcb)->name, "server") == 0);
    name_thread(s, tcb, "a name that is longer than any thread may have one");
    EXPECT(strncmp(tcb_of(s, tcb)->name, "a name that is", 14) == 0);
    EXPECT(memchr(tcb_of(s, tcb)->name, '\0', THREAD_NAME_SIZE) != NULL);
}

/* A name with no end in the message: it is cut, and nothing beyond the buffer is read. */
static void endless_name(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    uint64_t *buffer = buffer_of(s, s->root);

    memset(buffer, 'x', BUFFER_SIZE_WORDS * sizeof(uint64_t));
    s->root->registers[REG_A0] = tcb;
    trap(s, ABI_DEBUG_NAME_THREAD);
    EXPECT(tcb_of(s, tcb)->name[THREAD_NAME_SIZE - 1] == '\0');
}

/* What cannot be named does no harm; seL4 stops the machine here, seLVM does not. */
static void name_of_no_thread(struct system *s)
{
    name_thread(s, ROOT_CNODE, "x");
    name_thread(s, UINT64_C(1) << 60, "x");
    EXPECT(current(s) == s->root);
}

static void dump_threads(struct system *s)
{
    uint64_t tcb = make_thread(s, (struct thread_options){.priority = 9});

    name_thread(s, tcb, "the_server");
    null_platform_console_clear(&s->platform);
    trap(s, ABI_DEBUG_DUMP_SCHEDULER);
    EXPECT(strstr(s->platform.console, "the_server") != NULL);
    EXPECT(current(s) == s->root);
}

static void snapshot(struct system *s)
{
    make(s, ABI_TYPE_ENDPOINT, 0);
    null_platform_console_clear(&s->platform);
    trap(s, ABI_DEBUG_SNAPSHOT);
    EXPECT(s->platform.console_length > 0);
    EXPECT(current(s) == s->root);
}

static void halt(struct system *s)
{
    trap(s, ABI_DEBUG_HALT);
    EXPECT(s->platform.is_halted);
    EXPECT(s->k->is_halted);
    EXPECT(current(s) == NULL);
}

static void refusals_are_explained(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);

    EXPECT_EQUAL(cnode_copy(s, endpoint, ROOT_TCB), ABI_DELETE_FIRST);
    EXPECT(strstr(s->root->explanation, "CNode_Copy") != NULL);
    EXPECT(strstr(s->root->explanation, "Endpoint") != NULL);
}

/* --- names ------------------------------------------------------------------------------------ */

static bool name_is(struct system *s, uint64_t cptr, const char *expected)
{
    const char *name = name_of(s->k, root_slot(s, cptr)->cap);

    return expected ? name && strcmp(name, expected) == 0 : name == NULL;
}

static bool set_name(struct system *s, uint64_t cptr, const char *name)
{
    return name_set(s->k, root_slot(s, cptr)->cap, name, strlen(name));
}

static void names_appear(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);

    EXPECT(set_name(s, endpoint, "server_ep"));
    EXPECT_EQUAL(cnode_copy(s, endpoint, ROOT_TCB), ABI_DELETE_FIRST);
    EXPECT(strstr(s->root->explanation, "already holds an Endpoint (server_ep)") != NULL);
    null_platform_console_clear(&s->platform);
    trap(s, ABI_DEBUG_SNAPSHOT);
    EXPECT(strstr(s->platform.console, "an Endpoint (server_ep)") != NULL);

    uint64_t waiter = make_thread(s, (struct thread_options){.priority = 100});

    resume(s, waiter);
    root_sleep(s);
    receive(s, endpoint);
    root_wake(s);
    null_platform_console_clear(&s->platform);
    trap(s, ABI_DEBUG_DUMP_SCHEDULER);
    EXPECT(strstr(s->platform.console, "blocked on receive of server_ep") != NULL);
}

/* The last byte is the end's. */
static void long_names_are_cut(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    char name[THREAD_NAME_SIZE + 2];
    char expected[THREAD_NAME_SIZE];

    memset(name, 'n', sizeof(name));
    memset(expected, 'n', sizeof(expected));
    expected[THREAD_NAME_SIZE - 1] = '\0';
    for (unsigned length = THREAD_NAME_SIZE - 1; length <= THREAD_NAME_SIZE + 1; length++) {
        EXPECT(name_set(s->k, root_slot(s, endpoint)->cap, name, length));
        EXPECT(name_is(s, endpoint, expected));
    }
}

static void names_are_of_objects(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t copy = slot_new(s), badged = slot_new(s);

    EXPECT(set_name(s, endpoint, "server"));
    EXPECT_OK(cnode_mint(s, copy, endpoint, ABI_ALL_RIGHTS, 0));
    EXPECT_OK(cnode_mint(s, badged, endpoint, ABI_ALL_RIGHTS, 7));
    EXPECT(name_is(s, copy, "server"));
    EXPECT(name_is(s, badged, "server"));
    EXPECT(set_name(s, badged, "client 7"));
    EXPECT(name_is(s, badged, "client 7"));
    EXPECT(name_is(s, endpoint, "server"));
    EXPECT_OK(cnode_delete(s, endpoint));
    EXPECT(name_is(s, copy, "server"));
    EXPECT(set_name(s, copy, ""));
    EXPECT(name_is(s, copy, NULL));
    EXPECT(name_is(s, badged, "client 7"));
}

/* What is made in the same memory later is something else. */
static void names_end_with_objects(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 4);
    uint64_t slot = slot_new(s);

    EXPECT(set_name(s, untyped, "memory"));
    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slot, 1));
    EXPECT(name_is(s, slot, NULL));
    EXPECT(set_name(s, slot, "old"));
    EXPECT(name_is(s, untyped, "memory"));
    EXPECT_OK(cnode_delete(s, slot));
    EXPECT_EQUAL(s->k->name_count, 1);
    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slot, 1));
    EXPECT(name_is(s, slot, NULL));
}

/* The name that goes is that of the object that goes, be it the only one or the first. */
static void each_name_ends_with_its_object(struct system *s)
{
    uint64_t first = make(s, ABI_TYPE_ENDPOINT, 0), second = make(s, ABI_TYPE_ENDPOINT, 0);

    EXPECT(set_name(s, first, "first"));
    EXPECT(set_name(s, second, "second"));
    EXPECT_OK(cnode_delete(s, first));
    EXPECT_EQUAL(s->k->name_count, 1);
    EXPECT(name_is(s, second, "second"));
    EXPECT_OK(cnode_delete(s, second));
    EXPECT_EQUAL(s->k->name_count, 0);
}

/* What is said of capabilities that cannot be used. */
static void reasons_are_told(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 50});
    uint64_t weak = slot_new(s), endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    struct tcb *t = tcb_of(s, thread);

    EXPECT_OK(cnode_mint(s, weak, endpoint, ABI_WRITE, 0));
    resume(s, thread);
    root_sleep(s);
    receive(s, ROOT_TCB);
    EXPECT(strstr(t->explanation, "to no endpoint and no notification") != NULL);
    root_wake(s);
    resume(s, thread);
    root_sleep(s);
    receive(s, weak);
    EXPECT(strstr(t->explanation, "lacks the right to receive") != NULL);
    root_wake(s);
    resume(s, thread);
    root_sleep(s);
    receive(s, UINT64_C(1) << 60);
    EXPECT(strstr(t->explanation, "bits left of the address do not begin with it") != NULL);
}

static void names_are_few(struct system *s)
{
    uint64_t first = make(s, ABI_TYPE_ENDPOINT, 0), second = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t third = make(s, ABI_TYPE_ENDPOINT, 0);
    char longest[THREAD_NAME_SIZE + 8];

    memset(longest, 'x', sizeof(longest));
    EXPECT(set_name(s, first, "first"));
    EXPECT(name_set(s->k, root_slot(s, second)->cap, longest, sizeof(longest)));
    EXPECT_EQUAL(strlen(name_of(s->k, root_slot(s, second)->cap)), THREAD_NAME_SIZE - 1);
    EXPECT(!set_name(s, third, "third"));
    EXPECT(set_name(s, first, "renamed"));
    EXPECT(name_is(s, first, "renamed"));
    EXPECT(set_name(s, ROOT_TCB, "root"));
    EXPECT(name_is(s, ROOT_TCB, "root"));
    EXPECT_OK(cnode_delete(s, first));
    EXPECT(set_name(s, third, "third"));
    EXPECT(!name_set(s->k, cap_null(), "x", 1));
}

const struct test debug_tests[] = {
    TEST("DebugPutChar: prints", put_char),
    TEST("DebugCapIdentify: answers types, and 0 for what is not found", identify_types),
    TEST("DebugNameThread: sets a name, long ones are cut", names),
    TEST("DebugNameThread: a name without end is cut", endless_name),
    TEST("DebugNameThread: of something else does nothing", name_of_no_thread),
    TEST("DebugDumpScheduler: lists threads with their names", dump_threads),
    TEST("DebugSnapshot: prints the capabilities", snapshot),
    TEST("DebugHalt: nobody runs any more", halt),
    TEST("a refusal is explained with the method and what was in the way", refusals_are_explained),
    TEST_ON("names of objects: each ends with its own", each_name_ends_with_its_object,
            .name_capacity = 4),
    TEST("explanations of what cannot be received from", reasons_are_told),
    TEST_ON("names of objects are cut where they are too long", long_names_are_cut,
            .name_capacity = 4),
    TEST_ON("names of objects appear in explanations and dumps", names_appear, .name_capacity = 4),
    TEST_ON("a name is an object's, and a badge may have one of its own", names_are_of_objects,
            .name_capacity = 4),
    TEST_ON("a name ends with its object", names_end_with_objects, .name_capacity = 4),
    TEST_ON("names are cut, and there are as many as the table holds", names_are_few,
            .name_capacity = 2),
    TESTS_END};
