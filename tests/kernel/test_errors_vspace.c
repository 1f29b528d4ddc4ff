/* SPDX-License-Identifier: MIT */
/* Refusals of methods of pages, page tables and ASIDs. */
#include "tests/kernel/error_bench.h"

#define RW (ABI_READ | ABI_WRITE)

/* Macro arguments may not hold braces with commas. */
#define ONE(a) {1, {a}}
#define TWO(a, b) {2, {a, b}}
#define THREE(a, b, c) {3, {a, b, c}}

#define TABLE_ROW(reason_, service_, caps_, words_, error_, answer_)                               \
    {.method = "RISCV_PageTable_Map", .reason = reason_, .label = ABI_PAGE_TABLE_MAP,              \
     .service = service_, .caps = caps_, .words = words_, .error = error_, .answer = answer_}

#define PAGE_ROW(reason_, service_, caps_, words_, error_, answer_)                                \
    {.method = "RISCV_Page_Map", .reason = reason_, .label = ABI_PAGE_MAP, .service = service_,    \
     .caps = caps_, .words = words_, .error = error_, .answer = answer_}

#define POOL_ROW(reason_, caps_, words_, error_, answer_)                                          \
    {.method = "RISCV_ASIDControl_MakePool", .reason = reason_,                                    \
     .label = ABI_ASID_CONTROL_MAKE_POOL, .service = ROOT_ASID_CONTROL, .caps = caps_,             \
     .words = words_, .error = error_, .answer = answer_}

/* B_EMPTY becomes a VSpace in a pool of its own (B_EMPTY + 1). */
static void make_own_pool(struct system *s)
{
    EXPECT_OK(invoke(s, ROOT_ASID_CONTROL, ABI_ASID_CONTROL_MAKE_POOL,
                     CAPS(B_PAGE_UNTYPED, ROOT_CNODE), WORDS(B_EMPTY + 1, 64)));
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_PAGE_TABLE, 0, B_EMPTY, 1));
    EXPECT_OK(invoke(s, B_EMPTY + 1, ABI_ASID_POOL_ASSIGN, CAPS(B_EMPTY), NO_WORDS));
}

static void orphan_vspace(struct system *s)
{
    make_own_pool(s);
    EXPECT_OK(cnode_delete(s, B_EMPTY + 1));
}

/* B_VSPACE has tables of both levels at 0: B_MAPPED_TABLE and B_TABLE. */
static void fill_levels(struct system *s)
{
    EXPECT_OK(invoke(s, B_TABLE, ABI_PAGE_TABLE_MAP, CAPS(B_VSPACE), WORDS(0, 0)));
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_PAGE_TABLE, 0, B_EMPTY, 1));
}

/* The last ASID of the initial pool is taken. */
static void fill_pool(struct system *s)
{
    uint64_t *entries = kernel_pointer(s->k, s->k->asid_pools[0]);
    uint64_t root = entries[1];

    s->is_unchecked = true; /* the entries are made up */
    for (unsigned i = 1; i < ASID_POOL_ENTRIES; i++)
        entries[i] = root;
}

static void use_all_pools(struct system *s)
{
    s->is_unchecked = true; /* the pools are made up */
    for (unsigned i = 1; i < ASID_POOL_COUNT; i++)
        s->k->asid_pools[i] = s->k->asid_pools[0];
}

/* A pool's capability that outlives the pool's place in the table cannot be made by calls: the last
   capability takes the place along. So the place is emptied by hand. */
static void forget_pool(struct system *s)
{
    s->is_unchecked = true;
    s->k->asid_pools[0] = 0;
}

const struct error_row page_errors[] = {
    TABLE_ROW("TruncatedMessage: one word", B_TABLE, ONE(B_VSPACE), ONE(0), ABI_TRUNCATED_MESSAGE,
              EMPTY),
    TABLE_ROW("TruncatedMessage: no VSpace", B_TABLE, EMPTY, TWO(0, 0), ABI_TRUNCATED_MESSAGE,
              EMPTY),
    TABLE_ROW("InvalidCapability: the table is mapped", B_MAPPED_TABLE, ONE(B_VSPACE), TWO(0, 0),
              ABI_INVALID_CAPABILITY, ONE(0)),
    TABLE_ROW("InvalidCapability: the table is mapped, before an address beyond all",
              B_MAPPED_TABLE, ONE(B_VSPACE), TWO(ABI_USER_TOP, 0), ABI_INVALID_CAPABILITY, ONE(0)),
    TABLE_ROW("InvalidCapability: the VSpace has no ASID", B_TABLE, ONE(B_TABLE), TWO(0, 0),
              ABI_INVALID_CAPABILITY, ONE(1)),
    TABLE_ROW("InvalidCapability: the VSpace has no ASID, before an address beyond all", B_TABLE,
              ONE(B_TABLE), TWO(ABI_USER_TOP, 0), ABI_INVALID_CAPABILITY, ONE(1)),
    TABLE_ROW("InvalidArgument: the address is not the user's, before a table that is no root",
              B_TABLE, ONE(B_MAPPED_TABLE), TWO(ABI_USER_TOP, 0), ABI_INVALID_ARGUMENT, ONE(0)),
    TABLE_ROW("InvalidCapability: the VSpace is no table", B_TABLE, ONE(B_FRAME), TWO(0, 0),
              ABI_INVALID_CAPABILITY, ONE(1)),
    TABLE_ROW("InvalidCapability: the VSpace is a mapped table, not a root", B_TABLE,
              ONE(B_MAPPED_TABLE), TWO(0, 0), ABI_INVALID_CAPABILITY, ONE(1)),
    TABLE_ROW("InvalidArgument: the address is not the user's", B_TABLE, ONE(B_VSPACE),
              TWO(ABI_USER_TOP, 0), ABI_INVALID_ARGUMENT, ONE(0)),
    {.method = "RISCV_PageTable_Map", .reason = "FailedLookup: the ASID pool is gone",
     .label = ABI_PAGE_TABLE_MAP, .service = B_TABLE, .caps = LIST(B_EMPTY), .words = LIST(0, 0),
     .error = ABI_FAILED_LOOKUP, .answer = LIST(0, ABI_INVALID_ROOT), .prepare = orphan_vspace},
    {.method = "RISCV_PageTable_Map", .reason = "DeleteFirst: all levels have tables",
     .label = ABI_PAGE_TABLE_MAP, .service = B_EMPTY, .caps = LIST(B_VSPACE), .words = LIST(0, 0),
     .error = ABI_DELETE_FIRST, .prepare = fill_levels},
    {.method = "RISCV_PageTable_Unmap", .reason = "RevokeFirst: the table has copies",
     .label = ABI_PAGE_TABLE_UNMAP, .service = B_MAPPED_TABLE, .error = ABI_REVOKE_FIRST},
    {.method = "RISCV_PageTable_Unmap", .reason = "RevokeFirst: the table is a VSpace",
     .label = ABI_PAGE_TABLE_UNMAP, .service = B_VSPACE, .error = ABI_REVOKE_FIRST},

    PAGE_ROW("TruncatedMessage: two words", B_FRAME, ONE(ROOT_VSPACE), TWO(0x181000, RW),
             ABI_TRUNCATED_MESSAGE, EMPTY),
    PAGE_ROW("TruncatedMessage: no VSpace", B_FRAME, EMPTY, THREE(0x181000, RW, 0),
             ABI_TRUNCATED_MESSAGE, EMPTY),
    PAGE_ROW("InvalidCapability: the VSpace has no ASID", B_FRAME, ONE(B_TABLE),
             THREE(0x181000, RW, 0), ABI_INVALID_CAPABILITY, ONE(1)),
    PAGE_ROW("InvalidCapability: the VSpace is a mapped table, not a root", B_FRAME,
             ONE(B_MAPPED_TABLE), THREE(0x181000, RW, 0), ABI_INVALID_CAPABILITY, ONE(1)),
    {.method = "RISCV_Page_Map", .reason = "FailedLookup: the ASID pool is gone",
     .label = ABI_PAGE_MAP, .service = B_FRAME, .caps = LIST(B_EMPTY),
     .words = LIST(0x181000, RW, 0), .error = ABI_FAILED_LOOKUP,
     .answer = LIST(0, ABI_INVALID_ROOT), .prepare = orphan_vspace},
    PAGE_ROW("InvalidArgument: the address is not the user's", B_FRAME, ONE(ROOT_VSPACE),
             THREE(ABI_USER_TOP, RW, 0), ABI_INVALID_ARGUMENT, ONE(0)),
    PAGE_ROW("InvalidArgument: not the user's, before its alignment", B_FRAME, ONE(ROOT_VSPACE),
             THREE(ABI_USER_TOP + 1, RW, 0), ABI_INVALID_ARGUMENT, ONE(0)),
    PAGE_ROW("AlignmentError: the address", B_FRAME, ONE(ROOT_VSPACE), THREE(0x181800, RW, 0),
             ABI_ALIGNMENT_ERROR, EMPTY),
    PAGE_ROW("AlignmentError: the address, before the missing table", B_FRAME, ONE(B_VSPACE),
             THREE(0x40000001, RW, 0), ABI_ALIGNMENT_ERROR, EMPTY),
    PAGE_ROW("FailedLookup: no table of the second level", B_FRAME, ONE(B_VSPACE),
             THREE(0x40000000, RW, 0), ABI_FAILED_LOOKUP, THREE(0, ABI_MISSING_CAPABILITY, 30)),
    PAGE_ROW("FailedLookup: no table of the last level", B_FRAME, ONE(B_VSPACE), THREE(0, RW, 0),
             ABI_FAILED_LOOKUP, THREE(0, ABI_MISSING_CAPABILITY, 21)),
    PAGE_ROW("DeleteFirst: another frame is mapped there", B_FRAME, ONE(ROOT_VSPACE),
             THREE(BENCH_FRAME_VADDR, RW, 0), ABI_DELETE_FIRST, EMPTY),
    PAGE_ROW("InvalidArgument: the capability is mapped elsewhere", B_MAPPED_FRAME,
             ONE(ROOT_VSPACE), THREE(0x181000, RW, 0), ABI_INVALID_ARGUMENT, ONE(0)),
    {.method = "RISCV_Page_Map", .reason = "InvalidCapability: it is mapped in another VSpace",
     .label = ABI_PAGE_MAP, .service = B_MAPPED_FRAME, .caps = LIST(B_VSPACE),
     .words = LIST(0, RW, 0), .error = ABI_INVALID_CAPABILITY, .answer = LIST(1),
     .prepare = fill_levels},
    {.method = NULL}};

const struct error_row asid_errors[] = {
    POOL_ROW("TruncatedMessage: one word", TWO(B_PAGE_UNTYPED, ROOT_CNODE), ONE(B_EMPTY),
             ABI_TRUNCATED_MESSAGE, EMPTY),
    POOL_ROW("TruncatedMessage: no root", ONE(B_PAGE_UNTYPED), TWO(B_EMPTY, 64),
             ABI_TRUNCATED_MESSAGE, EMPTY),
    POOL_ROW("InvalidCapability: no untyped", TWO(B_FRAME, ROOT_CNODE), TWO(B_EMPTY, 64),
             ABI_INVALID_CAPABILITY, ONE(1)),
    POOL_ROW("InvalidCapability: an untyped of another size", TWO(B_UNTYPED, ROOT_CNODE),
             TWO(B_EMPTY, 64), ABI_INVALID_CAPABILITY, ONE(1)),
    POOL_ROW("InvalidCapability: an untyped of device memory", TWO(B_DEVICE_UNTYPED, ROOT_CNODE),
             TWO(B_EMPTY, 64), ABI_INVALID_CAPABILITY, ONE(1)),
    POOL_ROW("RangeError: depth 0", TWO(B_PAGE_UNTYPED, ROOT_CNODE), TWO(B_EMPTY, 0),
             ABI_RANGE_ERROR, TWO(1, 64)),
    POOL_ROW("FailedLookup: the root is no CNode", TWO(B_PAGE_UNTYPED, B_TCB), TWO(B_EMPTY, 64),
             ABI_FAILED_LOOKUP, TWO(0, ABI_INVALID_ROOT)),
    POOL_ROW("DeleteFirst: the slot is in use", TWO(B_PAGE_UNTYPED, ROOT_CNODE), TWO(B_TCB, 64),
             ABI_DELETE_FIRST, EMPTY),
    {.method = "RISCV_ASIDControl_MakePool", .reason = "RevokeFirst: the untyped has children",
     .label = ABI_ASID_CONTROL_MAKE_POOL, .service = ROOT_ASID_CONTROL,
     .caps = LIST(B_PAGE_UNTYPED, ROOT_CNODE), .words = LIST(B_EMPTY + 2, 64),
     .error = ABI_REVOKE_FIRST, .prepare = make_own_pool},
    {.method = "RISCV_ASIDControl_MakePool", .reason = "DeleteFirst: all pools exist",
     .label = ABI_ASID_CONTROL_MAKE_POOL, .service = ROOT_ASID_CONTROL,
     .caps = LIST(B_PAGE_UNTYPED, ROOT_CNODE), .words = LIST(B_EMPTY, 64),
     .error = ABI_DELETE_FIRST, .prepare = use_all_pools},
    {.method = "RISCV_ASIDPool_Assign", .reason = "TruncatedMessage: no table",
     .label = ABI_ASID_POOL_ASSIGN, .service = ROOT_ASID_POOL, .error = ABI_TRUNCATED_MESSAGE},
    {.method = "RISCV_ASIDPool_Assign", .reason = "InvalidCapability: no page table",
     .label = ABI_ASID_POOL_ASSIGN, .service = ROOT_ASID_POOL, .caps = LIST(B_FRAME),
     .error = ABI_INVALID_CAPABILITY, .answer = LIST(1)},
    {.method = "RISCV_ASIDPool_Assign", .reason = "InvalidCapability: a mapped page table",
     .label = ABI_ASID_POOL_ASSIGN, .service = ROOT_ASID_POOL, .caps = LIST(B_MAPPED_TABLE),
     .error = ABI_INVALID_CAPABILITY, .answer = LIST(1)},
    {.method = "RISCV_ASIDPool_Assign", .reason = "InvalidCapability: it has an ASID already",
     .label = ABI_ASID_POOL_ASSIGN, .service = ROOT_ASID_POOL, .caps = LIST(B_VSPACE),
     .error = ABI_INVALID_CAPABILITY, .answer = LIST(1)},
    {.method = "RISCV_ASIDPool_Assign", .reason = "FailedLookup: the pool is none of the kernel's",
     .label = ABI_ASID_POOL_ASSIGN, .service = ROOT_ASID_POOL, .caps = LIST(B_TABLE),
     .error = ABI_FAILED_LOOKUP, .answer = LIST(0, ABI_INVALID_ROOT), .prepare = forget_pool},
    {.method = "RISCV_ASIDPool_Assign", .reason = "DeleteFirst: all ASIDs are taken",
     .label = ABI_ASID_POOL_ASSIGN, .service = ROOT_ASID_POOL, .caps = LIST(B_TABLE),
     .error = ABI_DELETE_FIRST, .prepare = fill_pool},
    {.method = NULL}};
