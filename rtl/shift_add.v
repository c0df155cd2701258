// Shift-and-add on binary weights, a half-precision adder, an exponent adder and the accumulator's adder, with
// what chooses their operands. Block-wise scales: `partial` takes the input, added or subtracted as `positive`
// says, while the sum of the key before, `scalable`, is scaled by `term` and accumulated. Column-wise: the
// input `scalable`, scaled by `term`, is added to `partial`, and `x`, the finished alpha x, is accumulated as
// `positive` says.
module shift_add (
  input  by_block,
  input  positive,
  input  [15:0] x,
  input  [15:0] scalable,
  input  [7:0] term,
  input  [15:0] partial,
  input  [31:0] psum,
  output [15:0] next_partial,
  output [31:0] sum
);
  wire [15:0] scaled;
  exponent_adder scale (scalable, term, scaled);
  wire [15:0] signed_x = {x[15] ^ !positive, x[14:0]};
  fp_add #(5, 10) add (partial, by_block ? signed_x : scaled, 1'b0, next_partial);
  wire [31:0] addend;
  fp_widen widen (by_block ? scaled : signed_x, addend);
  fp_add #(8, 23) accumulate (psum, addend, 1'b0, sum);
endmodule
