/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

/* Eight bytes of whatever is there. */
struct __attribute__((may_alias)) piece {
    uint64_t bytes;
};

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    unsigned char *a = to;
    const unsigned char *b = from;

    if (((uintptr_t)a | (uintptr_t)b) % sizeof(struct piece) == 0) {
        for (; size >= sizeof(struct piece); size -= sizeof(struct piece)) {
            *(struct piece *)a = *(const struct piece *)b;
            a += sizeof(struct piece);
            b += sizeof(struct piece);
        }
    }
    while (size-- > 0)
        *a++ = *b++;
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    unsigned char *a = to;
    const unsigned char *b = from;

    if (a <= b || a >= b + size)
        return memcpy(to, from, size);
    while (size-- > 0)
        a[size] = b[size];
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    unsigned char *a = to;

    while (size-- > 0)
        *a++ = (unsigned char)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;

    for (size_t i = 0; i < size; i++) {
        if (x[i] != y[i])
            return x[i] - y[i];
    }
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0')
        length++;
    return length;
}

int strncmp(const char *a, const char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i] || a[i] == '\0')
            return (unsigned char)a[i] - (unsigned char)b[i];
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, (size_t)-1);
}

char *strcpy(char *restrict to, const char *restrict from)
{
    memcpy(to, from, strlen(from) + 1);
    return to;
}

char *strchr(const char *text, int c)
{
    for (; *text != (char)c; text++) {
        if (*text == '\0')
            return NULL;
    }
    return (char *)text;
}
