/*
 * Files on the host: contents that follow from an offset, read through the
 * page cache as a file system would; and what /proc prints into.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "fdtable.h"
#include "guestos/arch/host/host.h"
#include "highmem.h"
#include "pagemap.h"
#include "uaccess.h"

struct host_inode {
    struct inode inode;
    u32 seed;
};

static int host_readpage(struct file *file, struct page *page)
{
    struct address_space *mapping = page_mapping(page);
    struct host_inode *hi =
        container_of(mapping->host, struct host_inode, inode);
    u32 *words = kmap_local_page(page);

    (void)file;
    for (u32 i = 0; i < PAGE_SIZE / 4; i++)
        words[i] = hi->seed + (u32)page->index * PAGE_SIZE + i * 4;
    kunmap_local(words);
    SetPageUptodate(page);
    unlock_page(page);
    return 0;
}

static const struct address_space_operations host_aops = {
    .readpage = host_readpage,
};

static const struct file_operations host_fops = {
    .mmap = generic_file_mmap,
    .read = generic_file_read,
};

struct file *host_file(unsigned long size, u32 seed)
{
    struct host_inode *hi = calloc(1, sizeof *hi);
    struct file *file = calloc(1, sizeof *file);

    if (!hi || !file)
        abort();
    hi->seed = seed;
    hi->inode.i_size = (loff_t)size;
    hi->inode.i_mode = S_IFREG | 0444;
    hi->inode.i_mapping = &hi->inode.i_data;
    hi->inode.i_data.host = &hi->inode;
    hi->inode.i_data.a_ops = &host_aops;
    hi->inode.i_data.gfp_mask = GFP_HIGHUSER_MOVABLE;
    INIT_RADIX_TREE(&hi->inode.i_data.page_tree);
    INIT_LIST_HEAD(&hi->inode.i_data.i_mmap_list);
    atomic_set(&file->f_count, 1);
    file->f_inode = &hi->inode;
    file->f_mapping = &hi->inode.i_data;
    file->f_op = &host_fops;
    file->f_path = (char *)"/bin/test";
    return file;
}

void fput(struct file *file)
{
    struct inode *inode = file->f_inode;

    if (!atomic_dec_and_test(&file->f_count))
        return;
    truncate_inode_pages(&inode->i_data, 0);
    free(container_of(inode, struct host_inode, inode));
    free(file);
}

struct file *fget(unsigned fd)
{
    (void)fd;
    return NULL;
}

struct file *filp_open(const char *path, unsigned flags, umode_t mode)
{
    (void)path;
    (void)flags;
    (void)mode;
    return ERR_PTR(-ENOENT);
}

/* -- The user's memory: addresses of the current process ----------------- */

size_t copy_to_user(void __user *to, const void *from, size_t n)
{
    return n - access_process_vm(current->mm, (unsigned long)to,
                                 (void *)(uintptr_t)from, n, true);
}

size_t copy_from_user(void *to, const void __user *from, size_t n)
{
    return n -
           access_process_vm(current->mm, (unsigned long)from, to, n, false);
}

ssize_t strncpy_from_user(char *to, const char __user *from, size_t size)
{
    (void)to;
    (void)from;
    (void)size;
    return -EFAULT;
}

/* -- seq_file ------------------------------------------------------------ */

static char proc_text[65536];

void seq_printf(struct seq_file *m, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(m->buf + m->count, m->size - m->count, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= m->size - m->count)
        abort();
    m->count += (size_t)n;
}

void seq_puts(struct seq_file *m, const char *s)
{
    seq_printf(m, "%s", s);
}

void seq_putc(struct seq_file *m, char c)
{
    seq_printf(m, "%c", c);
}

void seq_pad_to(struct seq_file *m, size_t line_start, size_t width)
{
    while (m->count - line_start < width)
        seq_putc(m, ' ');
}

const char *host_proc(int (*show)(struct seq_file *m, void *v))
{
    struct seq_file m = {.buf = proc_text, .size = sizeof proc_text};

    show(&m, NULL);
    return proc_text;
}
