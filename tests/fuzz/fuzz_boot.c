/* SPDX-License-Identifier: MIT */
/* Fuzzes kernel_boot with options that a careless machine might give. What their contract demands
 * is kept (memory and image exist), everything else is made up. Both configurations.
 *
 * A system that has booted must be sound, one that has not must have said why. */
#include <stdlib.h>
#include <string.h>

#include "kernel/check/check.h"
#include "kernel/flavour.h"
#include "tests/fuzz/input.h"
#include "tests/null_platform/null_platform.h"

enum { ARENA_SIZE = 8 << 20, IMAGE_SIZE = 1 << 18, ENTRIES = 128, DEVICES = 40, PAGE = 4096 };

static uint8_t image[IMAGE_SIZE];
static uint8_t extra[IMAGE_SIZE];
static struct domain_entry schedule[ENTRIES];
static kaddr devices[DEVICES];
static void *arena;

static void read_schedule(struct input *in, struct boot_options *o)
{
    o->schedule_length = (uint32_t)(input_number(in, 1) % ENTRIES);
    for (uint32_t i = 0; i < o->schedule_length; i++)
        schedule[i] = (struct domain_entry){input_word(in), input_word(in)};
    o->schedule = schedule;
}

/* Ascending pages below RAM, as the contract says. */
static void read_devices(struct input *in, struct boot_options *o)
{
    kaddr next = 0;

    o->device_page_count = (uint32_t)(input_number(in, 1) % DEVICES);
    for (uint32_t i = 0; i < o->device_page_count; i++) {
        next += (1 + input_word(in) % (1 << 14)) * PAGE;
        if (next >= RAM_BASE)
            o->device_page_count = i;
        else
            devices[i] = next;
    }
    o->device_pages = devices;
}

static void read_options(struct input *in, struct boot_options *o)
{
    unsigned present = (unsigned)input_number(in, 1);

    o->flavour = present & 1 ? &mcs_flavour : &classic_flavour;
    o->traces_errors = present & 2;
    o->memory_size = ARENA_SIZE - (input_word(in) * PAGE) % ARENA_SIZE;
    o->domain_count = present & 4 ? (uint32_t)input_word(in) : 1;
    if (present & 8)
        read_schedule(in, o);
    o->work_units_per_check = (uint32_t)input_word(in);
    o->image = image;
    o->image_size = input_word(in) % (IMAGE_SIZE + 1);
    o->image_vaddr = present & 16 ? input_word(in) : PAGE * (input_word(in) % (1 << 20));
    o->entry = input_word(in);
    o->heap_bits = present & 32 ? (unsigned)input_number(in, 1) : 0;
    o->cnode_bits = present & 64 ? (unsigned)input_number(in, 1) : 0;
    if (present & 128)
        read_devices(in, o);
    o->extra = extra;
    o->extra_size = input_word(in) % (IMAGE_SIZE + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct platform platform;
    struct input in = {bytes, size};
    struct boot_options options = {.platform = &platform};
    struct check_report report;
    enum boot_result result;

    if (!arena)
        arena = aligned_alloc(PAGE, ARENA_SIZE);
    null_platform_init(&platform);
    read_options(&in, &options);
    result = kernel_boot(arena, &options);
    if (result != BOOT_OK && result != BOOT_NO_MEMORY && result != BOOT_BAD_OPTIONS &&
        result != BOOT_CNODE_FULL)
        null_platform_fail("kernel_boot gives an unknown result");
    if (result == BOOT_OK && !kernel_check_all(arena, &report))
        null_platform_fail(report.text);
    return 0;
}
