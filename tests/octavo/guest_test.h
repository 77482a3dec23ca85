/*
 * What the programs that test Octavo have in common: system calls as Linux
 * has them, numbered points of TAP, processes.
 */
#ifndef QUIRE_TESTS_OCTAVO_GUEST_TEST_H
#define QUIRE_TESTS_OCTAVO_GUEST_TEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "linux_abi.h"

#define PAGE 4096u
#define WORDS (PAGE / 4)
#define PROT_RW 3
#define MAP_ANON_PRIVATE 0x22
#define CLONE_SHARED 0x00000f00 /* VM, FS, FILES, SIGHAND */

static int number; /* of the last point */

/* A negative result is -errno. */
static inline long call(int nr, long a, long b, long c, long d, long e)
{
    return linux_syscall((enum linux_syscall)nr, a, b, c, d, e, 0);
}

static inline void point(const char *name, bool is_true)
{
    printf("%s %d - %s\n", is_true ? "ok" : "not ok", ++number, name);
    fflush(stdout);
}

static inline long spawn(void)
{
    return call(SYS_CLONE, LINUX_SIGCHLD, 0, 0, 0, 0);
}

static inline void leave(int code)
{
    call(SYS_EXIT_GROUP, code, 0, 0, 0, 0);
}

/* A process that shares everything with us and runs fn on the stack that ends
 * at `top`, which is aligned to 16. */
static inline long start_neighbour(void (*fn)(void), uint32_t *top)
{
    register long a0 __asm__("a0") = CLONE_SHARED | LINUX_SIGCHLD;
    register uint32_t *a1 __asm__("a1") = top - 4;
    register long a2 __asm__("a2") = 0;
    register long a3 __asm__("a3") = 0;
    register long a4 __asm__("a4") = 0;
    register long a7 __asm__("a7") = SYS_CLONE;

    top[-4] = (uint32_t)(uintptr_t)fn;
    __asm__ volatile("ecall\n\t"
                     "bnez a0, 1f\n\t"
                     "lw t0, 0(sp)\n\t"
                     "jalr t0\n\t"
                     "li a0, 0\n\t"
                     "li a7, 93\n\t"
                     "ecall\n"
                     "1:"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a7)
                     : "t0", "ra", "memory");
    return a0;
}

#endif
