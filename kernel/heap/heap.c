/* SPDX-License-Identifier: MIT */
/* Binding Lua heaps to VSpaces. A VSpace's root table names its heap in its last entry, which
 * covers addresses no user may have: the heap's address, as an entry that is not valid to the page
 * walk. */
#include "kernel/heap/heap.h"

#include "kernel/vspace/vspace.h"

/* The last entry of a root table. */
static uint64_t *heap_entry(struct kernel *k, kaddr vspace)
{
    kassert(is_aligned(vspace, PAGE_TABLE_BITS));
    return (uint64_t *)kernel_pointer(k, vspace) + (TABLE_ENTRIES - 1);
}

void heap_init(struct kernel *k, kaddr object, unsigned size_bits)
{
    struct lua_heap *heap = kernel_pointer(k, object);

    kassert(size_bits >= LUA_HEAP_BITS_MIN && size_bits <= LUA_HEAP_BITS_MAX);
    kassert(is_aligned(object, size_bits));
    memset(heap, 0, sizeof(*heap));
    heap->size_bits = size_bits;
}

struct lua_heap *heap_of_vspace(struct kernel *k, kaddr vspace)
{
    uint64_t entry = *heap_entry(k, vspace);

    return entry == 0 ? NULL : kernel_pointer(k, entry);
}

/* By its VSpace: threads of one VSpace are threads of one process. */
struct lua_heap *heap_of_thread(struct kernel *k, struct tcb *thread)
{
    kaddr vspace = vspace_of_thread(k, thread);

    return vspace == 0 ? NULL : heap_of_vspace(k, vspace);
}

/* The serial tells an engine's old notes of this place from new ones. */
void heap_bind(struct kernel *k, struct lua_heap *heap, kaddr vspace, uint64_t asid)
{
    kaddr address = kernel_address(k, heap);

    kassert(asid != 0 && asid_root(k, asid) == vspace);
    kassert(heap->vspace == 0 && heap_of_vspace(k, vspace) == NULL);
    kassert(!pte_is_valid(address));
    memset(heap->engine, 0, sizeof(heap->engine));
    heap->serial = ++k->heap_serial;
    heap->vspace = vspace;
    heap->asid = asid;
    heap->previous = 0;
    heap->next = k->bound_heaps;
    if (heap->next)
        ((struct lua_heap *)kernel_pointer(k, heap->next))->previous = address;
    k->bound_heaps = address;
    *heap_entry(k, vspace) = address;
}

/* The platform drops its state first, while the heap still says which it is. */
void heap_unbind(struct kernel *k, struct lua_heap *heap)
{
    if (heap->vspace == 0)
        return;
    platform_heap_destroy(k->platform, heap);
    *heap_entry(k, heap->vspace) = 0;
    if (heap->previous)
        ((struct lua_heap *)kernel_pointer(k, heap->previous))->next = heap->next;
    else
        k->bound_heaps = heap->next;
    if (heap->next)
        ((struct lua_heap *)kernel_pointer(k, heap->next))->previous = heap->previous;
    heap->vspace = 0;
    heap->asid = 0;
    heap->previous = 0;
    heap->next = 0;
    memset(heap->engine, 0, sizeof(heap->engine));
}
