#pragma once

#include <string>
#include <systemc>
#include <vector>

#include "models/machine/wires/tick_scheduler.h"

namespace eyeshift {

// A FIFO between two modules. What is pushed or popped during a cycle shows only after it, in update(), so
// the order in which modules are evaluated never matters. At most `capacity` items; the producer asks full(),
// the consumer empty(). Pushing wakes the consumer's domain, popping the producer's.
template <typename Item>
class Channel : public sc_core::sc_prim_channel {
 public:
  Channel(const char* name, TickScheduler& scheduler, Domain producer, Domain consumer, size_t capacity)
      : sc_prim_channel(name),
        scheduler_(scheduler),
        producer_(producer),
        consumer_(consumer),
        ring_(capacity) {}

  bool full() const { return level_ + pushed_ >= ring_.size(); }
  bool empty() const { return level_ == popped_; }
  size_t size() const { return level_ - popped_; }  // the consumer's view
  const Item& front() const { return ring_[wrap(head_ + popped_)]; }

  void push(const Item& item) {
    ring_[wrap(head_ + level_ + pushed_)] = item;
    ++pushed_;
    changed(consumer_);
  }
  void pop() {
    ++popped_;
    changed(producer_);
  }

  // Traces how many items wait.
  void trace(sc_core::sc_trace_file* file) const override {
    sc_core::sc_trace(file, level_, std::string("waiting.") + name(), 8);
  }
  // Between two evaluations: the items that wait.
  void visit(StateArchive& archive) {
    auto waiting = static_cast<uint32_t>(level_);
    archive.value(waiting);
    if (archive.reading()) {
      head_ = 0;
      level_ = waiting;
    }
    for (size_t i = 0; i < level_; ++i) ring_[wrap(head_ + i)].visit(archive);
  }

 private:
  size_t wrap(size_t index) const { return index >= ring_.size() ? index - ring_.size() : index; }

  void changed(Domain other) {
    request_update();
    scheduler_.wake(other);
  }

  void update() override {
    head_ = wrap(head_ + popped_);
    level_ += pushed_ - popped_;
    pushed_ = popped_ = 0;
  }

  TickScheduler& scheduler_;
  Domain producer_, consumer_;
  std::vector<Item> ring_;
  size_t head_ = 0, level_ = 0, pushed_ = 0, popped_ = 0;
};

}  // namespace eyeshift
