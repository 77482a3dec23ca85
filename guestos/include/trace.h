/*
 * Static tracepoints: TRACE1(kmem, mm_page_free, a) .. TRACE3. Each is one
 * `nop` and an ELF note (the SystemTap SDT v3 layout) that names registers
 * or constants holding the arguments; nothing else is executed. Pass what is
 * in a register anyway (pointers): the tracer derives the rest.
 */
#ifndef QUIRE_GUESTOS_TRACE_H
#define QUIRE_GUESTOS_TRACE_H

#define TRACE1(provider, name, a) ((void)(a))
#define TRACE2(provider, name, a, b) ((void)(a), (void)(b))
#define TRACE3(provider, name, a, b, c) ((void)(a), (void)(b), (void)(c))
#define TRACE4(provider, name, a, b, c, d)                                     \
    ((void)(a), (void)(b), (void)(c), (void)(d))

#endif
