// A W-bit integer in two's complement as a floating-point number of E exponent and F fraction bits, rounded to
// nearest, ties to even. Its magnitude must lie in the format's range.
module int_to_fp #(parameter W = 9, E = 5, F = 10) (
  input  signed [W-1:0] value,
  output [E+F:0] result
);
  localparam LOG = $clog2(W);
  localparam BIAS = (1 << (E - 1)) - 1;
  wire sign = value[W-1];
  wire [W-1:0] magnitude = ({W{sign}} ^ value) + sign;
  wire [LOG-1:0] zeros;
  wire none;
  leading_zeros #(LOG) count ({magnitude, {((1 << LOG) - W){1'b0}}}, zeros, none);
  wire signed [E+1:0] exponent = BIAS + W - 1 - $signed({1'b0, zeros});
  wire [E+F:0] finite;
  fp_round #(E, F, W, E + 2, 0, 0, 0) round (sign, exponent, magnitude << zeros, finite);
  assign result = none ? {(E + F + 1){1'b0}} : finite;
endmodule
