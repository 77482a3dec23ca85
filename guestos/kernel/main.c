/* The boot, from the first C to the first program. */
#include "binfmts.h"
#include "compaction.h"
#include "blkdev.h"
#include "boot.h"
#include "console.h"
#include "err.h"
#include "fdtable.h"
#include "highmem.h"
#include "init.h"
#include "interrupt_controller.h"
#include "kernel.h"
#include "mm.h"
#include "params.h"
#include "percpu.h"
#include "runqueue.h"
#include "slab.h"
#include "smp.h"
#include "string.h"
#include "swap.h"
#include "task.h"
#include "tty.h"
#include "version.h"
#include "vmalloc.h"
#include "asm/setup.h"

extern const initcall_t __initcall_start[], __initcall_end[];

static void do_initcalls(void)
{
    for (const initcall_t *call = __initcall_start; call < __initcall_end;
         call++) {
        int error = (*call)();

        if (error && error != -ENODEV) {
            pr_err("an initcall at %p failed: error %d\n", (void *)*call,
                   -error);
        }
    }
}

/* Standard input, output and error of init are the console. */
static void open_console(void)
{
    struct file *file = filp_open("/dev/console", O_RDWR, 0);

    if (IS_ERR(file)) {
        pr_err("no /dev/console: error %ld\n", -PTR_ERR(file));
        return;
    }
    tty_set_controlling(current);
    for (int fd = 0; fd < 3; fd++) {
        fd_install(get_file(file), 0, false);
    }
    fput(file);
}

static void run_init(void)
{
    static const char *const envp[] = {"HOME=/", "TERM=linux", "PATH=/bin",
                                       NULL};
    const char *path = init_path ? init_path : "/bin/sh";
    int error;

    init_argv[0] = (char *)(uintptr_t)path;
    pr_info("Run %s as init process\n", path);
    error = do_execve(path, (const char *const *)init_argv, envp, false);
    if (error) {
        panic("cannot run %s as init: error %d", path, -error);
    }
}

static struct completion kswapd_started;

/* Process 1: what needs to sleep while it is set up, then the program. */
static int kernel_init(void *unused)
{
    (void)unused;
    /* kswapd takes pid 2 before anything else is started. */
    wait_for_completion(&kswapd_started);
    init_process = current;
    current->is_unkillable = true;
    current->session = current->pgrp = current->pid;
    smp_init();
    setup_per_cpu_pageset();
    do_initcalls();
    mount_root();
    swapon_all();
    open_console();
    free_initrd_mem();
    free_initmem();
    run_init();
    return 0;
}

static void start_threads(void)
{
    /* With files and a directory of its own, unlike other threads. */
    struct clone_args_lite args = {.flags = SIGCHLD, .fn = kernel_init};
    struct task_struct *init = copy_process(&args);

    if (IS_ERR(init) || init->pid != INIT_PID) {
        panic("cannot start init");
    }
    init_completion(&kswapd_started);
    strscpy(init->comm, "init", TASK_COMM_LEN);
    wake_up_new_task(init);
    kswapd_run();
    kcompactd_run();
    complete(&kswapd_started);
}

void kernel_start(unsigned long hart, unsigned long fdt_pa)
{
    phys_addr_t lowmem_end;

    printk("Octavo " OCTAVO_VERSION " (RV32 Sv32, gcc " __VERSION__ ")\n");
    lowmem_end = setup_memory(fdt_pa);
    setup_smp(hart);
    pr_info("Kernel command line: %s\n", boot_command_line);
    paging_init(lowmem_end);
    setup_per_cpu_areas();
    free_area_init();
    mem_init();
    print_vm_layout(lowmem_end);
    kmem_cache_init();
    vmalloc_init();
    init_per_zone_wmark_min();
    radix_tree_init();
    mm_init();
    inode_init();
    sysfs_init();
    file_init();
    fork_init();
    reset_init();
    time_init();
    sched_init();
    irq_init();
    trap_init();
    local_irq_enable();
    current->fs = fs_alloc("/");
    current->files = files_alloc();
    if (!current->fs || !current->files) {
        panic("no memory for the first task");
    }
    start_threads();
    cpu_startup_entry();
}
