/* SPDX-License-Identifier: MIT */
/* Takes a frame of 2 MiB out of every piece of memory that has one, and the first byte of each. */
#include "support.h"

enum { MEGA_PAGE = 1 << seL4_LargePageBits };

static const seL4_Word WINDOW = 0x100000000;

int main(void)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();
    seL4_Word total = 0, count = 0, wrong = 0;

    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *u = &info->untypedList[i];
        volatile seL4_Word *word = (volatile seL4_Word *)(WINDOW + count * MEGA_PAGE);
        seL4_CPtr frame;

        if (u->isDevice)
            continue;
        total += 1ul << u->sizeBits;
        if (u->sizeBits <= seL4_LargePageBits || info->untyped.start + i == find_untyped(22))
            continue; /* that is where page tables come from */
        frame = new_slot();
        CHECK(seL4_Untyped_Retype(info->untyped.start + i, seL4_RISCV_Mega_Page, 0,
                                  seL4_CapInitThreadCNode, 0, 0, frame, 1));
        map_at(seL4_CapInitThreadVSpace, frame, (seL4_Word)word, seL4_ReadWrite);
        wrong += word[0] != 0 || word[MEGA_PAGE / sizeof(seL4_Word) - 1] != 0;
        word[0] = u->paddr;
        count++;
    }
    printf("%lu MiB, frames of the largest pieces: %d, not zero: %lu\n", total >> 20, count >= 8,
           wrong);
    return 0;
}
