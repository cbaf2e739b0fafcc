// As gemm, with two tiles in shared memory: while a step is multiplied, the words of the next are under way from global
// memory. Each thread copies at most one word of A and one of B a step, so the tile has at least 8 rows and 8 columns.
.kernel gemm_double_buffered
.registers 46
.parameter a
.parameter a_pitch
.parameter b
.parameter b_pitch
.parameter c
.parameter c_row_step
.parameter c_column_step
.parameter rows
.parameter columns
.parameter k_words
.parameter k_tail
.parameter log2_tile_columns
.parameter tile_rows
.alias row r0                  // of the thread's sum
.alias column r1
.alias sum r2
.alias k_word r3
.alias k_end r4
.alias words r5
.alias a_place r6              // the thread's row of A in the tile that is multiplied
.alias b_place r7
.alias a_address r8            // the word of A that the thread copies next
.alias b_address r9
.alias a_copy r10              // where it goes
.alias b_copy r11
.alias a_word r12
.alias b_word r13
.alias copied_word r14         // its place in the step, 0 to 7
.alias swap r15                // what leads from a buffer to the other; its sign changes every step
.alias next r16
  s2r r20, %thread
  ldp r21, %log2_tile_columns
  ldp r22, %tile_rows
  mov r23, 1
  shl r23, r23, r21            // columns of the tile
  iadd swap, r22, r23
  imad swap, swap, 36, rz
  isub r24, r23, 1
  and r25, r20, r24            // the thread's place in the tile
  shr r26, r20, r21
  s2r r27, %block_y
  imad r27, r27, r22, rz       // the tile's first row and column
  s2r r28, %block_x
  imad r28, r28, r23, rz
  iadd row, r27, r26
  iadd column, r28, r25
  imad r29, r22, 36, rz        // where B's rows begin
  imad a_place, r26, 36, rz
  imad b_place, r25, 36, r29
  // What the thread copies: row thread / 8, word thread mod 8, where the tile and the matrix have that row.
  shr r30, r20, 3
  and copied_word, r20, 7
  shl r31, copied_word, 2
  imad a_copy, r30, 36, r31
  iadd b_copy, a_copy, r29
  iadd r32, r27, r30
  ldp r33, %rows
  setp.lt p1, r30, r22
  @p1 setp.lt p1, r32, r33
  ldp a_address, %a
  ldp r34, %a_pitch
  imad a_address, r32, r34, a_address
  iadd a_address, a_address, r31
  iadd r32, r28, r30
  ldp r33, %columns
  setp.lt p2, r30, r23
  @p2 setp.lt p2, r32, r33
  ldp b_address, %b
  ldp r34, %b_pitch
  imad b_address, r32, r34, b_address
  iadd b_address, b_address, r31
  ldp words, %k_words
  ldp k_end, %k_tail
  setp.gt p0, k_end, 0
  mov k_end, words
  @p0 iadd k_end, k_end, 1
  mov sum, 0
  mov k_word, 0
  @p1 setp.lt p1, copied_word, k_end
  @p2 setp.lt p2, copied_word, k_end
  @p1 ldg.32 a_word, [a_address]
  @p2 ldg.32 b_word, [b_address]
  @p1 sts.32 [a_copy], a_word
  @p2 sts.32 [b_copy], b_word
  bar
step:
  // The next step's words, as far as there are any.
  iadd next, k_word, 8
  iadd next, next, copied_word
  iadd a_address, a_address, 32
  iadd b_address, b_address, 32
  iadd a_copy, a_copy, swap
  iadd b_copy, b_copy, swap
  @p1 setp.lt p1, next, k_end
  @p2 setp.lt p2, next, k_end
  @p1 ldg.32 a_word, [a_address]
  @p2 ldg.32 b_word, [b_address]
  isub r20, words, k_word
  setp.lt p0, r20, 8
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
  setp.le p0, r20, 0
  @p0 bra tail
  lds.32 r26, [r42]
  lds.32 r27, [r43]
  dp4a sum, r26, r27, sum
  iadd r42, r42, 4
  iadd r43, r43, 4
  isub r20, r20, 1
  bra next_word
tail:
  ldp r20, %k_tail
next_byte:
  setp.le p0, r20, 0
  @p0 bra step_done
  lds.s8 r26, [r42]
  lds.s8 r27, [r43]
  imad8 sum, r26, r27, sum
  iadd r42, r42, 1
  iadd r43, r43, 1
  isub r20, r20, 1
  bra next_byte
step_done:
  @p1 sts.32 [a_copy], a_word
  @p2 sts.32 [b_copy], b_word
  iadd a_place, a_place, swap
  iadd b_place, b_place, swap
  isub swap, rz, swap
  bar
  iadd k_word, k_word, 8
  setp.lt p0, k_word, k_end
  @p0 bra step
  ldp r20, %rows
  ldp r21, %columns
  setp.lt p1, row, r20
  @p1 setp.lt p1, column, r21
  ldp r22, %c
  ldp r23, %c_row_step
  imad r22, row, r23, r22
  ldp r23, %c_column_step
  imad r22, column, r23, r22
  @p1 stg.32 [r22], sum
  exit
