/* SPDX-License-Identifier: MIT */
/* The table is a list without order, searched from its start: it is short, and read only when
 * something is explained or an object goes. */
#include "kernel/cap/names.h"

enum { TYPE_SHIFT = 44, SIZE_SHIFT = 49 };

/* An untyped and its first child begin at the same address, hence type and size. */
static uint64_t identity_of(struct cap cap)
{
    return cap.any.object | (uint64_t)cap_type(cap) << TYPE_SHIFT |
           (uint64_t)cap_size_bits(cap) << SIZE_SHIFT;
}

static struct object_name *names_of(struct kernel *k)
{
    return k->name_capacity == 0 ? NULL : kernel_pointer(k, k->names);
}

static struct object_name *find(struct kernel *k, uint64_t identity, uint64_t badge)
{
    struct object_name *names = names_of(k);

    kassert(k->name_count <= k->name_capacity);
    for (uint32_t i = 0; i < k->name_count; i++) {
        if (names[i].identity == identity && names[i].badge == badge)
            return &names[i];
    }
    return NULL;
}

/* The last row takes its place. */
static void remove_row(struct kernel *k, struct object_name *row)
{
    kassert(k->name_count > 0);
    k->name_count--;
    *row = names_of(k)[k->name_count];
}

/* Reply capabilities are to a call, and zombies to what is nearly gone: neither has a name. */
static bool can_have_name(struct cap cap)
{
    enum cap_type type = cap_type(cap);

    return type != CAP_NULL && type != CAP_REPLY && type != CAP_ZOMBIE;
}

static bool set_row(struct kernel *k, struct cap cap, const char *text, size_t length)
{
    size_t kept = length < THREAD_NAME_SIZE - 1 ? length : THREAD_NAME_SIZE - 1;
    struct object_name *row = find(k, identity_of(cap), cap_badge(cap));

    if (kept == 0) {
        if (row)
            remove_row(k, row);
        return true;
    }
    if (row == NULL) {
        if (k->name_count == k->name_capacity)
            return false;
        row = names_of(k) + k->name_count++;
    }
    memset(row, 0, sizeof(*row));
    row->identity = identity_of(cap);
    row->badge = cap_badge(cap);
    memcpy(row->text, text, kept);
    return true;
}

bool name_set(struct kernel *k, struct cap cap, const char *text, size_t length)
{
    kassert(text != NULL);
    if (!can_have_name(cap))
        return false;
    if (cap_type(cap) != CAP_TCB)
        return set_row(k, cap, text, length);
    tcb_set_name(tcb_at(k, cap.tcb.object), text, length);
    return true;
}

const char *name_of(struct kernel *k, struct cap cap)
{
    struct object_name *row;

    if (!can_have_name(cap))
        return NULL;
    if (cap_type(cap) == CAP_TCB) {
        const char *name = tcb_at(k, cap.tcb.object)->name;

        return name[0] == '\0' ? NULL : name;
    }
    row = find(k, identity_of(cap), cap_badge(cap));
    if (row == NULL && cap_badge(cap) != 0)
        row = find(k, identity_of(cap), 0);
    return row ? row->text : NULL;
}

/* Backwards, as the rows behind have been looked at when one of them moves here. */
void name_forget(struct kernel *k, struct cap cap)
{
    struct object_name *names = names_of(k);
    uint64_t identity;

    if (k->name_count == 0)
        return;
    identity = identity_of(cap);
    for (uint32_t i = k->name_count; i > 0; i--) {
        if (names[i - 1].identity == identity)
            remove_row(k, &names[i - 1]);
    }
}
