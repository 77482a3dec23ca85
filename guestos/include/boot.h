/* The steps of the boot that have no other header. */
#ifndef QUIRE_GUESTOS_BOOT_H
#define QUIRE_GUESTOS_BOOT_H

void kernel_start(unsigned long hart, unsigned long fdt_pa); /* head.S */
void inode_init(void);
void sysfs_init(void);
void file_init(void);
/* Finds the root file system and mounts it with /dev and /proc; panics. */
void mount_root(void);
/* Turns swapping on for every disk that has the signature. */
void swapon_all(void);

#endif
