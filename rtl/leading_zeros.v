// Zeros before the first one of a word of 2^LOG bits; with none, `count` means nothing.
module leading_zeros #(parameter LOG = 4) (
  input  [(1<<LOG)-1:0] word,
  output [LOG-1:0] count,
  output none
);
  generate
    if (LOG == 1) begin : pair
      assign count = ~word[1];
      assign none = ~|word;
    end else begin : halves
      localparam HALF = 1 << (LOG - 1);
      wire [LOG-2:0] high_count, low_count;
      wire high_none, low_none;
      leading_zeros #(LOG - 1) high (word[2*HALF-1:HALF], high_count, high_none);
      leading_zeros #(LOG - 1) low (word[HALF-1:0], low_count, low_none);
      assign count = {high_none, high_none ? low_count : high_count};
      assign none = high_none & low_none;
    end
  endgenerate
endmodule
