/* SPDX-License-Identifier: MIT */
/* Fuzzes both readers of program images: machine/image.c, which looks at an image before it is
 * loaded, and machine/lua/image_reader.c, which reads it through a thread's page tables.
 *
 * The input is the image. What the first accepts the second must be able to read. */
#include <stdlib.h>
#include <string.h>

#include "kernel/vspace/vspace.h"
#include "machine/image.h"
#include "machine/lua/image_reader.h"
#include "tests/fuzz/input.h"
#include "tests/kernel/system.h"

enum { PAGES = 16, PAGE = 4096, VADDR = 0x10000, LINES = 5, NAME_MAX_LENGTH = 1024 };

static struct system s;

/* The page's memory, through the root thread's page tables. */
static uint8_t *page_at(unsigned index)
{
    kaddr address;

    if (!vspace_translate(s.k, s.root, VADDR + index * (uint64_t)PAGE, ACCESS_FETCH, &address))
        system_fail("page %u of the image is not mapped", index);
    return kernel_pointer(s.k, address);
}

static void load(const uint8_t *bytes, size_t size)
{
    if (!s.k)
        system_boot(&s, (struct system_options){.image_pages = PAGES, .memory_mib = 2});
    for (unsigned i = 0; i < PAGES; i++) {
        uint8_t *page = page_at(i);
        size_t begin = (size_t)i * PAGE;
        size_t count = size > begin ? size - begin : 0;

        memset(page, 0, PAGE);
        if (count > 0)
            memcpy(page, bytes + begin, count < PAGE ? count : PAGE);
    }
}

static void read_text(const struct image *image, const struct image_record *record)
{
    struct image_text text = image_text(image, record);
    const char *piece;
    size_t size;
    uint64_t sum = 0;

    while ((piece = image_text_read(NULL, &text, &size)) != NULL) {
        for (size_t i = 0; i < size; i++)
            sum += (uint8_t)piece[i];
        if (sum == UINT64_MAX)
            abort(); /* never; but the bytes have to be read */
    }
    for (int line = 1; line <= LINES; line++) {
        uint64_t address = image_line_address(image, record, line);

        if (address != 0 && (address < record->text ||
                             address > record->text + record->text_length))
            system_fail("line %d lies outside of its text", line);
    }
    (void)image_text_is_binary(image, record);
}

/* Whatever a record says, it can be asked for. */
static void read_record(const struct image *image, uint64_t index, bool is_sound)
{
    struct image_record record, found;
    char name[NAME_MAX_LENGTH];

    if (!image_record(image, index, &record)) {
        if (is_sound && index == 0)
            system_fail("an accepted image has no record 0");
        return;
    }
    if (image_copy(image, record.name, name, record.name_length))
        (void)image_find_module(image, name, record.name_length, &found);
    if (index < image->module_count && !image_find_text(image, record.text, &found))
        system_fail("the text of module %llu is not found", (unsigned long long)index);
    read_text(image, &record);
}

/* The name of the main program may be longer than the reader accepts. */
static bool has_short_name(const uint8_t *bytes)
{
    uint64_t length;

    memcpy(&length, bytes + IMAGE_HEADER_SIZE + 8, sizeof(length));
    return length <= NAME_MAX_LENGTH;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct image image;
    enum image_result result;
    bool is_sound;

    if (size > PAGES * (size_t)PAGE)
        return 0;
    load(bytes, size);
    is_sound = image_fault(bytes, size) == NULL && has_short_name(bytes);
    result = image_open(s.k, s.root, VADDR, &image);
    if (is_sound && result != IMAGE_OK)
        system_fail("an accepted image cannot be opened: %d", (int)result);
    if (result != IMAGE_OK)
        return 0;
    for (uint64_t i = 0; i < image.module_count + image.argument_count && i < 2 * PAGES; i++)
        read_record(&image, i, is_sound);
    (void)image_find_module(&image, "no such module", 14, &(struct image_record){0});
    return 0;
}
