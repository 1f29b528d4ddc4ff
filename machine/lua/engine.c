/* SPDX-License-Identifier: MIT */
#include "machine/lua/engine.h"

#include "machine/lua/thread.h"

enum { NESTING_MAX = 4 }; /* each of them may fill as much of the C stack as Lua allows */

enum { NO_ENGINE_HEAP_TOO_SMALL = 1 }; /* 0 and 2 are the other engine's */

static bool is_root_thread(struct kernel *k, const struct tcb *t)
{
    return kernel_address(k, t) == k->root_thread;
}

static void refuse_to_run(struct platform *p, struct tcb *t)
{
    clock_advance(p, ENTRY_COST_NS);
    kernel_user_exception(p->kernel, EXCEPTION_NO_ENGINE, NO_ENGINE_HEAP_TOO_SMALL);
    if (t->is_abandoned && is_root_thread(p->kernel, t))
        p->root_error_count++;
}

/* Runs the coroutine until it comes back. Other threads, of this process too, may be below it on
   the C stack. In line, for a yield leaves by longjmp: behind it a processor predicts wrongly where
   each function up to the stub returns to. */
IN_LINE int run_coroutine(struct lua_thread *thread, int arguments)
{
    struct process *process = thread->process;
    struct platform *p = process->platform;
    struct lua_thread *active_before = process->active;
    lua_State *state_before = p->ticks.running_state;
    int count;
    int status;

    thread_set_running(thread, thread->coroutine);
    preemption_update(thread->coroutine, process);
    thread->request = REQUEST_NONE;
    process->active = thread;
    thread->is_on_stack = true;
    p->nesting++;
    status = compat_resume(thread->coroutine, process->main, arguments, &count);
    p->nesting--;
    platform_set_running(p, state_before);
    thread->is_on_stack = false;
    process->active = active_before;
    return status;
}

/* It has returned, or raised an error. */
static void ended(struct lua_thread *thread, int status)
{
    if (status == LUA_OK) {
        thread_returned(thread);
        return;
    }
    if (thread->is_killed)
        state_set_killed(thread->coroutine);
    thread_failed(thread);
}

/* It has yielded: makes the kernel entry that this means. */
IN_LINE void came_back(struct lua_thread *thread)
{
    struct platform *p = thread->process->platform;

    kassert(thread->request != REQUEST_NONE);
    kassert(thread->request != REQUEST_SYSCALL || p->nesting == 0);
    if (thread->request == REQUEST_SYSCALL)
        trap_syscall_outside(p, thread->tcb); /* after this the whole process may be gone */
    else
        thread_faulted(thread); /* perhaps */
}

/* Runs it, and makes the kernel entry that its coming back means. */
IN_LINE void resume(struct lua_thread *thread, int arguments)
{
    int status = run_coroutine(thread, arguments);

    if (status != LUA_YIELD)
        ended(thread, status);
    else
        came_back(thread);
}

/* Writes a decimal number; returns how many characters. */
static size_t write_number(char *to, int number)
{
    char digits[12];
    size_t count = 0;
    size_t length = 0;

    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0)
        to[length++] = digits[--count];
    to[length] = '\0';
    return length;
}

void lua_engine_run(struct platform *p, struct tcb *t)
{
    struct lua_heap *heap = heap_of_thread(p->kernel, t);
    struct process *process;
    struct lua_thread *thread;
    int arguments = 0;

    kassert(heap != NULL);
    process = process_of_heap(heap);
    if (process == NULL)
        process = process_create(p, heap);
    if (process != NULL)
        threads_sweep(process);
    if (process != NULL && is_root_thread(p->kernel, t))
        process->is_root = true;
    thread = process == NULL ? NULL : thread_of(process, t);
    if (thread == NULL) {
        refuse_to_run(p, t);
        return;
    }
    if (position_of(t) == POSITION_ELSEWHERE) {
        if (thread_enter(thread, &arguments))
            resume(thread, arguments);
    } else if (thread->ending != NOT_ENDED) {
        thread_end_again(thread);
    } else {
        resume(thread, 0);
    }
}

/* Whether the thread's VSpace is still the one of its process: what heap_of_thread would find, for
   a heap is unbound when its VSpace loses its ASID. */
static bool is_at_home(const struct lua_thread *thread)
{
    struct cap cap = thread->tcb->slots[TCB_SLOT_VSPACE].cap;
    const struct lua_heap *heap = thread->process->heap;

    return cap_type(cap) == CAP_PAGE_TABLE && cap.page_table.is_mapped && heap->vspace != 0 &&
           cap.page_table.object == heap->vspace && cap.page_table.asid == heap->asid;
}

/* Only what is simple: everything else is the run loop's. With the host's clock but no ticks that
   is all: instructions are then counted for each coroutine anew, so that threads who call each
   other would never come to look at the clock. A tick stays until it has been answered. */
bool lua_engine_run_nested(struct platform *p, struct tcb *t)
{
    struct lua_thread *thread = thread_find(t);

    if (thread == NULL || thread->is_on_stack || p->nesting >= NESTING_MAX ||
        (p->clock != CLOCK_VIRTUAL && !p->ticks.are_on))
        return false;
    if (thread->coroutine == NULL || thread->process->has_released_threads)
        return false;
    kassert(thread->ending == NOT_ENDED);
    if (position_of(t) == POSITION_ELSEWHERE || !is_at_home(thread))
        return false;
    resume(thread, 0);
    return true;
}

const char *lua_engine_where(struct platform *p, struct tcb *t, char *text, size_t size)
{
    struct lua_thread *thread = thread_find(t);
    char number[16];
    size_t length;

    (void)p;
    if (thread == NULL || t->engine[ENGINE_POSITION] == 0 || !position_find_place(thread) ||
        size < 2)
        return NULL;
    write_number(number, thread->line);
    length = text_copy(text, size - 1, thread->place);
    text[length++] = ':';
    text_copy(text + length, size - length, number);
    return text;
}

const char *lua_engine_fault_text(struct platform *p, struct tcb *t, size_t *length)
{
    struct lua_thread *thread = thread_find(t);

    (void)p;
    return thread == NULL ? NULL : thread_error_text(thread, length);
}
