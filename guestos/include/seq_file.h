/*
 * Files whose text the kernel writes when they are read (/proc): a show
 * function prints all of it into a buffer that grows until it fits.
 */
#ifndef QUIRE_GUESTOS_SEQ_FILE_H
#define QUIRE_GUESTOS_SEQ_FILE_H

#include "fs.h"

struct seq_file {
    char *buf;
    size_t size;  /* of buf */
    size_t count; /* used; == size: overflowed */
    struct mutex lock;
    int (*show)(struct seq_file *m, void *v);
    void *private; /* the show function's `v` */
};

void seq_printf(struct seq_file *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
/* " " up to `width` characters a line since its start, then `c` if not 0. */
void seq_pad_to(struct seq_file *m, size_t line_start, size_t width);

int single_open(struct file *file, int (*show)(struct seq_file *, void *),
                void *data);
ssize_t seq_read(struct file *file, char __user *buf, size_t count,
                 loff_t *pos);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
int single_release(struct inode *inode, struct file *file);

#endif
