/* SPDX-License-Identifier: MIT */
/* Pages are found by hashing. When there is no room left, for a page or for operations, everything
 * is forgotten: that is rare, and decoding is quick. */
#include "machine/rv64/block.h"

#include "machine/rv64/bytes.h"
#include "machine/rv64/decode.h"
#include "machine/rv64/tlb.h"

enum {
    PAGE_SIZE = 1 << PAGE_BITS,
    TAIL_ENTRIES = 3, /* the operation that ends a block, and where it leads */
    OPS_PER_BLOCK = 1 + BLOCK_LENGTH_MAX + TAIL_ENTRIES
};

/* --- pages ------------------------------------------------------------------------------------ */

/* The page's place, or the free one where it would be. There always is one. */
static struct code_page *find_page(struct hart *h, kaddr address)
{
    unsigned index = (unsigned)(address >> PAGE_BITS) % CODE_PAGES;

    while (h->pages[index].address != 0 && h->pages[index].address != address)
        index = (index + 1) % CODE_PAGES;
    return &h->pages[index];
}

static void forget_everything(struct hart *h)
{
    for (unsigned i = 0; i < CODE_PAGES; i++)
        h->pages[i].address = 0;
    h->page_count = 0;
    h->op_count = 1; /* index 0 stands for none */
    space_forget(h, 0);
    space_enter(h, h->space->root);
}

/* The page's blocks by offset in halfwords. */
static uint32_t *blocks_of(struct hart *h, const struct code_page *page)
{
    return h->blocks[page - h->pages];
}

/* A bit for each of its halfwords. */
static uint64_t *decoded_of(struct hart *h, const struct code_page *page)
{
    return h->decoded[page - h->pages];
}

static void clear(struct hart *h, struct code_page *page)
{
    page->has_code = false;
    memset(decoded_of(h, page), 0, sizeof(h->decoded[0]));
    memset(blocks_of(h, page), 0, sizeof(h->blocks[0]));
}

/* A quarter of the places stays free, so that looking is quick. */
static struct code_page *make_page(struct hart *h, kaddr address)
{
    struct code_page *page = find_page(h, address);

    if (page->address != 0)
        return page;
    if (h->page_count >= CODE_PAGES / 4 * 3) {
        forget_everything(h);
        page = find_page(h, address);
    }
    h->page_count++;
    page->address = address;
    clear(h, page);
    return page;
}

/* Jumps to its blocks are forgotten with all others. */
static void drop(struct hart *h, struct code_page *page)
{
    clear(h, page);
    space_forget(h, 0);
    space_enter(h, h->space->root);
}

bool code_is_at(struct hart *h, kaddr address)
{
    const struct code_page *page = find_page(h, align_down(address, PAGE_BITS));

    return page->address != 0 && page->has_code;
}

static void note_decoded(struct hart *h, struct code_page *page, unsigned offset, unsigned size)
{
    page->has_code = true;
    for (unsigned i = offset / 2; i < (offset + size) / 2; i++)
        decoded_of(h, page)[i / 64] |= UINT64_C(1) << i % 64;
}

static bool is_decoded(struct hart *h, const struct code_page *page, unsigned offset, unsigned size)
{
    for (unsigned i = offset / 2; i <= (offset + size - 1) / 2; i++) {
        if (decoded_of(h, page)[i / 64] >> i % 64 & 1)
            return true;
    }
    return false;
}

bool code_written(struct hart *h, kaddr address, unsigned size)
{
    struct code_page *page = find_page(h, align_down(address, PAGE_BITS));

    if (page->address == 0 || !page->has_code ||
        !is_decoded(h, page, (unsigned)(address & (PAGE_SIZE - 1)), size))
        return false;
    drop(h, page);
    return true;
}

void code_forget(struct hart *h, kaddr start, uint64_t size)
{
    if (size <= PAGE_SIZE - (start & (PAGE_SIZE - 1))) {
        if (size > 0)
            code_written(h, start, (unsigned)size);
        return;
    }
    for (unsigned i = 0; i < CODE_PAGES; i++) {
        kaddr address = h->pages[i].address;

        if (address != 0 && address + PAGE_SIZE > start && address < start + size &&
            h->pages[i].has_code)
            drop(h, &h->pages[i]);
    }
}

/* --- blocks ----------------------------------------------------------------------------------- */

/* Reads the instruction at an offset, which has all its bytes in the page. */
static void read_instruction(const uint8_t *bytes, uint32_t offset, struct instruction *i)
{
    uint16_t low = bytes_load16(bytes + offset);

    i->offset = offset;
    i->length = (low & 3) == 3 ? 4 : 2;
    i->code = i->length == 4 ? bytes_load32(bytes + offset) : decode_compressed(low);
}

static bool is_crossing(const uint8_t *bytes, uint32_t offset)
{
    return offset == PAGE_SIZE - 2 && (bytes_load16(bytes + offset) & 3) == 3;
}

/* Decodes from the offset to the block's end, after its first entry. */
static void fill(const uint8_t *bytes, uint32_t offset, struct op *first)
{
    struct op *op = first + 1;
    uint32_t at = offset;
    bool is_end = false;

    while (!is_end && op - first <= BLOCK_LENGTH_MAX && at < PAGE_SIZE) {
        struct instruction i;

        if (is_crossing(bytes, at)) {
            *op = (struct op){.run = op_crossing};
            i.length = 2;
            is_end = true;
        } else {
            read_instruction(bytes, at, &i);
            is_end = decode(&i, op);
        }
        op->at = (uint8_t)((at - offset) / 2);
        at += i.length;
        op++;
    }
    first->serial = 0;
    first->count = (uint16_t)(op - first - 1);
    first->offset = (uint16_t)offset;
    if (!is_end) {
        decode_fall(at, op);
        op->at = (uint8_t)((at - offset) / 2);
    }
}

/* How many entries a block has. */
static uint32_t entries_of(const struct op *first)
{
    return (uint32_t)first->count + 1 + TAIL_ENTRIES;
}

static struct op *make_block(struct hart *h, kaddr address)
{
    const uint8_t *bytes = kernel_pointer(h->platform->kernel, align_down(address, PAGE_BITS));
    uint32_t offset = (uint32_t)(address & (PAGE_SIZE - 1));
    struct code_page *page;
    struct op *first;
    struct op *last;
    uint32_t end;

    if (h->op_count + OPS_PER_BLOCK > CODE_OPS)
        forget_everything(h);
    page = make_page(h, align_down(address, PAGE_BITS));
    if (!page->has_code)
        space_forget_stores(h, page->address);
    first = &h->ops[h->op_count];
    fill(bytes, offset, first);
    blocks_of(h, page)[offset / 2] = h->op_count;
    h->op_count += entries_of(first);
    last = first + first->count;
    end = offset + 2u * last->at + 4; /* or 2: a little too much does no harm */
    note_decoded(h, page, offset, (end < PAGE_SIZE ? end : PAGE_SIZE) - offset);
    return first;
}

struct op *block_at(struct hart *h, kaddr address)
{
    struct code_page *page = find_page(h, align_down(address, PAGE_BITS));
    uint32_t offset = (uint32_t)(address & (PAGE_SIZE - 1));
    uint32_t index = page->address == 0 ? 0 : blocks_of(h, page)[offset / 2];

    return index == 0 ? make_block(h, address) : &h->ops[index];
}

struct op *block_crossing(struct hart *h, uint32_t code)
{
    struct instruction i = {.code = code, .offset = PAGE_SIZE - 2, .length = 4};
    struct op *first = h->crossing;

    *first = (struct op){.count = 1, .offset = PAGE_SIZE - 2};
    if (!decode(&i, first + 1)) {
        decode_fall(PAGE_SIZE + 2, first + 2);
        first[2].at = 2;
    }
    first[1].at = 0;
    return first;
}
