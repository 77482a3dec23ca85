/* The string functions, and the kernel's printf to memory. */
#ifndef QUIRE_GUESTOS_STRING_H
#define QUIRE_GUESTOS_STRING_H

#include <stdarg.h>
#include "types.h"

#if __STDC_HOSTED__
#include <stdio.h>
#include <string.h>
#else
void *memset(void *s, int c, size_t n);
void *memcpy(void *restrict d, const void *restrict s, size_t n);
void *memmove(void *d, const void *s, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);

/* As the C library's; conversions d i u x X o c s p %, lengths hh h l ll z,
 * flags - 0 + # space, width and precision also as *. */
int vsnprintf(char *buf, size_t size, const char *format, va_list args);
int snprintf(char *buf, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#endif

/* Like snprintf, but returns what was stored, without the end mark. */
int scnprintf(char *buf, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Copies at most size - 1 bytes and ends them; -E2BIG when cut. */
ssize_t strscpy(char *d, const char *s, size_t size);
/* Reads an unsigned number with C's prefixes and a suffix K, M or G;
 * `end`, when not NULL, receives where it stopped. */
u64 memparse(const char *s, const char **end);
/* Decimal number; stops at the first other character. */
unsigned long simple_strtoul(const char *s, const char **end, unsigned base);

#endif
