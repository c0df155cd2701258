// What is simulated and synthesised: each module by one name, with its operands packed into one word, first
// operand first. Only the tables have state.

`define COMBINATIONAL(NAME, IN, OUT) module NAME (input clock, input [IN-1:0] in, output [OUT-1:0] out);

`COMBINATIONAL(top_adder_int8, 16, 8)
  assign out = in[15:8] + in[7:0];
endmodule
`COMBINATIONAL(top_adder_int16, 32, 16)
  assign out = in[31:16] + in[15:0];
endmodule
`COMBINATIONAL(top_adder_int32, 64, 32)
  assign out = in[63:32] + in[31:0];
endmodule

// Two's complement, the whole product.
`COMBINATIONAL(top_multiplier_int8, 16, 16)
  assign out = $signed(in[15:8]) * $signed(in[7:0]);
endmodule
`COMBINATIONAL(top_multiplier_int16, 32, 32)
  assign out = $signed(in[31:16]) * $signed(in[15:0]);
endmodule
`COMBINATIONAL(top_multiplier_int32, 64, 64)
  assign out = $signed(in[63:32]) * $signed(in[31:0]);
endmodule

// Barrel shifters to the left.
`COMBINATIONAL(top_shifter_int8, 11, 8)
  assign out = in[10:3] << in[2:0];
endmodule
`COMBINATIONAL(top_shifter_int16, 20, 16)
  assign out = in[19:4] << in[3:0];
endmodule
`COMBINATIONAL(top_shifter_int32, 37, 32)
  assign out = in[36:5] << in[4:0];
endmodule

`COMBINATIONAL(top_adder_fp16, 32, 16)
  fp_add #(5, 10) unit (in[31:16], in[15:0], 1'b0, out);
endmodule
`COMBINATIONAL(top_adder_fp32, 64, 32)
  fp_add #(8, 23) unit (in[63:32], in[31:0], 1'b0, out);
endmodule
`COMBINATIONAL(top_multiplier_fp16, 32, 16)
  fp_multiply #(5, 10, 5, 10) unit (in[31:16], in[15:0], out);
endmodule
`COMBINATIONAL(top_multiplier_fp32, 64, 32)
  fp_multiply #(8, 23, 8, 23) unit (in[63:32], in[31:0], out);
endmodule
`COMBINATIONAL(top_multiplier_fp16_to_fp32, 32, 32)
  fp_multiply #(5, 10, 8, 23) unit (in[31:16], in[15:0], out);
endmodule
`COMBINATIONAL(top_exponent_adder, 24, 16)
  exponent_adder unit (in[23:8], in[7:0], out);
endmodule
`COMBINATIONAL(top_dequantizer, 16, 16)
  dequantizer unit (in[15:8], in[7:0], out);
endmodule
`COMBINATIONAL(top_int32_to_fp32, 32, 32)
  int_to_fp #(32, 8, 23) unit (in, out);
endmodule

// Subnormal operands and results are zero.
`COMBINATIONAL(top_adder_fp16_flush, 32, 16)
  fp_add #(5, 10, 0) unit (in[31:16], in[15:0], 1'b0, out);
endmodule
`COMBINATIONAL(top_adder_fp32_flush, 64, 32)
  fp_add #(8, 23, 0) unit (in[63:32], in[31:0], 1'b0, out);
endmodule
`COMBINATIONAL(top_multiplier_fp16_flush, 32, 16)
  fp_multiply #(5, 10, 5, 10, 0) unit (in[31:16], in[15:0], out);
endmodule
`COMBINATIONAL(top_multiplier_fp32_flush, 64, 32)
  fp_multiply #(8, 23, 8, 23, 0) unit (in[63:32], in[31:0], out);
endmodule
`COMBINATIONAL(top_exponent_adder_flush, 24, 16)
  exponent_adder #(0) unit (in[23:8], in[7:0], out);
endmodule

// write, key, entry
module top_lut_table_256 (input clock, input [24:0] in, output [15:0] out);
  lut_table #(256) unit (clock, in[24], in[23:16], in[15:0], out);
endmodule
module top_lut_table_128 (input clock, input [24:0] in, output [15:0] out);
  lut_table #(128) unit (clock, in[24], in[23:16], in[15:0], out);
endmodule
module top_lut_table_256_latches (input clock, input [24:0] in, output [15:0] out);
  lut_table #(256, 1) unit (clock, in[24], in[23:16], in[15:0], out);
endmodule
module top_lut_table_128_latches (input clock, input [24:0] in, output [15:0] out);
  lut_table #(128, 1) unit (clock, in[24], in[23:16], in[15:0], out);
endmodule

// x, weight, psum
`COMBINATIONAL(top_mac_fp16, 64, 32)
  mac_fp16 #(8, 23) unit (in[63:48], in[47:32], in[31:0], out);
endmodule
`COMBINATIONAL(top_mac_fp16_accumulator_fp16, 48, 16)
  mac_fp16 #(5, 10) unit (in[47:32], in[31:16], in[15:0], out);
endmodule
`COMBINATIONAL(top_mac_int8, 48, 32)
  mac_int8 unit (in[47:40], in[39:32], in[31:0], out);
endmodule
// x, code, zero, psum
`COMBINATIONAL(top_dequant_mac, 64, 32)
  dequant_mac unit (in[63:48], in[47:40], in[39:32], in[31:0], out);
endmodule
// by_block, positive, x, scalable, term, partial, psum
`COMBINATIONAL(top_shift_add, 90, 48)
  shift_add unit (in[89], in[88], in[87:72], in[71:56], in[55:48], in[47:32], in[31:0],
                       out[47:32], out[31:0]);
endmodule
// write, negate, twice, scale, by_block, key, term, x, partial, psum
module top_lut_256 (input clock, input [84:0] in, output [47:0] out);
  lut #(256) unit (clock, in[84], in[83], in[82], in[81], in[80], in[79:72], in[71:64], in[63:48],
                        in[47:32], in[31:0], out[47:32], out[31:0]);
endmodule
module top_lut_128 (input clock, input [84:0] in, output [47:0] out);
  lut #(128) unit (clock, in[84], in[83], in[82], in[81], in[80], in[79:72], in[71:64], in[63:48],
                        in[47:32], in[31:0], out[47:32], out[31:0]);
endmodule
