/* SPDX-License-Identifier: MIT */
#include "machine/image.h"

enum { WORD_SIZE = 8, BYTE_BITS = 8, BYTECODE_MARK = 0x1b };

/* Where the words of a record lie in it. */
enum { NAME_OFFSET = 0, NAME_LENGTH = 8, TEXT_OFFSET = 16, TEXT_LENGTH = 24 };

static uint64_t word_at(const uint8_t *bytes)
{
    uint64_t word = 0;

    for (int i = WORD_SIZE - 1; i >= 0; i--)
        word = word << BYTE_BITS | bytes[i];
    return word;
}

static bool lies_within(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset <= size && length <= size - offset;
}

static const char *record_fault(const uint8_t *bytes, uint64_t size, const uint8_t *record)
{
    uint64_t text = word_at(record + TEXT_OFFSET);
    uint64_t text_length = word_at(record + TEXT_LENGTH);

    if (!lies_within(word_at(record + NAME_OFFSET), word_at(record + NAME_LENGTH), size))
        return "a name lies outside of it";
    if (!lies_within(text, text_length, size))
        return "a text lies outside of it";
    if (text_length > 0 && word_at(record + NAME_LENGTH) > 0 && bytes[text] == BYTECODE_MARK)
        return "a module is bytecode; only Lua source is loaded";
    return NULL;
}

const char *image_fault(const uint8_t *bytes, uint64_t size)
{
    uint64_t modules;
    uint64_t arguments;
    uint64_t room; /* records that could fit */

    if (size < IMAGE_HEADER_SIZE || memcmp(bytes, IMAGE_MAGIC, IMAGE_MAGIC_SIZE) != 0)
        return "it does not begin with '" IMAGE_MAGIC "'";
    if (word_at(bytes + IMAGE_MAGIC_SIZE) != size)
        return "its length is not what it says";
    modules = word_at(bytes + 2 * WORD_SIZE);
    arguments = word_at(bytes + 3 * WORD_SIZE);
    room = (size - IMAGE_HEADER_SIZE) / IMAGE_RECORD_SIZE;
    if (modules == 0)
        return "it has no main program";
    if (modules > room || arguments > room - modules)
        return "its table of modules and arguments is longer than it is";
    for (uint64_t i = 0; i < modules + arguments; i++) {
        const char *fault =
            record_fault(bytes, size, bytes + IMAGE_HEADER_SIZE + i * IMAGE_RECORD_SIZE);

        if (fault != NULL)
            return fault;
    }
    return NULL;
}
