// A weight-stationary array as one flat module: packed buses, generate loops, an active-low asynchronous reset.
//
// mac_mesh.map.yaml says what each name is in Faultline's contract (docs/hardware.md, "Grid").
module mac_mesh #(
    parameter int unsigned NR = 4,
    parameter int unsigned NC = 4
) (
    input  wire              clk_i,
    input  wire              rst_ni,
    input  wire [8*NR-1:0]   act_i,
    input  wire [NR-1:0]     act_vld_i,
    input  wire [NR-1:0]     wgt_ld_i,
    input  wire [8*NC-1:0]   wgt_i,
    input  wire [NC-1:0]     wgt_vld_i,
    input  wire [NC-1:0]     wgt_sh_i,
    output wire [32*NC-1:0]  acc_o
);
  // One bus for each kind of register; processing element (r, c) is slice r * NC + c.
  reg  [8*NR*NC-1:0]  act_q;
  reg  [NR*NC-1:0]    act_vld_q;
  reg  [NR*NC-1:0]    wgt_ld_q;
  reg  [8*NR*NC-1:0]  wgt_sh_q;
  reg  [NR*NC-1:0]    wgt_sh_vld_q;

  genvar r, c;
  generate
    for (r = 0; r < NR; r = r + 1) begin : g_r
      for (c = 0; c < NC; c = c + 1) begin : g_c
        localparam int unsigned K = r * NC + c;

        // Weights in use and running sums stay with their element.
        reg        [7:0]  wgt_q;
        reg               wgt_vld_q;
        reg        [31:0] acc_q;

        wire       [7:0]  act_d;
        wire              act_vld_d;
        wire              wgt_ld_d;
        wire       [7:0]  wgt_sh_d;
        wire              wgt_sh_vld_d;
        wire       [31:0] acc_d;

        if (c == 0) begin : g_west
          assign act_d     = act_i[8*r+:8];
          assign act_vld_d = act_vld_i[r];
          assign wgt_ld_d  = wgt_ld_i[r];
        end else begin : g_inner_c
          assign act_d     = act_q[8*(K-1)+:8];
          assign act_vld_d = act_vld_q[K-1];
          assign wgt_ld_d  = wgt_ld_q[K-1];
        end

        if (r == 0) begin : g_north
          assign wgt_sh_d     = wgt_i[8*c+:8];
          assign wgt_sh_vld_d = wgt_vld_i[c];
          assign acc_d        = 32'd0;
        end else begin : g_inner_r
          assign wgt_sh_d     = wgt_sh_q[8*(K-NC)+:8];
          assign wgt_sh_vld_d = wgt_sh_vld_q[K-NC];
          assign acc_d        = g_r[r-1].g_c[c].acc_q;
        end

        wire signed [15:0] mul = $signed(act_d) * $signed(wgt_q);

        always @(posedge clk_i or negedge rst_ni) begin
          if (!rst_ni) begin
            act_q[8*K+:8]    <= 8'd0;
            act_vld_q[K]     <= 1'b0;
            wgt_ld_q[K]      <= 1'b0;
            wgt_sh_q[8*K+:8] <= 8'd0;
            wgt_sh_vld_q[K]  <= 1'b0;
            wgt_q            <= 8'd0;
            wgt_vld_q        <= 1'b0;
            acc_q            <= 32'd0;
          end else begin
            act_q[8*K+:8] <= act_d;
            act_vld_q[K]  <= act_vld_d;
            wgt_ld_q[K]   <= wgt_ld_d;
            if (wgt_sh_i[c]) begin
              wgt_sh_q[8*K+:8] <= wgt_sh_d;
              wgt_sh_vld_q[K]  <= wgt_sh_vld_d;
            end
            if (wgt_ld_d) begin
              wgt_q     <= wgt_sh_q[8*K+:8];
              wgt_vld_q <= wgt_sh_vld_q[K];
            end
            acc_q <= acc_d + (act_vld_d && wgt_vld_q ? {{16{mul[15]}}, mul} : 32'd0);
          end
        end
      end
    end

    for (c = 0; c < NC; c = c + 1) begin : g_out
      assign acc_o[32*c+:32] = g_r[NR-1].g_c[c].acc_q;
    end
  endgenerate
endmodule
