// The table of a look-up unit: the sums of 8 inputs, each added or subtracted as a bit of the key says, in half
// precision. ENTRIES is 256, or 128: then a key of the upper half reads the negated sum of its complement.
// A word is written at the clock's rising edge, into flip-flops, or into latches, open while the clock is low,
// where LATCHES is 1.
module lut_table #(parameter ENTRIES = 256, LATCHES = 0) (
  input  clock,
  input  write,
  input  [7:0] key,
  input  [15:0] entry,
  output [15:0] value
);
  localparam LOG = $clog2(ENTRIES);
  wire negate = ENTRIES < 256 && key[7];
  wire [LOG-1:0] address = key[LOG-1:0] ^ {LOG{negate}};
  wire [15:0] word;
  generate
    if (LATCHES) begin : latches
      wire [16*ENTRIES-1:0] words;
      genvar i;
      for (i = 0; i < ENTRIES; i = i + 1) begin : row
        reg [15:0] stored;
        wire open = write & !clock & address == i;
        always @* if (open) stored = entry;
        assign words[16*i +: 16] = stored;
      end
      assign word = words[16*address +: 16];
    end else begin : flip_flops
      reg [15:0] words [0:ENTRIES-1];
      always @(posedge clock) if (write) words[address] <= entry;
      assign word = words[address];
    end
  endgenerate
  assign value = {word[15] ^ negate, word[14:0]};
endmodule
