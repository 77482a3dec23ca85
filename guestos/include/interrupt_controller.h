/* The interrupt controller's part of boot and of /proc. */
#ifndef QUIRE_GUESTOS_INTERRUPT_CONTROLLER_H
#define QUIRE_GUESTOS_INTERRUPT_CONTROLLER_H

struct seq_file;

void irq_init(void);
int interrupts_proc_show(struct seq_file *m, void *v);
void show_interrupt_sums(struct seq_file *m);
/* Of the harts' timers, arch/. */
void show_timer_interrupts(struct seq_file *m);
unsigned long nr_timer_interrupts(void);

#endif
