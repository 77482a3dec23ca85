/*
 * ELF programs of RV32: static, at fixed addresses or position-independent.
 * Segments become mappings of the file; what a segment has beyond the file's
 * bytes (bss) is zeroed in its last page and anonymous memory behind it. The
 * stack gets arguments, environment and the auxiliary vector, as Linux has
 * them:
 *
 *   sp -> argc, argv[] .. NULL, envp[] .. NULL, auxv .. AT_NULL, random
 *         bytes, strings
 */
#include "binfmts.h"
#include "err.h"
#include "mm.h"
#include "sched.h"
#include "string.h"
#include "syscalls.h"
#include "task.h"
#include "uaccess.h"
#include "vdso.h"

#define ET_EXEC 2
#define ET_DYN 3
#define EM_RISCV 243
#define PT_LOAD 1
#define PT_INTERP 3
#define PF_X 1
#define PF_W 2
#define PF_R 4
#define PIE_BASE (TASK_SIZE / 3 * 2)
#define PHDRS_MAX 16

enum {
    AT_NULL,
    AT_PHDR = 3,
    AT_PHENT,
    AT_PHNUM,
    AT_PAGESZ,
    AT_BASE,
    AT_FLAGS,
    AT_ENTRY,
    AT_UID = 11,
    AT_EUID,
    AT_GID,
    AT_EGID,
    AT_HWCAP = 16,
    AT_CLKTCK = 17,
    AT_SECURE = 23,
    AT_RANDOM = 25,
    AT_EXECFN = 31,
};
/* imac, one bit a letter */
#define HWCAP (1u << ('i' - 'a') | 1u << ('m' - 'a') | 1u | 1u << ('c' - 'a'))
#define AUXV_PAIRS 18
#define RANDOM_BYTES 16

struct elf_header {
    u8 ident[16];
    u16 type, machine;
    u32 version, entry, phoff, shoff, flags;
    u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_phdr {
    u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

/* What loading has found out. */
struct image {
    const struct elf_header *header;
    const struct elf_phdr *phdr;
    unsigned long bias, phdr_va, start_code, end_code, start_data, end_data,
        brk;
};

static int check_header(const struct elf_header *h)
{
    static const u8 ident[7] = {0x7f, 'E', 'L', 'F', 1, 1, 1};

    if (memcmp(h->ident, ident, sizeof(ident)) != 0 ||
        (h->type != ET_EXEC && h->type != ET_DYN) || h->machine != EM_RISCV ||
        h->phentsize != sizeof(struct elf_phdr) || !h->phnum) {
        return -ENOEXEC;
    }
    return 0;
}

static int check_segments(const struct elf_phdr *phdr, unsigned n)
{
    bool has_load = false;

    for (; n; n--, phdr++) {
        if (phdr->type == PT_INTERP) {
            return -ENOEXEC; /* there is no dynamic linker */
        }
        if (phdr->type != PT_LOAD) {
            continue;
        }
        has_load = true;
        if (phdr->filesz > phdr->memsz || phdr->memsz > TASK_SIZE ||
            phdr->vaddr > TASK_SIZE - phdr->memsz ||
            (phdr->vaddr - phdr->offset) % PAGE_SIZE) {
            return -ENOEXEC;
        }
    }
    return has_load ? 0 : -ENOEXEC;
}

static unsigned long protection(u32 flags)
{
    return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) |
           (flags & PF_X ? PROT_EXEC : 0);
}

static int map_file_part(const struct binprm *bprm, const struct elf_phdr *phdr,
                         unsigned long start)
{
    unsigned long page = start & PAGE_MASK, at;

    if (!phdr->filesz) {
        return 0;
    }
    at = vm_mmap(bprm->file, page, phdr->filesz + (start - page),
                 protection(phdr->flags), MAP_PRIVATE | MAP_FIXED,
                 (phdr->offset - (start - page)) >> PAGE_SHIFT);
    return IS_ERR_VALUE(at) ? (int)(long)at : 0;
}

static int map_bss(const struct elf_phdr *phdr, unsigned long start)
{
    unsigned long file_end = start + phdr->filesz, end = start + phdr->memsz;
    unsigned long first =
        phdr->filesz ? PAGE_ALIGN(file_end) : start & PAGE_MASK;

    if (phdr->filesz && end > file_end && (phdr->flags & PF_W) &&
        clear_user((void *)file_end, min(first, end) - file_end)) {
        return -EFAULT;
    }
    if (PAGE_ALIGN(end) <= first) {
        return 0;
    }
    return vm_brk_flags(first, PAGE_ALIGN(end) - first,
                        phdr->flags & PF_X ? VM_EXEC : 0);
}

static void note_segment(struct image *image, const struct elf_phdr *phdr,
                         unsigned long start)
{
    unsigned long file_end = start + phdr->filesz;

    if (phdr->flags & PF_X) {
        image->start_code = min(image->start_code, start);
        image->end_code = max(image->end_code, file_end);
    } else {
        image->start_data = max(image->start_data, start);
    }
    image->end_data = max(image->end_data, file_end);
    image->brk = max(image->brk, start + phdr->memsz);
    if (image->header->phoff - phdr->offset < phdr->filesz) {
        image->phdr_va = start + image->header->phoff - phdr->offset;
    }
}

static int map_segments(struct binprm *bprm, struct image *image)
{
    for (unsigned i = 0; i < image->header->phnum; i++) {
        const struct elf_phdr *phdr = &image->phdr[i];
        unsigned long start = image->bias + phdr->vaddr;
        int error;

        if (phdr->type != PT_LOAD) {
            continue;
        }
        error = map_file_part(bprm, phdr, start);
        if (!error) {
            error = map_bss(phdr, start);
        }
        if (error) {
            return error;
        }
        note_segment(image, phdr, start);
    }
    return 0;
}

/* The strings go to the very top; returns where the first one is. */
static unsigned long put_strings(const struct binprm *bprm)
{
    unsigned long at = (STACK_TOP - sizeof(u32) - bprm->strings_size) & ~15ul;
    size_t done = 0;

    while (done < bprm->strings_size) {
        size_t n = min(bprm->strings_size - done, (size_t)PAGE_SIZE);

        if (copy_to_user((void *)(at + done), bprm->strings[done / PAGE_SIZE],
                         n)) {
            return 0;
        }
        done += n;
    }
    return at;
}

/* A row of pointers to strings that follow each other, and a NULL. */
static int put_pointers(u32 __user **to, unsigned n, unsigned long *string)
{
    for (; n; n--) {
        size_t len = strnlen_user((const char *)*string, ARG_PAGES * PAGE_SIZE);

        if (!len || put_user((u32)*string, (*to)++)) {
            return -EFAULT;
        }
        *string += len;
    }
    return put_user((u32)0, (*to)++);
}

static int put_auxv(u32 __user *to, const struct image *image,
                    unsigned long random, unsigned long name)
{
    const u32 auxv[][2] = {
        {AT_PHDR, image->phdr_va},
        {AT_PHENT, sizeof(struct elf_phdr)},
        {AT_PHNUM, image->header->phnum},
        {AT_PAGESZ, PAGE_SIZE},
        {AT_BASE, 0},
        {AT_FLAGS, 0},
        {AT_ENTRY, image->bias + image->header->entry},
        {AT_UID, 0},
        {AT_EUID, 0},
        {AT_GID, 0},
        {AT_EGID, 0},
        {AT_HWCAP, HWCAP},
        {AT_CLKTCK, HZ},
        {AT_SECURE, 0},
        {AT_RANDOM, random},
        {AT_EXECFN, name},
        {AT_NULL, 0},
    };

    _Static_assert(ARRAY_SIZE(auxv) <= AUXV_PAIRS, "AUXV_PAIRS is too small");
    return copy_to_user(to, auxv, sizeof(auxv)) ? -EFAULT : 0;
}

/* Returns the first stack pointer, 0 when the stack cannot be written. */
static unsigned long build_stack(const struct binprm *bprm,
                                 const struct image *image)
{
    unsigned long strings = put_strings(bprm), string = strings, random, sp;
    size_t words = 1 + bprm->argc + 1 + bprm->envc + 1 + 2 * AUXV_PAIRS;
    struct mm_struct *mm = current->mm;
    u32 __user *to;

    if (!strings) {
        return 0;
    }
    random = strings - RANDOM_BYTES;
    sp = (random - words * sizeof(u32)) & ~15ul;
    if (sys_getrandom((void *)random, RANDOM_BYTES, 0) != RANDOM_BYTES) {
        return 0;
    }
    to = (u32 *)sp;
    mm->arg_start = strings;
    if (put_user((u32)bprm->argc, to++) ||
        put_pointers(&to, bprm->argc, &string)) {
        return 0;
    }
    mm->arg_end = mm->env_start = string;
    if (put_pointers(&to, bprm->envc, &string) ||
        put_auxv(to, image, random, strings)) {
        return 0;
    }
    mm->env_end = string;
    return sp;
}

static void set_limits(const struct image *image, unsigned long sp)
{
    struct mm_struct *mm = current->mm;

    mm->start_code = image->start_code;
    mm->end_code = image->end_code;
    mm->start_data = image->start_data;
    mm->end_data = image->end_data;
    mm->start_brk = mm->brk = PAGE_ALIGN(image->brk);
    mm->start_stack = sp;
}

static int build_program(struct binprm *bprm, struct image *image,
                         unsigned long *sp)
{
    int error = setup_stack_vma(current->mm, STACK_TOP);

    if (!error) {
        error = map_segments(bprm, image);
    }
    if (!error) {
        error = map_vdso();
    }
    if (error) {
        return error;
    }
    *sp = build_stack(bprm, image);
    return *sp ? 0 : -EFAULT;
}

int load_elf(struct binprm *bprm, struct pt_regs *regs)
{
    const struct elf_header *header = (const void *)bprm->head;
    struct elf_phdr phdrs[PHDRS_MAX];
    struct image image = {.header = header,
                          .phdr = phdrs,
                          .bias = header->type == ET_DYN ? PIE_BASE : 0,
                          .start_code = ~0ul};
    loff_t pos = header->phoff;
    unsigned long sp;
    size_t size = header->phnum * sizeof(phdrs[0]);
    int error = check_header(header);

    if (error || header->phnum > ARRAY_SIZE(phdrs) ||
        kernel_read(bprm->file, phdrs, size, &pos) != (ssize_t)size ||
        check_segments(phdrs, header->phnum)) {
        return -ENOEXEC;
    }
    error = begin_new_exec(bprm);
    if (error) {
        return error;
    }
    error = build_program(bprm, &image, &sp);
    if (error) {
        /* There is no program left that could be told: the task ends when it
         * has let go of what this call holds. */
        pr_err("%s: cannot be loaded: error %d\n", bprm->file->f_path, -error);
        force_sig(SIGKILL);
        return error;
    }
    set_limits(&image, sp);
    start_thread(regs, image.bias + header->entry, sp);
    return 0;
}
