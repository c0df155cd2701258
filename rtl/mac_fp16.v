// Half-precision multiply-accumulate; AE and AF are the accumulator's format, whose rounding the product takes.
module mac_fp16 #(parameter AE = 8, AF = 23) (
  input  [15:0] x,
  input  [15:0] weight,
  input  [AE+AF:0] psum,
  output [AE+AF:0] sum
);
  wire [AE+AF:0] product;
  fp_multiply #(5, 10, AE, AF) multiply (x, weight, product);
  fp_add #(AE, AF) add (psum, product, 1'b0, sum);
endmodule
