// The look-up unit: the table, the half-precision adder that builds it and sums scaled inputs, an exponent
// adder and the accumulator's adder, with what chooses their operands.
// build: next_partial = partial + x, or + 2 x with `twice`; with `write` it goes into the table at `key`,
// negated where `negate` says so. scale: next_partial = partial + x scaled by `term`. Otherwise a query: sum =
// psum + the table's value at `key`, scaled by `term` where `by_block` is 1.
module lut #(parameter ENTRIES = 256) (
  input  clock,
  input  write,
  input  negate,
  input  twice,
  input  scale,
  input  by_block,
  input  [7:0] key,
  input  [7:0] term,
  input  [15:0] x,
  input  [15:0] partial,
  input  [31:0] psum,
  output [15:0] next_partial,
  output [31:0] sum
);
  wire [15:0] value, scaled;
  lut_table #(ENTRIES) table_ (clock, write, key, {next_partial[15] ^ negate, next_partial[14:0]}, value);
  exponent_adder shift (scale ? x : value, term, scaled);
  fp_add #(5, 10) add (partial, scale ? scaled : x, twice, next_partial);
  wire [31:0] addend;
  fp_widen widen (by_block ? scaled : value, addend);
  fp_add #(8, 23) accumulate (psum, addend, 1'b0, sum);
endmodule
