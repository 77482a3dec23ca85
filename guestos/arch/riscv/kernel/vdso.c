/*
 * The page of code that every process has: the return from signal handlers.
 * It is a file of one page that only the kernel knows, mapped by exec, so
 * that sharing, reclaim and /proc/PID/maps need nothing special.
 */
#include "err.h"
#include "errno.h"
#include "fs.h"
#include "highmem.h"
#include "init.h"
#include "mm.h"
#include "pagemap.h"
#include "slab.h"
#include "string.h"
#include "vdso.h"

/* li a7, 139 (rt_sigreturn); ecall */
static const u32 sigreturn_code[] = {0x08b00893, 0x00000073};

static struct file *vdso_file; /* set once at boot */

static int vdso_readpage(struct file *file, struct page *page)
{
    char *to = kmap_local_page(page);

    (void)file;
    memset(to, 0, PAGE_SIZE);
    memcpy(to, sigreturn_code, sizeof(sigreturn_code));
    kunmap_local(to);
    SetPageUptodate(page);
    unlock_page(page);
    return 0;
}

static const struct address_space_operations vdso_aops = {
    .readpage = vdso_readpage,
};

static const struct file_operations vdso_fops = {
    .mmap = generic_file_mmap,
};

static int __init vdso_init(void)
{
    struct inode *inode = new_anon_inode(S_IFREG | 0555);

    if (!inode) {
        return -ENOMEM;
    }
    inode->i_size = PAGE_SIZE;
    inode->i_data.a_ops = &vdso_aops;
    inode->i_fop = &vdso_fops;
    vdso_file = file_of_inode(inode, "[vdso]", O_RDONLY);
    return IS_ERR(vdso_file) ? (int)PTR_ERR(vdso_file) : 0;
}
module_init(vdso_init);

int map_vdso(void)
{
    unsigned long at =
        vm_mmap(vdso_file, VDSO_ADDRESS, PAGE_SIZE, PROT_READ | PROT_EXEC,
                MAP_PRIVATE | MAP_FIXED, 0);

    return IS_ERR_VALUE(at) ? (int)(long)at : 0;
}
