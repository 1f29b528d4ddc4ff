/* SPDX-License-Identifier: MIT */
/* What programs do when they compute: the parts of CoreMark and Dhrystone, written anew and mixed
 * as those are. Each part ends with a number that depends on all of it. */
#include "gate.h"
#include "support.h"

enum { ROUNDS = 2000 / SCALE + 1, LIST_LENGTH = 64, SIDE = 16, TEXT_LENGTH = 256 };

static uint32_t seed = 1;

static uint32_t next_random(void)
{
    seed = seed * 1664525 + 1013904223;
    return seed >> 8;
}

/* --- lists: found, reversed, sorted ----------------------------------------------------------- */

struct item {
    struct item *next;
    int key;
    int value;
};

static struct item items[LIST_LENGTH];

static struct item *make_list(void)
{
    for (int i = 0; i < LIST_LENGTH; i++)
        items[i] = (struct item){i + 1 < LIST_LENGTH ? &items[i + 1] : NULL,
                                 (int)(next_random() & 255), i};
    return items;
}

static struct item *reverse(struct item *list)
{
    struct item *done = NULL;

    while (list != NULL) {
        struct item *next = list->next;

        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static struct item *find(struct item *list, int key)
{
    while (list != NULL && list->key != key)
        list = list->next;
    return list;
}

static struct item *insert(struct item *sorted, struct item *item)
{
    struct item **place = &sorted;

    while (*place != NULL && (*place)->key < item->key)
        place = &(*place)->next;
    item->next = *place;
    *place = item;
    return sorted;
}

static struct item *sort(struct item *list)
{
    struct item *sorted = NULL;

    while (list != NULL) {
        struct item *next = list->next;

        sorted = insert(sorted, list);
        list = next;
    }
    return sorted;
}

static uint32_t lists(void)
{
    uint32_t sum = 0;

    for (int round = 0; round < ROUNDS; round++) {
        struct item *list = reverse(make_list());

        for (int key = 0; key < 32; key++) {
            struct item *found = find(list, key * 8);

            sum += found != NULL ? (uint32_t)found->value : 1;
        }
        sum += (uint32_t)sort(list)->key;
    }
    return sum;
}

/* --- matrices --------------------------------------------------------------------------------- */

static int a[SIDE][SIDE], b[SIDE][SIDE], product[SIDE][SIDE];

static void multiply(void)
{
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            int sum = 0;

            for (int k = 0; k < SIDE; k++)
                sum += a[i][k] * b[k][j];
            product[i][j] = sum;
        }
    }
}

static uint32_t matrices(void)
{
    uint32_t sum = 0;

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SIDE * SIDE; i++) {
            a[i / SIDE][i % SIDE] = (int)(next_random() & 127);
            b[i / SIDE][i % SIDE] = i + round;
        }
        multiply();
        sum += (uint32_t)product[round % SIDE][3];
    }
    return sum;
}

/* --- texts: copied, compared, read as numbers, checked ---------------------------------------- */

static uint16_t crc(uint16_t sum, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        sum ^= (uint16_t)((uint8_t)text[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            sum = (uint16_t)(sum & 0x8000 ? sum << 1 ^ 0x1021 : sum << 1);
    }
    return sum;
}

enum state { START, SIGN, NUMBER, FRACTION, WRONG, STATE_COUNT };

static enum state step(enum state state, char c)
{
    switch (state) {
    case START:
        return c == '-' ? SIGN : c >= '0' && c <= '9' ? NUMBER : WRONG;
    case SIGN:
        return c >= '0' && c <= '9' ? NUMBER : WRONG;
    case NUMBER:
        return c == '.' ? FRACTION : c == ',' ? START : c >= '0' && c <= '9' ? NUMBER : WRONG;
    case FRACTION:
        return c == ',' ? START : c >= '0' && c <= '9' ? FRACTION : WRONG;
    default:
        return c == ',' ? START : WRONG;
    }
}

static uint32_t texts(void)
{
    static const char alphabet[] = "0123456789-.,,x1";
    static char text[TEXT_LENGTH], copy[TEXT_LENGTH];
    uint32_t counts[STATE_COUNT] = {0};
    uint16_t sum = 0xffff;

    for (int round = 0; round < ROUNDS; round++) {
        enum state state = START;

        for (int i = 0; i < TEXT_LENGTH; i++)
            text[i] = alphabet[next_random() & 15];
        memcpy(copy, text, TEXT_LENGTH);
        for (int i = 0; i < TEXT_LENGTH; i++) {
            state = step(state, copy[i]);
            counts[state]++;
        }
        sum = crc(sum, copy, TEXT_LENGTH);
        sum = (uint16_t)(sum + (memcmp(copy, text, TEXT_LENGTH) == 0));
    }
    return sum + counts[NUMBER];
}

/* --- records, as Dhrystone has them ----------------------------------------------------------- */

struct record {
    struct record *other;
    int kind;
    int number;
    char name[32];
};

static struct record first, second;

static int change(struct record *record, int by)
{
    struct record *other = record->other;

    *other = *record;
    other->other = record;
    other->number = record->kind > 2 ? by : record->number + by;
    return other->number & 7;
}

static uint32_t records(void)
{
    uint32_t sum = 0;

    first = (struct record){&second, 1, 5, "A PROGRAM, SOME STRING"};
    for (int round = 0; round < ROUNDS * 50; round++) {
        first.kind = round % 5;
        sum += (uint32_t)change(&first, round);
        sum += (uint32_t)(strcmp(first.name, second.name) == 0);
        second.name[round & 15] = (char)('A' + (round & 7));
        sum += (uint32_t)change(&second, 3) / 3;
    }
    return sum;
}

/* --- floating point --------------------------------------------------------------------------- */

static uint32_t orbits(void)
{
    double x = 1, y = 0, vx = 0, vy = 0.9;

    for (int round = 0; round < ROUNDS * 25; round++) {
        double r2 = x * x + y * y;
        double r3 = r2 * r2 / (r2 + 0.01);

        vx -= x / r3 * 0.001;
        vy -= y / r3 * 0.001;
        x += vx * 0.001;
        y += vy * 0.001;
    }
    return (uint32_t)(int32_t)(x * 1000 + y * 1000);
}

int main(void)
{
    static const struct {
        const char *name;
        uint32_t (*run)(void);
    } parts[] = {{"lists", lists},     {"matrices", matrices}, {"texts", texts},
                 {"records", records}, {"double", orbits}};

    gate_wait();
    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint32_t result = parts[i].run();

        printf("%s gives %u\n", parts[i].name, result);
        gate_pass(parts[i].name);
    }
    return 0;
}
