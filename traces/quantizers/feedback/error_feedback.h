#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "traces/quantizers/feedback/hessian.h"

namespace eyeshift {

// Quantizes one column after the other; the parameters of a group may be fitted when its first column is due.
// Rows are independent but for those that share parameters: a call sees some rows, from first_row on, and
// calls for other rows may run at the same time.
class ColumnCoder {
 public:
  virtual ~ColumnCoder() = default;

  // The adjacent rows that share parameters. Calls see whole runs of so many, counted from row 0; only the
  // last run of all may be shorter.
  virtual int64_t rows_together() const { return 1; }

  // Before the group's first column, with the group's weights [rows, columns] as updated by all earlier
  // columns.
  virtual void begin_group(int64_t group, int64_t first_row,
                           const Eigen::Ref<const Eigen::MatrixXd>& weights) = 0;

  // Replaces the updated weights [rows] of the column at `position` by what their codes decode to.
  virtual void code_column(int64_t position, int64_t first_row, Eigen::Ref<Eigen::VectorXd> weights) = 0;
};

// GPTQ's loop: codes the columns of W [M, K], given in the order's positions, each after the errors of the
// columns before it have been fed back through G (feedback_matrix). An empty G means no feedback. The updates
// are blocked recursively: a group is fully updated when it begins, and leaf_columns changes the result by
// rounding only. Tiles of rows run on so many threads (0: one a processor), which change nothing.
void code_with_feedback(const Eigen::MatrixXd& W, const Eigen::MatrixXd& G, const ColumnOrder& order,
                        ColumnCoder* coder, int threads = 1, int64_t leaf_columns = 16);

// W [M, K] with its columns in the order's positions and the dead channels' columns set to zero.
Eigen::MatrixXd ordered_weights(const Eigen::MatrixXd& W, const DampedHessian& hessian,
                                const ColumnOrder& order);

}  // namespace eyeshift
