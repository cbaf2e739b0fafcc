// Lays the windows of a convolution out as rows of a matrix: byte k of row p is the input's element that tap k of
// pixel p reads, or pad_value outside the input. A thread makes one word, four taps.
.kernel im2col
.registers 26
.parameter input              // address of element (channel 0 of the group, y 0, x 0)
.parameter output             // address of the matrix
.parameter pitch              // bytes from a row to the next, a multiple of 4
.parameter pixel_table        // per pixel: y << 16 | x of its window's first element, and that element's offset
.parameter tap_table          // per tap: y << 16 | x within the window, and its offset
.parameter pixels
.parameter taps
.parameter height
.parameter width
.parameter pad_value
.alias pixel r0
.alias k r1                   // the tap
.alias k_end r2
.alias pixel_y r3
.alias pixel_x r4
.alias pixel_offset r5
.alias packed r6
.alias shift r7
.alias y r8
.alias x r9
.alias address r10
.alias value r11
.alias height r12
.alias width r13
.alias taps r14
.alias pad r15
.alias input r16
.alias table r17
  s2r r20, %thread
  s2r r21, %threads
  shr pixel, r20, 3
  shr r21, r21, 3
  s2r r22, %block_y
  imad pixel, r22, r21, pixel
  ldp r22, %pixels
  setp.ge p0, pixel, r22
  @p0 exit
  and k, r20, 7
  s2r r22, %block_x
  shl r22, r22, 3
  iadd k, k, r22
  shl k, k, 2
  ldp taps, %taps
  setp.ge p0, k, taps
  @p0 exit
  ldp table, %pixel_table
  shl r22, pixel, 3
  iadd table, table, r22
  ldg.32 pixel_x, [table]
  ldg.32 pixel_offset, [table + 4]
  sar pixel_y, pixel_x, 16
  shl pixel_x, pixel_x, 16
  sar pixel_x, pixel_x, 16
  ldp address, %output
  ldp r22, %pitch
  imad r23, pixel, r22, address
  iadd r23, r23, k               // where the word goes
  ldp height, %height
  ldp width, %width
  ldp pad, %pad_value
  ldp input, %input
  ldp table, %tap_table
  shl r22, k, 3
  iadd table, table, r22
  mov packed, 0
  mov shift, 0
  iadd k_end, k, 4
  min k_end, k_end, taps
next_tap:
  ldg.32 x, [table]
  ldg.32 address, [table + 4]
  sar y, x, 16
  shl x, x, 16
  sar x, x, 16
  iadd y, y, pixel_y
  iadd x, x, pixel_x
  setp.ge p1, y, 0
  @p1 setp.lt p1, y, height
  @p1 setp.ge p1, x, 0
  @p1 setp.lt p1, x, width
  iadd address, address, pixel_offset
  iadd address, address, input
  mov value, pad
  @p1 ldg.s8 value, [address]
  and value, value, 255
  shl value, value, shift
  or packed, packed, value
  iadd shift, shift, 8
  iadd table, table, 8
  iadd k, k, 1
  setp.lt p0, k, k_end
  @p0 bra next_tap
  stg.32 [r23], packed
  exit
