/* The kernel log: a ring of text, copied to the console as it grows. */
#include <stdarg.h>
#include "console.h"
#include "init.h"
#include "printk.h"
#include "spinlock.h"
#include "string.h"
#include "asm/sbi.h"

#define LOG_SIZE 16384
#define LINE_SIZE 512

static DEFINE_SPINLOCK(log_lock); /* guards the next two and the console */
static char log_ring[LOG_SIZE];
static size_t log_end; /* bytes ever written */

static void (*console_driver)(const char *s, size_t n) = sbi_console_write;
bool oops_in_progress;
static bool is_quiet; /* set while the command line is read */

void console_set_write(void (*write)(const char *s, size_t n))
{
    console_driver = write;
}

void console_break_locks(void)
{
    oops_in_progress = true;
    spin_lock_init(&log_lock);
}

/* A terminal wants a carriage return before each line feed. */
void console_write(const char *s, size_t n)
{
    while (n) {
        const char *newline = memchr(s, '\n', n);
        size_t len = newline ? (size_t)(newline - s) : n;

        console_driver(s, len);
        s += len;
        n -= len;
        if (newline) {
            console_driver("\r\n", 2);
            s++;
            n--;
        }
    }
}

static int emit(const char *format, va_list args, bool to_console)
{
    char line[LINE_SIZE];
    int n = vsnprintf(line, sizeof(line), format, args);
    size_t len = min((size_t)n, sizeof(line) - 1);
    unsigned long flags;

    spin_lock_irqsave(&log_lock, flags);
    for (size_t i = 0; i < len; i++) {
        log_ring[log_end++ % LOG_SIZE] = line[i];
    }
    if (to_console) {
        console_write(line, len);
    }
    spin_unlock_irqrestore(&log_lock, flags);
    return n;
}

int printk(const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = emit(format, args, true);
    va_end(args);
    return n;
}

int pr_info(const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = emit(format, args, !is_quiet);
    va_end(args);
    return n;
}

static int __init quiet_setup(const char *value)
{
    (void)value;
    is_quiet = true;
    return 0;
}
early_param("quiet", quiet_setup);
