/* SPDX-License-Identifier: MIT */
#include "machine/lua/time_words.h"

#include "machine/lua/trap.h"

/* Parts of names in the modules seL4 and sel4.object. None has its first byte twice, so that a
   search that fails goes on with the byte at which it failed. */
static const char *const time_words[TIME_WORD_COUNT] = {"onsumed", "ieldTo", "ield_to"};

struct time_words time_words_begin(lua_State *L)
{
    const struct process *process = process_of_state(L);

    return (struct time_words){.is_over = process_configuration(process) != CONFIGURATION_MCS ||
                                          process_kernel(process)->all_time_counts};
}

void time_words_search(struct time_words *words, const char *piece, size_t length)
{
    for (size_t i = 0; i < length && !words->is_over; i++) {
        for (unsigned w = 0; w < TIME_WORD_COUNT; w++) {
            const char *word = time_words[w];
            unsigned char matched = words->matched[w];

            if (piece[i] != word[matched])
                matched = 0;
            if (piece[i] == word[matched])
                matched++;
            words->matched[w] = matched;
            if (word[matched] == '\0')
                words->is_found = words->is_over = true;
        }
    }
}

void time_words_note(lua_State *L, const struct time_words *words)
{
    struct process *process = process_of_state(L);

    if (!words->is_found)
        return;
    kernel_count_time(process_kernel(process));
    if (process->active != NULL) /* else the thread is about to be resumed, and looks by itself */
        preemption_update(L, process);
}
