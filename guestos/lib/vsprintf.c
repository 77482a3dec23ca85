/* printf to memory. */
#include <stdarg.h>
#include "kernel.h"
#include "string.h"

#if __STDC_HOSTED__ /* under test, beside the C library's */
#define vsnprintf guest_vsnprintf
#define snprintf guest_snprintf
int guest_vsnprintf(char *buf, size_t size, const char *format, va_list args);
int guest_snprintf(char *buf, size_t size, const char *format, ...);
#endif

struct output {
    char *buf;
    size_t size, count; /* count: what an endless buffer would hold */
};

struct spec {
    bool left, zero, plus, space, alternate;
    int width, precision; /* precision -1: none */
    int length;           /* -2 hh, -1 h, 0, 1 l or z, 2 ll */
};

static void put(struct output *out, char c)
{
    if (out->count + 1 < out->size) {
        out->buf[out->count] = c;
    }
    out->count++;
}

static void put_n(struct output *out, char c, int n)
{
    while (n-- > 0) {
        put(out, c);
    }
}

static void put_string(struct output *out, const struct spec *spec,
                       const char *s)
{
    int len, i;

    if (!s) {
        s = "(null)";
    }
    len = (int)strnlen(s, spec->precision >= 0 ? (size_t)spec->precision
                                               : (size_t)INT32_MAX);
    if (!spec->left) {
        put_n(out, ' ', spec->width - len);
    }
    for (i = 0; i < len; i++) {
        put(out, s[i]);
    }
    if (spec->left) {
        put_n(out, ' ', spec->width - len);
    }
}

static int digits_of(char *text, u64 value, unsigned base, bool upper)
{
    const char *alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    int n = 0;

    /* 64-bit division is slow here; most numbers fit. */
    while (value > UINT32_MAX) {
        text[n++] = alphabet[value % base];
        value /= base;
    }
    for (u32 low = (u32)value; low; low /= base) {
        text[n++] = alphabet[low % base];
    }
    return n; /* least significant first */
}

static void put_number(struct output *out, const struct spec *spec, u64 value,
                       unsigned base, bool upper, char sign)
{
    char text[24];
    int n = digits_of(text, value, base, upper);
    int digits = max(n, spec->precision >= 0 ? spec->precision : 1);
    bool prefix = spec->alternate && base == 16 && value;
    int pad = spec->width - digits - (sign ? 1 : 0) - (prefix ? 2 : 0);

    if (spec->zero && !spec->left && spec->precision < 0 && pad > 0) {
        digits += pad;
        pad = 0;
    }
    if (!spec->left) {
        put_n(out, ' ', pad);
    }
    if (sign) {
        put(out, sign);
    }
    if (prefix) {
        put(out, '0');
        put(out, upper ? 'X' : 'x');
    }
    put_n(out, '0', digits - n);
    while (n > 0) {
        put(out, text[--n]);
    }
    if (spec->left) {
        put_n(out, ' ', pad);
    }
}

static const char *parse_spec(const char *f, struct spec *spec, va_list *args)
{
    *spec = (struct spec){.precision = -1};
    for (;; f++) {
        if (*f == '-') {
            spec->left = true;
        } else if (*f == '0') {
            spec->zero = true;
        } else if (*f == '+') {
            spec->plus = true;
        } else if (*f == ' ') {
            spec->space = true;
        } else if (*f == '#') {
            spec->alternate = true;
        } else {
            break;
        }
    }
    if (*f == '*') {
        spec->width = va_arg(*args, int);
        if (spec->width < 0) {
            spec->left = true;
            spec->width = -spec->width;
        }
        f++;
    } else {
        while (*f >= '0' && *f <= '9') {
            spec->width = spec->width * 10 + *f++ - '0';
        }
    }
    if (*f == '.') {
        f++;
        spec->precision = 0;
        if (*f == '*') {
            spec->precision = va_arg(*args, int);
            f++;
        }
        while (*f >= '0' && *f <= '9') {
            spec->precision = spec->precision * 10 + *f++ - '0';
        }
    }
    for (;; f++) {
        if (*f == 'l') {
            spec->length++;
        } else if (*f == 'h') {
            spec->length--;
        } else if (*f == 'z' || *f == 't') {
            spec->length = 1;
        } else if (*f == 'j') {
            spec->length = 2;
        } else {
            return f;
        }
    }
}

static u64 unsigned_arg(const struct spec *spec, va_list *args)
{
    if (spec->length >= 2) {
        return va_arg(*args, unsigned long long);
    }
    if (spec->length == 1) {
        return va_arg(*args, unsigned long);
    }
    if (spec->length == 0) {
        return va_arg(*args, unsigned);
    }
    return va_arg(*args, unsigned) & (spec->length == -1 ? 0xffff : 0xff);
}

static s64 signed_arg(const struct spec *spec, va_list *args)
{
    if (spec->length >= 2) {
        return va_arg(*args, long long);
    }
    if (spec->length == 1) {
        return va_arg(*args, long);
    }
    if (spec->length == 0) {
        return va_arg(*args, int);
    }
    return spec->length == -1 ? (short)va_arg(*args, int)
                              : (signed char)va_arg(*args, int);
}

static void put_signed(struct output *out, struct spec *spec, s64 value)
{
    char sign = value < 0 ? '-' : spec->plus ? '+' : spec->space ? ' ' : 0;

    put_number(out, spec, value < 0 ? 0 - (u64)value : (u64)value, 10, false,
               sign);
}

static void put_conversion(struct output *out, struct spec *spec, char how,
                           va_list *args)
{
    switch (how) {
    case 'd':
    case 'i':
        put_signed(out, spec, signed_arg(spec, args));
        break;
    case 'u':
        put_number(out, spec, unsigned_arg(spec, args), 10, false, 0);
        break;
    case 'o':
        put_number(out, spec, unsigned_arg(spec, args), 8, false, 0);
        break;
    case 'x':
    case 'X':
        put_number(out, spec, unsigned_arg(spec, args), 16, how == 'X', 0);
        break;
    case 'p':
        spec->precision = 2 * (int)sizeof(void *);
        put_number(out, spec, (uintptr_t)va_arg(*args, void *), 16, false, 0);
        break;
    case 'c': {
        char text[2] = {(char)va_arg(*args, int), 0};

        put_string(out, spec, text);
        break;
    }
    case 's':
        put_string(out, spec, va_arg(*args, const char *));
        break;
    default:
        put(out, '%');
        if (how != '%') {
            put(out, how);
        }
    }
}

int vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
    struct output out = {buf, size, 0};
    va_list rest;

    va_copy(rest, args);
    for (const char *f = format; *f; f++) {
        struct spec spec;

        if (*f != '%') {
            put(&out, *f);
            continue;
        }
        f = parse_spec(f + 1, &spec, &rest);
        if (!*f) {
            break;
        }
        put_conversion(&out, &spec, *f, &rest);
    }
    va_end(rest);
    if (size) {
        buf[min(out.count, size - 1)] = 0;
    }
    return (int)out.count;
}

int snprintf(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(buf, size, format, args);
    va_end(args);
    return n;
}
