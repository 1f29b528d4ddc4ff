/* SPDX-License-Identifier: MIT */
/* What the root task is told at its start, and where it lies. */
#include "support.h"

enum { FDT_MAGIC = 0xedfe0dd0 }; /* as a little-endian word */

extern char __executable_start[], _end[];

static void print_region(const char *name, seL4_SlotRegion region)
{
    printf("%s: %s, in order %d\n", name, region.start == region.end ? "none" : "some",
           region.start <= region.end);
}

static seL4_Word pages_of_image(void)
{
    return ((seL4_Word)_end - (seL4_Word)__executable_start + PAGE_SIZE - 1) / PAGE_SIZE;
}

static void check_layout(const seL4_BootInfo *info)
{
    seL4_Word buffer = (seL4_Word)info->ipcBuffer;
    seL4_Word end = (seL4_Word)__executable_start + pages_of_image() * PAGE_SIZE;

    printf("image frames: %d\n",
           info->userImageFrames.end - info->userImageFrames.start == pages_of_image());
    printf("the IPC buffer follows the image: %d\n", buffer == end);
    printf("boot information follows that: %d\n", (seL4_Word)info == buffer + PAGE_SIZE);
    printf("the first thread has that buffer: %d\n", info->ipcBuffer == seL4_GetIPCBuffer());
    /* A page of the image is where its capability says: one more mapping of it is refused. */
    printf("the first frame is mapped: %d\n",
           seL4_RISCV_Page_Map(info->userImageFrames.start, seL4_CapInitThreadVSpace, 0x40000000,
                               seL4_ReadWrite, 0) != seL4_NoError);
}

static void check_slots(const seL4_BootInfo *info)
{
    seL4_Word size = 1ul << info->initThreadCNodeSizeBits;

    printf("root CNode: 2^%lu slots\n", info->initThreadCNodeSizeBits);
    printf("empty slots up to the end: %d\n", info->empty.end == size);
    printf("first empty slot is empty: %u\n", seL4_DebugCapIdentify(info->empty.start));
    printf("identified:");
    for (seL4_CPtr cap = seL4_CapInitThreadTCB; cap < seL4_NumInitialCaps; cap++)
        printf(" %u", seL4_DebugCapIdentify(cap));
    printf("\nimage frame %u, paging %u, untyped %u\n",
           seL4_DebugCapIdentify(info->userImageFrames.start),
           seL4_DebugCapIdentify(info->userImagePaging.start),
           seL4_DebugCapIdentify(info->untyped.start));
}

static void check_untypeds(const seL4_BootInfo *info)
{
    seL4_Word count = info->untyped.end - info->untyped.start, total = 0;
    bool are_aligned = true, has_first = false, has_uart = false, has_rtc = false;

    for (seL4_Word i = 0; i < count; i++) {
        const seL4_UntypedDesc *u = &info->untypedList[i];

        are_aligned = are_aligned && (u->paddr & ((1ul << u->sizeBits) - 1)) == 0;
        has_first = has_first || (u->isDevice && u->paddr == 0);
        has_uart = has_uart || (u->isDevice && u->paddr <= 0x10000000 &&
                                u->paddr + (1ul << u->sizeBits) > 0x10000000);
        has_rtc = has_rtc || (u->isDevice && u->paddr <= 0x101000 &&
                              u->paddr + (1ul << u->sizeBits) > 0x101000);
        if (!u->isDevice && u->paddr >= 0x80000000)
            total += 1ul << u->sizeBits;
    }
    printf("untypeds aligned %d, from address 0 %d, UART %d, RTC %d\n", are_aligned, has_first,
           has_uart, has_rtc);
    printf("memory: %lu MiB or more\n", total >> 20);
}

static void check_extra(const seL4_BootInfo *info)
{
    const seL4_BootInfoHeader *chunk =
        (const void *)((const char *)info + seL4_BootInfoFrameSize);
    seL4_Word left = info->extraLen;

    while (left > 0) {
        if (chunk->id == SEL4_BOOTINFO_HEADER_FDT)
            printf("device tree: %d\n", ((const uint32_t *)(chunk + 1))[0] == FDT_MAGIC);
        assert(chunk->len >= sizeof(*chunk) && chunk->len <= left);
        left -= chunk->len;
        chunk = (const void *)((const char *)chunk + chunk->len);
    }
    printf("extra pages: %lu\n", info->extraBIPages.end - info->extraBIPages.start);
}

int main(void)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();

    printf("node %lu of %lu, domain %lu, IOPT levels %lu\n", info->nodeID, info->numNodes,
           info->initThreadDomain, info->numIOPTLevels);
    print_region("shared frames", info->sharedFrames);
    print_region("paging", info->userImagePaging);
    print_region("IO spaces", info->ioSpaceCaps);
    check_layout(info);
    check_slots(info);
    check_untypeds(info);
    check_extra(info);
    return 0;
}
