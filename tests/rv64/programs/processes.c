/* SPDX-License-Identifier: MIT */
/* Makes and destroys processes from an executable that it carries, thousands of times, out of the
 * same untyped memory. */
#include "support.h"

enum {
    ROUNDS = 2000, AT_A_TIME = 4, POOL_BITS = 18, CNODE_BITS = 4, DEPTH = seL4_WordBits,
    WINDOW = 0x50000000, SLOTS = 128, PRIORITY = 254
};

/* The executable; the path is one of the assembler's. */
__asm__(".section .rodata\n.balign 4096\n.global child, child_end\nchild:\n"
        ".incbin \"child.elf\"\nchild_end:\n.previous");
extern const char child[], child_end[];

struct elf_header {
    uint8_t mark[16];
    uint16_t kind, machine;
    uint32_t version;
    uint64_t entry, segments_at, sections_at;
    uint32_t flags;
    uint16_t size, segment_size, segment_count;
};

struct elf_segment {
    uint32_t kind, flags;
    uint64_t offset, vaddr, paddr, file_size, memory_size, alignment;
};

static seL4_CPtr endpoint, pools[AT_A_TIME], first_slots[AT_A_TIME], slot, pool;
static seL4_Word frames_made;

static seL4_CPtr make(seL4_Word type, seL4_Word size_bits)
{
    CHECK(seL4_Untyped_Retype(pool, type, size_bits, seL4_CapInitThreadCNode, 0, 0, slot, 1));
    return slot++;
}

/* Maps a frame and makes what tables are missing. */
static void map_child(seL4_CPtr vspace, seL4_CPtr frame, seL4_Word vaddr)
{
    seL4_Error error;

    while ((error = seL4_RISCV_Page_Map(frame, vspace, vaddr, seL4_ReadWrite, 0)) ==
           seL4_FailedLookup)
        CHECK(seL4_RISCV_PageTable_Map(make(seL4_RISCV_PageTableObject, 0), vspace, vaddr, 0));
    check_call(error, "map", __LINE__);
}

/* A page of the child, with `size` bytes of its content at `offset`. */
static void load_page(seL4_CPtr vspace, seL4_Word vaddr, seL4_Word offset, const char *from,
                      seL4_Word size)
{
    seL4_CPtr frame = make(seL4_RISCV_4K_Page, 0), copy = slot++;

    frames_made++;
    map_child(vspace, frame, vaddr);
    if (size > 0) {
        CHECK(seL4_CNode_Copy(seL4_CapInitThreadCNode, copy, DEPTH, seL4_CapInitThreadCNode, frame,
                              DEPTH, seL4_AllRights));
        CHECK(seL4_RISCV_Page_Map(copy, seL4_CapInitThreadVSpace, WINDOW, seL4_ReadWrite, 0));
        memcpy((char *)WINDOW + offset, from, size);
        CHECK(seL4_RISCV_Page_Unmap(copy));
    }
}

static seL4_Word least(seL4_Word a, seL4_Word b)
{
    return a < b ? a : b;
}

/* The end of the segment. */
static seL4_Word load_segment(seL4_CPtr vspace, const struct elf_segment *s)
{
    seL4_Word end = s->vaddr + s->memory_size, data_end = s->vaddr + s->file_size;

    for (seL4_Word page = s->vaddr & -(seL4_Word)PAGE_SIZE; page < end; page += PAGE_SIZE) {
        seL4_Word start = page < s->vaddr ? s->vaddr : page;
        seL4_Word size = start < data_end ? least(data_end, page + PAGE_SIZE) - start : 0;

        load_page(vspace, page, start - page, child + s->offset + (start - s->vaddr), size);
    }
    return end;
}

#ifdef CONFIG_KERNEL_MCS
static void set_time(seL4_CPtr tcb)
{
    seL4_CPtr context = make(seL4_SchedContextObject, seL4_MinSchedContextBits);

    CHECK(seL4_SchedControl_ConfigureFlags(seL4_GetBootInfo()->schedcontrol.start, context, 1000,
                                           1000, 0, 0, 0));
    CHECK(seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 0, PRIORITY, context, 0));
}

static void configure(seL4_CPtr tcb, seL4_CPtr cnode, seL4_CPtr vspace, seL4_Word buffer,
                      seL4_CPtr frame)
{
    CHECK(seL4_TCB_Configure(tcb, cnode, seL4_CNode_CapData_new(0, DEPTH - CNODE_BITS).words[0],
                             vspace, 0, buffer, frame));
    set_time(tcb);
}
#else
static void configure(seL4_CPtr tcb, seL4_CPtr cnode, seL4_CPtr vspace, seL4_Word buffer,
                      seL4_CPtr frame)
{
    CHECK(seL4_TCB_Configure(tcb, 0, cnode,
                             seL4_CNode_CapData_new(0, DEPTH - CNODE_BITS).words[0], vspace, 0,
                             buffer, frame));
    CHECK(seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 0, PRIORITY));
}
#endif

/* Makes a process of all its own and starts it. */
static void make_process(seL4_Word number)
{
    const struct elf_header *header = (const void *)child;
    const struct elf_segment *segments = (const void *)(child + header->segments_at);
    seL4_CPtr vspace = make(seL4_RISCV_PageTableObject, 0), frame, tcb, cnode;
    seL4_UserContext regs = {.pc = header->entry, .a2 = number, .a3 = 3};
    seL4_Word end = 0;

    CHECK(seL4_RISCV_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    for (int i = 0; i < header->segment_count; i++) {
        if (segments[i].kind == 1 && segments[i].memory_size > 0)
            end = load_segment(vspace, &segments[i]);
    }
    regs.a1 = (end + PAGE_SIZE - 1) & -(seL4_Word)PAGE_SIZE;
    frame = make(seL4_RISCV_4K_Page, 0);
    map_child(vspace, frame, regs.a1);
    cnode = make(seL4_CapTableObject, CNODE_BITS);
    CHECK(seL4_CNode_Copy(cnode, 1, CNODE_BITS, seL4_CapInitThreadCNode, endpoint, DEPTH,
                          seL4_CanWrite));
    tcb = make(seL4_TCBObject, 0);
    configure(tcb, cnode, vspace, regs.a1, frame);
    CHECK(seL4_TCB_WriteRegisters(tcb, true, 0, 32, &regs));
}

static void check_answers(seL4_Word first)
{
    seL4_Word seen = 0;

    for (int i = 0; i < AT_A_TIME; i++) {
        receive(endpoint, NULL);
        assert(seL4_GetMR(0) >= first && seL4_GetMR(0) < first + AT_A_TIME);
        assert(seL4_GetMR(1) == 3 * seL4_GetMR(0) && seL4_GetMR(2) == 1000);
        assert(seL4_GetMR(3) == 1);
        seen |= 1ul << (seL4_GetMR(0) - first);
    }
    assert(seen == (1ul << AT_A_TIME) - 1);
}

int main(void)
{
    endpoint = new_object(seL4_EndpointObject, 0);
    map_at(seL4_CapInitThreadVSpace, new_object(seL4_RISCV_4K_Page, 0), WINDOW + PAGE_SIZE,
           seL4_ReadWrite); /* its tables serve the window, too */
    for (int i = 0; i < AT_A_TIME; i++)
        pools[i] = new_object(seL4_UntypedObject, POOL_BITS);
    for (int i = 0; i < AT_A_TIME; i++) {
        first_slots[i] = new_slot();
        for (int j = 1; j < SLOTS; j++)
            new_slot();
    }
    for (seL4_Word round = 0; round < ROUNDS; round += AT_A_TIME) {
        for (seL4_Word i = 0; i < AT_A_TIME; i++) {
            pool = pools[i];
            slot = first_slots[i];
            make_process(round + i);
        }
        check_answers(round);
        for (int i = 0; i < AT_A_TIME; i++)
            CHECK(seL4_CNode_Revoke(seL4_CapInitThreadCNode, pools[i], DEPTH));
    }
    printf("%d processes, %lu pages each\n", ROUNDS, frames_made / ROUNDS);
    return 0;
}
