/*
 * Files with a record for each frame: /proc/kpagecount and /proc/kpageflags
 * (64 bits each, at eight times the frame's number, as Linux's) and
 * /proc/page_owner (text; a record each read).
 */
#include "mm.h"
#include "fs.h"
#include "page_report.h"
#include "slab.h"
#include "uaccess.h"

static ssize_t read_words(char __user *buf, size_t count, loff_t *pos,
                          u64 (*word)(unsigned long pfn))
{
    char __user *to = buf;
    loff_t end = (loff_t)max_pfn * (loff_t)sizeof(u64);

    if ((*pos | (loff_t)count) % (loff_t)sizeof(u64)) {
        return -EINVAL;
    }
    for (; (size_t)(to - buf) < count && *pos < end; to += sizeof(u64)) {
        if (put_user(word((unsigned long)*pos / sizeof(u64)),
                     (u64 __user *)to)) {
            return -EFAULT;
        }
        *pos += sizeof(u64);
    }
    return to - buf;
}

static ssize_t kpagecount_read(struct file *file, char __user *buf,
                               size_t count, loff_t *pos)
{
    (void)file;
    return read_words(buf, count, pos, kpagecount);
}

static ssize_t kpageflags_read(struct file *file, char __user *buf,
                               size_t count, loff_t *pos)
{
    (void)file;
    return read_words(buf, count, pos, kpageflags);
}

static ssize_t page_owner_read(struct file *file, char __user *buf,
                               size_t count, loff_t *pos)
{
    unsigned long pfn = min_low_pfn + (unsigned long)*pos;
    char *text = kmalloc(PAGE_OWNER_TEXT, GFP_KERNEL);
    ssize_t n;

    (void)file;
    if (!text) {
        return -ENOMEM;
    }
    n = page_owner_text(&pfn, text, PAGE_OWNER_TEXT);
    if (n > (ssize_t)count) {
        n = -ENOMEM;
    } else if (n > 0) {
        *pos = (loff_t)(pfn - min_low_pfn) + 1;
        if (copy_to_user(buf, text, (size_t)n)) {
            n = -EFAULT;
        }
    }
    kfree(text);
    return n;
}

const struct file_operations kpagecount_fops = {
    .llseek = generic_file_llseek,
    .read = kpagecount_read,
};

const struct file_operations kpageflags_fops = {
    .llseek = generic_file_llseek,
    .read = kpageflags_read,
};

const struct file_operations page_owner_fops = {
    .llseek = generic_file_llseek,
    .read = page_owner_read,
};
