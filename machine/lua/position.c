/* SPDX-License-Identifier: MIT */
/* Positions of coroutines: tokens, source lines and addresses; trap.h explains. */
#include <string.h>

#include "machine/lua/trap.h"

enum { INSTRUCTION_SIZE = 4 };

/* Tokens: addresses that no user mapping can have. */
#define TOKEN_BASE UINT64_C(0x4cff00000000)
enum { TOKEN_SPACING_BITS = 3, TOKEN_NUMBER_BITS = 32 };

static struct lua_thread *thread_of_tcb(const struct tcb *t)
{
    return (struct lua_thread *)(uintptr_t)t->engine[ENGINE_THREAD];
}

/* A token, or the address that stands for it. */
static uint64_t to_real(uint64_t pc, uint64_t token, uint64_t real)
{
    if (pc == token)
        return real;
    return pc == token + INSTRUCTION_SIZE ? real + INSTRUCTION_SIZE : pc;
}

static size_t text_length(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0')
        length++;
    return length;
}

/* The same when next_pc is not the token's: it may be the address that stands for it. */
static enum position position_of_address(const struct tcb *t)
{
    uint64_t real = t->engine[ENGINE_REAL];

    if (real == 0 || t->engine[ENGINE_POSITION] == 0)
        return POSITION_ELSEWHERE;
    if (t->next_pc == real)
        return POSITION_AT;
    return t->next_pc == real + INSTRUCTION_SIZE ? POSITION_AFTER : POSITION_ELSEWHERE;
}

enum position position_of(const struct tcb *t)
{
    uint64_t offset = t->next_pc - t->engine[ENGINE_POSITION];

    if (t->engine[ENGINE_POSITION] != 0 && offset == INSTRUCTION_SIZE)
        return POSITION_AFTER;
    if (t->engine[ENGINE_POSITION] != 0 && offset == 0)
        return POSITION_AT;
    return position_of_address(t);
}

void position_set(struct platform *p, struct lua_thread *thread, enum position_kind kind)
{
    struct tcb *t = thread->tcb;
    uint64_t number = p->entry_serial++ & mask_bits(TOKEN_NUMBER_BITS);
    uint64_t token = TOKEN_BASE + (number << TOKEN_SPACING_BITS);

    t->engine[ENGINE_POSITION] = token;
    t->engine[ENGINE_REAL] = 0;
    t->registers[REG_PC] = token;
    t->next_pc = kind == POSITION_OF_TRAP ? token + INSTRUCTION_SIZE : token;
    thread->line = 0;
}

void position_clear(struct tcb *t)
{
    t->engine[ENGINE_POSITION] = 0;
    t->engine[ENGINE_REAL] = 0;
}

bool position_find_place(struct lua_thread *thread)
{
    lua_Debug record;

    if (thread->line > 0)
        return true;
    if (thread->innermost == NULL)
        return false;
    for (int level = 0; lua_getstack(thread->innermost, level, &record); level++) {
        lua_getinfo(thread->innermost, "Sl", &record);
        if (record.currentline > 0 && record.source[0] == '@') {
            text_copy(thread->place, sizeof(thread->place), record.source + 1);
            thread->line = record.currentline;
            return true;
        }
    }
    return false;
}

uint64_t position_real(struct lua_thread *thread)
{
    struct process *process = thread->process;
    struct image_record record;
    struct image image;

    if (!position_find_place(thread) || process->image_vaddr == 0 ||
        image_open(process_kernel(process), thread->tcb, process->image_vaddr, &image) != IMAGE_OK)
        return 0;
    if (!image_find_module(&image, thread->place, text_length(thread->place), &record))
        return 0;
    return image_line_address(&image, &record, thread->line);
}

void platform_thread_sync(struct platform *p, struct tcb *t)
{
    struct lua_thread *thread = thread_of_tcb(t);
    uint64_t token = t->engine[ENGINE_POSITION];

    (void)p;
    if (thread == NULL || token == 0)
        return;
    if (t->engine[ENGINE_REAL] == 0)
        t->engine[ENGINE_REAL] = position_real(thread);
    if (t->engine[ENGINE_REAL] == 0)
        return;
    t->registers[REG_PC] = to_real(t->registers[REG_PC], token, t->engine[ENGINE_REAL]);
    t->next_pc = to_real(t->next_pc, token, t->engine[ENGINE_REAL]);
}
