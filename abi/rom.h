/*
 * How a regression ROM tells its verdict, to Quire and QEMU alike.
 *
 * A ROM is an ELF file that runs in M-mode from DRAM_BASE on a machine with
 * ROM_RAM_SIZE bytes of memory. Its cases are numbered from 1.
 *
 * Pass: it writes FINISHER_PASS to the finisher and prints nothing.
 * Fail: it prints one line of at most ROM_DETAIL_MAX bytes on the UART,
 *     case N (CLAIM) at FILE:LINE: WHAT: expected X, got Y
 * and then writes N << 16 | FINISHER_FAIL. A ROM whose result depends on
 * options that it cannot see ends the line with `; made for OPTIONS`. Where
 * its machine lacks what it needs, no case runs: the line is
 *     needs OPTIONS
 * and the number ROM_NEEDS_CODE.
 *
 * `quire -rom F` does not let the UART through. It prints exactly one line,
 * where NAME is F without folders and `.elf`:
 *     ok NAME
 *     not ok NAME - <the last line that the ROM printed>
 * with `case N` or `code N` for a detail where the ROM printed nothing, and
 * exits 0 or 1 by the verdict. Any other end (limit, timeout, dead machine)
 * is `not ok NAME - <why>` with that end's own status.
 */
#ifndef QUIRE_ABI_ROM_H
#define QUIRE_ABI_ROM_H

#define ROM_RAM_SIZE 0x04000000 /* 64 MiB, Quire's default; QEMU: -m 64M */
#define ROM_DETAIL_MAX 240
#define ROM_NEEDS_CODE 77

#endif
