/* SPDX-License-Identifier: MIT */
/* Decoded code, in blocks: what runs from an address up to a jump, or to the page's end. A block is
 *
 *     first entry: count, offset | operations | the one that ends it | where it leads (two entries)
 *
 * in h->ops. Blocks belong to physical pages; all that is decoded of a page is dropped when it is
 * written. Blocks may overlap. */
#ifndef MACHINE_RV64_BLOCK_H
#define MACHINE_RV64_BLOCK_H

#include "machine/rv64/hart.h"

/* The block at a physical address, made if need be. Never NULL. */
struct op *block_at(struct hart *h, kaddr address);

/* The block of the instruction, whose code is given, that begins in the last two bytes of a page.
   It holds until the next call. */
struct op *block_crossing(struct hart *h, uint32_t code);

/* Whether code of the page has been decoded. */
bool code_is_at(struct hart *h, kaddr address);

/* Bytes within one page have been written. Returns whether decoded code has been dropped. */
bool code_written(struct hart *h, kaddr address, unsigned size);

/* The same for memory of any size. */
void code_forget(struct hart *h, kaddr start, uint64_t size);

#endif
