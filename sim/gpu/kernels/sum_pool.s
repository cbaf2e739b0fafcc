// The 32-bit sum of the elements of each window, pad_value outside the input. A thread makes one pixel of a channel.
.kernel sum_pool
.registers 24
.parameter input              // address of channel 0; channels are height * width bytes apart
.parameter output             // address of channel 0; channels are pixels elements apart
.parameter pixel_table        // as im2col's
.parameter tap_table
.parameter pixels
.parameter taps
.parameter height
.parameter width
.parameter pad_value
.alias pixel r0
.alias channel r1
.alias pixel_y r3
.alias pixel_x r4
.alias pixel_offset r5
.alias joined r6
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
  s2r pixel, %thread
  s2r r20, %threads
  s2r r21, %block_x
  imad pixel, r21, r20, pixel
  ldp r22, %pixels
  setp.ge p0, pixel, r22
  @p0 exit
  s2r channel, %block_y
  ldp height, %height
  ldp width, %width
  ldp input, %input
  imad r20, height, width, rz
  imad input, channel, r20, input
  ldp table, %pixel_table
  shl r20, pixel, 3
  iadd table, table, r20
  ldg.32 pixel_x, [table]
  ldg.32 pixel_offset, [table + 4]
  sar pixel_y, pixel_x, 16
  shl pixel_x, pixel_x, 16
  sar pixel_x, pixel_x, 16
  ldp table, %tap_table
  ldp taps, %taps
  ldp pad, %pad_value
  mov joined, 0
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
  iadd joined, joined, value
  iadd table, table, 8
  isub taps, taps, 1
  setp.gt p0, taps, 0
  @p0 bra next_tap
  imad address, channel, r22, pixel
  shl address, address, 2
  ldp r20, %output
  iadd address, address, r20
  stg.32 [address], joined
  exit
