// The sum of two floating-point numbers of E exponent and F fraction bits, rounded to nearest, ties to even;
// with `twice_b`, a + 2 b rounded once. Subnormals are kept, or taken for zero where SUBNORMALS is 0.
// Every NaN is the quiet one with a fraction of 100..0.
module fp_add #(parameter E = 5, F = 10, SUBNORMALS = 1) (
  input  [E+F:0] a,
  input  [E+F:0] b,
  input  twice_b,
  output [E+F:0] sum
);
  localparam W = F + 5;  // carry, hidden bit, fraction, guard, round and sticky bits
  localparam LOG = $clog2(W);

  wire a_zero_field = ~|a[E+F-1:F], b_zero_field = ~|b[E+F-1:F];
  wire a_special = &a[E+F-1:F], b_special = &b[E+F-1:F];
  wire a_nan = a_special & |a[F-1:0], b_nan = b_special & |b[F-1:0];

  // Magnitudes with one more bit of exponent: 2 b may lie above the range.
  wire [E+F:0] a_kept = {1'b0, SUBNORMALS || !a_zero_field ? a[E+F-1:0] : {(E + F){1'b0}}};
  wire [E+F:0] b_kept = {1'b0, SUBNORMALS || !b_zero_field ? b[E+F-1:0] : {(E + F){1'b0}}};
  wire [E:0] b_exponent = b_kept[E+F:F] + 1'b1;
  wire [E+F:0] b_doubled = !twice_b ? b_kept : b_zero_field ? b_kept << 1 : {b_exponent, b_kept[F-1:0]};

  wire swap = b_doubled > a_kept;
  wire [E+F:0] larger = swap ? b_doubled : a_kept, smaller = swap ? a_kept : b_doubled;
  wire larger_sign = swap ? b[E+F] : a[E+F];
  wire larger_normal = |larger[E+F:F], smaller_normal = |smaller[E+F:F];
  wire [E:0] larger_exponent = larger[E+F:F] | !larger_normal, smaller_exponent = smaller[E+F:F] | !smaller_normal;

  wire [E:0] distance = larger_exponent - smaller_exponent;
  wire [LOG-1:0] amount = distance > W ? W : distance[LOG-1:0];
  wire [F+3:0] aligned;
  wire lost;
  shift_right_sticky #(F + 4, LOG) align ({smaller_normal, smaller[F-1:0], 3'b000}, amount, aligned, lost);

  wire subtract = a[E+F] ^ b[E+F];
  wire [W-1:0] larger_operand = {1'b0, larger_normal, larger[F-1:0], 3'b000};
  wire [W-1:0] smaller_operand = {1'b0, aligned[F+3:1], aligned[0] | lost};
  wire [W-1:0] total = larger_operand + ({W{subtract}} ^ smaller_operand) + subtract;

  // Shifts left to the first one, but no farther than to the smallest exponent, where a mark stops the count.
  wire [(1<<LOG)-1:0] counted = {SUBNORMALS ? total | {1'b1, {(W - 1){1'b0}}} >> larger_exponent : total,
                                 {((1 << LOG) - W){1'b0}}};
  wire [LOG-1:0] zeros;
  wire none;
  leading_zeros #(LOG) count (counted, zeros, none);
  wire [W-1:0] normalised = total << zeros;
  wire first = normalised[W-1];
  wire signed [E+2:0] field = $signed({2'b00, larger_exponent}) + $signed({1'b0, first}) - $signed({1'b0, zeros});

  wire guard = normalised[3];
  wire up = guard & (normalised[4] | |normalised[2:0]);
  wire [E+F+1:0] rounded = {field[E+1:0], normalised[W-2 -: F]} + up;
  wire above = rounded[E+F+1:F] >= (1 << E) - 1 & !field[E+2];
  wire flushed = !SUBNORMALS && (!first || field < 1);

  wire nan = a_nan | b_nan | (a_special & b_special & subtract);
  wire infinite = a_special | b_special | (above & !flushed);
  wire special_sign = a_special ? a[E+F] : b_special ? b[E+F] : larger_sign;
  wire zero = ~|total;
  assign sum = nan ? {1'b0, {E{1'b1}}, 1'b1, {(F - 1){1'b0}}}
             : infinite ? {special_sign, {E{1'b1}}, {F{1'b0}}}
             : zero ? {larger_sign & !subtract, {(E + F){1'b0}}}
             : flushed ? {larger_sign, {(E + F){1'b0}}}
             : {larger_sign, rounded[E+F-1:0]};
endmodule
