/* SPDX-License-Identifier: MIT */
/* Makes the invocations that its input lists, and prints the answers and the capabilities
 * afterwards: the kernel's side of the comparison with the reference model (test_model.lua).
 *
 * Input, any number of traces; all numbers hexadecimal:
 *
 *     trace
 *     call SERVICE LABEL COUNT WORD... COUNT CPTR...
 *     end
 *
 * Output: "trace", the slots; a line "reply", "fault" or "skip" LABEL WORD... for each call; "end",
 * the slots. "failed TEXT" instead: an assertion or an invariant was broken, the rest of the trace
 * is not made. The slots are those of the caller's CNode and of the CNodes that it leads to,
 * numbered as they are met:
 *
 *     slot CNODE INDEX PARENT-CNODE PARENT-INDEX TYPE FIELD...
 *
 * The parent in the derivation tree is "- -" if it lies elsewhere. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cap/cdt.h"
#include "tests/vectors/tester.h"

enum { CNODES_MAX = 256, LARGE_BITS = 22 };
enum { SLOT_DEVICE = 20, SLOT_DEVICE_PAGE = 21, SLOT_LARGE = 22 };

static struct bench bench; /* static because a failure leaves by a jump */

/* --- the environment -------------------------------------------------------------------------- */

/* Where the root thread has its first capability to device memory; another one follows. */
static uint64_t find_device(struct system *s)
{
    for (uint64_t slot = 0; slot < s->next_slot; slot++) {
        struct cap cap = root_slot(s, slot)->cap;

        if (cap_type(cap) == CAP_UNTYPED && cap.untyped.is_device)
            return slot;
    }
    system_fail("the root thread has no device memory");
}

/* Device memory as a whole and as a frame, and memory that is large enough for mega pages. */
static void fill_more(struct bench *b)
{
    struct system *s = &b->system;

    need_success(s, invoke(s, find_device(s), ABI_UNTYPED_RETYPE, CAPS(b->cnode),
                           WORDS(ABI_TYPE_UNTYPED, 12, 0, 0, SLOT_DEVICE, 1)),
                 "making device memory");
    need_success(s, invoke(s, find_device(s) + 1, ABI_UNTYPED_RETYPE, CAPS(b->cnode),
                           WORDS(ABI_TYPE_PAGE, 0, 0, 0, SLOT_DEVICE_PAGE, 1)),
                 "making a device frame");
    need_success(s, invoke(s, s->untyped, ABI_UNTYPED_RETYPE, CAPS(b->cnode),
                           WORDS(ABI_TYPE_UNTYPED, LARGE_BITS, 0, 0, SLOT_LARGE, 1)),
                 "making a large untyped");
}

/* --- slots ------------------------------------------------------------------------------------ */

/* The CNodes that have been met, by their slots. */
static struct {
    unsigned count;
    struct slot *first[CNODES_MAX];
    uint64_t size[CNODES_MAX];
} cnodes;

static void meet(struct cap cap)
{
    struct slot *first = slot_at(bench.system.k, cap.cnode.object);

    for (unsigned i = 0; i < cnodes.count; i++) {
        if (cnodes.first[i] == first)
            return;
    }
    if (cnodes.count == CNODES_MAX)
        system_fail("a trace has made more than %d CNodes", CNODES_MAX);
    cnodes.first[cnodes.count] = first;
    cnodes.size[cnodes.count++] = UINT64_C(1) << cap.cnode.radix;
}

static void meet_all(void)
{
    cnodes.count = 0;
    meet(root_slot(&bench.system, bench.cnode)->cap);
    for (unsigned i = 0; i < cnodes.count; i++) {
        for (uint64_t j = 0; j < cnodes.size[i]; j++) {
            if (cap_type(cnodes.first[i][j].cap) == CAP_CNODE)
                meet(cnodes.first[i][j].cap);
        }
    }
}

static void print_place(const struct slot *slot)
{
    for (unsigned i = 0; slot && i < cnodes.count; i++) {
        if (slot >= cnodes.first[i] && slot < cnodes.first[i] + cnodes.size[i]) {
            printf(" %x %" PRIx64, i, (uint64_t)(slot - cnodes.first[i]));
            return;
        }
    }
    printf(" - -");
}

static const struct slot *parent_of(const struct slot *slot)
{
    const struct slot *other = slot;

    do
        other = cdt_previous(bench.system.k, other);
    while (other && !cdt_is_parent_of(other, slot));
    return other;
}

static void print_word(uint64_t word)
{
    printf(" %" PRIx64, word);
}

static void print_tcb(struct cap cap)
{
    const struct tcb *t = tcb_at(bench.system.k, cap.tcb.object);

    printf(" tcb");
    print_word(cap.tcb.object);
    print_word(!cap_is_null(t->slots[TCB_SLOT_CSPACE].cap));
    print_word(!cap_is_null(t->slots[TCB_SLOT_VSPACE].cap));
    print_word(!cap_is_null(t->slots[TCB_SLOT_BUFFER].cap));
}

static void print_memory_cap(struct cap cap)
{
    if (cap_type(cap) == CAP_UNTYPED) {
        printf(" untyped");
        print_word(cap.untyped.object);
        print_word(cap.untyped.size_bits);
        print_word(cap.untyped.is_device);
        print_word(cap.untyped.free_bytes);
    } else if (cap_type(cap) == CAP_FRAME) {
        printf(" frame");
        print_word(cap.frame.object);
        print_word(cap.frame.size_bits);
        print_word(cap.frame.is_device);
        print_word(cap.frame.rights);
        print_word(cap.frame.asid);
        print_word(cap.frame.vaddr);
    } else if (cap_type(cap) == CAP_PAGE_TABLE) {
        printf(" page_table");
        print_word(cap.page_table.object);
        print_word(cap.page_table.is_mapped);
        print_word(cap.page_table.asid);
        print_word(cap.page_table.vaddr);
    }
}

static void print_other_cap(struct cap cap)
{
    if (cap_type(cap) == CAP_ASID_POOL) {
        printf(" asid_pool");
        print_word(cap.asid_pool.object);
        print_word(cap.asid_pool.asid_base);
        return;
    }
    printf(" other");
    print_word(cap_number(cap));
}

static void print_cap(struct cap cap)
{
    switch (cap_type(cap)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
        printf(" %s", cap_type(cap) == CAP_ENDPOINT ? "endpoint" : "notification");
        print_word(cap.endpoint.object);
        print_word(cap.endpoint.rights);
        print_word(cap.endpoint.badge);
        return;
    case CAP_CNODE:
        printf(" cnode");
        print_word(cap.cnode.object);
        print_word(cap.cnode.radix);
        print_word(cap.cnode.guard);
        print_word(cap.cnode.guard_size);
        return;
    case CAP_TCB:
        print_tcb(cap);
        return;
    case CAP_UNTYPED:
    case CAP_FRAME:
    case CAP_PAGE_TABLE:
        print_memory_cap(cap);
        return;
    default:
        print_other_cap(cap);
    }
}

static void print_slots(void)
{
    meet_all();
    for (unsigned i = 0; i < cnodes.count; i++) {
        for (uint64_t j = 0; j < cnodes.size[i]; j++) {
            const struct slot *slot = &cnodes.first[i][j];

            if (cap_is_null(slot->cap))
                continue;
            printf("slot %x %" PRIx64, i, j);
            print_place(parent_of(slot));
            print_cap(slot->cap);
            printf("\n");
        }
    }
}

/* --- traces ----------------------------------------------------------------------------------- */

static uint64_t read_number(void)
{
    uint64_t number;

    if (scanf("%" SCNx64, &number) != 1)
        system_fail("the input is not right: a number is missing");
    return number;
}

static unsigned read_list(uint64_t *list, unsigned max)
{
    uint64_t count = read_number();

    if (count > max)
        system_fail("the input is not right: a list is longer than %u", max);
    for (uint64_t i = 0; i < count; i++)
        list[i] = read_number();
    return (unsigned)count;
}

static void make_call(void)
{
    static const char *const kinds[] = {"reply", "fault", "skip", "none"};
    uint64_t service = read_number();
    struct message m = {.label = read_number()};
    struct answer answer;

    m.length = read_list(m.words, ABI_MESSAGE_WORDS);
    m.extra_count = read_list(m.caps, ABI_EXTRA_CAPS);
    answer = bench_call(&bench, service, &m);
    if (bench.system.has_trouble)
        system_fail("an invariant is broken: %s", bench.system.report.text);
    printf("%s %" PRIx64, kinds[answer.kind], answer.label);
    for (unsigned i = 0; i < answer.count; i++)
        print_word(answer.words[i]);
    printf("%s\n", answer.is_clean ? "" : " ?");
}

static void begin_trace(void)
{
    bench_build(&bench, (struct bench_options){.memory_mib = 32, .fill_more = fill_more});
    printf("trace\n");
    print_slots();
}

/* False: no trace has begun yet, or it has failed, and lines are to be passed over. */
static bool take_line(const char *word, bool is_in_trace)
{
    if (strcmp(word, "trace") == 0) {
        begin_trace();
        return true;
    }
    if (is_in_trace && strcmp(word, "call") == 0) {
        make_call();
        return true;
    }
    if (is_in_trace && strcmp(word, "end") == 0) {
        printf("end\n");
        print_slots();
    }
    return false;
}

int main(void)
{
    static bool is_in_trace;
    static char word[16];
    jmp_buf escape;

    null_platform_catch_failures(&escape);
    if (setjmp(escape) != 0) {
        printf("failed %s\n", null_platform_failure());
        is_in_trace = false;
    }
    while (scanf(" %15s", word) == 1)
        is_in_trace = take_line(word, is_in_trace);
    system_free(&bench.system);
    return 0;
}
