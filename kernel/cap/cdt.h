/* SPDX-License-Identifier: MIT */
/* The capability derivation tree, and the moves of capabilities between slots that keep it right.
   The picture and the invariants stand at the top of cdt.c. Manual section 3.1.4. */
#ifndef KERNEL_CDT_H
#define KERNEL_CDT_H

#include "kernel/entry/invocation.h"

/* Whether b descends from a, given that b stands behind a in the list, with nothing between
   them that does not descend from a. */
bool cdt_is_parent_of(const struct slot *a, const struct slot *b);

/* Neighbours in the list; NULL at its ends. */
struct slot *cdt_next(struct kernel *k, const struct slot *slot);
struct slot *cdt_previous(struct kernel *k, const struct slot *slot);

/* The next capability if it descends from this one, else NULL. */
struct slot *cdt_first_child(struct kernel *k, const struct slot *slot);

/* Whether the capability is the first to its object in the order of the list: it stands for the
   object where each is to be looked at once. */
bool cdt_is_first(struct kernel *k, const struct slot *slot);

/* The thread that the slot's capability is the first one to, in the order of the list; else NULL.
   Every thread is found once so: without a capability it would be gone. */
struct tcb *cdt_first_of_thread(struct kernel *k, const struct slot *slot);

/* Whether no other capability names the object of this one. The slot is not empty. */
bool cdt_is_final(struct kernel *k, const struct slot *slot);

/* Puts a capability into an empty slot. As an original without a parent (boot, a thread's reply
   master); as a child or copy of the one in `source`; as the right to answer the thread whose reply
   master that is; as the first capability to a new object made from the untyped capability in
   `parent`. */
void cdt_insert_root(struct kernel *k, struct cap cap, struct slot *slot);
void cdt_insert(struct kernel *k, struct cap cap, struct slot *source, struct slot *slot);
void cdt_insert_reply(struct kernel *k, struct cap cap, struct slot *master, struct slot *slot);
void cdt_insert_new_object(struct kernel *k, struct cap cap, struct slot *parent,
                           struct slot *slot);

/* Moves source's place in the tree to an empty slot; the capability becomes `cap`. */
void cdt_move(struct kernel *k, struct cap cap, struct slot *source, struct slot *slot);

/* Exchanges two slots, of which either may be empty: cap_a moves from a to b, cap_b from b to
   a, and their places in the tree with them. */
void cdt_swap(struct kernel *k, struct cap cap_a, struct slot *a, struct cap cap_b, struct slot *b);

/* Takes the slot out of the tree and empties it. The object is not touched (see delete.h). */
void cdt_remove(struct kernel *k, struct slot *slot);

/* What a copy of the slot's capability is; refuses where none may be made: RevokeFirst for an
   untyped with children, IllegalOperation for a page table that is not mapped. Null for types that
   are never copied. */
enum outcome cap_derive(struct invocation *inv, struct slot *slot, struct cap cap,
                        struct cap *derived);

/* The same for a capability transferred in a message, where nobody is to be told: null if
   refused. */
struct cap cap_derive_or_null(struct kernel *k, struct slot *slot, struct cap cap);

#endif
