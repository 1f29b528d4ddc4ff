/* SPDX-License-Identifier: MIT */
/* What a host may ask of a boot, and how much memory that needs: entry/boot.c. */
#include <stdlib.h>
#include <string.h>

#include "tests/kernel/harness.h"

enum { PAGE_BYTES = 4096, PAGES_MAX = 120 };

static const uint8_t image[5 * PAGE_BYTES];
static const struct domain_entry two_domains[2] = {{0, 10}, {1, 20}};
static const struct domain_entry no_time[2] = {{0, 10}, {0, 0}};

static struct boot_options good_options(struct system *s)
{
    null_platform_init(&s->platform);
    return (struct boot_options){.flavour = &ABI_FLAVOUR,
                                 .platform = &s->platform,
                                 .memory_size = UINT64_C(2) << 20,
                                 .domain_count = 1,
                                 .image = image,
                                 .image_size = sizeof(image),
                                 .image_vaddr = 0x10000,
                                 .entry = 0x10000,
                                 .extra = image,
                                 .extra_size = 100};
}

static enum boot_result boot(const struct boot_options *options)
{
    struct check_report report;
    void *arena = aligned_alloc(PAGE_BYTES, align_up(options->memory_size + 1, PAGE_BITS));
    enum boot_result result;

    if (!arena)
        system_fail("the host has no memory");
    memset(arena, 0x5a, options->memory_size);
    result = kernel_boot(arena, options);
    if (result == BOOT_OK && !kernel_check(arena, &report))
        system_fail("of %llu bytes: %s", (unsigned long long)options->memory_size, report.text);
    free(arena);
    return result;
}

/* The result with one thing changed. */
#define EXPECT_BOOT(change, expected)                                                              \
    do {                                                                                           \
        struct boot_options changed = good_options(s);                                             \
        changed.change;                                                                            \
        EXPECT_EQUAL(boot(&changed), (expected));                                                  \
    } while (0)

static void addresses(struct system *s)
{
    EXPECT_BOOT(memory_size += 0, BOOT_OK);
    EXPECT_BOOT(memory_size += 8, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(image_vaddr += 8, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(image_vaddr = USER_TOP, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(image_vaddr = USER_TOP - PAGE_BYTES, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(image_vaddr = ~UINT64_C(0) << PAGE_BITS, BOOT_BAD_OPTIONS);
    /* Behind the image lie its buffer, the boot information and a page of extra. */
    EXPECT_BOOT(image_vaddr = USER_TOP - 9 * PAGE_BYTES, BOOT_OK);
    EXPECT_BOOT(image_vaddr = USER_TOP - 7 * PAGE_BYTES, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(image_size = 0, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(image_size = 1, BOOT_OK);
}

static void domains(struct system *s)
{
    struct boot_options options = good_options(s);

    EXPECT_BOOT(domain_count = 0, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(domain_count = DOMAIN_COUNT_MAX, BOOT_OK);
    EXPECT_BOOT(domain_count = DOMAIN_COUNT_MAX + 1, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(schedule_length = DOMAIN_SCHEDULE_LENGTH - 1, BOOT_OK); /* without a schedule */
    EXPECT_BOOT(schedule_length = DOMAIN_SCHEDULE_LENGTH, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(schedule = two_domains, BOOT_BAD_OPTIONS); /* no length */
    options.schedule = two_domains;
    options.schedule_length = 2;
    EXPECT_EQUAL(boot(&options), BOOT_BAD_OPTIONS); /* domain 1 of 1 */
    options.domain_count = 2;
    EXPECT_EQUAL(boot(&options), BOOT_OK);
    options.schedule = no_time;
    EXPECT_EQUAL(boot(&options), BOOT_BAD_OPTIONS);
    options.schedule_length = 1;
    EXPECT_EQUAL(boot(&options), BOOT_OK);
}

static void sizes(struct system *s)
{
    EXPECT_BOOT(heap_bits = LUA_HEAP_BITS_MIN - 1, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(heap_bits = LUA_HEAP_BITS_MIN, BOOT_OK);
    EXPECT_BOOT(heap_bits = LUA_HEAP_BITS_MAX, BOOT_NO_MEMORY);
    EXPECT_BOOT(heap_bits = LUA_HEAP_BITS_MAX + 1, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(cnode_bits = 4, BOOT_BAD_OPTIONS);
    EXPECT_BOOT(cnode_bits = 5, BOOT_CNODE_FULL);
    EXPECT_BOOT(cnode_bits = 8, BOOT_OK);
    EXPECT_BOOT(cnode_bits = 24, BOOT_NO_MEMORY);
    EXPECT_BOOT(cnode_bits = 25, BOOT_BAD_OPTIONS);
}

/* Whatever is the last that finds no room, the boot says so; with a page more, never less goes. */
static void every_size(struct system *s, unsigned heap_bits, unsigned cnode_bits)
{
    bool has_booted = false;
    struct boot_options options = good_options(s);

    options.heap_bits = heap_bits;
    options.cnode_bits = cnode_bits;
    for (unsigned pages = 0; pages <= PAGES_MAX; pages++) {
        enum boot_result result;

        options.memory_size = pages * UINT64_C(4096);
        result = boot(&options);
        EXPECT(result == BOOT_OK || (result == BOOT_NO_MEMORY && !has_booted));
        has_booted = result == BOOT_OK;
    }
    EXPECT(has_booted);
}

static void memory_by_pages(struct system *s)
{
    every_size(s, 0, 6);
    every_size(s, 0, 8);
    every_size(s, LUA_HEAP_BITS_MIN, 8);
}

const struct test boot_options_tests[] = {
    TEST_UNBOOTED("boot refuses addresses that are no user's, or not aligned", addresses),
    TEST_UNBOOTED("boot refuses schedules that cannot be", domains),
    TEST_UNBOOTED("boot refuses sizes of heaps and CNodes that cannot be", sizes),
    TEST_UNBOOTED("boot finds out that memory is too small, page by page", memory_by_pages),
    TESTS_END};
