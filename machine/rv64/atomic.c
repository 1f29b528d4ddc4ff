/* SPDX-License-Identifier: MIT */
/* Atomic accesses. There is one hart and no operation is interrupted, so each is a load and a
 * store. A reservation ends with the next SC and whenever the kernel is entered. */
#include "machine/rv64/bytes.h"
#include "machine/rv64/decode.h"
#include "machine/rv64/tlb.h"

enum { SIZE_WORD = 4, SIZE_DOUBLE = 8 };

static uint64_t minimum_signed(uint64_t a, uint64_t b)
{
    return (int64_t)a < (int64_t)b ? a : b;
}

static uint64_t maximum_signed(uint64_t a, uint64_t b)
{
    return (int64_t)a > (int64_t)b ? a : b;
}

static uint64_t minimum_unsigned(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t maximum_unsigned(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Reads a (sign-extended), computes the new value of it and b, which is the register's, in words
   sign-extended too. Comparing sign-extended words as unsigned numbers is right. */
#define ATOMIC_OPERATION(name, size, read, write, extend, expression)                              \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        uint64_t vaddr = h->x[op->rs1];                                                            \
        uint64_t b = extend(h->x[op->rs2]);                                                        \
        uint8_t *p = tlb_find(h->space->store, vaddr, size);                                       \
        uint64_t a;                                                                                \
                                                                                                   \
        if (p == NULL)                                                                             \
            p = atomic_slow(h, op, vaddr, size, ACCESS_STORE);                                     \
        if (p == NULL)                                                                             \
            return NULL;                                                                           \
        a = extend(read(p));                                                                       \
        write(p, (expression));                                                                    \
        h->x[op->rd] = a;                                                                          \
        return next_after_store(h, op, vaddr, size);                                               \
    }

#define AS_IT_IS(value) (value)

#define ATOMIC_OPERATIONS(name, expression)                                                        \
    ATOMIC_OPERATION(name##_w, SIZE_WORD, bytes_load32, bytes_store32, sign_extend32, expression)  \
    ATOMIC_OPERATION(name##_d, SIZE_DOUBLE, bytes_load64, bytes_store64, AS_IT_IS, expression)

ATOMIC_OPERATIONS(amoadd, a + b)
ATOMIC_OPERATIONS(amoswap, b)
ATOMIC_OPERATIONS(amoxor, a ^ b)
ATOMIC_OPERATIONS(amoor, a | b)
ATOMIC_OPERATIONS(amoand, a &b)
ATOMIC_OPERATIONS(amomin, minimum_signed(a, b))
ATOMIC_OPERATIONS(amomax, maximum_signed(a, b))
ATOMIC_OPERATIONS(amominu, minimum_unsigned(a, b))
ATOMIC_OPERATIONS(amomaxu, maximum_unsigned(a, b))

static struct op *load_reserved(struct hart *h, struct op *op, unsigned size)
{
    uint64_t vaddr = h->x[op->rs1];
    const uint8_t *p = atomic_slow(h, op, vaddr, size, ACCESS_LOAD);

    if (p == NULL)
        return NULL;
    h->reserved_vaddr = vaddr;
    h->reserved_value = size == SIZE_WORD ? sign_extend32(bytes_load32(p)) : bytes_load64(p);
    h->x[op->rd] = h->reserved_value;
    return next(h, op);
}

/* It also fails if the thread has itself stored another value there since. */
static struct op *store_conditional(struct hart *h, struct op *op, unsigned size)
{
    uint64_t vaddr = h->x[op->rs1];
    uint64_t value = h->x[op->rs2];
    bool is_reserved = h->reserved_vaddr == vaddr;
    uint8_t *p;

    h->reserved_vaddr = RESERVED_NONE;
    if (!is_reserved && (vaddr & (size - 1)) == 0) {
        h->x[op->rd] = 1;
        return next(h, op);
    }
    p = atomic_slow(h, op, vaddr, size, ACCESS_STORE);
    if (p == NULL)
        return NULL;
    if ((size == SIZE_WORD ? sign_extend32(bytes_load32(p)) : bytes_load64(p)) !=
        h->reserved_value) {
        h->x[op->rd] = 1;
        return next(h, op);
    }
    if (size == SIZE_WORD)
        bytes_store32(p, value);
    else
        bytes_store64(p, value);
    h->x[op->rd] = 0;
    return next_after_store(h, op, vaddr, size);
}

static struct op *lr_w(struct hart *h, struct op *op)
{
    return load_reserved(h, op, SIZE_WORD);
}

static struct op *lr_d(struct hart *h, struct op *op)
{
    return load_reserved(h, op, SIZE_DOUBLE);
}

static struct op *sc_w(struct hart *h, struct op *op)
{
    return store_conditional(h, op, SIZE_WORD);
}

static struct op *sc_d(struct hart *h, struct op *op)
{
    return store_conditional(h, op, SIZE_DOUBLE);
}

/* By the five bits that tell them apart, words and double words. */
bool decode_atomic(uint32_t code, struct op *op)
{
    static struct op *(*const rows[32][2])(struct hart *, struct op *) = {
        [0x00] = {amoadd_w, amoadd_d},   [0x01] = {amoswap_w, amoswap_d},
        [0x02] = {lr_w, lr_d},           [0x03] = {sc_w, sc_d},
        [0x04] = {amoxor_w, amoxor_d},   [0x08] = {amoor_w, amoor_d},
        [0x0c] = {amoand_w, amoand_d},   [0x10] = {amomin_w, amomin_d},
        [0x14] = {amomax_w, amomax_d},   [0x18] = {amominu_w, amominu_d},
        [0x1c] = {amomaxu_w, amomaxu_d},
    };
    unsigned which = field(code, 27, 5);

    if (funct3(code) != 2 && funct3(code) != 3)
        return false;
    op->rd = field_rd(code);
    op->rs1 = field_rs1(code);
    op->rs2 = field_rs2(code);
    op->run = rows[which][funct3(code) - 2];
    return op->run != NULL && (which != 0x02 || op->rs2 == 0);
}
