// Bias, requantisation, zero point, clamp and table of sums, as the functional contract has them:
//   q = clamp(round((sum + bias) * multiplier + residue, shift) + zero_point, low, high), then table[q + 128].
// With `raw`, sum + bias is stored as it is. A thread makes one element; a row of the grid is a channel.
.kernel requantise
.registers 20
.parameter sums               // address of the sums; elements below are 4 bytes
.parameter output             // address of the codes (1 byte), or of raw sums (4 bytes)
.parameter pixels
.parameter channel_step       // elements from a channel to the next
.parameter pixel_step
.parameter constants          // per channel: bias, multiplier, residue, shift, 32 bits each
.parameter raw
.parameter zero_point
.parameter low
.parameter high
.parameter table              // address of 256 codes; 0: none
.alias pixel r0
.alias channel r1
.alias element r2
.alias value r3
.alias bias r4
.alias multiplier r5
.alias residue r6             // a pair with shift
.alias shift r7
.alias address r8
  s2r pixel, %thread
  s2r r10, %threads
  s2r r11, %block_x
  imad pixel, r11, r10, pixel
  ldp r12, %pixels
  setp.ge p0, pixel, r12
  @p0 exit
  s2r channel, %block_y
  ldp r10, %channel_step
  ldp r11, %pixel_step
  imad element, channel, r10, rz
  imad element, pixel, r11, element
  ldp address, %constants
  shl r12, channel, 4
  iadd address, address, r12
  ldg.32 bias, [address]
  ldg.32 multiplier, [address + 4]
  ldg.32 residue, [address + 8]
  ldg.32 shift, [address + 12]
  ldp address, %sums
  shl r12, element, 2
  iadd address, address, r12
  ldg.32 value, [address]
  iadd value, value, bias
  ldp r10, %output
  ldp r13, %raw
  setp.ne p0, r13, 0
  @p0 iadd address, r10, r12
  @p0 stg.32 [address], value
  @p0 exit
  req value, value, multiplier, residue
  ldp r13, %zero_point
  iadd value, value, r13
  ldp r13, %low
  max value, value, r13
  ldp r13, %high
  min value, value, r13
  ldp r13, %table
  setp.ne p1, r13, 0
  iadd r13, r13, value
  @p1 ldg.s8 value, [r13 + 128]
  iadd address, r10, element
  stg.8 [address], value
  exit
