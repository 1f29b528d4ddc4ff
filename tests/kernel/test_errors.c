/* SPDX-License-Identifier: MIT */
/* Refusals, one row each: the environment, running a row, the two rows that every method has. */
#include <string.h>

#include "tests/kernel/error_bench.h"
#include "tests/kernel/method_names.h"

/* --- the environment -------------------------------------------------------------------------- */

static void place(struct system *s, uint64_t type, uint64_t size_bits, uint64_t slot)
{
    EXPECT_OK(retype(s, s->untyped, type, size_bits, slot, 1));
}

static void place_copy(struct system *s, uint64_t slot, uint64_t source, uint64_t rights,
                       uint64_t badge)
{
    EXPECT_OK(cnode_mint(s, slot, source, rights, badge));
}

static void build_untyped(struct system *s)
{
    place(s, ABI_TYPE_UNTYPED, 14, B_UNTYPED);
    place(s, ABI_TYPE_UNTYPED, 13, B_USED_UNTYPED);
    place(s, ABI_TYPE_UNTYPED, 4, B_SMALL_UNTYPED);
    place(s, ABI_TYPE_UNTYPED, 12, B_PAGE_UNTYPED);
}

static void build_ipc_objects(struct system *s)
{
    EXPECT_OK(retype(s, B_USED_UNTYPED, ABI_TYPE_ENDPOINT, 0, B_ENDPOINT, 1));
    place_copy(s, B_BADGED_ENDPOINT, B_ENDPOINT, ABI_ALL_RIGHTS, 7);
    place_copy(s, B_SEND_ENDPOINT, B_ENDPOINT, ABI_WRITE, 0);
    place(s, ABI_TYPE_NOTIFICATION, 0, B_NOTIFICATION);
    place_copy(s, B_SIGNAL_NOTIFICATION, B_NOTIFICATION, ABI_WRITE, 0);
    place_copy(s, B_WAIT_NOTIFICATION, B_NOTIFICATION, ABI_READ, 0);
    place(s, ABI_TYPE_NOTIFICATION, 0, B_BOUND_NOTIFICATION);
}

static void build_threads(struct system *s)
{
    place(s, ABI_TYPE_TCB, 0, B_TCB);
    place(s, ABI_TYPE_TCB, 0, B_BOUND_TCB);
    EXPECT_OK(invoke(s, B_BOUND_TCB, ABI_TCB_BIND_NOTIFICATION, CAPS(B_BOUND_NOTIFICATION),
                     NO_WORDS));
    place(s, ABI_TYPE_CNODE, BENCH_CNODE_RADIX, B_CNODE);
    place_copy(s, B_GUARDED_CNODE, B_CNODE, ABI_ALL_RIGHTS, abi_guard(5, 8));
}

/* The smallest device untyped that the boot information names. */
static uint64_t device_untyped(struct system *s)
{
    uint64_t first = boot_info_word(s, INFO_UNTYPED);
    uint64_t end = boot_info_word(s, INFO_UNTYPED + 8);

    for (uint64_t slot = first; slot < end; slot++) {
        uint64_t word = boot_info_word(s, (unsigned)(INFO_UNTYPED_LIST + 16 * (slot - first) + 8));

        if ((word >> 8 & 0xff) != 0 && (word & 0xff) >= 12)
            return slot;
    }
    system_fail("the boot information names no device memory");
}

static void build_memory_objects(struct system *s)
{
    place(s, ABI_TYPE_PAGE, 0, B_FRAME);
    place(s, ABI_TYPE_PAGE, 0, B_MAPPED_FRAME);
    EXPECT_OK(invoke(s, B_MAPPED_FRAME, ABI_PAGE_MAP, CAPS(ROOT_VSPACE),
                     WORDS(BENCH_FRAME_VADDR, ABI_READ | ABI_WRITE, 0)));
    EXPECT_OK(cnode_copy(s, B_MAPPED_COPY, B_MAPPED_FRAME));
    EXPECT_OK(retype(s, device_untyped(s), ABI_TYPE_UNTYPED, 12, B_DEVICE_UNTYPED, 1));
    EXPECT_OK(retype(s, device_untyped(s), ABI_TYPE_PAGE, 0, B_DEVICE_FRAME, 1));
    place(s, ABI_TYPE_PAGE_TABLE, 0, B_TABLE);
    place(s, ABI_TYPE_PAGE_TABLE, 0, B_MAPPED_TABLE);
    place(s, ABI_TYPE_PAGE_TABLE, 0, B_VSPACE);
    EXPECT_OK(invoke(s, ROOT_ASID_POOL, ABI_ASID_POOL_ASSIGN, CAPS(B_VSPACE), NO_WORDS));
    EXPECT_OK(invoke(s, B_MAPPED_TABLE, ABI_PAGE_TABLE_MAP, CAPS(B_VSPACE), WORDS(0, 0)));
    EXPECT_OK(cnode_copy(s, B_MAPPED_TABLE_COPY, B_MAPPED_TABLE));
    place(s, ABI_TYPE_LUA_HEAP, 16, B_HEAP);
}

void error_bench_build(struct system *s)
{
    build_untyped(s);
    build_ipc_objects(s);
    build_threads(s);
    build_memory_objects(s);
    EXPECT_OK(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                     WORDS(BENCH_LINE, B_HANDLER, 64)));
    error_bench_build_more(s);
}

void let_thread_hold_cspace(struct system *s)
{
    EXPECT_OK(set_space(s, B_TCB, (struct thread_spaces){.cnode = B_CNODE, .vspace = ROOT_VSPACE}));
    EXPECT_OK(cnode_delete(s, B_GUARDED_CNODE));
    EXPECT_OK(cnode_delete(s, B_CNODE));
}

/* --- a row ------------------------------------------------------------------------------------ */

/* Any refusal leaves everything as it was: compared by the bytes of all slots of the root CNode. */
static void copy_slots(struct system *s, struct slot *slots)
{
    memcpy(slots, root_slot(s, 0), sizeof(struct slot) << ROOT_CNODE_BITS_DEFAULT);
}

void error_row_run(struct system *s, const struct error_row *row)
{
    static struct slot before[1 << ROOT_CNODE_BITS_DEFAULT];
    static struct slot after[1 << ROOT_CNODE_BITS_DEFAULT];
    uint64_t error;

    error_bench_build(s);
    if (row->prepare)
        row->prepare(s);
    copy_slots(s, before);
    error = invoke(s, row->service, row->label, row->caps, row->words);
    copy_slots(s, after);
    EXPECT_EQUAL(error, row->error);
    expect_answer(s, row->method, 0, row->answer);
    EXPECT(memcmp(before, after, sizeof(before)) == 0);
    EXPECT(s->root->explanation[0] != '\0');
}

/* --- errors of every method ------------------------------------------------------------------- */

enum { SERVICE_ROWS = 2 * (ABI_LABEL_COUNT - 1) };

/* An object that does not have the method: a thread, or for the methods of threads a CNode. */
static uint64_t stranger(uint64_t label)
{
    bool is_of_threads = label >= ABI_TCB_READ_REGISTERS && label <= ABI_TCB_SET_FLAGS;

    return is_of_threads ? B_CNODE : B_TCB;
}

const struct error_row *service_errors(void)
{
    static struct error_row rows[SERVICE_ROWS + 1];
    unsigned count = 0;

    for (uint64_t label = 1; label < ABI_LABEL_COUNT; label++) {
        rows[count++] = (struct error_row){
            .method = method_names[label], .label = label, .service = B_EMPTY,
            .reason = "InvalidCapability: the slot invoked is empty",
            .error = ABI_INVALID_CAPABILITY, .answer = LIST(0)};
        rows[count++] = (struct error_row){
            .method = method_names[label], .label = label, .service = stranger(label),
            .reason = "IllegalOperation: the object does not have this method",
            .error = ABI_ILLEGAL_OPERATION};
    }
    return rows;
}
