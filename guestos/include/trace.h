/*
 * Static tracepoints: TRACE(kmem, mm_page_free, page, order), with up to six
 * arguments. Each is one `nop` and an ELF note (the SystemTap SDT v3 layout)
 * that says which registers or constants hold the arguments; nothing else is
 * executed. Pass what is in a register anyway (pointers): the tracer derives
 * the rest. Hosted builds have none.
 */
#ifndef QUIRE_GUESTOS_TRACE_H
#define QUIRE_GUESTOS_TRACE_H

#if __STDC_HOSTED__
#define TRACE(provider, name, ...) ((void)0)
#else
/* Operands come in pairs: size (printed negated: signed), then value. */
#define TRACE_NOTE(provider, name, args, ...)                                  \
    __asm__ volatile __inline__("990: nop\n"                                   \
                                ".pushsection .note.stapsdt, \"?\", %%note\n"  \
                                ".balign 4\n"                                  \
                                ".4byte 992f - 991f, 994f - 993f, 3\n"         \
                                "991: .asciz \"stapsdt\"\n"                    \
                                "992: .balign 4\n"                             \
                                "993: .4byte 990b, 0, 0\n"                     \
                                ".asciz \"" #provider "\"\n"                   \
                                ".asciz \"" #name "\"\n"                       \
                                ".asciz \"" args "\"\n"                        \
                                "994: .balign 4\n"                             \
                                ".popsection\n"                                \
                                :                                              \
                                : __VA_ARGS__)

#define TRACE_ARG(x) "n"(sizeof(x)), "nr"(x)
#define TRACE_1(p, n, a) TRACE_NOTE(p, n, "%n0@%1", TRACE_ARG(a))
#define TRACE_2(p, n, a, b)                                                    \
    TRACE_NOTE(p, n, "%n0@%1 %n2@%3", TRACE_ARG(a), TRACE_ARG(b))
#define TRACE_3(p, n, a, b, c)                                                 \
    TRACE_NOTE(p, n, "%n0@%1 %n2@%3 %n4@%5", TRACE_ARG(a), TRACE_ARG(b),       \
               TRACE_ARG(c))
#define TRACE_4(p, n, a, b, c, d)                                              \
    TRACE_NOTE(p, n, "%n0@%1 %n2@%3 %n4@%5 %n6@%7", TRACE_ARG(a),              \
               TRACE_ARG(b), TRACE_ARG(c), TRACE_ARG(d))
#define TRACE_5(p, n, a, b, c, d, e)                                           \
    TRACE_NOTE(p, n, "%n0@%1 %n2@%3 %n4@%5 %n6@%7 %n8@%9", TRACE_ARG(a),       \
               TRACE_ARG(b), TRACE_ARG(c), TRACE_ARG(d), TRACE_ARG(e))
#define TRACE_6(p, n, a, b, c, d, e, f)                                        \
    TRACE_NOTE(p, n, "%n0@%1 %n2@%3 %n4@%5 %n6@%7 %n8@%9 %n10@%11",            \
               TRACE_ARG(a), TRACE_ARG(b), TRACE_ARG(c), TRACE_ARG(d),         \
               TRACE_ARG(e), TRACE_ARG(f))
#define TRACE_PICK(a, b, c, d, e, f, macro, ...) macro
#define TRACE(provider, name, ...)                                             \
    TRACE_PICK(__VA_ARGS__, TRACE_6, TRACE_5, TRACE_4, TRACE_3, TRACE_2,       \
               TRACE_1, )                                                      \
    (provider, name, __VA_ARGS__)
#endif

/* The same, for those who count. */
#define TRACE1 TRACE
#define TRACE2 TRACE
#define TRACE3 TRACE
#define TRACE4 TRACE

#endif
