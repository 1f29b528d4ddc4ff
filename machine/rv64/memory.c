/* SPDX-License-Identifier: MIT */
/* Loads and stores, of integers and of floating-point registers. */
#include "machine/rv64/bytes.h"
#include "machine/rv64/decode.h"
#include "machine/rv64/tlb.h"

enum { OPCODE_LOAD = 0x03, OPCODE_LOAD_FLOAT = 0x07, OPCODE_STORE = 0x23,
       OPCODE_STORE_FLOAT = 0x27 };

#define BOX_HIGH (UINT64_MAX << 32) /* above a single-precision number in its register */

/* A load of `size` bytes: `fast` reads them at p, `slow` makes the same of `value`. */
#define LOAD_OPERATION(name, size, fast, slow, destination)                                        \
    static void name##_finish(struct hart *h, const struct op *op, uint64_t value)                 \
    {                                                                                              \
        destination = (slow);                                                                      \
    }                                                                                              \
                                                                                                   \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        uint64_t vaddr = h->x[op->rs1] + (uint64_t)(int64_t)op->imm;                               \
        const uint8_t *p = tlb_find(h->space->load, vaddr, size);                                  \
                                                                                                   \
        if (p == NULL)                                                                             \
            return load_slow(h, op, (struct load){vaddr, size, name##_finish});                    \
        destination = (fast);                                                                      \
        return next(h, op);                                                                        \
    }

#define STORE_OPERATION(name, size, write, source)                                                 \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        uint64_t vaddr = h->x[op->rs1] + (uint64_t)(int64_t)op->imm;                               \
        uint8_t *p = tlb_find(h->space->store, vaddr, size);                                       \
                                                                                                   \
        if (p == NULL)                                                                             \
            return store_slow(h, op, vaddr, size, source);                                         \
        write(p, source);                                                                          \
        return next(h, op);                                                                        \
    }

#define TO_X h->x[op->rd]
#define TO_F h->fpu[op->rd]

LOAD_OPERATION(op_lb, 1, sign_extend8(*p), sign_extend8(value), TO_X)
LOAD_OPERATION(op_lh, 2, sign_extend16(bytes_load16(p)), sign_extend16(value), TO_X)
LOAD_OPERATION(op_lw, 4, sign_extend32(bytes_load32(p)), sign_extend32(value), TO_X)
LOAD_OPERATION(op_ld, 8, bytes_load64(p), value, TO_X)
LOAD_OPERATION(op_lbu, 1, *p, value, TO_X)
LOAD_OPERATION(op_lhu, 2, bytes_load16(p), value, TO_X)
LOAD_OPERATION(op_lwu, 4, bytes_load32(p), value, TO_X)
LOAD_OPERATION(load_single, 4, BOX_HIGH | bytes_load32(p), BOX_HIGH | value, TO_F)
LOAD_OPERATION(load_double, 8, bytes_load64(p), value, TO_F)

STORE_OPERATION(op_sb, 1, bytes_store8, h->x[op->rs2])
STORE_OPERATION(op_sh, 2, bytes_store16, h->x[op->rs2])
STORE_OPERATION(op_sw, 4, bytes_store32, h->x[op->rs2])
STORE_OPERATION(op_sd, 8, bytes_store64, h->x[op->rs2])
STORE_OPERATION(store_single, 4, bytes_store32, h->fpu[op->rs2])
STORE_OPERATION(store_double, 8, bytes_store64, h->fpu[op->rs2])

/* Without the right to floating point they are no instructions. */
#define FLOAT_OPERATION(name, allowed)                                                             \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        return h->fpu == NULL ? op_illegal(h, op) : allowed(h, op);                                \
    }

FLOAT_OPERATION(op_flw, load_single)
FLOAT_OPERATION(op_fld, load_double)
FLOAT_OPERATION(op_fsw, store_single)
FLOAT_OPERATION(op_fsd, store_double)

bool decode_memory(uint32_t code, struct op *op)
{
    static struct op *(*const loads[])(struct hart *, struct op *) = {
        op_lb, op_lh, op_lw, op_ld, op_lbu, op_lhu, op_lwu, NULL};
    static struct op *(*const stores[])(struct hart *, struct op *) = {
        op_sb, op_sh, op_sw, op_sd, NULL, NULL, NULL, NULL};
    static struct op *(*const float_loads[])(struct hart *, struct op *) = {
        NULL, NULL, op_flw, op_fld, NULL, NULL, NULL, NULL};
    static struct op *(*const float_stores[])(struct hart *, struct op *) = {
        NULL, NULL, op_fsw, op_fsd, NULL, NULL, NULL, NULL};
    unsigned opcode = field(code, 0, 7);

    op->rs1 = field_rs1(code);
    op->rs2 = field_rs2(code);
    op->imm = immediate_i(code);
    if (opcode == OPCODE_LOAD) {
        op->rd = field_rd(code);
        op->run = loads[funct3(code)];
    } else if (opcode == OPCODE_LOAD_FLOAT) {
        op->rd = (uint8_t)field(code, 7, 5);
        op->run = float_loads[funct3(code)];
    } else {
        op->imm = immediate_s(code);
        op->run = opcode == OPCODE_STORE ? stores[funct3(code)] : float_stores[funct3(code)];
    }
    return op->run != NULL;
}
