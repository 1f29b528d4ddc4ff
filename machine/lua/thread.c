/* SPDX-License-Identifier: MIT */
#include "machine/lua/thread.h"

#include <string.h>

#include "kernel/vspace/vspace.h"
#include "machine/lua/library.h"
#include "machine/lua/stubs.h"

enum {
    ARGUMENT_REGISTERS = 6,
    ERROR_TEXT_MAX = 8192,
    TOSTRING_INSTRUCTIONS = 100000 /* that a __tostring of an uncaught error may use */
};

static const char no_memory_text[] = "not enough memory in the Lua heap, not even for a traceback";

/* --- records ------------------------------------------------------------------------------------- */

/* Forgets the coroutine of a record (light userdata 1). */
static int unanchor(lua_State *L)
{
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, lua_touserdata(L, 1));
    return 0;
}

static void drop_coroutine(struct lua_thread *thread)
{
    if (thread->coroutine == NULL)
        return;
    thread->coroutine = NULL;
    thread->innermost = NULL;
    process_call(thread->process, unanchor, thread);
}

/* The record's TCB is going, or goes to another process. */
static void release(struct lua_thread *thread)
{
    memset(thread->tcb->engine, 0, sizeof(thread->tcb->engine));
    thread->tcb = NULL;
    thread->process->has_released_threads = true;
    thread->process->thread_count--;
}

static void free_record(struct lua_thread *thread)
{
    drop_coroutine(thread);
    allocator_free(thread->process->allocator, thread->error_text);
    allocator_free(thread->process->allocator, thread);
}

static struct lua_thread *make_record(struct process *process, struct tcb *t)
{
    struct lua_thread *thread = allocator_get(process->allocator, sizeof(*thread));

    if (thread == NULL)
        return NULL;
    *thread = (struct lua_thread){.process = process, .tcb = t, .next = process->threads};
    process->threads = thread;
    process->thread_count++;
    t->engine[ENGINE_THREAD] = (uint64_t)(uintptr_t)thread;
    position_clear(t);
    return thread;
}

/* --- errors -------------------------------------------------------------------------------------- */

/* Once it has taken too long, it may not take one instruction more. */
static void stop_tostring(lua_State *L, lua_Debug *record)
{
    (void)record;
    lua_sethook(L, stop_tostring, LUA_MASKCOUNT, 1);
    preemption_raise(L);
}

static int call_tostring(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    return 1;
}

/* Whether the value on top reads as more than its type and an address. */
static bool is_readable(lua_State *L)
{
    int type = lua_type(L, -1);

    if (type == LUA_TNUMBER || type == LUA_TBOOLEAN)
        return true;
    if (luaL_getmetafield(L, -1, "__tostring") == LUA_TNIL)
        return false;
    lua_pop(L, 1);
    return true;
}

/* Replaces the error object on top by text. Its __tostring is the program's code: it runs protected
   and not for long. */
static void error_to_text(lua_State *L)
{
    if (lua_type(L, -1) == LUA_TSTRING)
        return;
    if (!is_readable(L)) {
        lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, -1));
        lua_remove(L, -2);
        return;
    }
    lua_pushcfunction(L, call_tostring);
    lua_pushvalue(L, -2);
    lua_sethook(L, stop_tostring, LUA_MASKCOUNT, TOSTRING_INSTRUCTIONS);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        lua_pop(L, 1);
        lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, -1));
    }
    lua_sethook(L, NULL, 0, 0);
    lua_remove(L, -2);
}

/* Keeps message and traceback of a thread whose coroutine has failed (light userdata 1). */
static int describe_error(lua_State *L)
{
    struct lua_thread *thread = lua_touserdata(L, 1);
    const char *text;
    size_t length;

    lua_pushvalue(thread->coroutine, -1);
    lua_xmove(thread->coroutine, L, 1);
    error_to_text(L);
    stubs_explain_nil(L);
    luaL_traceback(L, thread->coroutine, lua_tostring(L, -1), 0);
    text = lua_tolstring(L, -1, &length);
    thread_keep_error(thread, text, length);
    return 0;
}

/* What can be kept when there is no memory for more: the message, if it is a string. */
static void keep_bare_error(struct lua_thread *thread)
{
    const char *text = NULL;
    size_t length = 0;

    if (lua_type(thread->coroutine, -1) == LUA_TSTRING)
        text = lua_tolstring(thread->coroutine, -1, &length);
    thread_keep_error(thread, text, length);
}

/* Keeps the traceback of a thread that a fault has stopped (light userdata 1). */
static int describe_stop(lua_State *L)
{
    struct lua_thread *thread = lua_touserdata(L, 1);
    const char *text;
    size_t length;

    luaL_traceback(L, thread->innermost, STOPPED_BY_FAULT, 1);
    text = lua_tolstring(L, -1, &length);
    thread_keep_error(thread, text, length);
    return 0;
}

/* Whether a fault that has just been raised has stopped the thread: there was nobody to tell. */
static bool is_stopped(const struct lua_thread *thread)
{
    return thread->tcb->is_abandoned;
}

static void count_stop(const struct lua_thread *thread)
{
    if (is_stopped(thread) && thread->process->is_root)
        thread->process->platform->root_error_count++;
}

/* The error's text for the console. Of the root task's threads the host program is told. */
static void print_error(const struct lua_thread *thread)
{
    struct platform *p = thread->process->platform;
    size_t length = 0;
    const char *text = thread_error_text(thread, &length);

    if (thread->process->is_root || text == NULL)
        return;
    for (size_t i = 0; i < length; i++)
        platform_console_put(p, text[i]);
    platform_console_put(p, '\n');
}

/* Tells the kernel that an uncaught error, or a kill, has ended the thread. */
static void raise_error(struct lua_thread *thread)
{
    struct platform *p = thread->process->platform;

    clock_advance(p, ENTRY_COST_NS);
    kernel_user_exception(p->kernel,
                          thread->is_killed ? EXCEPTION_OVERSTAYED : EXCEPTION_LUA_ERROR, 0);
    count_stop(thread);
    if (is_stopped(thread))
        print_error(thread);
}

/* --- entering ------------------------------------------------------------------------------------ */

enum entry_kind { ENTER_FUNCTION, ENTER_PROGRAM, ENTER_MODULE };

struct entry {
    struct lua_thread *thread;
    enum entry_kind kind;
    struct image image;         /* ENTER_PROGRAM, ENTER_MODULE */
    struct image_record record; /* of the module */
    int arguments;
    lua_State *coroutine;       /* ready; NULL: it could not be made */
    bool has_error;             /* because of an error, which the thread keeps */
};

static void push_text(lua_State *L, const struct image *image, const struct image_record *record)
{
    luaL_Buffer buffer;
    char *bytes = luaL_buffinitsize(L, &buffer, record->text_length);

    if (!image_copy(image, record->text, bytes, record->text_length))
        luaL_error(L, "an argument of the program is not mapped executable");
    luaL_pushresultsize(&buffer, record->text_length);
}

/* The arguments of the program, as the image gives them. */
static int push_program_arguments(lua_State *L, const struct image *image)
{
    struct image_record record;
    int count = 0;

    luaL_checkstack(L, (int)image->argument_count + LUA_MINSTACK, "too many arguments");
    for (uint64_t i = 0; i < image->argument_count; i++) {
        if (!image_record(image, image->module_count + i, &record))
            luaL_error(L, "the record of the program's argument %d is damaged", count + 1);
        push_text(L, image, &record);
        count++;
    }
    return count;
}

/* The argument registers, for a function. */
static int push_registers(lua_State *L, const struct tcb *t)
{
    for (int i = 0; i < ARGUMENT_REGISTERS; i++)
        lua_pushinteger(L, (lua_Integer)t->registers[REG_A0 + i]);
    return ARGUMENT_REGISTERS;
}

/* Pushes what the thread is to run. False: it cannot be; an error text or nil is pushed. */
static bool push_function(lua_State *L, struct entry *entry)
{
    if (entry->kind != ENTER_FUNCTION)
        return library_load_module(L, &entry->image, &entry->record) == LUA_OK;
    entry_point_push(L, entry->thread->tcb->next_pc);
    return lua_isfunction(L, -1);
}

/* Makes the coroutine with function and arguments on its stack (light userdata 1: entry). */
static int prepare(lua_State *L)
{
    struct entry *entry = lua_touserdata(L, 1);
    struct tcb *t = entry->thread->tcb;
    lua_State *co;
    int base;

    co = lua_newthread(L);
    state_set_held(co, true);
    base = lua_gettop(L);
    if (!push_function(L, entry)) {
        size_t length;
        const char *text = lua_tolstring(L, -1, &length);

        if (text != NULL) {
            thread_keep_error(entry->thread, text, length);
            entry->has_error = true;
        }
        return 0;
    }
    entry->arguments = entry->kind == ENTER_PROGRAM ? push_program_arguments(L, &entry->image)
                                                    : push_registers(L, t);
    luaL_checkstack(co, entry->arguments + LUA_MINSTACK, "too many arguments");
    lua_xmove(L, co, lua_gettop(L) - base);
    lua_pushvalue(L, base);
    lua_rawsetp(L, LUA_REGISTRYINDEX, entry->thread);
    entry->coroutine = co;
    return 0;
}

/* A collection that also gives back what a deep recursion has left: Lua's own one, when an allocation
   fails, does not. */
static int collect(lua_State *L)
{
    lua_gc(L, LUA_GCCOLLECT, 0);
    return 0;
}

/* Prepares the entry, if need be after a collection. */
static void prepare_entry(struct entry *entry)
{
    struct process *process = entry->thread->process;

    if (process_call(process, prepare, entry))
        return;
    process_call(process, collect, NULL);
    if (process_call(process, prepare, entry))
        return;
    thread_keep_error(entry->thread, NULL, 0);
    entry->has_error = true;
}

static bool refuse(struct lua_thread *thread, uint64_t number, uint64_t code)
{
    struct platform *p = thread->process->platform;

    clock_advance(p, ENTRY_COST_NS);
    kernel_user_exception(p->kernel, number, code);
    count_stop(thread);
    return false;
}

/* Nothing of an image or a function is at pc. */
static bool refuse_address(struct lua_thread *thread, uint64_t pc)
{
    struct platform *p = thread->process->platform;
    kaddr address;

    if (vspace_translate(p->kernel, thread->tcb, pc, ACCESS_FETCH, &address))
        return refuse(thread, EXCEPTION_BAD_ENTRY, pc);
    clock_advance(p, ENTRY_COST_NS);
    kernel_vm_fault(p->kernel, pc, CAUSE_FETCH_ACCESS);
    count_stop(thread);
    return false;
}

/* What next_pc leads to. False: nothing that can run; the fault has been raised. */
static bool classify(struct lua_thread *thread, struct entry *entry)
{
    struct process *process = thread->process;
    struct platform *p = process->platform;
    struct tcb *t = thread->tcb;
    uint64_t pc = t->next_pc;
    enum image_result result;

    entry->kind = ENTER_FUNCTION;
    if (entry_point_is_address(pc))
        return true;
    entry->kind = ENTER_PROGRAM;
    result = image_open(p->kernel, t, pc, &entry->image);
    if (result == IMAGE_BAD)
        return refuse(thread, EXCEPTION_BAD_IMAGE, pc);
    if (result == IMAGE_OK) {
        (void)image_record(&entry->image, 0, &entry->record);
    } else {
        entry->kind = ENTER_MODULE;
        if (process->image_vaddr == 0 ||
            image_open(p->kernel, t, process->image_vaddr, &entry->image) != IMAGE_OK ||
            !image_find_text(&entry->image, pc, &entry->record))
            return refuse_address(thread, pc);
    }
    if (image_text_is_binary(&entry->image, &entry->record))
        return refuse(thread, EXCEPTION_BAD_IMAGE, pc);
    return true;
}

/* --- interface ----------------------------------------------------------------------------------- */

void thread_keep_error(struct lua_thread *thread, const char *text, size_t length)
{
    struct allocator *a = thread->process->allocator;
    size_t kept = length < ERROR_TEXT_MAX ? length : ERROR_TEXT_MAX;

    thread->has_failed = true;
    allocator_free(a, thread->error_text);
    thread->error_text = text == NULL ? NULL : allocator_get(a, kept + 1);
    thread->error_length = thread->error_text == NULL ? 0 : kept;
    if (thread->error_text == NULL)
        return;
    memcpy(thread->error_text, text, kept);
    thread->error_text[kept] = '\0';
}

struct lua_thread *thread_find(const struct tcb *t)
{
    return (struct lua_thread *)(uintptr_t)t->engine[ENGINE_THREAD];
}

struct lua_thread *thread_of(struct process *process, struct tcb *t)
{
    struct lua_thread *thread = thread_find(t);

    if (thread != NULL && thread->process == process)
        return thread;
    if (thread != NULL)
        release(thread);
    return make_record(process, t);
}

void threads_sweep(struct process *process)
{
    struct lua_thread **link = &process->threads;

    if (!process->has_released_threads)
        return;
    process->has_released_threads = false;
    while (*link != NULL) {
        struct lua_thread *thread = *link;

        if (thread->tcb == NULL) {
            *link = thread->next;
            free_record(thread);
        } else {
            link = &thread->next;
        }
    }
}

bool thread_enter(struct lua_thread *thread, int *arguments)
{
    struct process *process = thread->process;
    struct tcb *t = thread->tcb;
    struct entry entry = {.thread = thread};

    drop_coroutine(thread);
    position_clear(t);
    thread->ending = NOT_ENDED;
    thread->unyieldable_resumes = 0;
    thread->closings = 0;
    thread->has_deferred = false;
    thread->is_killed = false;
    thread->has_kill_text = false;
    thread->line = 0;
    if (!classify(thread, &entry))
        return false;
    if (entry.kind == ENTER_PROGRAM) {
        process->image_vaddr = entry.image.vaddr;
        if (t->registers[REG_A0] != 0)
            process->boot_info = t->registers[REG_A0];
    }
    prepare_entry(&entry);
    if (entry.coroutine == NULL && !entry.has_error)
        return refuse(thread, EXCEPTION_BAD_ENTRY, t->next_pc);
    if (entry.coroutine == NULL) {
        raise_error(thread);
        return false;
    }
    thread->coroutine = entry.coroutine;
    *arguments = entry.arguments;
    return true;
}

void thread_returned(struct lua_thread *thread)
{
    position_set(thread->process->platform, thread, POSITION_OF_STOP);
    drop_coroutine(thread);
    thread->ending = thread->is_killed ? ENDED_BY_ERROR : ENDED_BY_RETURN;
    thread_end_again(thread);
}

void thread_failed(struct lua_thread *thread)
{
    position_set(thread->process->platform, thread, POSITION_OF_STOP);
    thread->innermost = thread->coroutine;
    thread->tcb->engine[ENGINE_REAL] = position_real(thread);
    if (!thread->is_killed && !process_call(thread->process, describe_error, thread))
        keep_bare_error(thread);
    drop_coroutine(thread);
    thread->ending = ENDED_BY_ERROR;
    raise_error(thread);
}

void thread_faulted(struct lua_thread *thread)
{
    if (!is_stopped(thread))
        return;
    count_stop(thread);
    if (thread->innermost == NULL || !process_call(thread->process, describe_stop, thread))
        thread_keep_error(thread, NULL, 0);
}

void thread_end_again(struct lua_thread *thread)
{
    struct platform *p = thread->process->platform;

    if (thread->ending == ENDED_BY_ERROR) {
        raise_error(thread);
        return;
    }
    clock_advance(p, ENTRY_COST_NS);
    kernel_thread_exit(p->kernel);
}

const char *thread_error_text(const struct lua_thread *thread, size_t *length)
{
    if (!thread->has_failed)
        return NULL;
    *length = thread->error_text == NULL ? sizeof(no_memory_text) - 1 : thread->error_length;
    return thread->error_text == NULL ? no_memory_text : thread->error_text;
}

void platform_thread_release(struct platform *p, struct tcb *t)
{
    struct lua_thread *thread = thread_find(t);

    (void)p;
    if (thread != NULL)
        release(thread);
}
