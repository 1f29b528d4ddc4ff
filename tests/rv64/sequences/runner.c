/* SPDX-License-Identifier: MIT */
/* Runs the sequences of a program (program.lua) one after the other, and prints a line with a
 * digest of what each leaves: registers, fcsr and data. Linked twice, with output_linux.c and with
 * output_sel4.c; everything else of the two programs is the same, addresses included. */
#include "tests/rv64/sequences/runner.h"

#include <stdint.h>

enum {
    STATE_WORDS = 65, /* x0 to x31, f0 to f31, fcsr */
    PAGE_WORDS = 512,
    DATA_WORDS = 128  /* half of them before data_middle */
};

extern const uint64_t sequence_tables[][STATE_WORDS]; /* what the registers begin with */
extern const uint64_t sequence_first, sequence_count, is_verbose;
extern uint64_t data_pages[2 * PAGE_WORDS];

uint64_t sequence_state[STATE_WORDS]; /* what a sequence leaves; 0 for the reserved register */

void sequence_run(const uint64_t *registers); /* start.S */

/* --- numbers ---------------------------------------------------------------------------------- */

static const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t mix(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * factor;
    return digest ^ digest >> 29;
}

static void print_hex(uint64_t word)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        output_char("0123456789abcdef"[word >> shift & 15]);
    output_char('\n');
}

/* --- one sequence ----------------------------------------------------------------------------- */

static uint64_t *data(void)
{
    return data_pages + PAGE_WORDS - DATA_WORDS / 2;
}

static void fill_data(uint64_t number)
{
    for (uint64_t i = 0; i < DATA_WORDS; i++)
        data()[i] = mix(number, i);
}

static uint64_t digest_of(const uint64_t *words, uint64_t count, uint64_t digest)
{
    for (uint64_t i = 0; i < count; i++)
        digest = mix(digest, words[i]);
    return digest;
}

static void print_words(const uint64_t *words, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        print_hex(words[i]);
}

static void run(uint64_t index)
{
    fill_data(sequence_first + index);
    for (int i = 0; i < STATE_WORDS; i++)
        sequence_state[i] = 0;
    sequence_run(sequence_tables[index]);
    if (is_verbose) {
        print_words(sequence_state, STATE_WORDS);
        print_words(data(), DATA_WORDS);
    } else {
        print_hex(digest_of(data(), DATA_WORDS, digest_of(sequence_state, STATE_WORDS, 0)));
    }
}

int main(void)
{
    for (uint64_t i = 0; i < sequence_count; i++)
        run(i);
    output_finish();
}
