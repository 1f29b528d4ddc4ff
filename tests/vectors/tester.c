/* SPDX-License-Identifier: MIT */
#include "tests/vectors/tester.h"

#include <string.h>

#include "tests/vectors/environment.h"

enum { TESTER_RADIX = 8, TESTER_GUARD_SIZE = 56, TESTER_PRIORITY = 200, FAULT_BADGE = 0x55 };

/* --- the environment -------------------------------------------------------------------------- */

static void must(struct bench *b, uint64_t error, const char *what)
{
    if (error != ABI_NO_ERROR)
        system_fail("building the environment: %s is refused (error %lld: %s)", what,
                    (long long)error, b->system.root->explanation);
}

static void retype_into_tester(struct bench *b, uint64_t type, uint64_t size_bits, uint64_t slot)
{
    struct system *s = &b->system;

    must(b, invoke(s, s->untyped, ABI_UNTYPED_RETYPE, CAPS(b->cnode),
                   WORDS(type, size_bits, 0, 0, slot, 1)),
         "a Retype into the tester's CNode");
}

/* A copy of a root capability; `data` is the badge or guard (0: plain copy). */
static void mint_into_tester(struct bench *b, uint64_t slot, uint64_t source, uint64_t data)
{
    struct system *s = &b->system;

    /* Both CNode capabilities have guards that fill a word, so depth 64 fits both. */
    must(b, invoke(s, b->cnode, ABI_CNODE_MINT, CAPS(ROOT_CNODE),
                   WORDS(slot, 64, source, 64, ABI_ALL_RIGHTS, data)),
         "a Mint into the tester's CNode");
}

static void copy_into_tester(struct bench *b, uint64_t slot, uint64_t source)
{
    struct system *s = &b->system;

    must(b, invoke(s, b->cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                   WORDS(slot, 64, source, 64, ABI_ALL_RIGHTS)),
         "a Copy into the tester's CNode");
}

/* T, with the guard that makes 64-bit CPtrs slot numbers, as a copy of the original capability. */
static void make_tester_cnode(struct bench *b)
{
    struct system *s = &b->system;
    uint64_t original = make(s, ABI_TYPE_CNODE, TESTER_RADIX);

    b->cnode = slot_new(s);
    must(b, cnode_mint(s, b->cnode, original, ABI_ALL_RIGHTS, abi_guard(0, TESTER_GUARD_SIZE)),
         "a Mint of the tester's CNode");
}

/* A page table that is a VSpace root, moved into the tester's CNode. */
static void make_tester_vspace(struct bench *b, uint64_t slot)
{
    struct system *s = &b->system;
    uint64_t table = make(s, ABI_TYPE_PAGE_TABLE, 0);

    must(b, invoke(s, ROOT_ASID_POOL, ABI_ASID_POOL_ASSIGN, CAPS(table), NO_WORDS), "an Assign");
    must(b, invoke(s, b->cnode, ABI_CNODE_MOVE, CAPS(ROOT_CNODE), WORDS(slot, 64, table, 64)),
         "a Move into the tester's CNode");
}

static void fill_tester_cnode(struct bench *b)
{
    retype_into_tester(b, ABI_TYPE_UNTYPED, 16, 1);
    mint_into_tester(b, 2, b->cnode, abi_guard(0, TESTER_GUARD_SIZE));
    retype_into_tester(b, ABI_TYPE_TCB, 0, 3);
    retype_into_tester(b, ABI_TYPE_ENDPOINT, 0, 4);
    retype_into_tester(b, ABI_TYPE_NOTIFICATION, 0, 5);
    copy_into_tester(b, 7, ROOT_ASID_CONTROL);
    copy_into_tester(b, 8, ROOT_ASID_POOL);
    copy_into_tester(b, 9, ROOT_DOMAIN);
    make_tester_vspace(b, 10);
    retype_into_tester(b, ABI_TYPE_PAGE, 0, 11);
    retype_into_tester(b, ABI_TYPE_UNTYPED, 12, 12);
    retype_into_tester(b, ABI_TYPE_PAGE_TABLE, 0, 13);
    tester_fill(&b->system, b->cnode, b->fault_handler);
}

static void make_tester(struct bench *b)
{
    struct system *s = &b->system;
    uint64_t vaddr;
    uint64_t frame = make_buffer(s, &vaddr);

    b->tester_cap = make(s, ABI_TYPE_TCB, 0);
    b->tester = tcb_of(s, b->tester_cap);
    thread_set_up(s, b->tester_cap,
                  (struct thread_setup){.cnode = b->cnode,
                                        .frame = frame,
                                        .vaddr = vaddr,
                                        .handler = b->fault_handler,
                                        .handler_inside = TESTER_FAULT_SLOT,
                                        .mcp = 0,
                                        .priority = TESTER_PRIORITY});
    must(b, invoke(s, b->tester_cap, ABI_TCB_WRITE_REGISTERS, NO_CAPS, WORDS(1, 1, 0x10000)),
         "starting the tester");
}

void bench_build(struct bench *b, struct bench_options options)
{
    static const struct domain_entry schedule[1] = {{0, (UINT64_C(1) << 56) - 1}};
    struct system *s = &b->system;

    system_free(s);
    system_boot(s, (struct system_options){.schedule = schedule,
                                           .schedule_length = 1,
                                           .memory_mib = options.memory_mib});
    make_tester_cnode(b);
    b->fault_endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    b->fault_handler = slot_new(s);
    must(b, cnode_mint(s, b->fault_handler, b->fault_endpoint, ABI_ALL_RIGHTS, FAULT_BADGE),
         "a Mint of the fault endpoint");
    fill_tester_cnode(b);
    if (options.fill_more)
        options.fill_more(b);
    make_tester(b);
    receive(s, b->fault_endpoint);
    if (current(s) != b->tester)
        system_fail("the tester does not run when the root thread waits");
}

/* --- one call --------------------------------------------------------------------------------- */

/* The root thread has received the tester's fault: notes it and sends the tester on, behind the
   call. */
static void take_fault(struct bench *b, struct answer *answer)
{
    struct system *s = &b->system;
    struct message m;
    static const struct message go_on;

    message_read(s, s->root, &m);
    answer->kind = ANSWER_FAULT;
    answer->label = m.label;
    answer->count = m.length - 1;
    memcpy(answer->words, m.words + 1, sizeof(uint64_t) * answer->count);
    answer->is_clean = true;
    must(b, invoke(s, b->tester_cap, ABI_TCB_WRITE_REGISTERS, NO_CAPS,
                   WORDS(0, 1, m.words[0] + 4)),
         "setting the tester's pc");
    reply_receive(s, b->fault_endpoint, &go_on);
}

static void take_reply(struct bench *b, struct answer *answer)
{
    struct message m;

    message_read(&b->system, b->tester, &m);
    answer->kind = ANSWER_REPLY;
    answer->label = m.label;
    answer->count = m.length;
    answer->is_clean = m.extra_count == 0 && m.unwrapped == 0;
    memcpy(answer->words, m.words, sizeof(m.words));
}

struct answer bench_call(struct bench *b, uint64_t service, const struct message *m)
{
    struct system *s = &b->system;
    struct answer answer = {.kind = ANSWER_NONE};
    uint64_t type = identify(s, service);

    if (type == ABI_CAP_ENDPOINT || type == ABI_CAP_NOTIFICATION || type == ABI_CAP_REPLY)
        return (struct answer){.kind = ANSWER_SKIP, .label = type, .is_clean = true};
    call(s, service, m);
    if (current(s) == s->root)
        take_fault(b, &answer);
    else if (current(s) == b->tester)
        take_reply(b, &answer);
    return answer;
}
