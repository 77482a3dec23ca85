/*
 * The console on the host.
 */
#include "frontend/console.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>


#include "base/log.h"
#include "frontend/monitor.h"
#include "frontend/output.h"

#define CTRL_A 0x01

static const char keys[] = "\r\nCtrl-A x     end the run\r\n"
                           "Ctrl-A c     console or monitor\r\n"
                           "Ctrl-A h     this help\r\n"
                           "Ctrl-A Ctrl-A  send Ctrl-A\r\n";

static bool write_all(struct console *c, int fd, const char *from, size_t n)
{
    while (n && fd >= 0 && !c->out_errno) {
        ssize_t did = write(fd, from, n);

        if (did < 0 && errno == EAGAIN) {
            struct pollfd p = {fd, POLLOUT, 0};

            poll(&p, 1, 1000);
        } else if (did < 0 && errno != EINTR) {
            c->out_errno = errno;
        } else if (did > 0) {
            from += did;
            n -= (size_t)did;
        }
    }
    return !c->out_errno;
}

static bool write_out(struct console *c)
{
    size_t n = c->out_n;

    c->out_n = 0;
    return write_all(c, c->out, c->out_buffer, n);
}

static void match(struct console *c)
{
    c->line[c->line_n] = 0;
    if (c->has_regex && c->is_line_new &&
        !regexec(&c->regex, c->line, 0, NULL, 0))
        c->is_seen = true;
    c->is_line_new = false;
}

static void end_line(struct console *c)
{
    match(c);
    if (c->line_n)
        memcpy(c->last_line, c->line, c->line_n + 1);
    c->line_n = 0;
}

void console_put(struct console *c, uint8_t byte)
{
    c->out_buffer[c->out_n++] = (char)byte;
    if (byte == '\n') {
        end_line(c);
    } else if (byte != '\r' && byte) {
        c->line[c->line_n++] = (char)byte;
        c->is_line_new = true;
        if (c->line_n == CONSOLE_LINE - 1)
            end_line(c);
    }
    if (byte == '\n' || c->out_n == sizeof c->out_buffer)
        (void)!write_out(c); /* console_flush tells */
}

bool console_flush(struct console *c)
{
    match(c);
    return write_out(c) && !c->out_errno;
}

static void enqueue(struct console *c, uint8_t byte)
{
    c->queue[(c->queue_first + c->queue_n++) % CONSOLE_QUEUE] = byte;
}

void console_print(struct console *c, const char *text, size_t n)
{
    (void)!(write_out(c) &&
            write_all(c, c->user, text, n)); /* console_flush tells */
}

static void plain_key(struct console *c, uint8_t byte)
{
    if (c->is_monitored)
        monitor_key(c->monitor, byte);
    else
        enqueue(c, byte);
}

static void switch_to_monitor(struct console *c, bool is_monitored)
{
    c->is_monitored = is_monitored;
    if (is_monitored)
        monitor_enter(c->monitor);
    else
        console_print(c, "\n", 1);
}

/* A key: Ctrl-A and the next one are for us. */
static void key(struct console *c, uint8_t byte)
{
    if (!c->is_escaped && byte == CTRL_A) {
        c->is_escaped = true;
        return;
    }
    if (!c->is_escaped) {
        plain_key(c, byte);
        return;
    }
    c->is_escaped = false;
    if (byte == 'x') {
        c->wants_quit = true;
        if (isatty(c->user))
            console_print(c, "\n", 1); /* the shell's prompt comes next */
    } else if (byte == CTRL_A)
        plain_key(c, byte);
    else if (byte == 'c' && c->monitor)
        switch_to_monitor(c, !c->is_monitored);
    else if (byte == 'h' || byte == '?')
        console_print(c, keys, sizeof keys - 1);
}

/* Whether the terminal belongs to another job, so that touching it would stop
 * us: timeout(1) starts its command so. */
static bool is_background(void)
{
    return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) != getpgrp();
}

void console_open(struct console *c, const struct options *o,
                  struct monitor *monitor)
{
    bool has_user = !o->rom && (o->serial == SERIAL_STDIO || o->has_monitor);

    *c = (struct console){.monitor = monitor, .in = -1, .out = -1, .user = -1};
    if (o->serial == SERIAL_FILE) {
        c->out = output_open(o->serial_file);
        if (c->out < 0)
            die(EXIT_INPUT, "-serial file:%s: %s", o->serial_file,
                strerror(errno));
    }
    if (has_user) {
        c->in = is_background() ? -1 : STDIN_FILENO;
        c->user = STDOUT_FILENO;
    }
    if (has_user && o->serial == SERIAL_STDIO)
        c->out = STDOUT_FILENO;
    c->has_regex =
        o->expect && !regcomp(&c->regex, o->expect, REG_EXTENDED | REG_NOSUB);
    if (o->has_monitor)
        switch_to_monitor(c, true);
}

void console_close(struct console *c)
{
    if (c->has_regex)
        regfree(&c->regex);
    if (c->out > STDERR_FILENO)
        close(c->out);
}

void console_read(struct console *c, int wait_ms)
{
    struct pollfd p = {c->in, POLLIN, 0};
    size_t room = CONSOLE_QUEUE - c->queue_n;
    uint8_t bytes[4096];
    ssize_t n;

    if (!console_is_open(c))
        p.fd = -1;
    if (poll(&p, 1, wait_ms) <= 0 || !room)
        return;
    n = read(c->in, bytes, room < sizeof bytes ? room : sizeof bytes);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        c->is_at_end = true;
    for (ssize_t i = 0; i < n; i++)
        key(c, bytes[i]);
}

bool console_feed(struct console *c, struct machine *m)
{
    unsigned room = machine_console_room(m);
    bool is_fed = false;

    for (; room && c->queue_n; room--) {
        machine_console_input(m, &c->queue[c->queue_first], 1);
        c->queue_first = (c->queue_first + 1) % CONSOLE_QUEUE;
        c->queue_n--;
        is_fed = true;
    }
    return is_fed;
}
