/* SPDX-License-Identifier: MIT */
/* From machine code to operations. Each family of instructions has a file with the operations and
 * the function here that recognises them. */
#ifndef MACHINE_RV64_DECODE_H
#define MACHINE_RV64_DECODE_H

#include "machine/rv64/hart.h"

struct instruction {
    uint32_t code;     /* a compressed one expanded */
    uint32_t offset;   /* in its page */
    unsigned length;   /* bytes: 2 or 4 */
};

/* Fields of an instruction. */
static inline unsigned field(uint32_t code, unsigned from, unsigned bits)
{
    return code >> from & ((1u << bits) - 1);
}

static inline unsigned funct3(uint32_t code)
{
    return field(code, 12, 3);
}

static inline unsigned funct7(uint32_t code)
{
    return field(code, 25, 7);
}

static inline uint8_t field_rd(uint32_t code)
{
    unsigned rd = field(code, 7, 5);

    return (uint8_t)(rd == 0 ? X_NOWHERE : rd);
}

static inline uint8_t field_rs1(uint32_t code)
{
    return (uint8_t)field(code, 15, 5);
}

static inline uint8_t field_rs2(uint32_t code)
{
    return (uint8_t)field(code, 20, 5);
}

/* Immediates of the I and the S format. */
static inline int32_t immediate_i(uint32_t code)
{
    return (int32_t)code >> 20;
}

static inline int32_t immediate_s(uint32_t code)
{
    return (int32_t)((uint32_t)((int32_t)code >> 20) & ~31u) | (int32_t)field(code, 7, 5);
}

/* Fills in the operation but for `at`, and, of one that ends a block, the two entries behind it.
   Returns whether it does. What is no instruction becomes an operation that says so. */
bool decode(const struct instruction *i, struct op *op);

/* The 32-bit instruction that a compressed one stands for; 0, which is none, if it is not valid. */
uint32_t decode_compressed(uint16_t code);

/* --- the families; false: there is no such instruction ---------------------------------------- */

bool decode_integer(uint32_t code, struct op *op);  /* integer.c: registers, immediates */
bool decode_multiply(uint32_t code, struct op *op); /* multiply.c */
bool decode_memory(uint32_t code, struct op *op);   /* memory.c: loads and stores, also of floats */
bool decode_atomic(uint32_t code, struct op *op);   /* atomic.c */
bool decode_float(uint32_t code, struct op *op);    /* float.c */
bool decode_csr(uint32_t code, struct op *op);      /* csr.c */

/* --- branch.c --------------------------------------------------------------------------------- */

/* What ends a block; the entries behind it too. */
bool decode_branch(const struct instruction *i, struct op *op);
bool decode_jal(const struct instruction *i, struct op *op);
bool decode_jalr(const struct instruction *i, struct op *op);
void decode_fence_i(const struct instruction *i, struct op *op);

/* The block ends here though the code goes on: at the offset, in this page or the next. */
void decode_fall(uint32_t offset, struct op *op);

/* Operations without fields. */
struct op *op_ecall(struct hart *h, struct op *op);
struct op *op_ebreak(struct hart *h, struct op *op);
struct op *op_illegal(struct hart *h, struct op *op);
struct op *op_crossing(struct hart *h, struct op *op);
struct op *op_nothing(struct hart *h, struct op *op);

#endif
