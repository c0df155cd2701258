// The product of two floating-point numbers of E exponent and F fraction bits as one of OE and OF, rounded
// once, to nearest, ties to even. Subnormals are kept, or taken for zero where SUBNORMALS is 0.
module fp_multiply #(parameter E = 5, F = 10, OE = 5, OF = 10, SUBNORMALS = 1) (
  input  [E+F:0] a,
  input  [E+F:0] b,
  output [OE+OF:0] product
);
  localparam P = 2 * F + 2;
  localparam LOG = $clog2(P);
  localparam EW = (OE > E ? OE : E) + 3;
  localparam BIAS = (1 << (E - 1)) - 1, OBIAS = (1 << (OE - 1)) - 1;
  // The smallest and the largest product are normal numbers of the result's format.
  localparam IN_RANGE = 2 * (1 - BIAS - F) >= 1 - OBIAS && 2 * (BIAS + 1) <= OBIAS;

  wire a_normal = |a[E+F-1:F], b_normal = |b[E+F-1:F];
  wire a_special = &a[E+F-1:F], b_special = &b[E+F-1:F];
  wire [F:0] a_significand = SUBNORMALS || a_normal ? {a_normal, a[F-1:0]} : {(F + 1){1'b0}};
  wire [F:0] b_significand = SUBNORMALS || b_normal ? {b_normal, b[F-1:0]} : {(F + 1){1'b0}};
  wire a_zero = ~|a_significand, b_zero = ~|b_significand;
  wire [E-1:0] a_exponent = a[E+F-1:F] | !a_normal, b_exponent = b[E+F-1:F] | !b_normal;

  wire [P-1:0] exact = a_significand * b_significand;
  wire [P-1:0] normalised;
  wire [LOG-1:0] zeros;
  generate
    if (SUBNORMALS) begin : normalise
      wire none;
      leading_zeros #(LOG) count ({exact, {((1 << LOG) - P){1'b0}}}, zeros, none);
      assign normalised = exact << zeros;
    end else begin : one_step
      assign zeros = !exact[P-1];
      assign normalised = exact[P-1] ? exact : exact << 1;
    end
  endgenerate
  wire signed [EW-1:0] exponent = $signed({1'b0, a_exponent}) + $signed({1'b0, b_exponent})
                                  - $signed({1'b0, zeros}) + (OBIAS + 1 - 2 * BIAS);

  wire sign = a[E+F] ^ b[E+F];
  wire [OE+OF:0] finite;
  fp_round #(OE, OF, P, EW, SUBNORMALS, 0, !IN_RANGE) round (sign, exponent, normalised, finite);

  wire nan = (a_special & |a[F-1:0]) | (b_special & |b[F-1:0]) | (a_special & b_zero) | (b_special & a_zero);
  assign product = nan ? {1'b0, {OE{1'b1}}, 1'b1, {(OF - 1){1'b0}}}
                 : a_special | b_special ? {sign, {OE{1'b1}}, {OF{1'b0}}}
                 : a_zero | b_zero ? {sign, {(OE + OF){1'b0}}}
                 : finite;
endmodule
