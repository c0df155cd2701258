// Half to single precision, exactly.
module fp_widen (
  input  [15:0] half,
  output [31:0] single
);
  wire normal = |half[14:10];
  wire special = &half[14:10];
  wire [3:0] zeros;
  wire none;
  leading_zeros #(4) count ({half[9:0], 6'b0}, zeros, none);
  wire [9:0] subnormal = half[9:0] << zeros << 1;
  wire [7:0] subnormal_exponent = 8'd112 - zeros;
  wire zero = none & !normal;
  wire [7:0] exponent = special ? 8'hff : normal ? half[14:10] + 8'd112 : zero ? 8'd0 : subnormal_exponent;
  wire [9:0] fraction = special ? {|half[9:0], 9'b0} : normal ? half[9:0] : subnormal;
  assign single = {half[15] & !(special & |half[9:0]), exponent, fraction, 13'b0};
endmodule
