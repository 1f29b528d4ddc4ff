/* SPDX-License-Identifier: MIT */
/* The numbers of the ABI, written down once more by hand: tests that took them from the generated
   headers could not notice a mistake of the generator. What differs between the configurations is
   in classic_abi.h and mcs_abi.h; a test program is compiled with one of them, TESTS_ABI. */
#ifndef TESTS_ABI_H
#define TESTS_ABI_H

#include <stdint.h>

#include TESTS_ABI

/* seLVM's own methods and object; numbers from 0x4c00. */
enum { ABI_HEAP_BIND = 0x4c00, ABI_HEAP_UNBIND = 0x4c01, ABI_HEAP_STATS = 0x4c02,
       ABI_TYPE_LUA_HEAP = 0x4c00 };

enum abi_error {
    ABI_NO_ERROR,
    ABI_INVALID_ARGUMENT,
    ABI_INVALID_CAPABILITY,
    ABI_ILLEGAL_OPERATION,
    ABI_RANGE_ERROR,
    ABI_ALIGNMENT_ERROR,
    ABI_FAILED_LOOKUP,
    ABI_TRUNCATED_MESSAGE,
    ABI_DELETE_FIRST,
    ABI_REVOKE_FIRST,
    ABI_NOT_ENOUGH_MEMORY,
    ABI_ERROR_COUNT
};

enum abi_lookup_failure {
    ABI_INVALID_ROOT = 1,
    ABI_MISSING_CAPABILITY = 2,
    ABI_DEPTH_MISMATCH = 3,
    ABI_GUARD_MISMATCH = 4
};

/* What DebugCapIdentify answers. */
enum abi_cap {
    ABI_CAP_NULL = 0,
    ABI_CAP_FRAME = 1,
    ABI_CAP_UNTYPED = 2,
    ABI_CAP_PAGE_TABLE = 3,
    ABI_CAP_ENDPOINT = 4,
    ABI_CAP_NOTIFICATION = 6,
    ABI_CAP_REPLY = 8,
    ABI_CAP_CNODE = 10,
    ABI_CAP_ASID_CONTROL = 11,
    ABI_CAP_TCB = 12,
    ABI_CAP_ASID_POOL = 13,
    ABI_CAP_ZOMBIE = 18,
    ABI_CAP_DOMAIN = 20,
    ABI_CAP_SCHED_CONTEXT = 22,
    ABI_CAP_SCHED_CONTROL = 24
};

/* The root task's capabilities. */
enum abi_root {
    ROOT_TCB = 1,
    ROOT_CNODE = 2,
    ROOT_VSPACE = 3,
    ROOT_IRQ_CONTROL = 4,
    ROOT_ASID_CONTROL = 5,
    ROOT_ASID_POOL = 6,
    ROOT_BOOT_INFO = 9,
    ROOT_BUFFER = 10,
    ROOT_DOMAIN = 11,
    ROOT_SCHED_CONTEXT = 14,
    ROOT_SCHED_CONTROL = 17 /* MCS: the first slot behind the fixed ones */
};

/* Byte sizes as powers of two. */
enum { ABI_TCB_BITS = 11, ABI_ENDPOINT_BITS = 4, ABI_SLOT_BITS = 5,
       ABI_PAGE_BITS = 12, ABI_MEGA_BITS = 21, ABI_GIGA_BITS = 30 };

enum { ABI_WRITE = 1, ABI_READ = 2, ABI_GRANT = 4, ABI_GRANT_REPLY = 8, ABI_ALL_RIGHTS = 15 };
enum { ABI_MESSAGE_WORDS = 120, ABI_EXTRA_CAPS = 3, ABI_MESSAGE_REGISTERS = 4 };

#define ABI_USER_TOP UINT64_C(0x3ffffff000)

/* Positions in the IPC buffer, in words. */
enum { BUFFER_TAG = 0, BUFFER_WORDS = 1, BUFFER_USER_DATA = 121, BUFFER_CAPS = 122,
       BUFFER_RECEIVE_CNODE = 125, BUFFER_RECEIVE_INDEX = 126, BUFFER_RECEIVE_DEPTH = 127,
       BUFFER_SIZE_WORDS = 128 };

/* Message info: label 52, capsUnwrapped 3, extraCaps 2, length 7 bits. */
static inline uint64_t abi_info(uint64_t label, unsigned unwrapped, unsigned extra, unsigned length)
{
    return label << 12 | (uint64_t)unwrapped << 9 | (uint64_t)extra << 7 | length;
}

static inline uint64_t abi_info_label(uint64_t info)
{
    return info >> 12;
}

static inline unsigned abi_info_unwrapped(uint64_t info)
{
    return (unsigned)(info >> 9 & 7);
}

static inline unsigned abi_info_extra(uint64_t info)
{
    return (unsigned)(info >> 7 & 3);
}

static inline unsigned abi_info_length(uint64_t info)
{
    return (unsigned)(info & 127);
}

/* The data word of a CNode capability. */
static inline uint64_t abi_guard(uint64_t guard, unsigned size)
{
    return guard << 6 | size;
}

#endif
