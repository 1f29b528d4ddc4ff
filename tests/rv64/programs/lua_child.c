/* SPDX-License-Identifier: MIT */
/* A C program makes a process of Lua, and serves it: a program image (machine/image.h) in a frame,
 * a Lua heap bound to a VSpace, a shared frame and a notification. */
#include "support.h"

enum {
    HEAP_BITS = 18, CNODE_BITS = 4, DEPTH = seL4_WordBits, PRIORITY = 100,
    IMAGE = 0x10000, BUFFER = 0x11000, SHARED = 0x12000, WINDOW = 0x50000000,
    ENDPOINT = 1, NOTIFICATION = 2
};

static const char name[] = "child.lua";
static const char text[] =
    "local seL4 = require 'seL4'\n"
    "local info = seL4.MessageInfo_new(5, 0, 0, 2)\n"
    "local answer, product = seL4.CallWithMRs(1, info, 6, 7)\n"
    "print('Lua child: label', seL4.MessageInfo_get_label(answer), 'product', product)\n"
    "print('Lua child: shared', seL4.Load64(0x12000))\n"
    "seL4.Store64(0x12008, 99)\n"
    "seL4.Signal(2)\n"
    "local nothing = seL4.Load64(0x77000)\n"
    "print('Lua child: not reached', nothing)\n";

struct record {
    seL4_Word name_at, name_length, text_at, text_length;
};

struct image {
    char mark[8];
    seL4_Word length, module_count, argument_count;
    struct record program;
};

static void write_image(char *page)
{
    struct image *image = (struct image *)page;

    memcpy(image->mark, "seLVMimg", sizeof(image->mark));
    image->module_count = 1;
    image->argument_count = 0;
    image->program = (struct record){
        .name_at = sizeof(*image), .name_length = strlen(name),
        .text_at = sizeof(*image) + strlen(name), .text_length = strlen(text)};
    memcpy(page + image->program.name_at, name, strlen(name));
    memcpy(page + image->program.text_at, text, strlen(text));
    image->length = image->program.text_at + strlen(text);
}

/* A new frame at vaddr of the child, and at an address of our own, which is the result. */
static char *map_shared(seL4_CPtr vspace, seL4_Word vaddr, seL4_CapRights_t rights)
{
    static seL4_Word next = WINDOW;
    seL4_CPtr frame = new_object(seL4_RISCV_4K_Page, 0), copy = new_slot();
    char *page = (char *)next;

    CHECK(seL4_CNode_Copy(seL4_CapInitThreadCNode, copy, DEPTH, seL4_CapInitThreadCNode, frame,
                          DEPTH, seL4_AllRights));
    map_at(vspace, frame, vaddr, rights);
    map_at(seL4_CapInitThreadVSpace, copy, next, seL4_ReadWrite);
    next += PAGE_SIZE;
    return page;
}

static seL4_CPtr make_cspace(seL4_CPtr endpoint, seL4_CPtr notification)
{
    seL4_CPtr cnode = new_object(seL4_CapTableObject, CNODE_BITS);

    CHECK(seL4_CNode_Copy(cnode, ENDPOINT, CNODE_BITS, seL4_CapInitThreadCNode, endpoint, DEPTH,
                          seL4_AllRights));
    CHECK(seL4_CNode_Copy(cnode, NOTIFICATION, CNODE_BITS, seL4_CapInitThreadCNode, notification,
                          DEPTH, seL4_CanWrite));
    return cnode;
}

static void make_process(seL4_CPtr endpoint, seL4_CPtr notification, char **shared)
{
    seL4_UserContext regs = {.pc = IMAGE};
    seL4_CPtr vspace = new_object(seL4_RISCV_PageTableObject, 0);
    seL4_CPtr heap = new_object(seL4_LuaHeapObject, HEAP_BITS);
    seL4_CPtr buffer = new_object(seL4_RISCV_4K_Page, 0);

    CHECK(seL4_RISCV_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    CHECK(seL4_Lua_Heap_Bind(heap, vspace));
    write_image(map_shared(vspace, IMAGE, seL4_CanRead));
    map_at(vspace, buffer, BUFFER, seL4_ReadWrite);
    *shared = map_shared(vspace, SHARED, seL4_ReadWrite);
    process_start(&(struct process){.vspace = vspace, .cnode = make_cspace(endpoint, notification),
                                    .fault_endpoint = endpoint, .buffer_frame = buffer,
                                    .cnode_bits = CNODE_BITS, .buffer = BUFFER,
                                    .priority = PRIORITY},
                  &regs);
}

int main(void)
{
    seL4_CPtr endpoint = new_object(seL4_EndpointObject, 0);
    seL4_CPtr notification = new_object(seL4_NotificationObject, 0);
    volatile seL4_Word *words;
    seL4_MessageInfo_t info;
    seL4_Fault_t fault;
    char *shared;

    make_process(endpoint, notification, &shared);
    words = (volatile seL4_Word *)(void *)shared;
    words[0] = 123456789;
    info = receive(endpoint, NULL);
    printf("C program: asked with label %lu\n", seL4_MessageInfo_get_label(info));
    seL4_SetMR(0, seL4_GetMR(0) * seL4_GetMR(1));
    reply(seL4_MessageInfo_new(8, 0, 0, 1));
    wait_for(notification);
    printf("C program: shared %lu\n", words[1]);
    info = receive(endpoint, NULL);
    fault = seL4_getFault(info);
    printf("C program: VM fault %d at %lx\n", seL4_isVMFault_tag(info),
           seL4_Fault_VMFault_get_Addr(fault));
    return 0;
}
