/* Small things that every file uses. */
#ifndef QUIRE_GUESTOS_KERNEL_H
#define QUIRE_GUESTOS_KERNEL_H

#include "types.h"
#include "printk.h"

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define noinline __attribute__((__noinline__))
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#define barrier() __asm__ volatile("" ::: "memory")
/* The compiler forgets what it knows of the value. */
#define OPTIMIZER_HIDE_VAR(v) __asm__("" : "+r"(v))

#ifndef container_of
#define container_of(ptr, type, member)                                        \
    ((type *)(void *)((char *)(ptr)-offsetof(type, member)))
#endif
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Both arguments are evaluated once. */
#define min(a, b)                                                              \
    __extension__({                                                            \
        __typeof__(a) min_a = (a);                                             \
        __typeof__(b) min_b = (b);                                             \
        min_a < min_b ? min_a : min_b;                                         \
    })
#define max(a, b)                                                              \
    __extension__({                                                            \
        __typeof__(a) max_a = (a);                                             \
        __typeof__(b) max_b = (b);                                             \
        max_a > max_b ? max_a : max_b;                                         \
    })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define clamp(v, lo, hi) min(max((v), (lo)), (hi))
#define swap(a, b)                                                             \
    do {                                                                       \
        __typeof__(a) swap_t = (a);                                            \
        (a) = (b);                                                             \
        (b) = swap_t;                                                          \
    } while (0)

/* `a` is a power of two. */
#define ALIGN(x, a) (((x) + (__typeof__(x))((a)-1)) & ~(__typeof__(x))((a)-1))
#define ALIGN_DOWN(x, a) ((x) & ~(__typeof__(x))((a)-1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a)-1)) == 0)
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define round_up(x, a) ALIGN(x, a)
#define round_down(x, a) ALIGN_DOWN(x, a)

/* Prints why, stops the machine with a failure; does not return. */
void panic(const char *format, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* What the kernel itself has got wrong. BUG ends the current task if it can
 * be ended, else the machine; WARN says so and goes on. */
void report_bug(const char *what, const char *file, int line)
    __attribute__((noreturn));
void report_warning(const char *what, const char *file, int line);
#define BUG() report_bug("BUG", __FILE__, __LINE__)
#define BUG_ON(condition)                                                      \
    do {                                                                       \
        if (unlikely(condition)) {                                             \
            report_bug(#condition, __FILE__, __LINE__);                        \
        }                                                                      \
    } while (0)
/* In debug builds only. */
#ifdef CONFIG_DEBUG_VM
#define VM_BUG_ON(condition) BUG_ON(condition)
#else
#define VM_BUG_ON(condition) ((void)sizeof(condition))
#endif
#define WARN_ON(condition)                                                     \
    __extension__({                                                            \
        bool warn_on = (condition);                                            \
        if (unlikely(warn_on)) {                                               \
            report_warning(#condition, __FILE__, __LINE__);                    \
        }                                                                      \
        warn_on;                                                               \
    })
#define WARN_ON_ONCE(condition)                                                \
    __extension__({                                                            \
        static bool warned;                                                    \
        bool warn_on = (condition);                                            \
        if (unlikely(warn_on && !warned)) {                                    \
            warned = true;                                                     \
            report_warning(#condition, __FILE__, __LINE__);                    \
        }                                                                      \
        warn_on;                                                               \
    })

#endif
