/* Files whose text is made when they are read. */
#include <stdarg.h>
#include "seq_file.h"
#include "slab.h"
#include "vmalloc.h"
#include "string.h"
#include "uaccess.h"

#define SIZE_MAX_SEQ (1u << 17)

void seq_printf(struct seq_file *m, const char *format, ...)
{
    size_t left = m->size - m->count;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(m->buf + m->count, left, format, args);
    va_end(args);
    m->count = (size_t)n < left ? m->count + (size_t)n : m->size;
}

void seq_puts(struct seq_file *m, const char *s)
{
    size_t n = strlen(s), left = m->size - m->count;

    if (n < left) {
        memcpy(m->buf + m->count, s, n);
        m->count += n;
    } else {
        m->count = m->size;
    }
}

void seq_putc(struct seq_file *m, char c)
{
    if (m->count < m->size) {
        m->buf[m->count++] = c;
    }
}

void seq_pad_to(struct seq_file *m, size_t line_start, size_t width)
{
    while (m->count < m->size && m->count < line_start + width) {
        seq_putc(m, ' ');
    }
}

int single_open(struct file *file, int (*show)(struct seq_file *, void *),
                void *data)
{
    struct seq_file *m = kzalloc(sizeof(*m), GFP_KERNEL);

    if (!m) {
        return -ENOMEM;
    }
    mutex_init(&m->lock);
    m->show = show;
    m->private = data;
    file->private_data = m;
    return 0;
}

/* Prints all of it, into a larger buffer each time it does not fit. */
static int fill(struct seq_file *m)
{
    size_t size = m->size ? m->size : PAGE_SIZE;
    int error;

    for (;; size *= 2) {
        if (!m->buf || size != m->size) {
            kvfree(m->buf);
            m->size = 0;
            m->buf = size <= SIZE_MAX_SEQ ? kvmalloc(size, GFP_KERNEL) : NULL;
            if (!m->buf) {
                return -ENOMEM;
            }
            m->size = size;
        }
        m->count = 0;
        error = m->show(m, m->private);
        if (error || m->count < m->size) {
            return error;
        }
    }
}

ssize_t seq_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
    struct seq_file *m = file->private_data;
    ssize_t n = 0;

    mutex_lock(&m->lock);
    /* A reader that goes on gets the rest of what it has begun. */
    if (*pos == 0 || !m->buf) {
        n = fill(m);
    }
    if (!n && *pos < (loff_t)m->count) {
        size_t left = m->count - (size_t)*pos;

        n = (ssize_t)min(count, left);
        if (copy_to_user(buf, m->buf + *pos, (size_t)n)) {
            n = -EFAULT;
        } else {
            *pos += n;
        }
    }
    mutex_unlock(&m->lock);
    return n;
}

loff_t seq_lseek(struct file *file, loff_t offset, int whence)
{
    return whence == SEEK_END ? -EINVAL
                              : generic_file_llseek(file, offset, whence);
}

int single_release(struct inode *inode, struct file *file)
{
    struct seq_file *m = file->private_data;

    (void)inode;
    kvfree(m->buf);
    kfree(m);
    return 0;
}
