/* SPDX-License-Identifier: MIT */
/* From a heap to a Lua state, and the end of both. */
#include <string.h>

#include "kernel/flavour.h"
#include "machine/lua/library.h"
#include "machine/lua/trap.h"
#include "machine/lua/work.h"

/* Word of the heap's header that says that a process has been started in it. */
enum { HEAP_IS_STARTED = 0 };

/* Whoever asks for a block of so many bytes is going to fill it: a table that grows, a long
   string. */
enum { LARGE_BLOCK = 4096 };

static void *get_or_resize(struct allocator *a, void *pointer, size_t size)
{
    return pointer == NULL ? allocator_get(a, size) : allocator_resize(a, pointer, size);
}

/* Asks for more than there can be: Lua then makes its emergency collection. */
static int ask_for_too_much(lua_State *L)
{
    lua_newuserdata(L, (size_t)process_of_state(L)->allocator->size);
    return 0;
}

/* The heap is full. Lua collects garbage before it gives up, but not for the buffers of its string
 * library, so it is done here, on the state that is not running: any allocation may collect. Such
 * an emergency collection keeps the stacks, which a deep recursion may have made large, so another
 * one is due as soon as the running coroutine makes its next step. */
static void collect(struct process *process)
{
    if (process->active == NULL || process->is_collecting)
        return; /* the main state is running, or there is none yet */
    process->is_collecting = true;
    work_done(process, process->allocator->used / WORK_COLLECT_BYTES);
    process_call(process, ask_for_too_much, NULL);
    process->is_collecting = false;
    process->is_collection_due = true;
    preemption_update(process->active->running, process);
}

/* The allocator as Lua calls it. */
static void *allocate(void *user, void *pointer, size_t old_size, size_t new_size)
{
    struct process *process = user;
    struct allocator *a = process->allocator;
    void *found;

    if (new_size == 0) {
        allocator_free(a, pointer);
        return NULL;
    }
    if (new_size >= LARGE_BLOCK && new_size <= a->size && (pointer == NULL || new_size > old_size))
        work_done(process, new_size / WORK_BYTES);
    found = get_or_resize(a, pointer, new_size);
    if (found != NULL || process->is_collecting)
        return found;
    if (new_size > a->size)
        work_done(process, a->used / WORK_COLLECT_BYTES); /* Lua tries a collection of its own */
    else
        collect(process);
    return get_or_resize(a, pointer, new_size);
}

/* An error outside every protected call: the engine has a bug. */
static int panic(lua_State *L)
{
    bool error_is_caught = false;

    (void)L;
    kassert(error_is_caught);
    return 0;
}

static int open_libraries(lua_State *L)
{
    library_open(L);
    return 0;
}

/* The numbers of the system calls, from the table that the kernel uses for the way back. */
static void find_syscall_numbers(struct process *process)
{
    const struct flavour *flavour = process_kernel(process)->flavour;

    for (int32_t i = 1; i < flavour->syscall_number_count; i++) {
        unsigned call = flavour->syscall_of_number[i];

        if (call != SYSCALL_NONE && call < SYSCALL_COUNT)
            process->syscall_numbers[call] = -i;
    }
}

static struct process *process_at(const struct lua_heap *heap)
{
    return (struct process *)((uintptr_t)heap + LUA_HEAP_HEADER_SIZE);
}

size_t text_copy(char *to, size_t size, const char *from)
{
    size_t length = 0;

    kassert(size > 0);
    while (length + 1 < size && from[length] != '\0') {
        to[length] = from[length];
        length++;
    }
    to[length] = '\0';
    return length;
}

unsigned process_configuration(const struct process *process)
{
    return process_kernel(process)->flavour->configuration;
}

struct process *process_of_heap(const struct lua_heap *heap)
{
    return heap->engine[HEAP_IS_STARTED] != 0 ? process_at(heap) : NULL;
}

struct process *process_create(struct platform *p, struct lua_heap *heap)
{
    struct process *process = process_at(heap);
    uint64_t own = align_up(sizeof(struct process), 4);
    uint64_t size = (UINT64_C(1) << heap->size_bits) - LUA_HEAP_HEADER_SIZE - own;

    memset(process, 0, sizeof(*process));
    process->platform = p;
    process->heap = heap;
    process->hook_instructions = HOOK_INSTRUCTIONS;
    process->allocator = allocator_create((uint8_t *)process + own, size);
    find_syscall_numbers(process);
    process->main = lua_newstate(allocate, process);
    if (process->main == NULL)
        return NULL;
    *extra_space(process->main) = (uintptr_t)process;
    lua_atpanic(process->main, panic);
    if (!process_call(process, open_libraries, NULL))
        return NULL;
    heap->engine[HEAP_IS_STARTED] = 1;
    return process;
}

bool process_call(struct process *process, lua_CFunction function, void *argument)
{
    int base = lua_gettop(process->main);
    int status;

    lua_pushcfunction(process->main, function);
    lua_pushlightuserdata(process->main, argument);
    status = lua_pcall(process->main, 1, 0, 0);
    lua_settop(process->main, base);
    return status == LUA_OK;
}

void platform_heap_destroy(struct platform *p, struct lua_heap *heap)
{
    struct process *process = process_of_heap(heap);

    if (process == NULL)
        return;
    kassert(process->active == NULL); /* trap.c makes such entries with no Lua code active */
    for (struct lua_thread *thread = process->threads; thread != NULL; thread = thread->next) {
        if (thread->tcb == NULL)
            continue;
        platform_thread_sync(p, thread->tcb); /* a token would mean nothing any more */
        thread->tcb->engine[ENGINE_THREAD] = 0; /* its position stays: no other engine goes there */
    }
    heap->engine[HEAP_IS_STARTED] = 0;
}

void platform_heap_stats(struct platform *p, const struct lua_heap *heap, uint64_t stats[4])
{
    const struct process *process = process_of_heap(heap);

    (void)p;
    stats[0] = UINT64_C(1) << heap->size_bits;
    stats[1] = process == NULL ? 0 : stats[0] - process->allocator->size + process->allocator->used;
    stats[2] = process == NULL ? 0 : stats[0] - process->allocator->size + process->allocator->peak;
    stats[3] = process == NULL ? 0 : process->thread_count;
}
