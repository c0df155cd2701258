#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <systemc>
#include <utility>
#include <vector>

#include "models/machine/wires/channel.h"
#include "models/machine/wires/observer.h"

namespace eyeshift::testing {

// Neighbours of a module under test. They keep SystemC's time themselves and never ask the scheduler for an
// edge, so that the module wakes only for what moves, as it must.

using Ticks = std::vector<int64_t>;

// Does something at tick 0 and every `period` ticks from there on.
class Neighbour : public sc_core::sc_module {
 public:
  Neighbour(sc_core::sc_module_name name, const TickScheduler& scheduler, int64_t period)
      : sc_module(name), scheduler_(scheduler), period_(period) {
    SC_HAS_PROCESS(Neighbour);
    SC_METHOD(run);
  }

 private:
  virtual void edge(int64_t tick) = 0;

  void run() {
    edge(scheduler_.now());
    next_trigger(sc_core::sc_time::from_value(static_cast<uint64_t>(period_)));
  }

  const TickScheduler& scheduler_;
  const int64_t period_;
};

// Pushes items in order, one an edge, each at the first edge from its tick on at which there is room.
template <typename Item>
class Producer : public Neighbour {
 public:
  Producer(sc_core::sc_module_name name, const TickScheduler& scheduler, Domain domain, Channel<Item>& to)
      : Neighbour(name, scheduler, scheduler.ticks(domain)), to_(to) {}

  void push(int64_t tick, const Item& item) { script_.emplace_back(tick, item); }
  // When each item was pushed.
  const Ticks& ticks() const { return ticks_; }

 private:
  void edge(int64_t tick) override {
    if (ticks_.size() == script_.size() || to_.full() || script_[ticks_.size()].first > tick) return;
    to_.push(script_[ticks_.size()].second);
    ticks_.push_back(tick);
  }

  Channel<Item>& to_;
  std::vector<std::pair<int64_t, Item>> script_;
  Ticks ticks_;
};

// Takes an item at every edge from a tick on.
template <typename Item>
class Consumer : public Neighbour {
 public:
  Consumer(sc_core::sc_module_name name, const TickScheduler& scheduler, Domain domain, Channel<Item>& from,
           int64_t first_tick = 0)
      : Neighbour(name, scheduler, scheduler.ticks(domain)), from_(from), first_tick_(first_tick) {}

  const std::vector<Item>& items() const { return items_; }
  // When each item was taken: the first edge behind the one at which it was pushed, or later.
  const Ticks& ticks() const { return ticks_; }

 private:
  void edge(int64_t tick) override {
    if (tick < first_tick_ || from_.empty()) return;
    items_.push_back(from_.front());
    ticks_.push_back(tick);
    from_.pop();
  }

  Channel<Item>& from_;
  const int64_t first_tick_;
  std::vector<Item> items_;
  Ticks ticks_;
};

// Does what it was told.
class Script : public Neighbour {
 public:
  Script(sc_core::sc_module_name name, const TickScheduler& scheduler, int64_t period,
         std::function<void(int64_t)> at_edge)
      : Neighbour(name, scheduler, period), at_edge_(std::move(at_edge)) {}

 private:
  void edge(int64_t tick) override { at_edge_(tick); }

  const std::function<void(int64_t)> at_edge_;
};

// Remembers every edge of a domain.
class Edges : public sc_core::sc_module {
 public:
  Edges(sc_core::sc_module_name name, const TickScheduler& scheduler, Domain domain)
      : sc_module(name), scheduler_(scheduler) {
    SC_HAS_PROCESS(Edges);
    SC_METHOD(edge);
    sensitive << scheduler.edge(domain);
    dont_initialize();
  }
  const Ticks& ticks() const { return ticks_; }

 private:
  void edge() { ticks_.push_back(scheduler_.now()); }

  const TickScheduler& scheduler_;
  Ticks ticks_;
};

// Remembers when something moved through each port.
class PortLog : public Observer {
 public:
  explicit PortLog(TickScheduler& scheduler) { scheduler.observe(this); }
  const Ticks& ticks(Port port) const { return ticks_[static_cast<size_t>(port)]; }

 private:
  void moved(Port port, int64_t tick, int64_t) override { ticks_[static_cast<size_t>(port)].push_back(tick); }

  std::array<Ticks, kPorts> ticks_;
};

// Lets so many ticks pass from time 0, the last one not included.
inline void run_to(int64_t tick) {
  sc_core::sc_start(sc_core::sc_time::from_value(static_cast<uint64_t>(tick)) - sc_core::sc_time_stamp());
}

}  // namespace eyeshift::testing
