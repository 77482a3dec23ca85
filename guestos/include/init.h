/* Sections and lists of the boot: __init memory is given to the buddy
 * allocator before init starts. */
#ifndef QUIRE_GUESTOS_INIT_H
#define QUIRE_GUESTOS_INIT_H

#include "types.h"

#if __STDC_HOSTED__
#define __init
#define __initdata
#else
#define __init __attribute__((section(".init.text"), __noinline__))
#define __initdata __attribute__((section(".init.data")))
#endif

/* Called once, in order of linking, when the slab allocator, interrupts and
 * the scheduler work: drivers and file systems. */
typedef int (*initcall_t)(void);
#if __STDC_HOSTED__
#define module_init(fn)                                                        \
    extern const initcall_t initcall_##fn;                                     \
    const initcall_t initcall_##fn = (fn)
#else
#define module_init(fn)                                                        \
    static const initcall_t __attribute__((used, section(".initcall")))        \
    initcall_##fn = (fn)
#endif

/* Kernel parameters, read before anything else is set up: the text after
 * `name=`, or "" for a lone `name`. Returns 0, or an errno after printing
 * what is wrong. */
struct early_param {
    const char *name;
    int (*setup)(const char *value);
};
#if __STDC_HOSTED__
#define early_param(text, fn)                                                  \
    extern const struct early_param early_param_##fn;                          \
    const struct early_param early_param_##fn = {text, fn}
#else
#define early_param(text, fn)                                                  \
    static const struct early_param                                            \
        __attribute__((used, section(".early_param"), aligned(4)))             \
        early_param_##fn = {text, fn}
#endif

extern char boot_command_line[];

#endif
