/* SPDX-License-Identifier: MIT */
/* Replays recorded answers of the real kernel to raw invocations, and compares every word.
 *
 * Each recording is 30 calls by one thread, the tester, in an environment that is built anew for
 * it; the recordings' own description says how. The root thread builds it and waits for faults. */
#include <stdlib.h>
#include <string.h>

#include "tests/kernel/method_names.h"
#include "tests/kernel/system.h"
#include "tests/vectors/environment.h"
#include "tests/vectors/vectors.h"

enum { TESTER_SLOTS = 256, TESTER_RADIX = 8, TESTER_GUARD_SIZE = 56, TESTER_PRIORITY = 200,
       FAULT_BADGE = 0x55 };

/* Where the root thread keeps what the tester must not lose. */
struct bench {
    struct system system;
    struct tcb *tester;
    uint64_t tester_cap;
    uint64_t cnode;          /* root's capability to the tester's CNode T */
    uint64_t fault_endpoint;
    uint64_t fault_handler;  /* the same, badged, for sending */
};

static struct bench bench; /* one at a time; static because a failure leaves by a jump */

static unsigned failures_of_label[ABI_LABEL_COUNT + 1]; /* the last: slots, or a failed assertion */

static const char *name_of_label(uint64_t label)
{
    return label < ABI_LABEL_COUNT ? method_names[label] : "(something else)";
}

/* --- the environment -------------------------------------------------------------------------- */

static void must(uint64_t error, const char *what)
{
    if (error != ABI_NO_ERROR)
        system_fail("building the environment: %s is refused (error %lld: %s)", what,
                    (long long)error, bench.system.root->explanation);
}

static void retype_into_tester(uint64_t type, uint64_t size_bits, uint64_t slot)
{
    struct system *s = &bench.system;

    must(invoke(s, s->untyped, ABI_UNTYPED_RETYPE, CAPS(bench.cnode),
                WORDS(type, size_bits, 0, 0, slot, 1)),
         "a Retype into the tester's CNode");
}

/* A copy of a root capability; `data` is the badge or guard (0: plain copy). */
static void mint_into_tester(uint64_t slot, uint64_t source, uint64_t data)
{
    struct system *s = &bench.system;

    /* Both CNode capabilities have guards that fill a word, so depth 64 fits both. */
    must(invoke(s, bench.cnode, ABI_CNODE_MINT, CAPS(ROOT_CNODE),
                WORDS(slot, 64, source, 64, ABI_ALL_RIGHTS, data)),
         "a Mint into the tester's CNode");
}

static void copy_into_tester(uint64_t slot, uint64_t source)
{
    struct system *s = &bench.system;

    must(invoke(s, bench.cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                WORDS(slot, 64, source, 64, ABI_ALL_RIGHTS)),
         "a Copy into the tester's CNode");
}

/* T, with the guard that makes 64-bit CPtrs slot numbers, as a copy of the original capability. */
static void make_tester_cnode(void)
{
    struct system *s = &bench.system;
    uint64_t original = make(s, ABI_TYPE_CNODE, TESTER_RADIX);

    bench.cnode = slot_new(s);
    must(cnode_mint(s, bench.cnode, original, ABI_ALL_RIGHTS, abi_guard(0, TESTER_GUARD_SIZE)),
         "a Mint of the tester's CNode");
}

/* A page table that is a VSpace root, moved into the tester's CNode. */
static void make_tester_vspace(uint64_t slot)
{
    struct system *s = &bench.system;
    uint64_t table = make(s, ABI_TYPE_PAGE_TABLE, 0);

    must(invoke(s, ROOT_ASID_POOL, ABI_ASID_POOL_ASSIGN, CAPS(table), NO_WORDS), "an Assign");
    must(invoke(s, bench.cnode, ABI_CNODE_MOVE, CAPS(ROOT_CNODE), WORDS(slot, 64, table, 64)),
         "a Move into the tester's CNode");
}

static void fill_tester_cnode(void)
{
    retype_into_tester(ABI_TYPE_UNTYPED, 16, 1);
    mint_into_tester(2, bench.cnode, abi_guard(0, TESTER_GUARD_SIZE));
    retype_into_tester(ABI_TYPE_TCB, 0, 3);
    retype_into_tester(ABI_TYPE_ENDPOINT, 0, 4);
    retype_into_tester(ABI_TYPE_NOTIFICATION, 0, 5);
    copy_into_tester(7, ROOT_ASID_CONTROL);
    copy_into_tester(8, ROOT_ASID_POOL);
    copy_into_tester(9, ROOT_DOMAIN);
    make_tester_vspace(10);
    retype_into_tester(ABI_TYPE_PAGE, 0, 11);
    retype_into_tester(ABI_TYPE_UNTYPED, 12, 12);
    retype_into_tester(ABI_TYPE_PAGE_TABLE, 0, 13);
    tester_fill(&bench.system, bench.cnode, bench.fault_handler);
}

static void make_tester(void)
{
    struct system *s = &bench.system;
    uint64_t vaddr;
    uint64_t frame = make_buffer(s, &vaddr);

    bench.tester_cap = make(s, ABI_TYPE_TCB, 0);
    bench.tester = tcb_of(s, bench.tester_cap);
    thread_set_up(s, bench.tester_cap,
                  (struct thread_setup){.cnode = bench.cnode,
                                        .frame = frame,
                                        .vaddr = vaddr,
                                        .handler = bench.fault_handler,
                                        .handler_inside = TESTER_FAULT_SLOT,
                                        .mcp = 0,
                                        .priority = TESTER_PRIORITY});
    must(invoke(s, bench.tester_cap, ABI_TCB_WRITE_REGISTERS, NO_CAPS, WORDS(1, 1, 0x10000)),
         "starting the tester");
}

static void build_environment(void)
{
    static const struct domain_entry schedule[1] = {{0, (UINT64_C(1) << 56) - 1}};
    struct system *s = &bench.system;

    system_free(s);
    system_boot(s, (struct system_options){.schedule = schedule, .schedule_length = 1});
    make_tester_cnode();
    bench.fault_endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    bench.fault_handler = slot_new(s);
    must(cnode_mint(s, bench.fault_handler, bench.fault_endpoint, ABI_ALL_RIGHTS, FAULT_BADGE),
         "a Mint of the fault endpoint");
    fill_tester_cnode();
    make_tester();
    receive(s, bench.fault_endpoint);
    if (current(s) != bench.tester)
        system_fail("the tester does not run when the root thread waits");
}

/* --- one call --------------------------------------------------------------------------------- */

enum answer_kind { ANSWER_REPLY, ANSWER_FAULT, ANSWER_SKIP, ANSWER_NONE };

struct answer {
    enum answer_kind kind;
    uint64_t label; /* of the reply or fault; skip: the capability's number */
    unsigned count;
    uint64_t words[ABI_MESSAGE_WORDS];
    bool is_clean;  /* extraCaps and capsUnwrapped of the reply are 0 */
};

/* The root thread has received the tester's fault: notes it and sends the tester on, behind the
   call. */
static void take_fault(struct answer *answer)
{
    struct system *s = &bench.system;
    struct message m;
    static const struct message go_on;

    message_read(s, s->root, &m);
    answer->kind = ANSWER_FAULT;
    answer->label = m.label;
    answer->count = m.length - 1;
    memcpy(answer->words, m.words + 1, sizeof(uint64_t) * answer->count);
    answer->is_clean = true;
    must(invoke(s, bench.tester_cap, ABI_TCB_WRITE_REGISTERS, NO_CAPS,
                WORDS(0, 1, m.words[0] + 4)),
         "setting the tester's pc");
    reply_receive(s, bench.fault_endpoint, &go_on);
}

static void take_reply(struct answer *answer)
{
    struct message m;

    message_read(&bench.system, bench.tester, &m);
    answer->kind = ANSWER_REPLY;
    answer->label = m.label;
    answer->count = m.length;
    answer->is_clean = m.extra_count == 0 && m.unwrapped == 0;
    memcpy(answer->words, m.words, sizeof(m.words));
}

static void read_words(const cJSON *list, unsigned *count, uint64_t *words, unsigned max)
{
    const cJSON *item;

    *count = 0;
    cJSON_ArrayForEach(item, list)
    {
        if (*count < max)
            words[*count] = json_number(item);
        ++*count;
    }
}

/* Makes a recorded call as the tester. */
static struct answer make_call(const cJSON *recorded)
{
    struct system *s = &bench.system;
    uint64_t service = json_number(cJSON_GetArrayItem(recorded, 0));
    struct message m = {.label = json_number(cJSON_GetArrayItem(recorded, 1))};
    struct answer answer = {.kind = ANSWER_NONE};
    uint64_t type;

    read_words(cJSON_GetArrayItem(recorded, 2), &m.length, m.words, ABI_MESSAGE_WORDS);
    read_words(cJSON_GetArrayItem(recorded, 3), &m.extra_count, m.caps, ABI_EXTRA_CAPS);
    type = identify(s, service);
    if (type == ABI_CAP_ENDPOINT || type == ABI_CAP_NOTIFICATION || type == ABI_CAP_REPLY)
        return (struct answer){.kind = ANSWER_SKIP, .label = type, .is_clean = true};
    call(s, service, &m);
    if (current(s) == s->root)
        take_fault(&answer);
    else if (current(s) == bench.tester)
        take_reply(&answer);
    return answer;
}

/* --- comparing -------------------------------------------------------------------------------- */

static enum answer_kind recorded_kind(const cJSON *recorded)
{
    const char *kind = cJSON_GetArrayItem(recorded, 4)->valuestring;

    if (strcmp(kind, "reply") == 0)
        return ANSWER_REPLY;
    return strcmp(kind, "fault") == 0 ? ANSWER_FAULT : ANSWER_SKIP;
}

static bool is_volatile(const cJSON *word)
{
    return cJSON_IsString(word) && strcmp(word->valuestring, "*") == 0;
}

static bool answer_matches(const cJSON *recorded, const struct answer *answer)
{
    const cJSON *words = cJSON_GetArrayItem(recorded, 6);

    if (answer->kind != recorded_kind(recorded) || !answer->is_clean ||
        answer->label != json_number(cJSON_GetArrayItem(recorded, 5)))
        return false;
    if (answer->count != (unsigned)(words ? cJSON_GetArraySize(words) : 0))
        return false;
    for (unsigned i = 0; i < answer->count; i++) {
        const cJSON *word = cJSON_GetArrayItem(words, (int)i);

        if (!is_volatile(word) && json_number(word) != answer->words[i])
            return false;
    }
    return true;
}

static void print_answer(const struct answer *answer)
{
    static const char *const kinds[] = {"reply", "fault", "skip", "no answer"};

    printf("%s 0x%llx [", kinds[answer->kind], (unsigned long long)answer->label);
    for (unsigned i = 0; i < answer->count; i++)
        printf("%s0x%llx", i ? ", " : "", (unsigned long long)answer->words[i]);
    printf("]%s\n", answer->is_clean ? "" : " with extraCaps or capsUnwrapped not 0");
}

static void print_difference(const cJSON *recording, unsigned index, const cJSON *recorded,
                             const struct answer *answer)
{
    uint64_t label = json_number(cJSON_GetArrayItem(recorded, 1));
    char *text = cJSON_PrintUnformatted(recorded);

    printf("recording %ld, call %u, %s\n",
           (long)json_number(cJSON_GetObjectItem(recording, "seed")), index,
           name_of_label(label));
    printf("    recorded: %s\n    here:     ", text);
    print_answer(answer);
    if (bench.tester->explanation[0])
        printf("    because:  %s\n", bench.tester->explanation);
    free(text);
}

/* All slots of the tester's CNode hold the recorded types at the end. */
static bool slots_match(const cJSON *recording, const struct replay_options *options)
{
    const cJSON *item;
    uint64_t slot = 0;
    bool is_right = true;

    cJSON_ArrayForEach(item, cJSON_GetObjectItem(recording, "slots"))
    {
        uint64_t type = identify(&bench.system, slot);

        if (type != json_number(item)) {
            is_right = false;
            if (options->is_verbose)
                printf("recording %ld, slot 0x%llx at the end: recorded type %d, here %llu\n",
                       (long)json_number(cJSON_GetObjectItem(recording, "seed")),
                       (unsigned long long)slot, item->valueint, (unsigned long long)type);
        }
        slot++;
    }
    return is_right && slot == TESTER_SLOTS;
}

static bool state_is_sound(const cJSON *recording, unsigned calls,
                           const struct replay_options *options)
{
    struct system *s = &bench.system;

    if (s->has_trouble && options->is_verbose)
        printf("recording %ld, after call %u an invariant is broken: %s\n",
               (long)json_number(cJSON_GetObjectItem(recording, "seed")), calls, s->report.text);
    return !s->has_trouble;
}

static bool replay(const cJSON *recording, const struct replay_options *options)
{
    const cJSON *recorded;
    unsigned index = 0;
    unsigned *failures = &failures_of_label[ABI_LABEL_COUNT];

    ++*failures; /* taken back unless a failure leaves from here by a jump */
    build_environment();
    cJSON_ArrayForEach(recorded, cJSON_GetObjectItem(recording, "calls"))
    {
        uint64_t label = json_number(cJSON_GetArrayItem(recorded, 1));
        struct answer answer = make_call(recorded);

        if (!answer_matches(recorded, &answer)) {
            --*failures;
            failures_of_label[label < ABI_LABEL_COUNT ? label : ABI_LABEL_COUNT]++;
            if (options->is_verbose)
                print_difference(recording, index, recorded, &answer);
            return false;
        }
        if (!state_is_sound(recording, index, options))
            return false;
        index++;
    }
    if (!slots_match(recording, options))
        return false;
    --*failures;
    return true;
}

static void summary(void)
{
    for (unsigned i = 0; i <= ABI_LABEL_COUNT; i++) {
        if (failures_of_label[i])
            printf("%6u recordings differ first at %s\n", failures_of_label[i], name_of_label(i));
    }
    system_free(&bench.system);
}

int main(int argc, char **argv)
{
    static const struct replayer replayer = {"invocations-" TESTS_CONFIGURATION ".jsonl", replay,
                                             summary};

    return replay_file(&replayer, argc, argv);
}
