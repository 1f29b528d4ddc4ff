/* SPDX-License-Identifier: MIT */
/* Replays recorded answers of the real kernel to raw invocations, and compares every word.
 *
 * Each recording is 30 calls by one thread, the tester, in an environment that is built anew for
 * it (tester.h); the recordings' own description says how. */
#include <stdlib.h>
#include <string.h>

#include "tests/kernel/method_names.h"
#include "tests/vectors/tester.h"
#include "tests/vectors/vectors.h"

static struct bench bench; /* one at a time; static because a failure leaves by a jump */

static unsigned failures_of_label[ABI_LABEL_COUNT + 1]; /* the last: slots, or a failed assertion */

static const char *name_of_label(uint64_t label)
{
    return label < ABI_LABEL_COUNT ? method_names[label] : "(something else)";
}

/* --- one call --------------------------------------------------------------------------------- */

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

static struct answer make_call(const cJSON *recorded)
{
    struct message m = {.label = json_number(cJSON_GetArrayItem(recorded, 1))};

    read_words(cJSON_GetArrayItem(recorded, 2), &m.length, m.words, ABI_MESSAGE_WORDS);
    read_words(cJSON_GetArrayItem(recorded, 3), &m.extra_count, m.caps, ABI_EXTRA_CAPS);
    return bench_call(&bench, json_number(cJSON_GetArrayItem(recorded, 0)), &m);
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
    bench_build(&bench, (struct bench_options){0});
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
