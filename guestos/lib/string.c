/* The string functions that are not in assembly (arch/.../lib). */
#include "string.h"
#include "kernel.h"

/* Or the loops below become calls of themselves. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

void *memmove(void *d, const void *s, size_t n)
{
    char *to = d;
    const char *from = s;

    if (to <= from || to >= from + n) {
        return memcpy(d, s, n);
    }
    while (n--) {
        to[n] = from[n];
    }
    return d;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *p = a, *q = b;

    for (; n; n--, p++, q++) {
        if (*p != *q) {
            return *p - *q;
        }
    }
    return 0;
}

void *memchr(const void *s, int c, size_t n)
{
    const unsigned char *p = s;

    for (; n; n--, p++) {
        if (*p == (unsigned char)c) {
            return (void *)(uintptr_t)p;
        }
    }
    return NULL;
}

size_t strlen(const char *s)
{
    const char *end = s;

    while (*end) {
        end++;
    }
    return (size_t)(end - s);
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n]) {
        n++;
    }
    return n;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
    while (n && *a && *a == *b) {
        a++;
        b++;
        n--;
    }
    return n ? (unsigned char)*a - (unsigned char)*b : 0;
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++) {
        if (!*s) {
            return NULL;
        }
    }
    return (char *)(uintptr_t)s;
}

char *strrchr(const char *s, int c)
{
    const char *last = NULL;

    do {
        if (*s == (char)c) {
            last = s;
        }
    } while (*s++);
    return (char *)(uintptr_t)last;
}

char *strstr(const char *s, const char *what)
{
    size_t len = strlen(what);

    for (; *s || !len; s++) {
        if (strncmp(s, what, len) == 0) {
            return (char *)(uintptr_t)s;
        }
    }
    return NULL;
}
