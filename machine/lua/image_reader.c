/* SPDX-License-Identifier: MIT */
#include "machine/lua/image_reader.h"

#include <string.h>

#include "kernel/vspace/vspace.h"

enum {
    WORD = 8,
    HEADER_WORDS = 4,
    RECORD_WORDS = 4,
    NAME_LENGTH_MAX = 1024,
    PAGE_SIZE = 1 << PAGE_BITS,
    BYTECODE_MARK = 27 /* first byte of every compiled chunk */
};

#define IMAGE_MAGIC "seLVMimg"
#define IMAGE_LENGTH_MAX (UINT64_C(1) << 30)

/* The bytes at vaddr as far as its page goes, at most `limit`; NULL if they may not be fetched. */
static const uint8_t *piece_at(const struct image *image, uint64_t vaddr, uint64_t limit,
                               uint64_t *size)
{
    uint64_t in_page = PAGE_SIZE - (vaddr & (PAGE_SIZE - 1));
    kaddr address;

    if (!vspace_translate(image->kernel, image->thread, vaddr, ACCESS_FETCH, &address) ||
        address < RAM_BASE)
        return NULL;
    *size = in_page < limit ? in_page : limit;
    return kernel_pointer(image->kernel, address);
}

static bool lies_inside(const struct image *image, uint64_t offset, uint64_t length)
{
    return offset <= image->length && length <= image->length - offset;
}

/* Words are little endian whatever the host is. */
static uint64_t word_of_bytes(const uint8_t *bytes)
{
    uint64_t word = 0;

    for (int i = WORD - 1; i >= 0; i--)
        word = word << 8 | bytes[i];
    return word;
}

static bool names_equal(const struct image *image, const struct image_record *record,
                        const char *name, size_t length)
{
    char bytes[64];
    uint64_t done = 0;

    if (record->name_length != length)
        return false;
    while (done < length) {
        uint64_t n = length - done < sizeof(bytes) ? length - done : sizeof(bytes);

        if (!image_copy(image, record->name + done, bytes, n) || memcmp(bytes, name + done, n) != 0)
            return false;
        done += n;
    }
    return true;
}

bool image_copy(const struct image *image, uint64_t vaddr, void *to, uint64_t length)
{
    uint8_t *target = to;

    while (length > 0) {
        uint64_t size;
        const uint8_t *piece = piece_at(image, vaddr, length, &size);

        if (piece == NULL)
            return false;
        memcpy(target, piece, size);
        target += size;
        vaddr += size;
        length -= size;
    }
    return true;
}

enum image_result image_open(struct kernel *k, struct tcb *t, uint64_t vaddr, struct image *image)
{
    uint8_t bytes[HEADER_WORDS * WORD];
    uint64_t records;
    struct image_record main_program;

    *image = (struct image){.kernel = k, .thread = t, .vaddr = vaddr};
    if (!image_copy(image, vaddr, bytes, WORD) || memcmp(bytes, IMAGE_MAGIC, WORD) != 0)
        return IMAGE_NONE;
    if (!image_copy(image, vaddr, bytes, sizeof(bytes)))
        return IMAGE_BAD;
    image->length = word_of_bytes(bytes + WORD);
    image->module_count = word_of_bytes(bytes + 2 * WORD);
    image->argument_count = word_of_bytes(bytes + 3 * WORD);
    records = image->length / (RECORD_WORDS * WORD);
    if (image->length > IMAGE_LENGTH_MAX || image->module_count > records ||
        image->argument_count > records - image->module_count)
        return IMAGE_BAD;
    return image_record(image, 0, &main_program) && image->module_count > 0 ? IMAGE_OK : IMAGE_BAD;
}

bool image_record(const struct image *image, uint64_t index, struct image_record *record)
{
    uint64_t offset = (HEADER_WORDS + index * RECORD_WORDS) * WORD;
    uint8_t bytes[RECORD_WORDS * WORD];

    if (index >= image->module_count + image->argument_count ||
        !lies_inside(image, offset, sizeof(bytes)) ||
        !image_copy(image, image->vaddr + offset, bytes, sizeof(bytes)))
        return false;
    record->name = word_of_bytes(bytes);
    record->name_length = word_of_bytes(bytes + WORD);
    record->text = word_of_bytes(bytes + 2 * WORD);
    record->text_length = word_of_bytes(bytes + 3 * WORD);
    if (!lies_inside(image, record->name, record->name_length) ||
        !lies_inside(image, record->text, record->text_length) ||
        record->name_length > NAME_LENGTH_MAX)
        return false;
    record->name += image->vaddr;
    record->text += image->vaddr;
    return true;
}

bool image_find_module(const struct image *image, const char *name, size_t length,
                       struct image_record *record)
{
    for (uint64_t i = 0; i < image->module_count; i++) {
        if (image_record(image, i, record) && names_equal(image, record, name, length))
            return true;
    }
    return false;
}

bool image_find_text(const struct image *image, uint64_t vaddr, struct image_record *record)
{
    for (uint64_t i = 0; i < image->module_count; i++) {
        if (image_record(image, i, record) && record->text == vaddr)
            return true;
    }
    return false;
}

uint64_t image_line_address(const struct image *image, const struct image_record *record, int line)
{
    uint64_t done = 0;

    while (line > 1 && done < record->text_length) {
        uint64_t size;
        const uint8_t *piece =
            piece_at(image, record->text + done, record->text_length - done, &size);

        if (piece == NULL)
            return 0;
        for (uint64_t i = 0; i < size && line > 1; i++) {
            done++;
            if (piece[i] == '\n')
                line--;
        }
    }
    return line > 1 ? 0 : record->text + done;
}

struct image_text image_text(const struct image *image, const struct image_record *record)
{
    uint8_t first = 0;

    if (record->text_length > 0)
        (void)image_copy(image, record->text, &first, 1);
    return (struct image_text){
        .image = image,
        .next = record->text,
        .left = record->text_length,
        .is_first_line = first == '#',
    };
}

const char *image_text_read(lua_State *L, void *state, size_t *size)
{
    struct image_text *text = state;
    uint64_t in_piece = 0;
    const uint8_t *piece = NULL;

    (void)L;
    *size = 0;
    while (text->left > 0) {
        uint64_t skipped = 0;

        piece = piece_at(text->image, text->next, text->left, &in_piece);
        if (piece == NULL) {
            text->has_failed = true;
            return NULL;
        }
        text->next += in_piece;
        text->left -= in_piece;
        while (text->is_first_line && skipped < in_piece) {
            if (piece[skipped] == '\n')
                text->is_first_line = false; /* the line's end stays, so that lines count right */
            else
                skipped++;
        }
        if (skipped < in_piece) {
            *size = in_piece - skipped;
            return (const char *)piece + skipped;
        }
    }
    return NULL;
}

bool image_text_is_binary(const struct image *image, const struct image_record *record)
{
    uint8_t first = 0;

    return record->text_length > 0 && image_copy(image, record->text, &first, 1) &&
           first == BYTECODE_MARK;
}
