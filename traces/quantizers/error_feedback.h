#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "traces/quantizers/hessian.h"

namespace eyeshift {

// Quantizes one column after the other; the parameters of a group may be fitted when its first column is due.
class ColumnCoder {
 public:
  virtual ~ColumnCoder() = default;

  // Before the group's first column, with the group's weights [M, columns] as updated by all earlier columns.
  virtual void begin_group(int64_t group, const Eigen::Ref<const Eigen::MatrixXd>& weights) = 0;

  // Replaces the updated weights [M] of the column at `position` by what their codes decode to.
  virtual void code_column(int64_t position, Eigen::Ref<Eigen::VectorXd> weights) = 0;
};

// GPTQ's loop: codes the columns of W [M, K], given in the order's positions, each after the errors of the
// columns before it have been fed back through G (feedback_matrix). An empty G means no feedback. The updates
// are blocked recursively: a group is fully updated when it begins, and leaf_columns changes the result by
// rounding only. The number of threads changes nothing.
void code_with_feedback(Eigen::MatrixXd W, const Eigen::MatrixXd& G, const ColumnOrder& order,
                        ColumnCoder* coder, int threads = 1, int64_t leaf_columns = 16);

// W [M, K] with its columns in the order's positions and the dead channels' columns set to zero.
Eigen::MatrixXd ordered_weights(const Eigen::MatrixXd& W, const DampedHessian& hessian,
                                const ColumnOrder& order);

}  // namespace eyeshift
