/*
 * -trace-mem: the file that the access trace goes to.
 */
#ifndef QUIRE_FRONTEND_MEM_TRACE_H
#define QUIRE_FRONTEND_MEM_TRACE_H

struct trace;

/* Opens it, and waits for the reader of a FIFO; /dev/stdout is quire's own
 * output, wherever that goes. Failure ends the program with status 3. */
struct trace *mem_trace_open(const char *path);

#endif
