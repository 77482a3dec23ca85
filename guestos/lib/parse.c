/* Numbers and text for the kernel alone: what no C library has. */
#include "errno.h"
#include "string.h"

static int digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if ((c | 32) >= 'a' && (c | 32) <= 'z') {
        return (c | 32) - 'a' + 10;
    }
    return 99;
}

/* What is too large for any use becomes the largest number. */
static u64 parse_number(const char *s, const char **end, unsigned base)
{
    u64 value = 0;

    if (s[0] == '0' && (s[1] | 32) == 'x' && (base == 0 || base == 16)) {
        s += 2;
        base = 16;
    } else if (base == 0) {
        base = s[0] == '0' ? 8 : 10;
    }
    for (; digit(*s) < (int)base; s++) {
        value = value >> 60 ? ~0ull : value * base + (unsigned)digit(*s);
    }
    if (end) {
        *end = s;
    }
    return value;
}

u64 memparse(const char *s, const char **end)
{
    const char *stop;
    u64 value = parse_number(s, &stop, 0);
    unsigned shift = 0;

    switch (*stop | 32) {
    case 'k':
        shift = 10;
        break;
    case 'm':
        shift = 20;
        break;
    case 'g':
        shift = 30;
        break;
    }
    if (end) {
        *end = stop + (shift ? 1 : 0);
    }
    return value << shift;
}

unsigned long simple_strtoul(const char *s, const char **end, unsigned base)
{
    u64 value = parse_number(s, end, base);

    return value > ~0ul ? ~0ul : (unsigned long)value;
}

ssize_t strscpy(char *d, const char *s, size_t size)
{
    size_t n = strnlen(s, size);

    if (!size) {
        return -E2BIG;
    }
    if (n == size) {
        memcpy(d, s, size - 1);
        d[size - 1] = 0;
        return -E2BIG;
    }
    memcpy(d, s, n + 1);
    return (ssize_t)n;
}

int scnprintf(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(buf, size, format, args);
    va_end(args);
    if (!size) {
        return 0;
    }
    return (size_t)n < size ? n : (int)size - 1;
}
