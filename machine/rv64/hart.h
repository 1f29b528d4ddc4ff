/* SPDX-License-Identifier: MIT */
/* The processor that RISC-V threads run on: RV64IMAFDC, user mode, one hart.
 *
 * Machine code is decoded once, into blocks of operations that call their successors (block.h).
 * What a hart holds besides the registers of its thread is a cache: of page tables (tlb.c), of
 * decoded code (block.c), and of where jumps lead. It may be dropped at any time, so a machine's
 * state is whole without it. */
#ifndef MACHINE_RV64_HART_H
#define MACHINE_RV64_HART_H

#include "machine/machine.h"

enum {
    X_COUNT = 33,         /* x0 to x31, and what is written instead of x0 */
    X_NOWHERE = 32,
    FCSR = 32,            /* its place in tcb.fpu */
    TLB_ENTRIES = 256,
    JUMP_ENTRIES = 1024,
    SPACE_COUNT = 16,     /* VSpaces whose translations are remembered, */
    SPACE_PROBES = 4,     /* each of them in one of so many places */
    CODE_PAGES = 1024,    /* pages with decoded code, at most */
    CODE_OPS = 1 << 18,   /* operations of all decoded blocks */
    PAGE_HALFWORDS = 1 << (PAGE_BITS - 1),
    BLOCK_LENGTH_MAX = 64 /* instructions */
};

/* Why an operation does not say which block comes next. */
enum rv64_stop {
    RV64_JUMP,        /* to h->pc, which is to be looked up */
    RV64_JUMP_FENCED, /* FENCE.I: the same, after forgetting what may have been written unseen */
    RV64_TIME,        /* the instructions that it was to run are used up; goes on at h->pc */
    /* All others concern the instruction at h->pc, which has had no effect. */
    RV64_ECALL,
    RV64_EXCEPTION,   /* with h->cause */
    RV64_VM_FAULT,    /* at h->fault_vaddr, with h->cause */
    RV64_DEVICE,      /* an access of a device, described in h->device */
    RV64_CROSSING     /* it begins in one page and ends in the next */
};

/* Exceptions, as the RISC-V privileged specification numbers them. */
enum rv64_cause {
    CAUSE_ILLEGAL_INSTRUCTION = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_STORE_MISALIGNED = 6
};

struct hart;

/* An operation of a block, a block's first entry, or an entry behind its last operation that says
   where a jump leads. */
struct op {
    union {
        struct op *(*run)(struct hart *h, struct op *op); /* does it and all that follow in the
                                     block; returns the next block, or NULL with h->stop */
        struct op *target;        /* of a jump within the page: a block; NULL: not known yet */
        uint64_t serial;          /* first entry: not used, keeps the size */
    };
    union {
        int32_t imm;
        struct {
            uint16_t count;       /* first entry: instructions of the block */
            uint16_t offset;      /* first entry: of the block in its page */
        };
    };
    uint8_t rd, rs1, rs2;
    uint8_t at;                   /* halfwords from the block's start to the instruction */
};

struct tlb_entry {
    uint64_t tag;      /* the page's vaddr; TLB_EMPTY */
    uint8_t *page;     /* where it lies */
};

#define TLB_EMPTY UINT64_MAX

struct jump_entry {
    uint64_t vaddr;
    struct op *block;
};

/* What is remembered of one VSpace. */
struct space {
    kaddr root;        /* 0: unused */
    uint64_t generation; /* of h->generation when it was last emptied */
    struct tlb_entry load[TLB_ENTRIES];
    struct tlb_entry store[TLB_ENTRIES]; /* never of a page with decoded code */
    struct jump_entry jumps[JUMP_ENTRIES];
};

/* A page of physical memory with decoded code. */
struct code_page {
    kaddr address;     /* 0: unused */
    bool has_code;     /* some of it has been decoded: a bit per halfword, in h->decoded */
};

/* An access of device memory that is to be made by the engine. */
struct device_access {
    uint64_t vaddr;
    kaddr address;
    uint64_t value;    /* to be stored */
    uint8_t size;      /* bytes */
    bool is_store;
    struct op *op;     /* the operation; a load is finished by `finish`, with the value */
    void (*finish)(struct hart *h, const struct op *op, uint64_t value);
};

struct hart {
    uint64_t x[X_COUNT];
    uint64_t *fpu;            /* f0..f31, fcsr: the thread's own; NULL: it may not use them */
    struct space *space;
    struct op *block;         /* that runs */
    uint64_t page_vaddr;      /* of the page it lies in */
    int64_t left;             /* instructions to run, without those of the block that runs */
    uint64_t pc;
    struct op *link;          /* entry that the block at pc is to be noted in, or NULL */

    enum rv64_stop stop;
    uint64_t cause;
    uint64_t fault_vaddr;
    struct device_access device;

    uint64_t reserved_vaddr;  /* by LR; RESERVED_NONE */
    uint64_t reserved_value;

    struct platform *platform;
    struct tcb *thread;
    uint64_t slice;           /* h->left at the start of the slice: for the counters */
    uint64_t retired;         /* instructions since the machine's start, as of that moment */

    uint64_t generation;      /* spaces of an earlier one are void */
    uint32_t next_victim;     /* which of the places for a VSpace is emptied next */
    uint32_t op_count;        /* used of ops */
    uint32_t page_count;      /* used of pages */
    struct op crossing[4];    /* the block of an instruction that crosses pages */
    struct space spaces[SPACE_COUNT];
    struct code_page pages[CODE_PAGES];
    uint32_t blocks[CODE_PAGES][PAGE_HALFWORDS]; /* of each page, by offset: index in ops of the
                                                    block; 0: none */
    uint64_t decoded[CODE_PAGES][PAGE_HALFWORDS / 64];
    struct op ops[CODE_OPS];
};

#define RESERVED_NONE UINT64_MAX

/* Goes on with the block's next operation. Compilers make a jump of it; where they do not, the
   calls nest no deeper than a block is long. */
static inline struct op *next(struct hart *h, struct op *op)
{
    return op[1].run(h, op + 1);
}

/* Where the instruction lies. */
static inline uint64_t pc_of(const struct hart *h, const struct op *op)
{
    return h->page_vaddr + h->block->offset + 2u * op->at;
}

/* Instructions of this slice that have been made before this one. */
static inline uint64_t instructions_before(const struct hart *h, const struct op *op)
{
    return h->slice - (uint64_t)h->left - h->block->count + (uint64_t)(op - h->block - 1);
}

/* The instruction cannot be made here: gives back what it and those behind it were charged. */
static inline struct op *stop_at(struct hart *h, const struct op *op, enum rv64_stop why)
{
    h->left += h->block->count - (op - h->block - 1);
    h->pc = pc_of(h, op);
    h->stop = why;
    h->link = NULL;
    return NULL;
}

static inline struct op *stop_exception(struct hart *h, const struct op *op, uint64_t cause)
{
    h->cause = cause;
    return stop_at(h, op, RV64_EXCEPTION);
}

/* A jump to an address anywhere. */
static inline struct op *jump_to(struct hart *h, uint64_t vaddr)
{
    const struct jump_entry *entry = &h->space->jumps[vaddr / 2 % JUMP_ENTRIES];

    if (entry->vaddr == vaddr) {
        h->page_vaddr = align_down(vaddr, PAGE_BITS);
        return entry->block;
    }
    h->pc = vaddr;
    h->stop = RV64_JUMP;
    h->link = NULL;
    return NULL;
}

#endif
