// 8-bit multiply and 32-bit add, two's complement.
module mac_int8 (
  input  signed [7:0] x,
  input  signed [7:0] weight,
  input  signed [31:0] psum,
  output signed [31:0] sum
);
  assign sum = psum + x * weight;
endmodule
