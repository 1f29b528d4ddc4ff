/* SPDX-License-Identifier: MIT */
/* What ends a block: branches and jumps, system calls, and what cannot be carried out.
 *
 * A jump within the page remembers the block it leads to in the entry behind it; that is right as
 * long as the block itself exists, for both lie in the same physical page. Others ask the VSpace's
 * table of jumps. */
#include "machine/rv64/decode.h"

/* Where a jump leads that has not been made before, or that leaves the page. */
static struct op *follow_new(struct hart *h, struct op *entry)
{
    struct op *block;

    if (entry->imm < 0 || entry->imm >= 1 << PAGE_BITS)
        return jump_to(h, h->page_vaddr + (uint64_t)(int64_t)entry->imm);
    block = jump_to(h, h->page_vaddr + (uint64_t)(int64_t)entry->imm);
    if (block == NULL)
        h->link = entry;
    else
        entry->target = block;
    return block;
}

static inline struct op *follow(struct hart *h, struct op *entry)
{
    struct op *target = entry->target;

    return target != NULL ? target : follow_new(h, entry);
}

/* A branch on a and b, two registers: the entry behind it leads to where it is taken, the next one
   to where it is not. */
#define BRANCH_OPERATION(name, condition)                                                          \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        uint64_t a = h->x[op->rs1];                                                                \
        uint64_t b = h->x[op->rs2];                                                                \
                                                                                                   \
        return follow(h, (condition) ? op + 1 : op + 2);                                           \
    }

BRANCH_OPERATION(op_beq, a == b)
BRANCH_OPERATION(op_bne, a != b)
BRANCH_OPERATION(op_blt, (int64_t)a < (int64_t)b)
BRANCH_OPERATION(op_bge, (int64_t)a >= (int64_t)b)
BRANCH_OPERATION(op_bltu, a < b)
BRANCH_OPERATION(op_bgeu, a >= b)

static struct op *op_jump(struct hart *h, struct op *op)
{
    return follow(h, op + 1);
}

/* imm is the offset in the page of what follows. */
static struct op *op_jal(struct hart *h, struct op *op)
{
    h->x[op->rd] = h->page_vaddr + (uint64_t)(int64_t)op->imm;
    return follow(h, op + 1);
}

/* The entry behind it has the offset of what follows. */
static struct op *op_jalr(struct hart *h, struct op *op)
{
    uint64_t target = (h->x[op->rs1] + (uint64_t)(int64_t)op->imm) & ~UINT64_C(1);

    h->x[op->rd] = h->page_vaddr + (uint64_t)(int64_t)op[1].imm;
    return jump_to(h, target);
}

static struct op *op_fence_i(struct hart *h, struct op *op)
{
    h->pc = h->page_vaddr + (uint64_t)(int64_t)op->imm;
    h->stop = RV64_JUMP_FENCED;
    h->link = NULL;
    return NULL;
}

struct op *op_ecall(struct hart *h, struct op *op)
{
    return stop_at(h, op, RV64_ECALL);
}

struct op *op_ebreak(struct hart *h, struct op *op)
{
    return stop_exception(h, op, CAUSE_BREAKPOINT);
}

struct op *op_illegal(struct hart *h, struct op *op)
{
    return stop_exception(h, op, CAUSE_ILLEGAL_INSTRUCTION);
}

struct op *op_crossing(struct hart *h, struct op *op)
{
    return stop_at(h, op, RV64_CROSSING);
}

/* --- recognising ------------------------------------------------------------------------------ */

static void set_entry(struct op *entry, int32_t offset)
{
    *entry = (struct op){.imm = offset};
}

bool decode_branch(const struct instruction *i, struct op *op)
{
    static struct op *(*const rows[])(struct hart *, struct op *) = {
        op_beq, op_bne, NULL, NULL, op_blt, op_bge, op_bltu, op_bgeu};
    uint32_t code = i->code;
    int32_t distance = (int32_t)((uint32_t)((int32_t)code >> 31) << 12 | field(code, 7, 1) << 11 |
                                 field(code, 25, 6) << 5 | field(code, 8, 4) << 1);

    op->rs1 = field_rs1(code);
    op->rs2 = field_rs2(code);
    op->run = rows[funct3(code)];
    set_entry(op + 1, (int32_t)i->offset + distance);
    set_entry(op + 2, (int32_t)(i->offset + i->length));
    return op->run != NULL;
}

bool decode_jal(const struct instruction *i, struct op *op)
{
    uint32_t code = i->code;
    int32_t distance = (int32_t)((uint32_t)((int32_t)code >> 31) << 20 | field(code, 12, 8) << 12 |
                                 field(code, 20, 1) << 11 | field(code, 21, 10) << 1);

    op->rd = field_rd(code);
    op->imm = (int32_t)(i->offset + i->length);
    op->run = op->rd == X_NOWHERE ? op_jump : op_jal;
    set_entry(op + 1, (int32_t)i->offset + distance);
    return true;
}

bool decode_jalr(const struct instruction *i, struct op *op)
{
    op->rd = field_rd(i->code);
    op->rs1 = field_rs1(i->code);
    op->imm = immediate_i(i->code);
    op->run = op_jalr;
    set_entry(op + 1, (int32_t)(i->offset + i->length));
    return funct3(i->code) == 0;
}

void decode_fence_i(const struct instruction *i, struct op *op)
{
    op->imm = (int32_t)(i->offset + i->length);
    op->run = op_fence_i;
}

void decode_fall(uint32_t offset, struct op *op)
{
    op->run = op_jump;
    set_entry(op + 1, (int32_t)offset);
}
