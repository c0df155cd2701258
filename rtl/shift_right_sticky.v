// A logical right shift of W bits by up to 2^LOG - 1; `sticky` says whether a one was shifted out.
module shift_right_sticky #(parameter W = 8, LOG = 3) (
  input  [W-1:0] word,
  input  [LOG-1:0] amount,
  output reg [W-1:0] shifted,
  output reg sticky
);
  integer stage;
  always @* begin
    shifted = word;
    sticky = 1'b0;
    for (stage = 0; stage < LOG; stage = stage + 1)
      if (amount[stage]) begin
        sticky = sticky | |(shifted & ~({W{1'b1}} << (1 << stage)));
        shifted = shifted >> (1 << stage);
      end
  end
endmodule
