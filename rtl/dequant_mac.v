// Multiply-accumulate on a uniform code: subtract the zero point, convert, multiply, add to single precision.
module dequant_mac (
  input  [15:0] x,
  input  [7:0] code,
  input  [7:0] zero,
  input  [31:0] psum,
  output [31:0] sum
);
  wire [15:0] weight;
  dequantizer dequantize (code, zero, weight);
  mac_fp16 #(8, 23) mac (x, weight, psum, sum);
endmodule
