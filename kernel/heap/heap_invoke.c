/* SPDX-License-Identifier: MIT */
/* Methods of Lua heaps (seLVM's own; abi/invocations_heap.lua). */
#include "kernel/entry/methods.h"
#include "kernel/vspace/map.h"
#include "kernel/vspace/vspace.h"

static enum outcome bind(struct invocation *inv, struct lua_heap *heap)
{
    uint64_t asid;
    kaddr root;

    if (inv->extra[0] == NULL)
        return refuse_truncated(inv);
    if (heap->vspace != 0)
        return refuse_illegal(inv, "the heap is bound to a VSpace already; unbind it first");
    TRY(map_find_root(inv, inv->extra[0]->cap, &root, &asid));
    if (heap_of_vspace(inv->kernel, root))
        return refuse_delete_first(inv, "vspace has a heap already; delete or unbind that first");
    heap_bind(inv->kernel, heap, root, asid);
    return DONE;
}

static enum outcome unbind(struct invocation *inv, struct lua_heap *heap)
{
    if (heap->vspace == 0)
        return refuse_illegal(inv, "the heap is not bound to a VSpace; there is nothing to undo");
    heap_unbind(inv->kernel, heap);
    return DONE;
}

/* Answers with size, bytes in use, greatest use so far, number of threads. */
static enum outcome stats(struct invocation *inv, const struct lua_heap *heap)
{
    uint64_t values[4] = {UINT64_C(1) << heap->size_bits, 0, 0, 0};

    if (heap->vspace != 0)
        platform_heap_stats(inv->kernel->platform, heap, values);
    for (unsigned i = 0; i < 4; i++)
        invocation_answer(inv, i, values[i]);
    invocation_answer_length(inv, 4);
    return DONE;
}

enum outcome heap_invoke(struct invocation *inv)
{
    struct lua_heap *heap = kernel_pointer(inv->kernel, inv->slot->cap.lua_heap.object);

    if (inv->method == METHOD_LUA_HEAP_BIND)
        return bind(inv, heap);
    if (inv->method == METHOD_LUA_HEAP_UNBIND)
        return unbind(inv, heap);
    if (inv->method == METHOD_LUA_HEAP_STATS)
        return stats(inv, heap);
    return refuse_method(inv);
}
