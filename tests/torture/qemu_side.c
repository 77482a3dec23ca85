/*
 * The batch on QEMU: its memory is a file that we fill before and read after.
 *
 * A second hart, parked, makes QEMU use its parallel code for atomics, which
 * reports their faults as the manual says; with one hart they are loads.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/platform.h"
#include "tests/torture/torture.h"

/* Seconds that no batch needs. */
#define SECONDS_LIMIT 120

static void become_qemu(const struct options *o, const char *path)
{
    static char memory[256];
    int null = open("/dev/null", O_RDWR);

    snprintf(memory, sizeof memory,
             "memory-backend-file,id=ram,size=64M,share=on,mem-path=%s", path);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        _exit(127);
    alarm(SECONDS_LIMIT);
    execlp(o->qemu, o->qemu, "-M", "virt,memory-backend=ram", "-object", memory,
          "-m", "64M", "-smp", "2", "-cpu",
          "rv32,f=off,d=off,h=off,sstc=off,zbc=off,"
          "marchid=0,mimpid=0",
          "-accel", "tcg,thread=multi,tb-size=64", "-display", "none",
          "-serial", "none", "-monitor", "none", "-bios", "none", "-kernel",
          o->batch, (char *)NULL);
    _exit(127);
}

static bool wait_for(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        ;
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        return true;
    fprintf(stderr, "torture: QEMU ended by %s %d\n",
            WIFSIGNALED(status) ? "signal" : "status",
            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return false;
}

bool qemu_run(const struct options *o, uint8_t *image, unsigned first,
              unsigned end)
{
    const char *folder = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    char path[64];
    const uint32_t batch_words[] = {end, first, first};
    uint8_t *ram;
    pid_t child;
    bool ok;
    int fd;

    snprintf(path, sizeof path, "%s/quire-torture-XXXXXX", folder);
    fd = mkstemp(path);
    if (fd < 0 || ftruncate(fd, TORTURE_RAM)) {
        fprintf(stderr, "torture: no room for a file of 64 MiB: %s\n", path);
        return false;
    }
    ram = mmap(NULL, TORTURE_RAM, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (ram == MAP_FAILED) {
        fprintf(stderr, "torture: cannot map %s\n", path);
        unlink(path);
        return false;
    }
    memcpy(ram + (WINDOWS - DRAM_BASE), image, IMAGE_SIZE);
    memcpy(ram + (BATCH - DRAM_BASE), batch_words, sizeof batch_words);
    child = fork();
    if (!child)
        become_qemu(o, path);
    ok = child > 0 && wait_for(child);
    memcpy(image, ram + (WINDOWS - DRAM_BASE), IMAGE_SIZE);
    munmap(ram, TORTURE_RAM);
    unlink(path);
    return ok;
}
