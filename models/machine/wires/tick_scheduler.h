#pragma once

#include <cstdint>
#include <systemc>

#include "models/machine/wires/observer.h"
#include "models/machine/wires/state_archive.h"
#include "models/types/accelerator.h"

namespace eyeshift {

// Time: integer ticks, one a unit of SystemC's resolution. No clock toggles: a domain's edge is notified only
// where something asked for it during the current evaluation, so that idle time is skipped to the next event,
// and a model in which nothing is pending simply ends.
class TickScheduler : public sc_core::sc_prim_channel {
 public:
  explicit TickScheduler(const TimeBase& base)
      : sc_prim_channel("tick_scheduler"), ticks_{base.core_ticks, base.dram_ticks} {}

  const sc_core::sc_event& edge(Domain domain) const { return edges_[index(domain)]; }
  // Skipped time included.
  int64_t now() const { return static_cast<int64_t>(sc_core::sc_time_stamp().value()) + skipped_; }
  int64_t cycle() const { return now() / ticks(Domain::core); }
  int64_t ticks(Domain domain) const { return ticks_[index(domain)]; }

  // Asks for the domain's next edge.
  void wake(Domain domain) { wake_in(domain, 1); }
  // Asks for the domain's edge that many of its cycles ahead, counted from the next one as 1.
  void wake_in(Domain domain, int64_t cycles) {
    int64_t& asked = asked_[index(domain)];
    if (asked == 0 || cycles < asked) asked = cycles;
    request_update();
  }

  // Who is told what moves; nullptr: nobody.
  void observe(Observer* observer) { observer_ = observer; }
  void moved(Port port) {
    if (observer_ != nullptr) observer_->moved(port, now(), ticks(domain_of(port)));
  }

  // Between two evaluations: lets time pass in which the machine does what it has done before.
  void skip(int64_t ticks) { skipped_ += ticks; }

  // The phases of both clocks and the edges that were asked for.
  void visit(StateArchive& archive) {
    for (size_t domain = 0; domain < 2; ++domain) {
      int64_t phase = now() % ticks_[domain];
      archive.value(phase);
      int64_t ahead = pending_[domain] > now() ? pending_[domain] - now() : 0;
      archive.value(ahead);
      if (!archive.reading()) continue;
      edges_[domain].cancel();
      pending_[domain] = now() + ahead;
      if (ahead > 0) edges_[domain].notify(sc_core::sc_time::from_value(static_cast<uint64_t>(ahead)));
    }
  }

 private:
  static size_t index(Domain domain) { return static_cast<size_t>(domain); }

  void update() override {
    const int64_t at = now();
    for (size_t domain = 0; domain < 2; ++domain) {
      if (asked_[domain] == 0) continue;
      const int64_t edge = (at / ticks_[domain] + asked_[domain]) * ticks_[domain];
      edges_[domain].notify(sc_core::sc_time::from_value(static_cast<uint64_t>(edge - at)));
      if (pending_[domain] <= at || edge < pending_[domain]) pending_[domain] = edge;
      asked_[domain] = 0;
    }
  }

  int64_t ticks_[2];
  int64_t asked_[2] = {0, 0};
  int64_t pending_[2] = {0, 0};  // the next edge that was notified
  int64_t skipped_ = 0;
  Observer* observer_ = nullptr;
  sc_core::sc_event edges_[2];
};

}  // namespace eyeshift
