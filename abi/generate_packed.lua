-- SPDX-License-Identifier: MIT
--- C text of the words that pack several fields, for abi/constants.h.
--
--   local packed = require "abi.generate_packed"
--   w:line(packed.functions)

local packed = {}

packed.functions = [[
/* A word in memory that users see: little endian, whatever the host is. */
struct user_word {
    uint64_t little_endian;
};

static inline uint64_t user_word_swapped(uint64_t word)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? word : __builtin_bswap64(word);
}

static inline uint64_t user_word_load(const struct user_word *from)
{
    return user_word_swapped(from->little_endian);
}

static inline void user_word_store(struct user_word *to, uint64_t word)
{
    to->little_endian = user_word_swapped(word);
}

/* An IPC buffer as it lies in memory. */
struct ipc_buffer {
    struct user_word tag;
    struct user_word msg[MESSAGE_WORDS_MAX];
    struct user_word user_data;
    struct user_word caps_or_badges[EXTRA_CAPS_MAX]; /* sent: CPtrs; received: badges of unwrapped
                                                        ones */
    struct user_word receive_cnode;
    struct user_word receive_index;
    struct user_word receive_depth;
};

_Static_assert(sizeof(struct ipc_buffer) == 1 << IPC_BUFFER_BITS, "an IPC buffer has its size");

/* Message info: label 52 bits, caps_unwrapped 3, extra_caps 2, length 7; highest first. Fields that
   do not fit are cut. */
static inline uint64_t message_info_make(uint64_t label, uint64_t caps_unwrapped,
                                         uint64_t extra_caps, uint64_t length)
{
    return label << 12 | (caps_unwrapped & 7) << 9 | (extra_caps & 3) << 7 | (length & 127);
}

static inline uint64_t message_info_label(uint64_t info)
{
    return info >> 12;
}

static inline uint64_t message_info_caps_unwrapped(uint64_t info)
{
    return info >> 9 & 7;
}

static inline uint64_t message_info_extra_caps(uint64_t info)
{
    return info >> 7 & 3;
}

static inline uint64_t message_info_length(uint64_t info)
{
    return info & 127;
}

/* Data of a CNode capability: guard 58 bits, guard_size 6. */
static inline uint64_t cap_data_make(uint64_t guard, uint64_t guard_size)
{
    return guard << 6 | (guard_size & 63);
}

static inline uint64_t cap_data_guard(uint64_t data)
{
    return data >> 6;
}

static inline uint64_t cap_data_guard_size(uint64_t data)
{
    return data & 63;
}

/* A word of RIGHT_* bits. */
static inline uint64_t rights_make(bool grant_reply, bool grant, bool read, bool write)
{
    return (grant_reply ? UINT64_C(8) : 0) | (grant ? UINT64_C(4) : 0) | (read ? UINT64_C(2) : 0) |
           (write ? UINT64_C(1) : 0);
}
]]

return packed
