/* SPDX-License-Identifier: MIT */
/* The small C library itself: printing, strings, thread-local variables. */
#include "support.h"

static __thread int initialised = 41;
static __thread char zeroed[40];
static __thread double aligned __attribute__((aligned(16))) = 2.5;

static void check_format(const char *expected, const char *format, ...)
{
    char text[64], cut[4];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    vsnprintf(cut, sizeof(cut), format, arguments);
    va_end(arguments);
    if (strcmp(text, expected) != 0 || length != (int)strlen(expected) ||
        strncmp(cut, expected, 3) != 0)
        printf("'%s' is not '%s' (%d)\n", text, expected, length);
}

static void test_formats(void)
{
    check_format("-5 4294967291 fffffffb", "%d %u %x", -5, -5, -5);
    check_format("-9223372036854775808", "%ld", (long)(1ul << 63));
    check_format("18446744073709551615", "%lu", ~0ul);
    check_format("ABCDEF 777 0xff", "%lX %o %p", 0xabcdeful, 0777, (void *)0xff);
    check_format("   42|42   |00042|  abc|abc  ", "%5d|%-5d|%05d|%5s|%-5s", 42, 42, 42,
                 "abc", "abc");
    check_format("-0042 ab|    7", "%05d %.2s|%*d", -42, "abc", 5, 7);
    check_format("-1 255 65535 7", "%hhd %hhu %hu %zu", 255, 255, 65535, (size_t)7);
    check_format("c% (null)", "%c%% %s", 'c', (char *)NULL);
    check_format("0", "%x", 0);
    check_format("(double) a", "%.2f %s", 1.5, "a");
    printf("%s %d %s\n", "formats", 1, "checked");
}

static void test_strings(void)
{
    char a[32] = "0123456789abcdef", b[32];

    memmove(a + 2, a, 10);
    assert(strcmp(a, "010123456789cdef") == 0);
    memmove(a, a + 2, 10);
    assert(strcmp(a, "012345678989cdef") == 0);
    memset(b, 'x', sizeof(b));
    memcpy(b, a, 17);
    assert(memcmp(a, b, 17) == 0 && memcmp(a, "013", 3) < 0 && strcmp("b", "a") > 0);
    assert(strchr(a, '5') == a + 5 && strchr(a, '!') == NULL && strncmp("ab", "ac", 1) == 0);
    strcpy(b, "short");
    assert(strlen(b) == 5 && b[6] == '6');
    puts("strings checked");
}

static volatile bool is_done;

static void look(seL4_Word unused)
{
    (void)unused;
    initialised += 1;
    zeroed[39] = 1;
    printf("another thread: %d %d %d\n", initialised, zeroed[39], aligned == 2.5);
    is_done = true;
    thread_end();
}

static void test_thread_local(void)
{
    initialised = 50;
    zeroed[0] = 7;
    thread_run(look, 0, 255);
    while (!is_done)
        seL4_Yield();
    printf("this thread: %d %d %d\n", initialised, zeroed[0], zeroed[39]);
}

int main(void)
{
    test_formats();
    test_strings();
    test_thread_local();
    return 0;
}
