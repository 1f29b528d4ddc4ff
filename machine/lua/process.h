/* SPDX-License-Identifier: MIT */
/* A Lua process: the Lua state in a bound heap, and what the engine keeps of its threads.
 *
 *     struct lua_heap (the kernel's header) | struct process | struct allocator, blocks
 *
 * Everything of a process lies in its heap, so dropping the heap drops it all; lua_close is never
 * called, so that neither a finaliser nor __close runs. TCBs point to their struct lua_thread; the
 * pointers are cleared before either of them goes.
 *
 * A lua_State finds its process in its extra space. The lowest bits of that word mark a coroutine:
 * it is held if the engine has it, in a system call or preempted, so that the program must not
 * resume it; it is killed if that is how it ended: inside a hook, so that no hook would ever come
 * in it again, and it must not be closed. */
#ifndef MACHINE_LUA_PROCESS_H
#define MACHINE_LUA_PROCESS_H

#include "abi/methods.h"
#include "machine/lua/allocator.h"
#include "machine/lua/compat.h"
#include "machine/lua/image_reader.h"
#include "machine/machine.h"

/* What the engine's words of a TCB hold. */
enum engine_word {
    ENGINE_THREAD,   /* struct lua_thread *, 0: none */
    ENGINE_POSITION, /* token of where the coroutine stands (trap.h); 0: nowhere */
    ENGINE_REAL,     /* the same place as an address in the image; 0: not computed */
    ENGINE_MESSAGE   /* MR0..MR3 of a thread without an IPC buffer */
};

/* Why a coroutine has yielded to the run loop. */
enum request {
    REQUEST_NONE,    /* it has not: it yielded within the program */
    REQUEST_SWITCH,  /* another thread is current, or an interrupt is due */
    REQUEST_SYSCALL  /* make the system call in its registers while no Lua code is active */
};

/* How the coroutine of a thread has ended, if it has. */
enum ending { NOT_ENDED, ENDED_BY_RETURN, ENDED_BY_ERROR };

enum { PLACE_SIZE = 56 };

struct lua_thread {
    struct process *process;
    struct tcb *tcb;              /* NULL: its TCB has been destroyed; to be swept */
    struct lua_thread *next;      /* of the process */
    lua_State *coroutine;         /* kept alive by the registry; NULL once ended */
    lua_State *running;           /* while active: it, or the one of the program's that runs;
                                     thread_set_running sets it */
    lua_State *innermost;         /* where it last stopped: the coroutine or one of the program's */
    enum request request;
    enum ending ending;
    bool is_on_stack;             /* its coroutine runs, or has been left by run_others (trap.c) */
    bool has_deferred;            /* it was to be preempted where it could not yield */
    bool is_killed;               /* it stayed there too long: every instruction raises an error */
    bool has_kill_text;           /* error_text is that of the kill */
    uint64_t deferred_since_ns;   /* with has_deferred */
    unsigned unyieldable_resumes; /* active resumes made from where nothing can yield */
    lua_State *unyieldable;       /* which made the first of them */
    unsigned closings;            /* active calls of coroutine.close */
    char place[PLACE_SIZE];       /* module it stopped in and line there, when taken eagerly */
    int line;                     /* 0: to be found in `innermost` */
    char *error_text;             /* of the last uncaught error, from the allocator; or NULL */
    size_t error_length;
    bool has_failed;              /* there was one, with or without room for its text */
};

struct process {
    struct platform *platform;
    struct lua_heap *heap;
    struct allocator *allocator;
    lua_State *main;              /* runs only the engine's own functions */
    struct lua_thread *threads;
    struct lua_thread *active;    /* whose code runs right now */
    uint64_t thread_count;
    bool has_released_threads;
    int hook_instructions;        /* with the host's clock: at most, between two looks at it */
    bool is_collecting;           /* an emergency collection of ours is being made */
    bool is_collection_due;       /* a full one is to be made at the next instruction */
    bool is_root;                 /* the root task's */
    uint64_t image_vaddr;         /* of the program it was started from; 0: not started so */
    uint64_t boot_info;           /* a0 of its start: address of boot information, or 0 */
    int32_t syscall_numbers[SYSCALL_COUNT]; /* of this configuration; 0: absent */
};

enum { EXTRA_SPACE_HELD = 1, EXTRA_SPACE_KILLED = 2, EXTRA_SPACE_BITS = 3 };

static inline uintptr_t *extra_space(lua_State *L)
{
    return (uintptr_t *)lua_getextraspace(L);
}

static inline struct process *process_of_state(lua_State *L)
{
    return (struct process *)(*extra_space(L) & ~(uintptr_t)EXTRA_SPACE_BITS);
}

static inline bool state_is_held(lua_State *L)
{
    return (*extra_space(L) & EXTRA_SPACE_HELD) != 0;
}

static inline void state_set_held(lua_State *L, bool is_held)
{
    *extra_space(L) = (uintptr_t)process_of_state(L) | (is_held ? EXTRA_SPACE_HELD : 0);
}

static inline bool state_is_killed(lua_State *L)
{
    return (*extra_space(L) & EXTRA_SPACE_KILLED) != 0;
}

static inline void state_set_killed(lua_State *L)
{
    *extra_space(L) |= EXTRA_SPACE_KILLED;
}

/* The kernel, and the thread whose code runs. */
static inline struct kernel *process_kernel(const struct process *process)
{
    return process->platform->kernel;
}

/* `L` is whose code runs from now on; NULL: none of this machine does. */
static inline void platform_set_running(struct platform *p, lua_State *L)
{
    __atomic_store_n(&p->ticks.running_state, L, __ATOMIC_RELEASE);
}

/* The active thread goes on in another of its coroutines. To be called before preemption_update of
   that one, so that a tick in between is not missed. */
static inline void thread_set_running(struct lua_thread *thread, lua_State *L)
{
    thread->running = L;
    platform_set_running(thread->process->platform, L);
}

/* CONFIGURATION_*, the bit in the tables of abi/. */
unsigned process_configuration(const struct process *process);

/* The process in a bound heap; NULL if it has not been started. */
struct process *process_of_heap(const struct lua_heap *heap);

/* Starts one: Lua state and libraries. NULL: the heap is too small. */
struct process *process_create(struct platform *p, struct lua_heap *heap);

/* Calls `function` on the process's main state, protected, with `argument` as light userdata.
   False: it raised an error, which is not kept; `function` must deal with all that matters. */
bool process_call(struct process *process, lua_CFunction function, void *argument);

/* Copies as much of a text as fits, with a final NUL; returns its length. */
size_t text_copy(char *to, size_t size, const char *from);

#endif
