/*
 * The terminal's line discipline: a line is edited as it is typed (erase,
 * kill, end of file) and read when it is complete; control characters become
 * signals to the foreground process group; what comes in is echoed.
 *
 * Input arrives in interrupts, so the state is guarded by tty_lock with
 * interrupts off; programs wait on two queues.
 */
#include "tty.h"
#include "errno.h"
#include "kernel.h"
#include "mutex.h"
#include "sched.h"
#include "string.h"
#include "task.h"
#include "uaccess.h"

#define BUFFER_SIZE 4096 /* a power of two */
#define WRITE_CHUNK 128

/* struct termios of the kernel: 4 words, line, control characters. */
#define NCCS 19
enum {
    VINTR,
    VQUIT,
    VERASE,
    VKILL,
    VEOF,
    VTIME,
    VMIN,
    VSUSP = 10,
    VWERASE = 14
};

#define ICRNL 0400u
#define INLCR 0100u
#define IGNCR 0200u
#define OPOST 1u
#define ONLCR 4u
#define ISIG 1u
#define ICANON 2u
#define ECHO_ 010u
#define ECHOE 020u
#define ECHOK 040u
#define ECHONL 0100u
#define ECHOCTL 01000u
#define IEXTEN 0100000u
#define CS8_B38400_CREAD 0277u

#define TCGETS 0x5401
#define TCSETS 0x5402
#define TCSETSW 0x5403
#define TCSETSF 0x5404
#define TIOCGPGRP 0x540f
#define TIOCSPGRP 0x5410
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define TIOCGSID 0x5429
#define FIONREAD 0x541b
#define TCFLSH 0x540b
#define TIOCSCTTY 0x540e
#define TIOCNOTTY 0x5422

struct termios_lite {
    u32 iflag, oflag, cflag, lflag;
    u8 line;
    u8 cc[NCCS];
};

static DEFINE_SPINLOCK(tty_lock); /* guards the rest */
static DEFINE_MUTEX(write_mutex); /* a write comes out in one piece */
static DECLARE_WAIT_QUEUE_HEAD(readers);
static DECLARE_WAIT_QUEUE_HEAD(writers);
static const struct tty_driver *driver; /* set once at boot */
static struct termios_lite termios = {
    .iflag = ICRNL,
    .oflag = OPOST | ONLCR,
    .cflag = CS8_B38400_CREAD,
    .lflag = ISIG | ICANON | ECHO_ | ECHOE | ECHOK | ECHOCTL | IEXTEN,
    .cc = {[VINTR] = 3,
           [VQUIT] = 28,
           [VERASE] = 127,
           [VKILL] = 21,
           [VEOF] = 4,
           [VMIN] = 1,
           [VSUSP] = 26,
           [VWERASE] = 23},
};
static u16 window[4] = {24, 80, 0, 0}; /* rows, columns, pixels */
static pid_t foreground;               /* process group; 0: nobody's */
static pid_t tty_session;

/* Bytes [tail, head) are typed; those before `ready` may be read. A line that
 * ended with end-of-file has its mark in eof_marks, not in the text. */
static u8 buffer[BUFFER_SIZE];
static unsigned tail, ready, head;
static DECLARE_BITMAP(eof_marks, BUFFER_SIZE);

void tty_register(const struct tty_driver *d)
{
    driver = d;
}

static void set_foreground_group(pid_t session, pid_t pgrp)
{
    unsigned long flags;

    spin_lock_irqsave(&tty_lock, flags);
    tty_session = session;
    foreground = pgrp;
    spin_unlock_irqrestore(&tty_lock, flags);
}

void tty_set_controlling(struct task_struct *task)
{
    set_foreground_group(task->session, task->pgrp);
}

static bool has_local(u32 flag)
{
    return termios.lflag & flag;
}

static void echo_byte(u8 byte)
{
    char text[3];
    size_t n = 0;

    if (byte == '\n' && (termios.oflag & OPOST) && (termios.oflag & ONLCR)) {
        text[n++] = '\r';
        text[n++] = '\n';
    } else if ((byte < 32 || byte == 127) && byte != '\n' && byte != '\t' &&
               has_local(ECHOCTL)) {
        text[n++] = '^';
        text[n++] = (char)(byte ^ 64);
    } else {
        text[n++] = (char)byte;
    }
    driver->write(text, n);
}

static void echo(u8 byte)
{
    if (has_local(ECHO_) || (byte == '\n' && has_local(ECHONL))) {
        echo_byte(byte);
    }
}

static void erase_one(void)
{
    u8 byte;

    if (head == ready) {
        return;
    }
    byte = buffer[--head % BUFFER_SIZE];
    if (!has_local(ECHO_)) {
        return;
    }
    driver->write("\b \b", 3);
    if (byte < 32 && has_local(ECHOCTL)) {
        driver->write("\b \b", 3);
    }
}

static void erase_word(void)
{
    while (head != ready && buffer[(head - 1) % BUFFER_SIZE] == ' ') {
        erase_one();
    }
    while (head != ready && buffer[(head - 1) % BUFFER_SIZE] != ' ') {
        erase_one();
    }
}

static void append(u8 byte)
{
    if (head - tail < BUFFER_SIZE) {
        __clear_bit(head % BUFFER_SIZE, eof_marks);
        buffer[head++ % BUFFER_SIZE] = byte;
    }
}

static void signal_foreground(int sig)
{
    struct siginfo_lite info = {.code = SI_KERNEL};

    tail = ready = head; /* what was typed before is gone */
    if (foreground) {
        kill_pgrp(foreground, sig, &info);
    }
}

/* Signals; true: the byte was one. Called without tty_lock's protection of
 * anything that kill_pgrp takes: tasklist_lock nests inside tty_lock. */
static bool handle_signal_byte(u8 byte)
{
    static const struct {
        u8 index;
        int sig;
    } signals[] = {{VINTR, SIGINT}, {VQUIT, SIGQUIT}, {VSUSP, SIGTSTP}};

    if (!has_local(ISIG) || !byte) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
        if (byte == termios.cc[signals[i].index]) {
            echo(byte);
            signal_foreground(signals[i].sig);
            return true;
        }
    }
    return false;
}

static void handle_line_byte(u8 byte)
{
    const u8 *cc = termios.cc;

    if (byte == cc[VERASE] || byte == '\b') {
        erase_one();
    } else if (byte == cc[VKILL]) {
        while (head != ready) {
            erase_one();
        }
    } else if (byte == cc[VWERASE]) {
        erase_word();
    } else if (byte == cc[VEOF]) {
        if (head - tail < BUFFER_SIZE) {
            buffer[head % BUFFER_SIZE] = 0;
            __set_bit(head % BUFFER_SIZE, eof_marks);
            ready = ++head;
        }
    } else if (byte == '\n') {
        echo(byte);
        append(byte);
        ready = head;
    } else if (head - tail < BUFFER_SIZE - 2) { /* space for the end */
        echo(byte);
        append(byte);
    }
}

void tty_receive(u8 byte)
{
    bool is_readable;

    spin_lock(&tty_lock);
    if (byte == '\r' && (termios.iflag & IGNCR)) {
        spin_unlock(&tty_lock);
        return;
    }
    if (byte == '\r' && (termios.iflag & ICRNL)) {
        byte = '\n';
    } else if (byte == '\n' && (termios.iflag & INLCR)) {
        byte = '\r';
    }
    if (handle_signal_byte(byte)) {
        /* done */
    } else if (has_local(ICANON)) {
        handle_line_byte(byte);
    } else {
        echo(byte);
        append(byte);
        ready = head;
    }
    is_readable = ready != tail;
    spin_unlock(&tty_lock);
    if (is_readable) {
        wake_up_all(&readers);
    }
}

void tty_wakeup_writers(void)
{
    wake_up_all(&writers);
}

/* Takes at most a line (canonical) or what is there; false: nothing was. */
static bool take(u8 *to, size_t max, size_t *taken)
{
    unsigned long flags;
    size_t n = 0;
    bool was_ready;

    spin_lock_irqsave(&tty_lock, flags);
    was_ready = tail != ready;
    while (n < max && tail != ready) {
        unsigned at = tail % BUFFER_SIZE;
        bool is_eof = test_bit(at, eof_marks);

        if (is_eof && n && !has_local(ICANON)) {
            break;
        }
        tail++;
        if (is_eof) {
            __clear_bit(at, eof_marks);
            break;
        }
        to[n++] = buffer[at];
        if (buffer[at] == '\n' && has_local(ICANON)) {
            break;
        }
    }
    spin_unlock_irqrestore(&tty_lock, flags);
    *taken = n;
    return was_ready;
}

/* A background process that reads is stopped. */
static int check_foreground(void)
{
    struct siginfo_lite info = {.code = SI_KERNEL};
    pid_t front = READ_ONCE(foreground);

    if (!front || current->session != READ_ONCE(tty_session) ||
        current->pgrp == front) {
        return 0;
    }
    if ((current->blocked & sigmask(SIGTTIN)) ||
        current->sighand->action[SIGTTIN].handler == 1) {
        return -EIO;
    }
    kill_pgrp(current->pgrp, SIGTTIN, &info);
    return -ERESTARTSYS;
}

/* 0: there was input; 1: there is none and none is waited for. */
static int wait_for_input(struct file *file)
{
    if (!has_local(ICANON) && !termios.cc[VMIN]) {
        return 1;
    }
    if (file->f_flags & O_NONBLOCK) {
        return -EAGAIN;
    }
    return wait_event_interruptible(&readers,
                                    READ_ONCE(ready) != READ_ONCE(tail));
}

static ssize_t tty_read(struct file *file, char __user *buf, size_t count,
                        loff_t *pos)
{
    u8 chunk[WRITE_CHUNK];
    size_t done = 0, n, want;
    int error = check_foreground();

    (void)pos;
    if (error || !count) {
        return error;
    }
    want = min(count, sizeof(chunk));
    while (!take(chunk, want, &n)) {
        error = wait_for_input(file);
        if (error) {
            return min(error, 0);
        }
    }
    for (;;) {
        if (copy_to_user(buf + done, chunk, n)) {
            return done ? (ssize_t)done : -EFAULT;
        }
        done += n;
        if (n < want || done == count || chunk[n - 1] == '\n') {
            return (ssize_t)done;
        }
        want = min(count - done, sizeof(chunk));
        if (!take(chunk, want, &n)) {
            return (ssize_t)done;
        }
    }
}

/* Everything or until a signal; a driver without space is waited for. */
static ssize_t put_all(const char *s, size_t n)
{
    size_t done = 0;

    while (done < n) {
        size_t took = driver->write(s + done, n - done);

        done += took;
        if (!took) {
            struct wait_queue_entry entry;

            init_wait(&entry);
            prepare_to_wait(&writers, &entry, TASK_INTERRUPTIBLE);
            took = driver->write(s + done, n - done);
            done += took;
            if (!took && !signal_pending(current)) {
                schedule();
            }
            finish_wait(&writers, &entry);
            if (signal_pending(current)) {
                break;
            }
        }
    }
    return (ssize_t)done;
}

static ssize_t write_chunks(const char __user *buf, size_t count)
{
    char chunk[WRITE_CHUNK], text[2 * WRITE_CHUNK];
    bool crlf = (termios.oflag & OPOST) && (termios.oflag & ONLCR);
    size_t done = 0;

    while (done < count) {
        size_t n = min(count - done, sizeof(chunk)), out = 0;

        if (copy_from_user(chunk, buf + done, n)) {
            return done ? (ssize_t)done : -EFAULT;
        }
        for (size_t i = 0; i < n; i++) {
            if (chunk[i] == '\n' && crlf) {
                text[out++] = '\r';
            }
            text[out++] = chunk[i];
        }
        if ((size_t)put_all(text, out) < out) {
            return done ? (ssize_t)done : -ERESTARTSYS;
        }
        done += n;
    }
    return (ssize_t)done;
}

static ssize_t tty_write(struct file *file, const char __user *buf,
                         size_t count, loff_t *pos)
{
    ssize_t n;

    (void)file, (void)pos;
    if (!driver) {
        return -EIO;
    }
    mutex_lock(&write_mutex);
    n = write_chunks(buf, count);
    mutex_unlock(&write_mutex);
    return n;
}

static unsigned tty_poll(struct file *file, struct poll_table *table)
{
    (void)file;
    poll_wait(table, &readers);
    return POLLOUT | (READ_ONCE(ready) != READ_ONCE(tail) ? POLLIN : 0);
}

static int set_termios(const void __user *from, bool flush)
{
    struct termios_lite fresh;
    unsigned long flags;

    if (copy_from_user(&fresh, from, sizeof(fresh))) {
        return -EFAULT;
    }
    spin_lock_irqsave(&tty_lock, flags);
    if (flush) {
        tail = ready = head;
    }
    if (!(fresh.lflag & ICANON)) {
        ready = head; /* an unfinished line may be read now */
    }
    termios = fresh;
    spin_unlock_irqrestore(&tty_lock, flags);
    wake_up_all(&readers);
    return 0;
}

static long set_foreground(pid_t __user *from)
{
    pid_t pgrp;

    if (get_user(pgrp, from)) {
        return -EFAULT;
    }
    if (pgrp < 0) {
        return -EINVAL;
    }
    set_foreground_group(current->session, pgrp);
    return 0;
}

static long tty_ioctl(struct file *file, unsigned command, unsigned long arg)
{
    void __user *p = (void *)arg;
    pid_t pid;

    (void)file;
    switch (command) {
    case TCGETS:
        return copy_to_user(p, &termios, sizeof(termios)) ? -EFAULT : 0;
    case TCSETS:
    case TCSETSW:
        return set_termios(p, false);
    case TCSETSF:
        return set_termios(p, true);
    case TIOCGWINSZ:
        return copy_to_user(p, window, sizeof(window)) ? -EFAULT : 0;
    case TIOCSWINSZ:
        return copy_from_user(window, p, sizeof(window)) ? -EFAULT : 0;
    case TIOCGPGRP:
        pid = foreground ? foreground : current->pgrp;
        return put_user(pid, (pid_t *)p);
    case TIOCSPGRP:
        return set_foreground(p);
    case TIOCGSID:
        return put_user(tty_session, (pid_t *)p);
    case TIOCSCTTY:
        tty_set_controlling(current);
        return 0;
    case TIOCNOTTY:
    case TCFLSH:
        return 0;
    case FIONREAD:
        return put_user((int)(ready - tail), (int *)p);
    default:
        return -ENOTTY;
    }
}

const struct file_operations tty_fops = {
    .read = tty_read,
    .write = tty_write,
    .poll = tty_poll,
    .ioctl = tty_ioctl,
};
