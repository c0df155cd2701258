// Packs sign, exponent and significand into a floating-point number of E exponent and F fraction bits, rounded
// to nearest, ties to even. `significand` (W bits, its first bit set) stands for 1.x times 2 to the power of
// `exponent`, which is biased as the result's and signed. Results below the normal range become subnormal
// where SUBNORMALS is 1, zero where it is 0. What is too large becomes an infinity, or the largest finite
// number where SATURATE is 1. RANGE = 0 leaves all that out: the caller knows that the result is normal.
module fp_round #(parameter E = 5, F = 10, W = 22, EW = 8, SUBNORMALS = 1, SATURATE = 0, RANGE = 1) (
  input  sign,
  input  signed [EW-1:0] exponent,
  input  [W-1:0] significand,
  output [E+F:0] result
);
  localparam LOG = $clog2(F + 3);
  localparam [LOG-1:0] ALL = F + 2;  // nothing but a sticky bit is left
  // At least one bit beyond the fraction, so that the slices below exist.
  localparam V = W > F + 2 ? W : F + 3;
  wire [V-1:0] wide = {significand, {(V - W){1'b0}}};

  wire below = RANGE ? exponent < 1 : 1'b0;
  wire [V-1:0] placed;
  wire lost;
  generate
    if (RANGE && SUBNORMALS) begin : denormalise
      wire signed [EW:0] missing = 1 - exponent;
      wire [LOG-1:0] amount = !below ? {LOG{1'b0}} : missing > F + 2 ? ALL : missing[LOG-1:0];
      shift_right_sticky #(V, LOG) shifter (wide, amount, placed, lost);
    end else begin : normal
      assign placed = wide;
      assign lost = 1'b0;
    end
  endgenerate

  wire [E-1:0] field = below ? {E{1'b0}} : exponent[E-1:0];
  wire guard = placed[V-F-2];
  wire rest = |placed[V-F-3:0] | lost;
  wire [E+F-1:0] rounded = {field, placed[V-2 -: F]} + (guard & (rest | placed[V-F-1]));
  wire above = RANGE ? !below & (exponent >= (1 << E) - 1 | &rounded[E+F-1 -: E]) : 1'b0;
  wire [E+F-1:0] largest = SATURATE ? {{(E - 1){1'b1}}, 1'b0, {F{1'b1}}} : {{E{1'b1}}, {F{1'b0}}};
  assign result = {sign, above ? largest : below & !SUBNORMALS ? {(E + F){1'b0}} : rounded};
endmodule
