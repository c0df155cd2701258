// A half times a signed power of two by an addition to its exponent. `term`: 0 is no term, bit 7 the sign, bits
// 0 to 6 the exponent plus 64. Zero stays zero, subnormals are kept and rounded to nearest even, overflow
// saturates at 65504. With SUBNORMALS = 0 operands and results below 2^-14 are zero.
module exponent_adder #(parameter SUBNORMALS = 1) (
  input  [15:0] x,
  input  [7:0] term,
  output [15:0] scaled
);
  wire normal = |x[14:10];
  wire special = &x[14:10];
  wire zero = SUBNORMALS ? ~|x[14:0] : !normal;
  wire [3:0] zeros;
  wire [9:0] fraction;
  generate
    if (SUBNORMALS) begin : normalise
      wire none;
      leading_zeros #(4) count ({x[9:0], 6'b0}, zeros, none);
      assign fraction = normal ? x[9:0] : x[9:0] << zeros << 1;
    end else begin : normal_only
      assign zeros = 4'd0;
      assign fraction = x[9:0];
    end
  endgenerate
  wire signed [8:0] offset = $signed({2'b0, term[6:0]}) - 9'sd64;
  wire signed [8:0] exponent = offset + (normal ? $signed({4'b0, x[14:10]}) : -$signed({5'b0, zeros}));
  wire sign = x[15] ^ term[7];
  wire [15:0] finite;
  fp_round #(5, 10, 11, 9, SUBNORMALS, 1) round (sign, exponent, {1'b1, fraction}, finite);
  assign scaled = ~|term ? 16'h0000
                : special ? (|x[9:0] ? 16'h7e00 : {sign, 15'h7c00})
                : zero ? {sign, 15'h0000}
                : finite;
endmodule
