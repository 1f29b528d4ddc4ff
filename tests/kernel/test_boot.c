/* SPDX-License-Identifier: MIT */
/* What the root task finds when it starts: entry/boot.c. */
#include <string.h>

#include "tests/kernel/harness.h"

/* Byte offsets in the boot information. */
enum { INFO_EXTRA_LENGTH = 0, INFO_NODES = 16, INFO_BUFFER = 32, INFO_SHARED = 56,
       INFO_IMAGE = 72, INFO_PAGING = 88, INFO_EXTRA_PAGES = 120, INFO_CNODE_BITS = 136,
       INFO_DOMAIN = 144 };

enum { IMAGE_VADDR = 0x10000 };

static uint64_t region_count(struct system *s, unsigned offset)
{
    return boot_info_word(s, offset + 8) - boot_info_word(s, offset);
}

static void fixed_slots(struct system *s)
{
    static const uint8_t expected[16] = {0, 12, 10, 3, 14, 11, 13, 0,
                                         0, 1, 1, 20, 0, 0, ABI_ROOT_CONTEXT_CAP, 0};

    for (unsigned slot = 0; slot < 16; slot++)
        EXPECT_EQUAL(identify(s, slot), expected[slot]);
}

static void registers_at_start(struct system *s)
{
    uint64_t info = s->root->registers[REG_A0];
    uint64_t buffer = boot_info_word(s, INFO_BUFFER);

    EXPECT_EQUAL(s->root->next_pc, IMAGE_VADDR);
    EXPECT_EQUAL(s->root->registers[REG_SP], 0);
    EXPECT_EQUAL(s->root->registers[REG_TP], 0);
    EXPECT_EQUAL(s->root->priority, 255);
    EXPECT_EQUAL(s->root->max_controlled_priority, 255);
    EXPECT_EQUAL(buffer, IMAGE_VADDR + 0x1000);
    EXPECT_EQUAL(info, buffer + 0x1000);
    EXPECT_EQUAL(s->root->buffer_address, buffer);
}

static void boot_info_words(struct system *s)
{
    EXPECT_EQUAL(boot_info_word(s, INFO_EXTRA_LENGTH), 0);
    EXPECT_EQUAL(boot_info_word(s, INFO_NODES), 1);
    EXPECT_EQUAL(boot_info_word(s, INFO_CNODE_BITS), 12);
    EXPECT_EQUAL(boot_info_word(s, INFO_DOMAIN), 0);
    EXPECT_EQUAL(region_count(s, INFO_SHARED), 0);
    EXPECT_EQUAL(region_count(s, INFO_EXTRA_PAGES), 0);
    EXPECT_EQUAL(boot_info_word(s, INFO_EMPTY + 8), 4096);
}

static void image_pages(struct system *s)
{
    uint64_t first = boot_info_word(s, INFO_IMAGE);

    EXPECT_EQUAL(region_count(s, INFO_IMAGE), 3);
    for (unsigned i = 0; i < 3; i++) {
        struct cap cap = root_slot(s, first + i)->cap;

        EXPECT(cap_type(cap) == CAP_FRAME);
        EXPECT_EQUAL(cap.frame.vaddr, IMAGE_VADDR + i * 0x1000);
    }
}

static void paging_slots(struct system *s)
{
    EXPECT(region_count(s, INFO_PAGING) >= 2);
    for (uint64_t i = boot_info_word(s, INFO_PAGING); i < boot_info_word(s, INFO_PAGING + 8); i++)
        EXPECT_EQUAL(identify(s, i), ABI_CAP_PAGE_TABLE);
}

static void empty_slots(struct system *s)
{
    for (uint64_t slot = boot_info_word(s, INFO_EMPTY); slot < 4096; slot += 61)
        EXPECT_EQUAL(identify(s, slot), ABI_CAP_NULL);
}

/* Untyped capabilities: what the list says is what they are, and they do not overlap. */
static void untyped_list(struct system *s)
{
    uint64_t first = boot_info_word(s, INFO_UNTYPED);
    uint64_t count = region_count(s, INFO_UNTYPED);
    uint64_t ram = 0;
    uint64_t devices = 0;

    EXPECT(count > 0 && count <= 230);
    for (unsigned i = 0; i < count; i++) {
        struct cap cap = root_slot(s, first + i)->cap;
        uint64_t address = boot_info_word(s, INFO_UNTYPED_LIST + 16 * i);
        uint64_t word = boot_info_word(s, INFO_UNTYPED_LIST + 16 * i + 8);

        EXPECT(cap_type(cap) == CAP_UNTYPED);
        EXPECT_EQUAL(cap.untyped.object, address);
        EXPECT_EQUAL(cap.untyped.size_bits, word & 0xff);
        EXPECT_EQUAL(cap.untyped.is_device, word >> 8);
        EXPECT(is_aligned(address, cap.untyped.size_bits));
        if (cap.untyped.is_device)
            devices += UINT64_C(1) << cap.untyped.size_bits;
        else
            ram += UINT64_C(1) << cap.untyped.size_bits;
    }
    EXPECT_EQUAL(devices, RAM_BASE - (64 << 20)); /* the interrupt controller is the kernel's */
    EXPECT(ram > UINT64_C(7) << 20 && ram < UINT64_C(8) << 20);
}

static void untypeds_are_disjoint(struct system *s)
{
    uint64_t first = boot_info_word(s, INFO_UNTYPED);
    uint64_t count = region_count(s, INFO_UNTYPED);

    for (unsigned i = 0; i < count; i++) {
        struct cap a = root_slot(s, first + i)->cap;

        for (unsigned j = i + 1; j < count; j++)
            EXPECT(!cap_same_region(a, root_slot(s, first + j)->cap) &&
                   !cap_same_region(root_slot(s, first + j)->cap, a));
    }
}

/* A 4 KiB frame at physical address 0 can be made from the untypeds given. */
static void frame_at_zero(struct system *s)
{
    uint64_t first = boot_info_word(s, INFO_UNTYPED);
    uint64_t frame = slot_new(s);

    for (unsigned i = 0; i < region_count(s, INFO_UNTYPED); i++) {
        if (boot_info_word(s, INFO_UNTYPED_LIST + 16 * i) != 0)
            continue;
        EXPECT_OK(retype(s, first + i, ABI_TYPE_PAGE, 0, frame, 1));
        EXPECT_OK(invoke(s, frame, ABI_PAGE_GET_ADDRESS, NO_CAPS, NO_WORDS));
        EXPECT_ANSWER(0);
        return;
    }
    system_fail("no untyped begins at physical address 0");
}

static const kaddr two_pages[2] = {0x101000, 0x10000000};

static void device_pages(struct system *s)
{
    uint64_t first = boot_info_word(s, INFO_UNTYPED);
    unsigned found = 0;

    for (unsigned i = 0; i < region_count(s, INFO_UNTYPED); i++) {
        struct cap cap = root_slot(s, first + i)->cap;

        if (cap.untyped.object == two_pages[0] || cap.untyped.object == two_pages[1]) {
            EXPECT_EQUAL(cap.untyped.size_bits, 12);
            EXPECT(cap.untyped.is_device);
            found++;
        }
    }
    EXPECT_EQUAL(found, 2);
}

static void extra_boot_info(struct system *s)
{
    uint64_t chunk[600];
    const uint8_t *found;

    for (unsigned i = 0; i < 600; i++)
        chunk[i] = i;
    chunk[0] = 6;
    chunk[1] = sizeof(chunk);
    system_boot(s, (struct system_options){.extra = chunk, .extra_size = sizeof(chunk),
                                           .is_bare = true});
    EXPECT_EQUAL(boot_info_word(s, INFO_EXTRA_LENGTH), sizeof(chunk));
    EXPECT_EQUAL(region_count(s, INFO_EXTRA_PAGES), 2);
    found = kernel_pointer(s->k, object_of(s, boot_info_word(s, INFO_EXTRA_PAGES)));
    EXPECT(memcmp(found, chunk, 4096) == 0);
    found = kernel_pointer(s->k, object_of(s, boot_info_word(s, INFO_EXTRA_PAGES) + 1));
    EXPECT(memcmp(found, (const uint8_t *)chunk + 4096, sizeof(chunk) - 4096) == 0);
    EXPECT_EQUAL(root_slot(s, boot_info_word(s, INFO_EXTRA_PAGES))->cap.frame.vaddr,
                 s->root->registers[REG_A0] + 4096);
}

/* A heap begins at a multiple of its size: what lies behind it is not lost. */
static void memory_behind_the_heap(struct system *s)
{
    uint64_t last;

    system_boot(s, (struct system_options){.memory_mib = 40, .heap_bits = 24});
    last = boot_info_word(s, INFO_UNTYPED + 8) - 1;
    EXPECT_EQUAL(object_of(s, last), RAM_BASE + (32 << 20));
    EXPECT_EQUAL(root_slot(s, last)->cap.untyped.size_bits, 23);
}

static void large_machine(struct system *s)
{
    system_boot(s, (struct system_options){.memory_mib = 1024});
    EXPECT_EQUAL(s->k->memory_size, UINT64_C(1) << 30);
    EXPECT(root_slot(s, s->untyped)->cap.untyped.size_bits >= 28);
}

static void too_small_machine(struct system *s)
{
    enum boot_result result =
        system_try_boot(s, (struct system_options){.memory_mib = 1, .heap_bits = 24});

    EXPECT(result == BOOT_NO_MEMORY);
}

static void too_small_cnode(struct system *s)
{
    enum boot_result result =
        system_try_boot(s, (struct system_options){.cnode_bits = 5, .image_pages = 40});

    EXPECT(result == BOOT_CNODE_FULL || result == BOOT_BAD_OPTIONS);
}

/* A machine whose memory was full of something: what it makes of it is clean all the same. */
static void memory_content(struct system *s)
{
    struct boot_options boot = {
        .flavour = &ABI_FLAVOUR, .platform = &s->platform, .memory_size = UINT64_C(8) << 20,
        .domain_count = 1, .image = (const uint8_t *)"x", .image_size = 1,
        .image_vaddr = IMAGE_VADDR, .entry = IMAGE_VADDR};
    const uint64_t *words;
    uint64_t frame;

    memset(s->block, 0xa5, boot.memory_size);
    EXPECT(kernel_boot(s->block, &boot) == BOOT_OK);
    s->root = tcb_at(s->k, s->k->root_thread);
    system_check(s);
    frame = make(s, ABI_TYPE_PAGE, 0);
    words = kernel_pointer(s->k, object_of(s, frame));
    for (unsigned i = 0; i < 512; i++)
        EXPECT_EQUAL(words[i], 0);
    make(s, ABI_TYPE_UNTYPED, 12); /* heaps are clean at their beginning only, each of them */
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_LUA_HEAP, 16, s->next_slot, 2));
    for (unsigned heap = 0; heap < 2; heap++) {
        words = kernel_pointer(s->k, object_of(s, s->next_slot + heap));
        for (unsigned i = 0; i < LUA_HEAP_HEADER_SIZE / 8; i++)
            EXPECT(words[i] == 0 || words[i] == 16); /* its size */
    }
}

const struct test boot_tests[] = {
    TEST("boot gives the root task its fixed capabilities", fixed_slots),
    TEST_ON("boot starts the root thread at the entry with the boot information in a0",
            registers_at_start, .is_bare = true),
    TEST("boot information describes one node, the CNode and no extra", boot_info_words),
    TEST_ON("boot information names the image's frames in address order",
         image_pages, .image_pages = 3),
    TEST("boot information names the page tables", paging_slots),
    TEST_ON("boot leaves the slots of the empty region empty", empty_slots, .is_bare = true),
    TEST("boot information lists all untypeds as they are", untyped_list),
    TEST("boot gives out no byte twice", untypeds_are_disjoint),
    TEST("boot gives out physical address 0 as device memory", frame_at_zero),
    TEST_ON("boot gives device pages that it is told of untypeds of their own", device_pages,
            .device_pages = two_pages, .device_page_count = 2),
    TEST_UNBOOTED("boot places extra information behind the boot information", extra_boot_info),
    TEST_UNBOOTED("boot gives the memory behind the Lua heap, too", memory_behind_the_heap),
    TEST_UNBOOTED("boot of a machine of 1 GiB works", large_machine),
    TEST_UNBOOTED("boot says when the memory is too small", too_small_machine),
    TEST_UNBOOTED("boot says when the root CNode is too small", too_small_cnode),
    TEST("boot does not care what the memory held", memory_content),
    TESTS_END};
