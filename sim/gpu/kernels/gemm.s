// C[row][column] = sum over k of M(A[row][k], B[column][k]): int8 operands, int32 sums.
//
// A block makes a tile of 2^log2_tile_columns columns by tile_rows rows, one sum per thread. It walks along k in steps
// of 32 bytes: all threads copy that part of the tile's rows of A and of B into shared memory, 9 words apart so that
// neighbouring rows lie in different banks, then every thread adds its products, four a DP4A. What is left of k when it
// is no multiple of 4 is multiplied byte by byte: bytes beyond k are never operands, whatever the multiplier.
.kernel gemm
.registers 46
.parameter a                   // address of A; rows a_pitch bytes apart, both multiples of 4
.parameter a_pitch
.parameter b
.parameter b_pitch
.parameter c                   // address of C
.parameter c_row_step          // bytes from a row to the next
.parameter c_column_step
.parameter rows
.parameter columns
.parameter k_words             // whole words of four k
.parameter k_tail              // k beyond them, 0 to 3
.parameter log2_tile_columns
.parameter tile_rows
.alias thread r0
.alias threads r1
.alias first_row r2
.alias first_column r3
.alias tile_x r4
.alias tile_y r5
.alias sum r6
.alias k_word r7               // first word of the step
.alias k_end r8                // words, a partial one included
.alias words r9
.alias tile_columns r10
.alias b_tile r11              // where B's rows begin in shared memory
.alias a_place r12             // where the thread's row of A lies in shared memory
.alias b_place r13
.alias i r14
.alias row r15
.alias word r16
.alias address r17
.alias value r18
.alias place r19
.alias limit r20
.alias pitch r21
.alias base r22
  s2r thread, %thread
  s2r threads, %threads
  ldp r23, %log2_tile_columns
  mov tile_columns, 1
  shl tile_columns, tile_columns, r23
  isub r24, tile_columns, 1
  and tile_x, thread, r24
  shr tile_y, thread, r23
  ldp r25, %tile_rows
  s2r first_row, %block_y
  imad first_row, first_row, r25, rz
  s2r first_column, %block_x
  shl first_column, first_column, r23
  imad b_tile, r25, 36, rz
  imad a_place, tile_y, 36, rz
  imad b_place, tile_x, 36, b_tile
  ldp words, %k_words
  ldp k_end, %k_tail
  setp.gt p0, k_end, 0
  mov k_end, words
  @p0 iadd k_end, k_end, 1
  mov sum, 0
  mov k_word, 0
step:
  // A's rows.
  mov i, thread
  ldp base, %a
  ldp pitch, %a_pitch
  ldp limit, %rows
  ldp r25, %tile_rows
  shl r25, r25, 3
copy_a:
  setp.lt p0, i, r25
  @!p0 bra copied_a
  shr row, i, 3
  and word, i, 7
  imad place, row, 36, rz
  shl value, word, 2
  iadd place, place, value
  iadd row, row, first_row
  iadd word, word, k_word
  setp.lt p1, row, limit
  @p1 setp.lt p1, word, k_end
  shl word, word, 2
  imad address, row, pitch, word
  iadd address, address, base
  @p1 ldg.32 value, [address]
  @p1 sts.32 [place], value
  iadd i, i, threads
  bra copy_a
copied_a:
  // B's.
  mov i, thread
  ldp base, %b
  ldp pitch, %b_pitch
  ldp limit, %columns
  shl r25, tile_columns, 3
copy_b:
  setp.lt p0, i, r25
  @!p0 bra copied_b
  shr row, i, 3
  and word, i, 7
  imad place, row, 36, b_tile
  shl value, word, 2
  iadd place, place, value
  iadd row, row, first_column
  iadd word, word, k_word
  setp.lt p1, row, limit
  @p1 setp.lt p1, word, k_end
  shl word, word, 2
  imad address, row, pitch, word
  iadd address, address, base
  @p1 ldg.32 value, [address]
  @p1 sts.32 [place], value
  iadd i, i, threads
  bra copy_b
copied_b:
  bar
  isub r25, words, k_word
  setp.lt p0, r25, 8
  @p0 bra short_step
  lds.32 r26, [a_place]
  lds.32 r27, [b_place]
  lds.32 r28, [a_place + 4]
  lds.32 r29, [b_place + 4]
  lds.32 r30, [a_place + 8]
  lds.32 r31, [b_place + 8]
  lds.32 r32, [a_place + 12]
  lds.32 r33, [b_place + 12]
  lds.32 r34, [a_place + 16]
  lds.32 r35, [b_place + 16]
  lds.32 r36, [a_place + 20]
  lds.32 r37, [b_place + 20]
  lds.32 r38, [a_place + 24]
  lds.32 r39, [b_place + 24]
  lds.32 r40, [a_place + 28]
  lds.32 r41, [b_place + 28]
  dp4a sum, r26, r27, sum
  dp4a sum, r28, r29, sum
  dp4a sum, r30, r31, sum
  dp4a sum, r32, r33, sum
  dp4a sum, r34, r35, sum
  dp4a sum, r36, r37, sum
  dp4a sum, r38, r39, sum
  dp4a sum, r40, r41, sum
  bra step_done
short_step:
  mov r42, a_place
  mov r43, b_place
next_word:
  setp.le p0, r25, 0
  @p0 bra tail
  lds.32 r26, [r42]
  lds.32 r27, [r43]
  dp4a sum, r26, r27, sum
  iadd r42, r42, 4
  iadd r43, r43, 4
  isub r25, r25, 1
  bra next_word
tail:
  ldp r25, %k_tail
next_byte:
  setp.le p0, r25, 0
  @p0 bra step_done
  lds.s8 r26, [r42]
  lds.s8 r27, [r43]
  imad8 sum, r26, r27, sum
  iadd r42, r42, 1
  iadd r43, r43, 1
  isub r25, r25, 1
  bra next_byte
step_done:
  bar
  iadd k_word, k_word, 8
  setp.lt p0, k_word, k_end
  @p0 bra step
  // The sum, where it is inside C.
  iadd row, first_row, tile_y
  iadd i, first_column, tile_x
  ldp limit, %rows
  ldp r25, %columns
  setp.lt p1, row, limit
  @p1 setp.lt p1, i, r25
  ldp address, %c
  ldp pitch, %c_row_step
  imad address, row, pitch, address
  ldp pitch, %c_column_step
  imad address, i, pitch, address
  @p1 stg.32 [address], sum
  exit
