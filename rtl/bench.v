// Drives the module TOP with the vectors of the file +vectors=FILE and compares its outputs: a line is the
// operands and the expected result, hexadecimal; digits x are not compared. A clock pulse ends a line.
module bench;
  parameter IN = 1, OUT = 1;
  reg clock;
  reg [IN-1:0] in;
  reg [OUT-1:0] expected;
  wire [OUT-1:0] out;
  `TOP unit (clock, in, out);

  reg [8*4096-1:0] name;
  integer file, count, wrong;
  initial begin
    count = 0;
    wrong = 0;
    clock = 1;
    if (!$value$plusargs("vectors=%s", name)) begin
      $display("error: no +vectors=FILE");
      $finish;
    end
    file = $fopen(name, "r");
    if (file == 0) begin
      $display("error: cannot read %0s", name);
      $finish;
    end
    while ($fscanf(file, "%h %h\n", in, expected) == 2) begin
      #1;
      count = count + 1;
      // Where a bit of `expected` is x, both sides are.
      if ((out ^ expected) !== (expected ^ expected)) begin
        wrong = wrong + 1;
        if (wrong <= 10) $display("line %0d: %h gives %h, not %h", count, in, out, expected);
      end
      clock = 0;
      #1;
      clock = 1;
      #1;
    end
    $display("%0d vectors, %0d mismatches", count, wrong);
    $finish;
  end
endmodule
