// An unsigned code of up to 8 bits less its zero point, as a half; exact.
module dequantizer (
  input  [7:0] code,
  input  [7:0] zero,
  output [15:0] weight
);
  wire signed [8:0] difference = {1'b0, code} - {1'b0, zero};
  int_to_fp #(9, 5, 10) convert (difference, weight);
endmodule
