/* SPDX-License-Identifier: MIT */
/* Lua heaps: the memory of a Lua process, as an object (seLVM's own; not in seL4). While a heap is
 * bound to a VSpace, the threads of that VSpace run in the Lua state that lives in it. */
#ifndef KERNEL_HEAP_H
#define KERNEL_HEAP_H

#include "kernel/cap/slot.h"

struct invocation;
struct kernel;
struct tcb;

/* First bytes of the object; all that follows is the engine's. */
struct lua_heap {
    uint64_t size_bits;
    uint64_t serial;    /* grows whenever the heap is bound: what an engine remembers of an earlier
                           binding of this or another heap at the same place is void */
    kaddr vspace;       /* page table it is bound to; 0: none */
    uint64_t asid;      /* of that VSpace */
    kaddr previous;     /* list of bound heaps, from k->bound_heaps */
    kaddr next;
    uint64_t engine[10]; /* the engine's own; zero in a heap that is not bound */
};

enum { LUA_HEAP_HEADER_SIZE = 128 };

_Static_assert(sizeof(struct lua_heap) == LUA_HEAP_HEADER_SIZE, "the engine's memory begins here");

/* Makes an unbound heap at the address. Only the header is cleared. */
void heap_init(struct kernel *k, kaddr object, unsigned size_bits);

/* The heap whose process the thread belongs to, or NULL. */
struct lua_heap *heap_of_thread(struct kernel *k, struct tcb *thread);

/* The heap bound to a VSpace root, or NULL. */
struct lua_heap *heap_of_vspace(struct kernel *k, kaddr vspace);

/* Ends the binding, dropping the Lua state; no effect when not bound. */
void heap_unbind(struct kernel *k, struct lua_heap *heap);

/* Binds; the VSpace has no heap. */
void heap_bind(struct kernel *k, struct lua_heap *heap, kaddr vspace, uint64_t asid);

#endif
