/* memset and memcpy, a line of 32 bytes at a time where alignment allows. */
    .text
    .globl memset
memset:
    mv t0, a0
    sltiu t1, a2, 16
    bnez t1, 3f
1:  andi t1, t0, 3
    beqz t1, 2f
    sb a1, 0(t0)
    addi t0, t0, 1
    addi a2, a2, -1
    j 1b
2:  andi a1, a1, 0xff
    slli t1, a1, 8
    or a1, a1, t1
    slli t1, a1, 16
    or a1, a1, t1
    andi t1, a2, -32
    add t2, t0, t1
    andi a2, a2, 31
    beqz t1, 5f
4:  sw a1, 0(t0)
    sw a1, 4(t0)
    sw a1, 8(t0)
    sw a1, 12(t0)
    sw a1, 16(t0)
    sw a1, 20(t0)
    sw a1, 24(t0)
    sw a1, 28(t0)
    addi t0, t0, 32
    bltu t0, t2, 4b
5:  andi t1, a2, -4
    add t2, t0, t1
    andi a2, a2, 3
    beqz t1, 3f
6:  sw a1, 0(t0)
    addi t0, t0, 4
    bltu t0, t2, 6b
3:  beqz a2, 8f
    add t2, t0, a2
7:  sb a1, 0(t0)
    addi t0, t0, 1
    bltu t0, t2, 7b
8:  ret

    .globl memcpy
memcpy:
    mv t0, a0
    sltiu t1, a2, 16
    bnez t1, 5f
    xor t1, a0, a1
    andi t1, t1, 3
    bnez t1, 5f
1:  andi t1, t0, 3
    beqz t1, 2f
    lb t1, 0(a1)
    addi a1, a1, 1
    sb t1, 0(t0)
    addi t0, t0, 1
    addi a2, a2, -1
    j 1b
2:  andi t1, a2, -32
    add t2, t0, t1
    andi a2, a2, 31
    beqz t1, 4f
3:  lw a3, 0(a1)
    lw a4, 4(a1)
    lw a5, 8(a1)
    lw a6, 12(a1)
    lw a7, 16(a1)
    lw t3, 20(a1)
    lw t4, 24(a1)
    lw t5, 28(a1)
    sw a3, 0(t0)
    sw a4, 4(t0)
    sw a5, 8(t0)
    sw a6, 12(t0)
    sw a7, 16(t0)
    sw t3, 20(t0)
    sw t4, 24(t0)
    sw t5, 28(t0)
    addi a1, a1, 32
    addi t0, t0, 32
    bltu t0, t2, 3b
4:  andi t1, a2, -4
    add t2, t0, t1
    andi a2, a2, 3
    beqz t1, 5f
6:  lw t1, 0(a1)
    addi a1, a1, 4
    sw t1, 0(t0)
    addi t0, t0, 4
    bltu t0, t2, 6b
5:  beqz a2, 8f
    add t2, t0, a2
7:  lb t1, 0(a1)
    addi a1, a1, 1
    sb t1, 0(t0)
    addi t0, t0, 1
    bltu t0, t2, 7b
8:  ret
