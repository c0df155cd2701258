#include "models/machine/buffer/bank_arbiter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace eyeshift {
namespace {

// Which clients get their words, in the order in which they try.
std::vector<int> winners(BankArbiter& arbiter, int64_t cycle, const std::vector<int64_t>& words) {
  std::vector<int> won;
  for (int k = 0; k < static_cast<int>(words.size()); ++k) {
    const int client = arbiter.client(k);
    if (arbiter.claim(words[static_cast<size_t>(client)], cycle, client)) won.push_back(client);
  }
  arbiter.end_cycle();
  return won;
}

std::string state_of(BankArbiter& arbiter) {
  std::string bytes;
  StateArchive archive(bytes, 0, 0, 0);
  arbiter.visit(archive);
  return bytes;
}

TEST(BankArbiter, WordsOfDifferentBanksDoNotConflict) {
  BankArbiter arbiter(4, 2, LoserFirst::in_next_cycle);
  EXPECT_EQ(winners(arbiter, 0, {5, 6}), (std::vector<int>{0, 1}));
}

TEST(BankArbiter, ClientsThatKeepAskingForABankTakeTurns) {
  for (const LoserFirst loser_first : {LoserFirst::in_next_cycle, LoserFirst::in_next_conflict}) {
    BankArbiter two(4, 2, loser_first);
    for (int cycle = 0; cycle < 6; ++cycle)
      EXPECT_EQ(winners(two, cycle, {8, 12}), (std::vector<int>{cycle % 2})) << cycle;
    BankArbiter three(4, 3, loser_first);
    std::vector<int> accesses(3, 0);
    for (int cycle = 0; cycle < 12; ++cycle)
      ++accesses[static_cast<size_t>(winners(three, cycle, {0, 4, 8})[0])];
    for (const int of_client : accesses) EXPECT_GE(of_client, 3);
  }
}

TEST(BankArbiter, ConflictsFarApartAreWonInTurnOnlyWhereTheLoserGoesFirstInTheNextConflict) {
  BankArbiter first_wins(4, 2, LoserFirst::in_next_cycle), turns(4, 2, LoserFirst::in_next_conflict);
  for (int conflict = 0; conflict < 4; ++conflict) {
    EXPECT_EQ(winners(first_wins, 10 * conflict, {8, 12}), std::vector<int>{0}) << conflict;
    EXPECT_EQ(winners(turns, 10 * conflict, {8, 12}), std::vector<int>{conflict % 2}) << conflict;
    winners(first_wins, 10 * conflict + 1, {8, 13});
    winners(turns, 10 * conflict + 1, {8, 13});
  }
}

// So that a machine whose conflict lies behind it is in the state that it would be in without one.
TEST(BankArbiter, AConflictIsForgottenOnceACycleHasPassedWithoutOne) {
  BankArbiter arbiter(4, 2, LoserFirst::in_next_cycle);
  const std::string at_first = state_of(arbiter);
  EXPECT_EQ(winners(arbiter, 0, {8, 12}), (std::vector<int>{0}));
  EXPECT_NE(state_of(arbiter), at_first);
  EXPECT_EQ(winners(arbiter, 1, {9, 12}), (std::vector<int>{1, 0}));
  EXPECT_EQ(state_of(arbiter), at_first);
  EXPECT_EQ(winners(arbiter, 2, {8, 12}), (std::vector<int>{0}));
}

}  // namespace
}  // namespace eyeshift
